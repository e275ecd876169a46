"""Files over HTTP, as a browser sends them: staged beside the form, kept through every refusal, given back safely."""

from __future__ import annotations

import os
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from flask import request
from PIL import Image
from sqlalchemy import func, select

from app import create_app
from app.config import Settings
from app.domain.roles import Role
from app.models.tables.cases import document
from tests.districts import NOW
from tests.journey import Journey
from tests.visitor import Visitor, without_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

PNG_OF_A_PAGE = b"<html><script>alert(1)</script></html>"


def photo(color: str = "navy") -> bytes:
    held = BytesIO()
    Image.new("RGB", (64, 48), color).save(held, "JPEG")
    return held.getvalue()


def sent(data: bytes, name: str = "घर.jpg", claimed: str = "image/jpeg") -> tuple[BytesIO, str, str]:
    return BytesIO(data), name, claimed


class Door:
    """An enquiry officer at the door of a house, with the form of his visit open."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(folder, f"sqlite:///{folder / 'satyapan.db'}", demo=True, testing=True)
        self.app = create_app(settings, clock=lambda: NOW)
        self.database = self.app.extensions["database"]
        self.journey = Journey(self.database, NOW)
        self.number = self.journey.new_case(["th_mufassil"])
        self.journey.go_on(self.number, until="visit")
        self.task = next(each for each in self.journey.waiting(self.number) if each.element_id == "visit")
        self.address = f"/tasks/{self.task.id}"
        self.officer = self.enter(self.journey.actor_of(self.task).officer_id)
        self.officer.get(self.address)

    def enter(self, officer_id: Any) -> Visitor:
        return Visitor(self.app).enter(officer_id, NOW)

    def at(self, role: Role) -> Visitor:
        return self.enter(self.journey.staff.holder(role).officer_id)

    def send(self, op: str = "submit", **changes: Any) -> TestResponse:
        """Post the form of a clean visit, with these boxes in place of its own."""
        boxes = {**self.journey.form_of(self.task).values, "_op": op, **changes}
        return self.officer.post(self.address, boxes, content_type="multipart/form-data")

    def page(self) -> str:
        return self.officer.get(self.address).get_data(as_text=True)

    def staged(self) -> list[str]:
        """Names of the files that the page of the task shows."""
        return re.findall(r'class="staged-name">([^<]*)<', self.page())

    def on_disk(self) -> int:
        return sum(each.is_file() for each in self.database.documents.glob("*/*"))

    def in_table(self) -> int:
        with self.database.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(document)).scalar_one())


@pytest.fixture
def door(demo_sqlite: Path, tmp_path: Path) -> Iterator[Door]:
    (tmp_path / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Door(tmp_path)
    yield made
    made.database.close()


def test_a_photo_survives_a_draft_and_a_refused_form_and_goes_with_the_case(door: Door) -> None:
    assert door.send("draft", site_photo=sent(photo())).status_code == 303
    assert door.staged() == ["घर.jpg"]
    [place] = re.findall(r'href="(/drafts/files/[^"?]*)" class="staged-name"', door.page())
    assert door.officer.get(place).mimetype == "image/jpeg"
    assert 'src="data:image/jpeg;base64,' in door.officer.get(f"{place}?page=1").get_data(as_text=True)
    answer = door.send(resident=[""])
    assert answer.status_code == 422
    assert "घर.jpg" in answer.get_data(as_text=True)
    assert door.staged() == ["घर.jpg"]
    assert door.send().status_code == 303
    shown = door.at(Role.DM).get(f"/cases/{door.number.replace('/', '-')}/documents").get_data(as_text=True)
    assert "घर.jpg" in shown


def test_a_file_is_for_its_own_user_whatever_the_program_lets_others_read(door: Door) -> None:
    lax = os.umask(0o022)
    try:
        assert door.send("draft", site_photo=sent(photo())).status_code == 303
    finally:
        os.umask(lax)
    (kept,) = (each for each in door.database.documents.glob("*/*") if each.is_file())
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_photo_sent_with_a_refused_form_need_not_be_sent_again(door: Door) -> None:
    answer = door.send(resident=[""], site_photo=sent(photo()))
    assert answer.status_code == 422
    assert "घर.jpg" in answer.get_data(as_text=True)
    assert door.send().status_code == 303


def test_a_file_of_the_wrong_kind_is_told_beside_its_box_and_the_rest_is_kept(door: Door) -> None:
    answer = door.send(finding_text="यह लिखा रहे", site_photo=sent(PNG_OF_A_PAGE, "मकान.png", "image/png"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#f-site_photo"' in page
    assert "फाइल “मकान” यहाँ नहीं चलेगी" in page
    assert "यह लिखा रहे" in page
    assert "यह लिखा रहे" in door.page()
    assert (door.staged(), door.on_disk()) == ([], 0)


def test_a_file_that_is_too_large_is_told_with_the_limit(door: Door) -> None:
    answer = door.send(site_photo=sent(b"\xff\xd8\xff" + b"\0" * 10_000_001))
    answer.request.environ["wsgi.input"].close()  # the test's own browser put it into a file
    assert answer.status_code == 422
    assert "10 एमबी से बड़ी है; छोटी फाइल जोड़ें" in answer.get_data(as_text=True)


def test_a_file_for_no_box_of_the_form_is_not_kept(door: Door) -> None:
    before = door.in_table()
    for name in ("issued_paper", "resident", "scan", "../../evil"):
        answer = door.send("draft", **{name: sent(photo())})
        assert answer.status_code == 422, name
        assert "जो इस प्रपत्र में नहीं" in answer.get_data(as_text=True), name
    assert (door.in_table(), door.on_disk()) == (before, 0)


def test_a_box_takes_no_more_files_than_it_says(door: Door) -> None:
    for _ in range(3):
        door.send("draft", site_photo=[sent(photo()), sent(photo("red"), "गली.jpg"), sent(photo("white"))])
    page = door.send("draft", site_photo=sent(photo())).get_data(as_text=True)
    held = len(door.staged())
    assert 1 <= held == door.on_disk()
    assert f"अधिक से अधिक {held} फाइल" in page


def test_nothing_of_a_file_lies_in_the_machines_own_folder(door: Door) -> None:
    """A large upload is what a web server likes to put into a temporary file, unsealed."""
    head = b'--x\r\nContent-Disposition: form-data; name="site_photo"; filename="a.jpg"\r\n\r\n'
    body = head + b"\xff" * 2_000_000 + b"\r\n--x--\r\n"
    form = {"method": "POST", "data": body, "content_type": "multipart/form-data; boundary=x"}
    with door.app.test_request_context(door.address, **form):
        held = request.files["site_photo"].stream
        assert isinstance(held, BytesIO)
        assert len(held.getvalue()) == 2_000_000


def test_a_document_is_given_back_for_keeping_never_for_showing(door: Door) -> None:
    door.send(site_photo=sent(photo(), "घर onload=x;<b>.html.jpg"))
    with door.database.engine.connect() as connection:
        row = connection.execute(select(document.c.id, document.c.path)).one()
    answer = door.at(Role.DM).get(f"/documents/{row.id}")
    headers = answer.headers
    assert answer.status_code == 200
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"onload_xb.html.jpg\"; filename*=UTF-8''%E0%A4%98%E0%A4%B0%20onload%3Dxb.html.jpg"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "no-store"
    sealed = (door.database.documents / row.path).read_bytes()
    assert answer.data[:20] not in sealed
    assert b"JFIF" not in sealed


def test_a_picture_is_looked_at_beside_the_form_and_is_fetched_when_it_is_unfolded(door: Door) -> None:
    door.send(site_photo=sent(photo()))
    door.journey.go_on(door.number, until="endorse_enquiry")
    task = next(each for each in door.journey.waiting(door.number) if each.element_id == "endorse_enquiry")
    head = door.enter(door.journey.actor_of(task).officer_id)
    page = head.get(f"/tasks/{task.id}").get_data(as_text=True)
    with door.database.engine.connect() as connection:
        row = connection.execute(select(document.c.id).where(document.c.field == "site_photo")).one()
    folded = page.partition('<details class="look">')[2].partition("</details>")[0]
    assert "चित्र यहीं देखें" in folded
    assert f'<img loading="lazy" src="/documents/{row.id}" alt="स्थल फोटो">' in folded
    assert head.get(f"/documents/{row.id}").mimetype == "image/jpeg"


def test_a_foreign_document_looks_like_one_that_is_not_there(door: Door) -> None:
    door.send(site_photo=sent(photo()))
    with door.database.engine.connect() as connection:
        known = connection.execute(select(document.c.id)).scalar_one()
    office = door.journey.staff.offices(Role.SHO)["th_garkha"]
    stranger = door.enter(door.journey.staff.holder(Role.SHO, office).officer_id)
    answers = [stranger.get(f"/documents/{each}") for each in (known, "0199a000-0000-7000-8000-000000000000")]
    assert [each.status_code for each in answers] == [404, 404]
    assert without_tokens(answers[0].data) == without_tokens(answers[1].data)
    for odd in ("..%2f..%2fkeys%2fring.json", "%00", "1", "x" * 300, f"{known}/../{known}"):
        assert stranger.get(f"/documents/{odd}").status_code == 404, odd


def test_what_another_officer_staged_is_not_taken_out_by_its_number(door: Door) -> None:
    door.send("draft", site_photo=sent(photo()))
    with door.database.engine.connect() as connection:
        staged = connection.execute(select(document.c.id)).scalar_one()
    assistant = door.at(Role.DM_ASSISTANT)
    assistant.get("/requisitions/new")
    for op in (f"drop:{staged}", "drop:nonsense", "drop:"):
        assert assistant.post("/requisitions/new", {"_op": op}).status_code == 303
    assert door.staged() == ["घर.jpg"]
    assert door.send(f"drop:{staged}").status_code == 303
    assert door.staged() == []
