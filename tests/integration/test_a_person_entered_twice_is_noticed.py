"""Who was entered before under another spelling is shown to the assistant and the section head; they decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.domain.errors import FormInvalid
from app.domain.roles import Role
from app.services.casefile import duplicates
from app.services.intake import requisitions
from app.services.store.scopes import actor_scope
from tests.office import text_of

if TYPE_CHECKING:
    from tests.journey import Journey
    from tests.office import Office

UNASKED: dict[str, Any] = {"dup_ack": None, "dup_reason": ""}
PRINCE = {
    "name_hi": "प्रिंस कुमार",
    "name_en": "Prince Kumar",
    "father_hi": "सुनील कुमार",
    "father_en": "Sunil Kumar",
}
PRINS = {**PRINCE, "name_hi": "प्रिन्स कुमार", "name_en": "Prins Kumar"}


def refused(journey: Journey, letter: Any, **person: Any) -> set[str]:
    with pytest.raises(FormInvalid) as told:
        journey.add(letter, **{**UNASKED, **person})
    return set(told.value.problems)


def test_a_second_entry_of_a_person_is_asked_about_and_the_answer_is_kept(journey: Journey) -> None:
    letter = journey.register(candidate_count=3)
    first = journey.add(letter, **UNASKED, **PRINCE)
    assert refused(journey, letter, **PRINS) == {"dup_ack", "dup_reason"}
    assert refused(journey, letter, **PRINS, dup_ack="same_person") == {"dup_reason"}
    held = journey.add(letter, **PRINS, dup_ack="same_person", dup_reason="वर्तनी अलग, जन्म तिथि वही")
    [task] = journey.waiting(held)
    page = journey.page_of(task)
    assert [each.line.number for each in page.briefing.alike.found] == [first]
    assert page.briefing.alike.found[0].same == ("name", "father", "dob", "village")
    assert page.briefing.alike.is_held
    [task] = journey.waiting(first)
    page = journey.page_of(task)
    assert [each.line.number for each in page.briefing.alike.found] == [held], "told on both sides"
    assert not page.briefing.alike.is_held


def test_a_name_spelt_by_other_sounds_is_noticed_too(journey: Journey) -> None:
    letter = journey.register(candidate_count=2)
    mahto = {**PRINCE, "name_hi": "नागेन्द्र महतो", "name_en": "Nagendra Mahto", "father_hi": "अब्दुर रहमान"}
    journey.add(letter, **UNASKED, **mahto)
    again = {**mahto, "name_hi": "नगेन्दर महतो", "name_en": "Nagender Mahato", "father_hi": "अब्दुल रहमान"}
    assert refused(journey, letter, **again) == {"dup_ack", "dup_reason"}


@pytest.mark.parametrize(
    "differs",
    [
        {"father_hi": "रमेश प्रसाद", "father_en": "Ramesh Prasad"},
        {"name_hi": "प्रेम कुमार", "name_en": "Prem Kumar"},
        {"dob": "2001-01-01", "perm_village": "मीरगंज"},
    ],
)
def test_a_namesake_is_nobodys_double(journey: Journey, differs: dict[str, str]) -> None:
    letter = journey.register(candidate_count=2)
    journey.add(letter, **UNASKED, **PRINCE)
    assert journey.add(letter, **UNASKED, **{**PRINS, **differs})


def test_the_same_form_sent_twice_is_not_its_own_double(journey: Journey) -> None:
    letter = journey.register()
    number = journey.add(letter, **UNASKED, **PRINCE)
    actor = journey.staff.holder(Role.DM_ASSISTANT)

    def alike(session: Any) -> list[str]:
        case = journey.waiting(number)[0].case_id
        return [
            each.line.number
            for each in duplicates.of(session, PRINCE | {"dob": "1998-03-14"}, journey.now, but=case)
        ]

    assert journey.database.read(alike, actor_scope(actor)) == []


def test_the_page_shows_them_side_by_side_in_both_languages(office: Office) -> None:
    journey = office.journey
    letter = journey.register(candidate_count=2)
    first = journey.add(letter, **UNASKED, **PRINCE)
    posted = dict(journey.form_of_person(letter, **{**PRINS, **UNASKED}).values)
    assistant, where = office.at(Role.DM_ASSISTANT), f"/requisitions/{letter}/new"
    assert "संभावित दोहरी प्रविष्टि" not in text_of(assistant.get(where)).partition("<form")[0]
    answer = assistant.post(where, posted)
    page = text_of(answer)
    assert answer.status_code == 422
    for words in (
        "संभावित दोहरी प्रविष्टि",
        first,
        "प्रिंस कुमार",
        "समान: नाम, पिता/पति का नाम, जन्म तिथि",
        'href="#f-dup_ack"',
    ):
        assert words in page
    assert "प्रिन्स कुमार" in page, "nothing typed is lost"
    assert first in text_of(assistant.get(where)), "the draft shows them again"
    assistant.post("/account/language", {"language": "en"})
    assert "Possible duplicate" in text_of(assistant.get(where))
    sent = assistant.post(where, {**posted, "dup_ack": ["other_person"], "dup_reason": ["दूसरे गाँव के हैं"]})
    assert sent.status_code == 303
    head = office.at(Role.DM_SECTION_HEAD)
    task = next(task for task in journey.waiting(first))
    assert "संभावित दोहरी प्रविष्टि" in text_of(head.get(f"/tasks/{task.id}"))


def test_the_form_of_a_letter_compares_nobody(journey: Journey) -> None:
    actor = journey.staff.holder(Role.DM_ASSISTANT)
    view = journey.database.read(
        lambda s: requisitions.intake(s, actor, requisitions.LETTER, None, journey.now), actor_scope(actor)
    )
    assert view.likenesses == ()
