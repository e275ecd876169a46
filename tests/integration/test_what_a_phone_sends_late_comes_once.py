"""What a phone sends after the line was gone comes once, loses nothing, and lies there under a key that is here."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.domain.errors import NotAllowed, TaskAlreadyDone
from app.domain.roles import Role
from app.formjs import Posted
from app.models.tables.cases import data_key, document
from app.models.tables.officers import draft
from app.models.tables.visits import device, failed_visit, received_item
from app.services.casefile import visits
from app.services.desk import receiving, tasks
from app.services.store import audit, devices, scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import scan
from tests.office import MULTIPART

if TYPE_CHECKING:
    from tests.office import Office

THANA = "th_mufassil"


def count(database, table, *where) -> int:
    with database.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def at_the_door(journey):
    number = journey.new_case((THANA,))
    journey.go_on(number, until="visit")
    task = next(each for each in journey.waiting(number) if each.element_id == "visit")
    return task, journey.actor_of(task)


def signed_in(office: Office, task):
    """The officer of a task at his browser, with a page seen."""
    visitor = office.holder_of(task)
    visitor.get("/inbox")
    return visitor


def item(task, kind="draft", **more) -> receiving.Item:
    return receiving.Item(**{"task_id": task.id, "sent_as": uuid4(), "kind": kind, **more})


def typed(journey, task, **changes) -> Posted:
    form = journey.form_of(task, **changes)
    return Posted(form.values, "draft")


def test_an_item_that_comes_three_times_changes_nothing(journey):
    task, officer = at_the_door(journey)
    written, pictured = item(task), item(task, "file")
    texts = typed(journey, task, finding_text="घर पर माता से भेंट हुई, निवास सत्यापित।")
    versions = {receiving.draft(journey.database, officer, written, texts, NOW) for _ in range(3)}
    photo = scan("site_photo")
    beside = {receiving.file(journey.database, officer, pictured, photo, NOW) for _ in range(3)}
    assert (len(versions), beside) == (1, {""}), "a picture beside the texts is no other text"
    said = visits.Said("locked", "nobody", uuid4())
    for _ in range(3):
        receiving.visit(journey.database, officer, item(task, "visit", sent_as=said.sent_as), said, NOW)
    assert count(journey.database, draft, draft.c.user_task_id == task.id) == 1
    assert count(journey.database, document, document.c.field == "site_photo") == 1
    assert count(journey.database, failed_visit) == 1
    assert count(journey.database, received_item) == 2
    assert journey.page_of(task).values["finding_text"].startswith("घर पर")

    other = typed(journey, task, finding_text="दूसरी खिड़की में लिखा हुआ पूरा विवरण यहाँ है।")
    tasks.save_draft(journey.database, officer, task.id, other, [], NOW)
    [known] = versions
    late = typed(journey, task, finding_text="फोन पर लिखा हुआ, जो बाद में पहुँचा और रुका रहा।")
    with pytest.raises(receiving.WrittenElsewhere) as changed:
        receiving.draft(journey.database, officer, item(task, base=known), late, NOW)
    assert journey.page_of(task).values["finding_text"].startswith("दूसरी"), "nothing was written over"
    insisted = item(task, base=changed.value.version)
    receiving.draft(journey.database, officer, insisted, late, NOW)
    newest = typed(journey, task, finding_text="पहले का उत्तर नहीं मिला, फिर भी यही लिखा है।")
    receiving.draft(
        journey.database, officer, item(task, base=known, follows=[insisted.sent_as]), newest, NOW
    )
    assert journey.page_of(task).values["finding_text"].startswith("पहले")

    other_officer = journey.staff.holder(Role.SHO, task.office_id)
    with pytest.raises(NotAllowed):
        receiving.draft(journey.database, other_officer, item(task), late, NOW)
    journey.finish(task, journey.form_of(task))
    assert receiving.draft(journey.database, officer, written, texts, NOW) == known, "it came before the end"
    with pytest.raises(TaskAlreadyDone):
        receiving.draft(journey.database, officer, item(task), late, NOW)
    assert journey.database.read(audit.verify, scopes.record(218)) == []


def test_the_key_of_a_phone_is_its_officers_alone_and_goes_when_nobody_asks_for_it(journey):
    first, second = journey.staff.holder(Role.SHO), journey.staff.holder(Role.SP_READER)

    def opened(actor, *named, at=NOW):
        return journey.database.write(
            lambda rows: devices.open_for(rows, actor, named, at), actor_scope(actor)
        )

    mine = opened(first)
    theirs = opened(second, mine.id)
    assert theirs.key != mine.key
    again = opened(first, theirs.id, mine.id)
    assert (again.id, again.key) == (mine.id, mine.key), "after a new sign-in the same officer reads on"
    assert count(journey.database, device) == 2

    journey.database.write(lambda rows: devices.forget(rows, second, mine.id, NOW), actor_scope(second))
    assert opened(first, mine.id).key == mine.key, "nobody destroys another officer's key"
    journey.database.write(lambda rows: devices.forget(rows, second, theirs.id, NOW), actor_scope(second))
    assert opened(second, theirs.id).key != theirs.key
    later = NOW + devices.KEPT_FOR
    opened(first, mine.id, at=later)
    assert devices.destroy_unused(journey.database, later + timedelta(hours=1)) == 1
    assert opened(first, mine.id, at=later).key == mine.key
    gone = data_key.c.kind == "device", data_key.c.wrapped.is_(None)
    assert count(journey.database, data_key, *gone) == 2
    for _ in range(devices.MOST + 2):
        opened(first)
    assert count(journey.database, device, device.c.officer_id == first.officer_id) == devices.MOST


def test_the_page_tells_what_became_of_each_item_and_the_phones_clock_means_nothing(office: Office):
    task, _ = at_the_door(office.journey)
    address = f"/tasks/{task.id}/items"
    visitor = signed_in(office, task)

    def send(kind, **form):
        return visitor.post(address, {"_item": str(uuid4()), "_kind": kind, **form}, **MULTIPART)

    told = send("visit", reason="locked", met="nobody", _age="7200", _said_at="1999-01-01")
    assert told.status_code == 200, told.get_data(as_text=True)[-3000:]
    assert told.get_json()["state"] == "sent"
    with office.database.engine.connect() as connection:
        row = connection.execute(select(failed_visit)).one()
    assert row.visited_at == NOW - timedelta(hours=2)
    refused = send("file", site_photo=(BytesIO(b"<html>"), "मकान.jpg", "image/jpeg")).get_json()
    assert refused["state"] == "refused"
    assert "मकान" in refused["words"]
    assert send("visit", reason="", met="nobody").get_json()["state"] == "refused"
    assert send("letter").status_code == 400
    opened = visitor.post("/phone/key", {}).get_json()
    assert visitor.post("/phone/key", {"device": opened["device"]}).get_json()["key"] == opened["key"]
    assert visitor.get("/phone").status_code == 200

    office.journey.finish(task, office.journey.form_of(task))
    gone = send("draft", finding_text="लाइन आने के बाद पहुँचा").get_json()
    assert gone["state"] == "gone"
    assert "लिखा हुआ यहीं सुरक्षित है" in gone["words"]
    kept = visitor.post("/sign-out", {"keep": "1"})
    assert "storage" not in kept.headers["Clear-Site-Data"], "what was not sent stays, sealed"
    again = signed_in(office, task)
    assert again.post("/phone/key", {"device": opened["device"]}).get_json()["key"] == opened["key"]
    erased = again.post("/sign-out", {"erase": "1"})
    assert "storage" in erased.headers["Clear-Site-Data"]
    assert (
        signed_in(office, task).post("/phone/key", {"device": opened["device"]}).get_json()["key"]
        != opened["key"]
    )


def test_a_picture_that_comes_first_begins_a_draft_that_the_phones_own_text_may_take_over(journey):
    task, officer = at_the_door(journey)
    pictured = item(task, "file")
    begun = receiving.file(journey.database, officer, pictured, scan("site_photo"), NOW)
    assert begun == journey.page_of(task).draft.version != ""
    text = typed(journey, task, finding_text="चित्र के बाद पहुँचा हुआ पूरा विवरण यहाँ है।")
    with pytest.raises(receiving.WrittenElsewhere):
        receiving.draft(journey.database, officer, item(task), text, NOW)
    receiving.draft(journey.database, officer, item(task, follows=[pictured.sent_as]), text, NOW)
    assert journey.page_of(task).values["finding_text"].startswith("चित्र")
    assert [each["name"] for each in journey.page_of(task).values["site_photo"]] == ["site_photo.jpg"]
