"""A person's name in Urdu, Bengali or other letters: taken by the form, printed, refused when hostile."""

import json
from dataclasses import replace

import pypdfium2
import pytest

from app.papers import compose, draw_paper
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
