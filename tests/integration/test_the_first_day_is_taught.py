"""Whoever begins is told what comes to his post; the demo district fills in a letter and a person to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.roles import PERMISSIONS, Permission, Role
from app.formjs import Posted, as_posted
from app.services.demo import samples
from app.services.intake import requisitions
from app.services.store.scopes import actor_scope
from app.web.frame import language
from tests.districts import NOW
from tests.office import text_of

if TYPE_CHECKING:
    from uuid import UUID

    from tests.office import Office

WORKING = [role for role in Role if Permission.INBOX_SEE in PERMISSIONS[role]]


def test_an_empty_inbox_teaches_each_post_in_both_languages(office: Office) -> None:
    for code in language.LANGUAGES:
        with office.app.test_request_context(), language.of(code):
            told = {role: language.word("inbox.teach", role) for role in WORKING}
        assert not [role for role, text in told.items() if text.startswith("inbox.teach")]
        assert len(set(told.values())) == len(WORKING), "no two posts do the same"
    page = text_of(office.at(Role.SHO, "th_garkha").get("/inbox"))
    assert "पुलिस अधीक्षक कार्यालय से जो पता आपके थाने को मिलेगा" in page


def test_a_practice_letter_and_person_are_filled_in_and_can_be_sent(office: Office) -> None:
    assistant, actor = office.at(Role.DM_ASSISTANT), office.journey.staff.holder(Role.DM_ASSISTANT)
    assert "sample=1" in text_of(assistant.get("/requisitions"))
    page = text_of(assistant.get("/requisitions/new?sample=1"))
    assert "शिक्षा विभाग (अभ्यास)" in page
    assert "अभ्यास जिला" in page

    def filled(form: str, letter: UUID | None) -> Posted:
        view = office.database.read(lambda s: samples.fill(s, actor, form, letter, NOW), actor_scope(actor))
        return Posted(as_posted(view.form, view.values))

    letter = requisitions.register(office.database, actor, filled(requisitions.LETTER, None), [], NOW)
    assert "sample=1" in text_of(assistant.get(f"/requisitions/{letter}"))
    person = filled(requisitions.PERSON, letter)
    number = requisitions.add_candidate(office.database, actor, letter, person, [], NOW)
    assert office.journey.steps(number) == ["scrutinise"]
    assert "अभ्यास कुमार" in text_of(assistant.get(f"/requisitions/{letter}"))


def test_only_a_practice_district_fills_in_for_practice(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    with office.database.engine.execution_options(writing=True).begin() as connection:
        connection.exec_driver_sql("update district set demo = 0")
    assert assistant.get("/requisitions/new?sample=1").status_code == 404
