"""Drafts and uploads: what an officer staged is on the case once he sends the form, and his draft is gone."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.models import case_queries
from app.models.officers import draft
from app.models.scope import SystemReason, SystemScope
from app.services import documents, tasks

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
        rows = case_queries.documents_of_case(session, case.id, case.requisition_id)
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


def test_a_draft_is_gone_once_its_task_is_done(journey, visit):
    _, task = visit
    actor, posted = journey.actor_of(task), journey.form_of(task)
    tasks.save_draft(journey.database, actor, task.id, posted, [], journey.now)
    assert drafts_left(journey) == 1
    journey.finish(task, posted)
    assert drafts_left(journey) == 0
