"""Drafts and uploads: what an officer staged is on the case once he sends the form, and his draft is gone."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.domain.roles import Role
from app.formjs import Posted
from app.models.casefile import case_queries
from app.models.casefile import document_queries as filed
from app.models.scope import SystemReason, SystemScope
from app.models.tables.officers import draft
from app.services.casework import cases
from app.services.desk import taskpage, tasks
from app.services.intake import requisitions
from app.services.store import documents
from app.services.store.scopes import actor_scope

SARAN = SystemScope(SystemReason.HEALTH, 218)


@pytest.fixture
def photo() -> bytes:
    held = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(held, "JPEG")
    return held.getvalue()


@pytest.fixture
def visit(journey):
    """A case at the door: the visit waits, its registers are done."""
    number = journey.new_case(["th_mufassil"])
    journey.go_on(number, until="visit")
    return number, next(task for task in journey.waiting(number) if task.element_id == "visit")


def fields_with_files(journey, number) -> list[str]:
    def work(session):
        case = case_queries.find_number(session, number)
        rows = filed.of_case(session, case.id, case.requisition_id)
        return [row.field for row in rows if row.case_id == case.id]

    return journey.database.read(work, SARAN)


def drafts_left(journey) -> int:
    return journey.database.read(
        lambda session: session.connection.execute(select(func.count()).select_from(draft)).scalar_one(),
        SARAN,
    )


def test_a_photo_sent_with_the_form_is_on_the_case(journey, visit, photo):
    number, task = visit
    upload = documents.Upload("site_photo", "घर.jpg", "image/jpeg", photo)
    tasks.complete(
        journey.database, journey.actor_of(task), task.id, journey.form_of(task), [upload], journey.now
    )
    assert "site_photo" in fields_with_files(journey, number)
    assert drafts_left(journey) == 0


def test_a_photo_of_a_visit_that_was_made_again_is_told_as_the_earlier_version(journey, visit, photo):
    number, task = visit
    first = documents.Upload("site_photo", "पहली.jpg", "image/jpeg", photo)
    tasks.complete(
        journey.database, journey.actor_of(task), task.id, journey.form_of(task), [first], journey.now
    )
    journey.do(number, "endorse_enquiry", agree="return_to_eo", endorse_reason="दोबारा जाकर फोटो लें")
    again = next(each for each in journey.waiting(number) if each.element_id == "revisit")
    second = documents.Upload("site_photo", "दूसरी.jpg", "image/jpeg", photo)
    tasks.complete(
        journey.database, journey.actor_of(again), again.id, journey.form_of(again), [second], journey.now
    )
    sp = journey.staff.holder(Role.SP)
    page = cases.see(journey.database, sp, number, "documents", journey.now)
    told = {line.name: line.is_replaced for line in page.documents if line.field == "site_photo"}
    assert told == {"पहली.jpg": True, "दूसरी.jpg": False}


def test_a_draft_is_gone_once_its_task_is_done(journey, visit):
    _, task = visit
    actor, posted = journey.actor_of(task), journey.form_of(task)
    tasks.save_draft(journey.database, actor, task.id, posted, [], journey.now)
    assert drafts_left(journey) == 1
    journey.finish(task, posted)
    assert drafts_left(journey) == 0


def shown(journey, task) -> list[str]:
    """The files that the page of a task shows when it is opened anew."""
    actor = journey.actor_of(task)
    view = journey.database.read(
        lambda session: taskpage.open_task(session, actor, task.id, journey.now), actor_scope(actor)
    )
    return [file["name"] for file in view.values["site_photo"]]


def test_a_file_is_on_the_page_from_its_upload_until_it_is_taken_away(journey, visit, photo):
    _, task = visit
    actor, posted = journey.actor_of(task), journey.form_of(task)
    upload = documents.Upload("site_photo", "घर.jpg", "image/jpeg", photo)
    tasks.save_draft(
        journey.database, actor, task.id, replace(posted, op="upload:site_photo"), [upload], journey.now
    )
    assert shown(journey, task) == ["घर.jpg"]
    (file,) = journey.database.read(
        lambda session: taskpage.open_task(session, actor, task.id, journey.now), actor_scope(actor)
    ).values["site_photo"]
    tasks.save_draft(
        journey.database, actor, task.id, replace(posted, op=f"drop:{file['id']}"), [], journey.now
    )
    assert shown(journey, task) == []


def test_the_scan_of_a_letter_is_on_the_page_from_its_upload(journey, photo):
    actor = journey.staff.holder(Role.DM_ASSISTANT)
    upload = documents.Upload("letter_scan", "पत्र.jpg", "image/jpeg", photo)
    typed = Posted({}, "upload:letter_scan")
    requisitions.save_draft(journey.database, actor, requisitions.LETTER, None, typed, [upload], journey.now)
    view = journey.database.read(
        lambda session: requisitions.intake(session, actor, requisitions.LETTER, None, journey.now),
        actor_scope(actor),
    )
    assert [file["name"] for file in view.values["letter_scan"]] == ["पत्र.jpg"]
