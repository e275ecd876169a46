"""Drafts and uploads not sent in thirty days are destroyed, forms of an ended session in seven; the rest stays."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from app.domain.roles import Role
from app.formjs import Posted, as_posted
from app.models.scope import SystemReason, SystemScope
from app.models.tables.audit import audit as record
from app.models.tables.cases import data_key, document
from app.models.tables.officers import draft
from app.services.access import interrupted
from app.services.desk import tasks
from app.services.intake import requisitions
from app.services.store import audit, documents, leftovers
from app.services.store.scopes import actor_scope
from tests.journey import LETTER

SARAN = SystemScope(SystemReason.HEALTH, 218)
LATER = timedelta(days=31)


@pytest.fixture
def photo() -> bytes:
    held = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(held, "JPEG")
    return held.getvalue()


def rows(journey, table):
    return journey.database.read(lambda session: session.connection.execute(select(table)).all(), SARAN)


def files(journey) -> set[str]:
    folder = journey.database.documents
    return {f"{path.parent.name}/{path.name}" for path in folder.glob("*/*")} if folder.is_dir() else set()


def recorded(journey, action: str) -> list[str]:
    return [row.object for row in rows(journey, record) if row.action == action]


def begin_letter(journey, photo: bytes) -> None:
    """The assistant types half a letter, puts its scan beside it, and goes home."""
    posted = Posted({"requesting_dept": ["आधा लिखा विभाग"]}, "draft")
    scan = documents.Upload("letter_scan", "पत्र.jpg", "image/jpeg", photo)
    actor = journey.staff.holder(Role.DM_ASSISTANT)
    requisitions.save_draft(journey.database, actor, requisitions.LETTER, None, posted, [scan], journey.now)


def begin_visit(journey, photo: bytes):
    """An enquiry officer takes a photo at the door and sends nothing; -> his task."""
    number = journey.new_case(["th_mufassil"])
    journey.go_on(number, until="visit")
    task = next(each for each in journey.waiting(number) if each.element_id == "visit")
    upload = documents.Upload("site_photo", "घर.jpg", "image/jpeg", photo)
    posted = Posted({}, "draft")
    tasks.save_draft(journey.database, journey.actor_of(task), task.id, posted, [upload], journey.now)
    return task


def destroy(journey, after: timedelta) -> int:
    return leftovers.destroy(journey.database, journey.now + after)


def test_a_letter_that_was_never_sent_goes_with_its_scan_and_its_key(journey, photo):
    begin_letter(journey, photo)
    [row], [key] = rows(journey, draft), [each for each in rows(journey, data_key) if each.kind == "draft"]
    [staged] = [each for each in rows(journey, document) if each.draft_id == row.id]
    assert staged.path in files(journey)
    assert destroy(journey, LATER) == 2
    assert rows(journey, draft) == []
    assert [each for each in rows(journey, document) if each.draft_id is not None] == []
    assert staged.path not in files(journey)
    [after] = [each for each in rows(journey, data_key) if each.id == key.id]
    assert (key.wrapped is not None, after.wrapped, after.destroyed_at) == (True, None, journey.now + LATER)
    assert recorded(journey, "draft:destroy") == [f"draft:{row.id}"]
    assert journey.database.read(audit.verify, SystemScope(SystemReason.AUDIT, 218)) == []


def test_a_draft_of_a_task_goes_and_its_case_stays_readable(journey, photo):
    task = begin_visit(journey, photo)
    before = {row.id: row.wrapped for row in rows(journey, data_key)}
    assert destroy(journey, LATER) == 2
    assert rows(journey, draft) == []
    assert {row.id: row.wrapped for row in rows(journey, data_key)} == before, "the key is the case's"
    journey.finish(task, journey.form_of(task))


def test_what_is_not_thirty_days_old_stays(journey, photo):
    begin_visit(journey, photo)
    begin_letter(journey, photo)
    held = files(journey)
    assert destroy(journey, timedelta(days=29)) == 0
    assert len(rows(journey, draft)) == 2
    assert files(journey) == held


def test_a_form_that_came_after_its_session_goes_after_a_week_with_its_key(journey, photo):
    begin_letter(journey, photo)
    actor = journey.staff.holder(Role.DM_ASSISTANT)
    sent = interrupted.Sent("/cases/SRN-2026-00001/notes", [("text", "पता फिर पूछना है")], had_files=False)
    journey.database.write(
        lambda session: interrupted.keep(session, actor, sent, journey.now), actor_scope(actor)
    )
    [kept] = [row for row in rows(journey, draft) if row.form == "interrupted"]
    assert destroy(journey, timedelta(days=7)) == 0
    assert destroy(journey, timedelta(days=7, seconds=1)) == 1
    assert [row.form for row in rows(journey, draft)] == [requisitions.LETTER]
    [key] = [each for each in rows(journey, data_key) if each.id == kept.data_key_id]
    assert (key.wrapped, recorded(journey, "draft:destroy")) == (None, [f"draft:{kept.id}"])


def test_a_draft_that_is_still_worked_on_keeps_its_uploads(journey, photo):
    begin_letter(journey, photo)
    journey.now += timedelta(days=20)
    actor, more = journey.staff.holder(Role.DM_ASSISTANT), Posted({"letter_no": ["क-7"]}, "draft")
    requisitions.save_draft(journey.database, actor, requisitions.LETTER, None, more, [], journey.now)
    held = files(journey)
    assert destroy(journey, timedelta(days=20)) == 0
    assert files(journey) == held


def test_what_was_sent_is_never_destroyed(journey, photo):
    actor, values = journey.staff.holder(Role.DM_ASSISTANT), {**LETTER}
    view = journey.database.read(
        lambda session: requisitions.intake(session, actor, requisitions.LETTER, None, journey.now),
        requisitions.actor_scope(actor),
    )
    posted = Posted(as_posted(view.form, {**view.values, **values}))
    scan = documents.Upload("letter_scan", "पत्र.jpg", "image/jpeg", photo)
    requisitions.register(journey.database, actor, posted, [scan], journey.now)
    held = files(journey)
    assert held
    assert destroy(journey, timedelta(days=4000)) == 0
    assert files(journey) == held
    assert all(row.wrapped is not None for row in rows(journey, data_key))


def test_a_file_taken_out_of_a_draft_goes_at_the_next_round(journey, photo):
    task = begin_visit(journey, photo)
    [staged] = [each for each in rows(journey, document) if each.draft_id is not None]
    drop = Posted({}, f"drop:{staged.id}")
    tasks.save_draft(journey.database, journey.actor_of(task), task.id, drop, [], journey.now)
    assert staged.path in files(journey)
    assert destroy(journey, timedelta(hours=1)) == 1
    assert staged.path not in files(journey)
    assert len(rows(journey, draft)) == 1
    assert recorded(journey, "document:destroy") == [f"document:{staged.id}"]


def test_a_file_without_a_row_goes_thirty_days_after_it_was_first_missed(journey, photo):
    """The machine stopped between the file and its row; or somebody started the program on a wrong database."""
    lost, unfinished = "ab/" + "0" * 30 + "ab", "ab/." + "0" * 30 + "cd.12345678"
    begin_visit(journey, photo)
    held = files(journey)
    for path in (lost, unfinished):
        documents.put(journey.database.documents, path, b"sealed")
    (journey.database.documents / "ab" / "notes.txt").write_text("not ours")
    assert destroy(journey, timedelta(days=1)) == 0
    assert destroy(journey, timedelta(days=25)) == 0
    assert {lost, unfinished} <= files(journey)
    journey.now += timedelta(days=31)  # a day more, and the visit's own draft is over as well
    assert destroy(journey, timedelta()) == 2 + 2
    assert files(journey) & {lost, unfinished} == set()
    assert "ab/notes.txt" in files(journey)
    assert not files(journey) & held
    assert set(recorded(journey, "file:destroy")) == {f"file:{lost}", f"file:{unfinished}"}


def test_a_file_that_gets_its_row_after_all_is_forgotten_as_lost(journey, photo):
    """A paper whose job waits for a repair: its file lies there before its row does."""
    task = begin_visit(journey, photo)
    [staged] = [each for each in rows(journey, document) if each.draft_id is not None]
    kept = (journey.database.documents / staged.path).read_bytes()
    other = staged.path[:-1] + ("0" if staged.path[-1] != "0" else "1")
    documents.put(journey.database.documents, other, kept)
    assert destroy(journey, timedelta(days=1)) == 0
    (journey.database.documents / other).unlink()
    assert destroy(journey, timedelta(days=2)) == 0
    documents.put(journey.database.documents, other, kept)
    assert destroy(journey, timedelta(days=29)) == 0, "missed anew only now"
    assert other in files(journey)
    assert task is not None


def test_files_left_by_a_crash_after_the_rows_went_are_found_again(journey, photo, monkeypatch):
    begin_letter(journey, photo)
    held = files(journey)
    with monkeypatch.context() as crash:
        crash.setattr(leftovers, "_delete", dies)
        with pytest.raises(KeyboardInterrupt):
            destroy(journey, LATER)
    assert files(journey) == held
    assert destroy(journey, LATER) == 0
    assert destroy(journey, LATER + LATER) == 1
    assert not files(journey) & held


def dies(*_: object) -> None:
    raise KeyboardInterrupt
