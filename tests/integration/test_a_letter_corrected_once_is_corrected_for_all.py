"""What was entered of a department's letter is corrected once for all its cases; what has gone keeps its words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.domain.errors import FormInvalid, NotAllowed
from app.domain.roles import Role
from app.services.casefile import particulars
from app.services.casework import cases
from app.services.intake import lettercorrecting, requisitions
from app.services.papers import letters, replies
from app.services.store import audit, scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of
from tests.wholeletter import pages

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.roles import Actor
    from tests.journey import Journey
    from tests.office import Office

REASON = "विभाग का शुद्धि पत्र क-17 दिनांक 20-11-2026"


def typed(version: int = 0, **boxes: str) -> particulars.Typed:
    return particulars.Typed(
        {name: [text] for name, text in boxes.items()}, "department_error", REASON, str(version)
    )


def correct(journey: Journey, actor: Actor, letter: UUID, what: particulars.Typed) -> None:
    lettercorrecting.correct(journey.database, actor, letter, what, journey.now)


def seen(journey: Journey, actor: Actor, number: str, tab: str) -> Any:
    return journey.database.read(lambda s: cases.find(s, actor, number, journey.now, tab), actor_scope(actor))


def test_each_case_says_it_at_once_and_a_letter_that_went_keeps_its_words(journey: Journey) -> None:
    letter = journey.register(candidate_count=3, letter_no="का०-1/2026")
    went, waits, untouched = (journey.add(letter, ["th_mufassil"]) for _ in range(3))
    journey.do(went, "scrutinise")
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    assistant = journey.staff.holder(Role.DM_ASSISTANT)
    with pytest.raises(NotAllowed):
        correct(journey, assistant, letter, typed(letter_no="का०-9/2026"))
    journey.now += timedelta(hours=1)
    correct(journey, head, letter, typed(letter_no="का०-2/2026", requesting_address="नया सचिवालय, पटना"))
    journey.now += timedelta(hours=1)
    journey.do(waits, "scrutinise")
    for number in (went, waits, untouched):
        view = seen(journey, head, number, "timeline")
        assert view.strip.letter_no == "का०-2/2026"
        [told] = [event for event in view.events if event.kind == "letter_corrected"]
        first = told.changes[0]
        assert (first.before, first.after) == ("का०-1/2026", "का०-2/2026")
        assert (told.outcome, told.text) == ("department_error", REASON)
    said = {}
    for number in (went, waits):
        [line] = [
            line for line in seen(journey, head, number, "documents").letters if line.kind == "fwd_dm_to_sp"
        ]
        file = letters.draw(journey.database, head, number.replace("/", "-"), line.key, journey.now)
        said[number] = " ".join(pages(file.data))
    assert "का०-1/2026" in said[went]
    assert "का०-2/2026" not in said[went]
    assert "का०-2/2026" in said[waits]
    assert journey.database.read(audit.verify, scopes.record(218)) == []


def test_a_unit_reads_of_a_correction_what_it_reads_of_a_letter(journey: Journey) -> None:
    letter = journey.register(letter_no="का०-1/2026")
    number = journey.add(letter, ["th_mufassil"])
    journey.go_on(number, until="accept_enquiry")
    section, station = (
        journey.staff.holder(Role.DM_SECTION_HEAD),
        journey.staff.holder(Role.SHO, journey.staff.offices(Role.SHO)["th_mufassil"]),
    )
    for version, boxes in enumerate(
        (
            {"letter_no": "का०-2/2026", "requesting_address": "नया सचिवालय"},
            {"requesting_address": "विकास भवन"},
        )
    ):
        journey.now += timedelta(hours=1)
        correct(journey, section, letter, typed(version, **boxes))
    whole, part = (
        [each for each in seen(journey, actor, number, "timeline").events if each.kind == "letter_corrected"]
        for actor in (section, station)
    )
    assert [len(each.changes) for each in whole] == [2, 1]
    [told] = part
    [change] = told.changes
    assert (change.before, change.after, told.text) == ("का०-1/2026", "का०-2/2026", REASON)


def test_two_who_correct_at_once_are_told_and_faults_are_named(journey: Journey) -> None:
    letter = journey.register()
    assistant = journey.staff.holder(Role.DM_ASSISTANT)
    correct(journey, assistant, letter, typed(letter_no="क-1"))
    with pytest.raises(particulars.Refused, match="meanwhile"):
        correct(journey, assistant, letter, typed(letter_no="क-2"))
    with pytest.raises(particulars.Refused, match="nothing_changed"):
        correct(journey, assistant, letter, typed(1, letter_no="क-1"))
    with pytest.raises(FormInvalid) as found:
        correct(journey, assistant, letter, typed(1, letter_no=" "))
    assert set(found.value.problems) == {"letter_no"}
    late = {"letter_date-d": "23", "letter_date-m": "11", "letter_date-y": "2026"}
    view = journey.database.read(
        lambda s: requisitions.view(s, assistant, letter, journey.now), actor_scope(assistant)
    )
    assert view.line.received_on < NOW.date(), "the day of receipt lies before today"
    with pytest.raises(FormInvalid) as found:
        correct(journey, assistant, letter, typed(1, **late))
    assert set(found.value.problems) == {"letter_date"}


def test_the_page_corrects_a_letter_until_it_is_answered(office: Office) -> None:
    letter = office.journey.register()
    number = office.journey.add(letter)
    assistant, address = office.at(Role.DM_ASSISTANT), f"/requisitions/{letter}/correct"
    assert address in text_of(assistant.get(f"/requisitions/{letter}"))
    page = text_of(assistant.get(address))
    assert 'name="purpose"' not in page, "what decides the route is not asked for"
    version = dict(re.findall(r'name="(version)" value="(\d+)"', page))
    sent = {"requesting_designation": "संयुक्त सचिव", "cause": "clerical_error", **version}
    missing = assistant.post(address, sent)
    assert missing.status_code == 422
    assert "संयुक्त सचिव" in text_of(missing), "what was typed stands"
    done = assistant.post_and_follow(address, {**sent, "reason": REASON})
    assert "सुधार दर्ज हुआ" in text_of(done)
    again = assistant.post(address, {**sent, "requesting_designation": "उप सचिव", "reason": REASON})
    assert again.status_code == 422
    assert "किसी और ने यह सुधारा" in text_of(again)
    told = text_of(assistant.get(f"/cases/{number.replace('/', '-')}/timeline")).partition("<main")[2]
    assert "संयुक्त सचिव" in told
    assert REASON in told
    sho = office.at(Role.SHO)
    assert sho.get(address).status_code == 403
    office.journey.go_on(number)
    head = office.journey.staff.holder(Role.DM_SECTION_HEAD)
    assert replies.ask(office.database, head, letter, NOW)
    closed = office.at(Role.DM_SECTION_HEAD)
    assert address not in text_of(closed.get(f"/requisitions/{letter}"))
    assert closed.get(address).status_code == 403
