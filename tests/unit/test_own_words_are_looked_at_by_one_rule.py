"""What an officer writes in his own words (a reason, a note, a name, an order's number) stands under one rule."""

from __future__ import annotations

import pytest

from app.domain import reasons
from app.domain.text import words_refused
from tests.sources import ROOT


class Missing(reasons.ReasonMissing):
    key = "roster.reason_missing"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("jke dqekj dk irk crk;sa", "form.legacy_font"),
        ("Kkikad 12, fnukad 05-11-2026 Jherh", "form.legacy_font"),
        ("राम\u202eकुमार", "form.bidi"),
        ("राम\x07कुमार", "form.control"),
        ("2345 6789 0124", "form.aadhaar"),
    ],
)
def test_what_cannot_be_read_here_is_told_by_name(text: str, key: str) -> None:
    assert words_refused(text) == key
    with pytest.raises(Missing) as refused:
        reasons.read(text, Missing)
    assert refused.value.key == key


@pytest.mark.parametrize(
    "text",
    [
        "सूची में दो पन्ने छूट गए थे",
        "the list lacks two pages; sent again by Sh. R.K. Singh",
        "ज्ञापांक 482/गो० दिनांक 05-11-2026",
        "Memo No. 482/C, D.O. letter 12/Estt.-2026",
        "DM/GOP/77(A)/2026",
        "R/o Vill-Rampur, PS-Manjhi: s/o Ram Kumar",
        "Shri D'Souza's report & enclosures (2+1)",
    ],
)
def test_what_an_office_writes_stands(text: str) -> None:
    assert words_refused(text) == ""
    assert reasons.read(f"  {text} ", Missing) == text


def test_a_number_has_one_line_and_may_have_twelve_digits() -> None:
    assert words_refused("482\n483", lines=False) == "form.one_line"
    assert words_refused("234567890124", may_hold_aadhaar=True) == ""


def test_a_reason_that_says_nothing_is_asked_for_in_the_words_of_its_act() -> None:
    with pytest.raises(Missing) as refused:
        reasons.read(" ok ", Missing)
    assert refused.value.key == "roster.reason_missing"


def test_no_service_and_no_page_has_a_rule_of_its_own() -> None:
    sources = [*(ROOT / "app" / "services").rglob("*.py"), *(ROOT / "app" / "web").rglob("*.py")]
    own = {path.name for path in sources if "fault_in(" in path.read_text(encoding="utf-8")}
    assert not own, "what officers write is looked at by words_refused"
