"""Names in Urdu, Bengali and other letters: drawn as HarfBuzz draws them, in their order, copied as written."""

from ctypes import c_double
from dataclasses import replace

import pypdfium2
import pytest

from app.papers import Subject, Words, compose, draw_paper, render_pdf
from app.papers.fonts import BOLD, REGULAR, missing_letters
from app.papers.pdf import page_count
from app.papers.scripts import DEVANAGARI, from_the_left, script_of, stretches
from tests.drawn_words import harfbuzz_pdf, ink, likeness, pen, word_html
from tests.paper_samples import ASSETS, HOME, ISSUED_AT, certificate, clear_report, texts

_URDU = """
محمد اسلم فاطمہ خان عبدالرحمان پٹنہ لاریب رہنے گڑھ چوہدری ذوالفقار مظہر قریشی شیخ نگینہ ثریا ظفر غلام آفتاب
حسین علی رضوان بیگم عائشہ رؤف انصاری صدیقی پرویز ژالہ ڈاکٹر مئو گیلانی بھٹی ٹھاکر والے صاحب گنج مصطفی
"""
_BENGALI = """
সুভাষ বসু চন্দ্র রবীন্দ্রনাথ ঠাকুর মুখোপাধ্যায় বন্দ্যোপাধ্যায় চট্টোপাধ্যায় ভট্টাচার্য শ্রীমতী কৃষ্ণা লক্ষ্মী
জ্ঞানেন্দ্র দত্ত শর্মিষ্ঠা হৃদয় রুদ্র সূর্য গুপ্ত উৎপল শুভ্রাংশু বিশ্বাস মৈত্র ব্রহ্মা অর্ঘ্য দাস সিংহ আব্দুল হক ঢাকা বড়ুয়া ঋষি
"""
_NAMES = {
    "ur": _URDU,
    "bn": _BENGALI,
    "pa": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ ਹਰਜਿੰਦਰ ਕੌਰ ਬੱਲ",
    "gu": "જિજ્ઞેશ પટેલ કૃષ્ણા શ્રીમતી ક્ષિતિજ",
    "or": "ବିଶ୍ୱନାଥ ପଟ୍ଟନାୟକ କୃଷ୍ଣା ଜ୍ଞାନ ଶ୍ରୀ",
    "ta": "முருகன் ஸ்ரீ கிருஷ்ணமூர்த்தி லட்சுமி",
    "te": "వెంకటేశ్వర్లు కృష్ణ లక్ష్మి శ్రీనివాస్",
    "kn": "ಕೃಷ್ಣಮೂರ್ತಿ ಲಕ್ಷ್ಮಿ ಶ್ರೀನಿವಾಸ ಜ್ಞಾನೇಶ್ವರ",
    "ml": "കൃഷ്ണൻ ലക്ഷ്മി ശ്രീധരൻ ജ്ഞാനം",
}
_SHARP = 6  # pixels for a point: the strokes of Urdu are thin, and an edge falls on pixels as it may
_ALIKE = 0.98


def copied_from(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    said = [page.get_textpage().get_text_range().strip() for page in document]
    document.close()
    return said


@pytest.mark.parametrize("name", [REGULAR, BOLD])
@pytest.mark.parametrize("language", _NAMES)
def test_every_name_is_drawn_as_harfbuzz_draws_it_and_copied_as_it_was_written(
    name: str, language: str
) -> None:
    words = _NAMES[language].split()
    script = script_of(words[0][0])
    assert script is not None
    font = ASSETS.fonts / name.replace(DEVANAGARI.family, script.family)
    pdf = render_pdf(word_html(words, ASSETS.fonts / name), ISSUED_AT, ASSETS)
    wanted = harfbuzz_pdf(words, font, pen(pdf), language)
    found = {
        word: likeness(*pair)
        for word, *pair in zip(words, ink(pdf, _SHARP), ink(wanted, _SHARP), strict=True)
    }
    assert not {word: share for word, share in found.items() if share < _ALIKE}
    # A stroke that lengthens a letter says nothing: a zero-width space.
    assert [said.replace("\u200b", "") for said in copied_from(pdf)] == words


def test_words_of_an_urdu_name_stand_from_right_to_left_and_the_line_from_left_to_right() -> None:
    line = "श्री محمد اسلم 23"
    document = pypdfium2.PdfDocument(
        render_pdf(word_html([line], ASSETS.fonts / REGULAR, 20), ISSUED_AT, ASSETS)
    )
    page = document[0].get_textpage()
    x, y = c_double(), c_double()
    at = {}
    for place, char in enumerate(page.get_text_range()):
        pypdfium2.raw.FPDFText_GetCharOrigin(page, place, x, y)
        at[char] = x.value
    document.close()
    assert at["श"] < at["ا"]
    assert at["س"] < at["ا"] < at["د"] < at["ح"] < at["2"] < at["3"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("श्री محمد اسلم, 23", ["श्री ", "اسلم", " ", "محمد", ", 23"]),
        ("محمد (اسلم) है", ["(", "اسلم", ") ", "محمد", " है"]),
        ("علی ۱۲۳ پور", ["پور", " ", "۱۲۳", " ", "علی"]),
        ("علی 12 پور 7", ["پور", " ", "12", " ", "علی", " 7"]),
        ("اسلم/علی", ["علی", "/", "اسلم"]),
        ("محمد राम اسلم", ["محمد", " राम ", "اسلم"]),
        ("Md. محمد", ["Md. ", "محمد"]),
        ("", []),
    ],
)
def test_a_name_stands_in_its_line_as_if_isolated(text: str, parts: list[str]) -> None:
    found: list[str] = []
    for stretch, from_right in stretches(text):
        found += from_the_left(stretch) if from_right else [stretch]
    assert found == parts


@pytest.mark.parametrize("name", ["محمد اسلم", "সুভাষ বসু", "முருகன்"])
def test_a_paper_with_such_a_name_is_drawn_and_the_same_in_every_drawing(name: str) -> None:
    for facts in (clear_report(), certificate()):
        named = replace(facts, subject=replace(facts.subject, name=Words(name, name)))
        pdf = draw_paper(compose(texts(), named), ISSUED_AT, ASSETS)
        assert pdf == draw_paper(compose(texts(), named), ISSUED_AT, ASSETS)
        assert all(word in "".join(copied_from(pdf)) for word in name.split())
        assert page_count(pdf) == page_count(draw_paper(compose(texts(), facts), ISSUED_AT, ASSETS))


@pytest.mark.parametrize(
    "name", ["محمد" * 75, "محمد " * 60, "সুভাষ" * 60, "\u202eمحمد\u2067 اسلم\u202d", "م" + "َّ" * 40]
)
def test_a_hostile_name_in_urdu_letters_stays_on_the_paper(name: str) -> None:
    pdf = draw_paper(
        compose(texts(), clear_report(subject=Subject(Words(name), HOME, gender="male"))), ISSUED_AT, ASSETS
    )
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    boxes = [page.get_textpage().get_charbox(place) for place in range(page.get_textpage().count_chars())]
    width = page.get_width()
    document.close()
    assert all(left >= 0 and right < width - 40 for left, _, right, _ in boxes if right > left)


def test_what_has_no_font_is_named_letter_by_letter() -> None:
    assert missing_letters("राम محمد সুভাষ Ram", ASSETS.fonts) == ""
    assert missing_letters("සිංහල 🙂 ខ្មែរ אב 中", ASSETS.fonts) == "සිංහල🙂ខ្មែរאב中"
