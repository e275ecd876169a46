"""A reader of changes never meets an id: what is drawn without a name is called by the thing beside it."""

from __future__ import annotations

import pytest

from app import engine
from tests.sources import ROOT

ROUTE = ROOT / "processes" / "verification.bpmn"


@pytest.mark.parametrize("file", sorted((ROOT / "processes").glob("*.bpmn")), ids=lambda path: path.stem)
def test_every_thing_of_the_shipped_route_has_words_in_both_languages(file) -> None:
    nameless = [
        own
        for own, one in engine.describe(file.name, file.read_bytes()).items()
        if not (one.label_hi and one.label_en)
    ]
    assert nameless == []


def test_a_gateway_without_a_name_stands_after_the_nearest_step_that_has_one() -> None:
    found = engine.describe(ROUTE.name, ROUTE.read_bytes())
    one = found["enter_enquiries"]
    assert (one.label_en, one.beside) == ("Send to the units", "after")
    assert found["decide"].beside == "", "what has a name is called by it"
    assert found["route_to_enter_enquiries"].label_en == "Send to the units → Enquiries by the units"


def test_what_nothing_leads_to_stands_before_what_follows_and_an_event_on_its_step() -> None:
    drawn = ROUTE.read_text(encoding="utf-8")
    for name, label in (("स्मरण", "Reminder"), ("आरंभ", "Beginning")):
        drawn = drawn.replace(f'name="{name}"', "").replace(
            f'name="label_en" value="{label}"', 'name="x" value="y"'
        )
    found = engine.describe(ROUTE.name, drawn.encode())
    assert (found["begin_handling"].label_en, found["begin_handling"].beside) == (
        "Scrutinise and forward",
        "before",
    )
    assert (found["warn_decide"].label_en, found["warn_decide"].beside) == ("Decision of the DM", "on")
