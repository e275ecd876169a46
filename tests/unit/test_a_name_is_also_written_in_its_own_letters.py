"""A person's name in Urdu, Bengali or other letters: taken by the form, printed, refused when hostile."""

import json
from dataclasses import replace

import pypdfium2
import pytest

from app.domain.text import foreign_letters
from app.papers import compose, draw_paper
from app.papers.fonts import missing_letters
from tests.paper_samples import ASSETS, ISSUED_AT, certificate, clear_report, texts
from tests.shipped_forms import ROOT, faults


@pytest.mark.parametrize("name", ["محمد اسلم", "সুভাষ বসু", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "முருகன்", "عبدالرحمٰن", "آفتاب-خان"])
def test_the_form_takes_what_papers_can_draw(name: str) -> None:
    assert not faults("intake", own_name=name)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("محمد\u202eاسلم", "form.bidi"),
        ("\u2067محمد\u2069", "form.bidi"),
        ("محمد 🙂", "form.pattern"),
        ("សុខ", "form.pattern"),
        ("راם", "form.pattern"),
        ("Ram Kumar", "form.pattern"),
        ("राम कुमार", "form.pattern"),
        ("محمد <b>", "form.pattern"),
        ("محمد" * 75, "form.too_long"),
    ],
)
def test_the_form_refuses_what_has_no_font_and_what_turns_a_line(name: str, fault: str) -> None:
    assert faults("intake", own_name=name) == {"own_name": fault}


@pytest.mark.parametrize("field", ["alias", "former_name", "perm_village"])
def test_other_words_of_the_form_are_refused_at_once_in_letters_that_no_paper_prints(field: str) -> None:
    assert faults("intake", **{field: "राम 中国"}) == {field: "form.letters"}
    assert faults("intake", **{field: "राम 🙂"}) == {field: "form.letters"}
    assert not faults("intake", **{field: "محمد اسلم (রাম) №1".replace("№", "")})


def test_every_letter_that_a_form_takes_has_its_font() -> None:
    said = "".join(
        map(chr, (*range(0x20, 0x7F), *range(0x621, 0x64B), 0x679, 0x6BE, 0x6D2, 0x985, 0x0A15, 0xB95, 0xD05))
    )
    assert foreign_letters(said) == ""
    assert missing_letters(said, ASSETS.fonts) == ""
    assert foreign_letters("ක አ 漢 א 🙂") == "කአ漢א🙂"


def test_the_refusal_names_the_scripts_in_both_languages() -> None:
    fields = json.loads((ROOT / "forms" / "intake.form").read_text("utf-8"))["components"]
    said = next(field for field in fields if field.get("key") == "own_name")["properties"]
    assert "उर्दू, बांग्ला" in said["error_hi"]
    assert "Urdu, Bengali" in said["error_en"]


def test_papers_print_it_in_brackets_after_the_name() -> None:
    for facts in (clear_report(), certificate()):
        named = replace(facts, subject=replace(facts.subject, own_name="محمد"))
        document = pypdfium2.PdfDocument(draw_paper(compose(texts(), named), ISSUED_AT, ASSETS))
        said = "".join(document[0].get_textpage().get_text_range().split())
        document.close()
        assert "محمد" in said
        assert "".join(facts.subject.name.hi.split()) in said
    assert clear_report().subject.full_name == clear_report().subject.name
