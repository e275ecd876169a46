"""A name proposed in the other script, by a button of the form; and texts of old fonts, told from Latin ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import formjs
from app.domain import transliteration
from app.domain.legacyfont import is_legacy
from app.domain.names import skeletons
from app.services.district import englishnames
from tests.shipped_forms import form, known, problems

CORPUS = [
    (line[0] == "+", line[2:])
    for line in (Path(__file__).with_name("legacy_font.txt")).read_text(encoding="utf-8").splitlines()
    if line[:1] in "+-"
]
#: Hindi, Latin: proposed in both directions as they are usually written in Bihar.
BOTH = [
    ("राहुल कुमार शर्मा", "Rahul Kumar Sharma"),
    ("विनय प्रसाद", "Vinay Prasad"),
    ("सुनीता देवी", "Sunita Devi"),
    ("लक्ष्मी नारायण सिंह", "Lakshmi Narayan Singh"),
    ("जगन्नाथ", "Jagannath"),
    ("अमरनाथ", "Amarnath"),
    ("इस्लाम अंसारी", "Islam Ansari"),
    ("दिलशाद आलम", "Dilshad Alam"),
    ("अंबिका", "Ambika"),
    ("राकेश", "Rakesh"),
]


@pytest.mark.parametrize(("hindi", "english"), BOTH)
def test_a_usual_name_is_proposed_in_both_directions(hindi: str, english: str) -> None:
    assert transliteration.to_latin(hindi) == english
    assert transliteration.to_devanagari(english) == hindi
    assert transliteration.to_devanagari(english.lower()) == hindi


@pytest.mark.parametrize(
    ("hindi", "english"),
    [
        ("मो० यूनुस", "Md. Yunus"),
        ("सुनयना देवी", "Sunayna Devi"),
        ("गोपालगंज", "Gopalganj"),
        ("कमलेश्वर पाठक", "Kamleshwar Pathak"),
        ("विश्वेश्वर", "Vishweshwar"),
        ("गड़खा", "Garkha"),
        ("क़ासिम", "Qasim"),
        ("ज्ञानेश", "Gyanesh"),
        ("कृपा", "Kripa"),
        ("841301", "841301"),
    ],
)
def test_a_hindi_name_is_spelt_by_its_sound(hindi: str, english: str) -> None:
    assert transliteration.to_latin(hindi) == english


@pytest.mark.parametrize(
    ("hindi", "english"),
    [
        ("श्यामपुर", "Shyampur"),
        ("छपरा", "Chhapra"),
        ("वार्ड संख्या ७, स्टेशन रोड, भगवान बाजार", "Ward No. 7, Station Road, Bhagwan Bazar"),
        ("बड़का गाँव", "Barka Gaon"),
        (
            "निदेशक (प्रशासन),\nशिक्षा विभाग, बिहार सरकार",
            "Director (Administration),\nEducation Department, Government of Bihar",
        ),
        ("मुख्य न्यायिक दंडाधिकारी, छपरा", "Chief Judicial Magistrate, Chhapra"),
        ("आरोप पत्र सं० 91/2021 दिनांक 12.06.2021", "Charge-sheet No. 91/2021 dated 12.06.2021"),
        ("उत्तर प्रदेश", "Uttar Pradesh"),
        ("सत्येन्द्र मुख्य", "Satyendra Mukhya"),
        ("Ram Nagar, 841301", "Ram Nagar, 841301"),
        ("", ""),
    ],
)
def test_a_place_or_office_stands_in_latin_letters_on_an_english_paper(hindi: str, english: str) -> None:
    """By the gazetteer where it knows the place, by the words of offices, and else by the sound."""
    assert englishnames.said(hindi) == (hindi, english)


@pytest.mark.parametrize("text", ["अज्ञात गाँव, पो० नैनी", "ग्रा०पं० — ४", "कोठी (टोला) 12/अ", "क़ासिम ँ ् ः"])
def test_a_name_for_an_english_paper_is_never_in_two_scripts(text: str) -> None:
    assert not [sign for sign in englishnames.in_latin(text) if "\u0900" <= sign <= "\u097f"]


@pytest.mark.parametrize(
    "english", ["Harendra", "Rameshwar", "Kamlesh", "Firoz", "Naushad", "Tuntun", "Chandrapur"]
)
def test_what_is_proposed_sounds_as_what_was_written(english: str) -> None:
    """The search finds a person by either spelling: the same sounds."""
    assert skeletons(transliteration.to_devanagari(english)) == skeletons(english)


@pytest.mark.parametrize("text", ["", " ", "१२", "a", "ं", "क्", "Ram\u200dKumar", "𐍈", "x" * 4000])
def test_odd_texts_are_proposed_something_or_nothing(text: str) -> None:
    assert isinstance(transliteration.to_latin(text), str)
    assert isinstance(transliteration.to_devanagari(text), str)


@pytest.mark.parametrize(("is_old", "text"), CORPUS)
def test_a_text_of_an_old_font_is_told_from_a_latin_one(text: str, *, is_old: bool) -> None:
    assert is_legacy(text) is is_old


def read(posted: dict[str, list[str]], op: str) -> dict[str, object]:
    return formjs.read(form("intake"), posted, {}, op=op)


def test_the_button_writes_one_name_from_the_other() -> None:
    typed = {"name_hi": ["राहुल शर्मा"], "father_en": ["Vinay Sharma"]}
    assert read(typed, "spell:name_en")["name_en"] == "Rahul Sharma"
    assert read(typed, "spell:father_hi")["father_hi"] == "विनय शर्मा"
    assert read(typed, "submit")["name_en"] is None, "nothing is filled in that nobody asked for"
    for op in ("spell:mother_hi", "spell:nothing", "spell:name_en-0", "spell:stays-9-name_hi"):
        assert read(typed, op)["name_en"] is None


@pytest.mark.parametrize(
    ("field", "text", "key"),
    [
        ("name_hi", "jkgqy dqekj 'kekZ", "form.legacy_font"),
        ("name_en", "jke dqekj", "form.legacy_font"),
        ("perm_village", "jkeiqj Vksyk", "form.legacy_font"),
        ("perm_village", "Rampur Tola", ""),
        ("name_en", "Ram Kumar", ""),
    ],
)
def test_an_old_font_is_refused_with_help_wherever_hindi_is_written(field: str, text: str, key: str) -> None:
    problem = problems("intake", {field: [text]}, known()).get(field)
    assert (problem.key if problem is not None else "") == key
