"""A department is told at its own address that a letter has moved: signed, once, tried again, and no name."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed
from app.domain.roles import Role
from app.models.intake.webhooks import webhook, webhook_call
from app.postbox import Caller
from app.services.intake import acceptance, lodgements
from app.services.notices import webhooks
from app.services.store.scopes import actor_scope
from tests import lodging
from tests.districts import NOW
from tests.office import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journey import Journey
    from tests.office import Office

CALLER = Caller(is_demo=True)


class Listener(BaseHTTPRequestHandler):
    """Keep what is posted, and answer as the server says."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def program() -> Iterator[Any]:
    with HTTPServer(("127.0.0.1", 0), Listener) as made:
        made.heard, made.answer = [], 204
        made.address = f"http://127.0.0.1:{made.server_port}/hook"
        thread = threading.Thread(target=made.serve_forever, args=(0.05,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def begin(journey: Journey, address: str) -> str:
    clerk = journey.staff.holder(Role.REQUESTER)
    return journey.database.write(
        lambda rows: webhooks.set_address(rows, clerk, CALLER, address, NOW), actor_scope(clerk)
    )


def told(program: Any) -> list[dict[str, Any]]:
    found = [json.loads(body) for _, body in program.heard]
    program.heard.clear()
    return found


def test_each_move_of_a_letter_is_told_once_signed_and_without_a_word_about_a_person(
    journey: Journey, program: Any
) -> None:
    database, clerk = journey.database, journey.staff.holder(Role.REQUESTER)
    secret = begin(journey, program.address)
    webhooks.go_on(database, CALLER, NOW)
    assert [each["state"] for each in told(program)] == ["trial"]
    letter = lodging.sent(journey, clerk, NOW)
    webhooks.go_on(database, CALLER, NOW)
    [(headers, body)] = program.heard
    stamp, _, mark = headers["Esp-Signature"].removeprefix("t=").partition(",v1=")
    assert mark == webhooks.signature(secret.encode(), stamp, body)
    assert mark != webhooks.signature(secret.encode(), str(int(stamp) + 1), body), "the time is signed too"
    assert abs(int(stamp) - NOW.timestamp()) < 1
    [sent] = told(program)
    assert set(sent) == {"id", "at", "state", "stages", "requisition", "link"}
    assert (sent["state"], sent["stages"], sent["requisition"]) == ("sent", {}, str(letter))
    acceptance.accept(database, journey.staff.holder(Role.DM_ASSISTANT), letter, NOW)
    webhooks.go_on(database, CALLER, NOW)
    assert [each["state"] for each in told(program)] == ["received"]
    webhooks.go_on(database, CALLER, NOW)
    assert told(program) == [], "nothing has moved"
    number = journey.new_case(requesting_dept="शिक्षा विभाग", letter_no="शि०-77/2026")
    webhooks.go_on(database, CALLER, NOW)
    assert [each["stages"] for each in told(program)] == [{"scrutiny": 1}]
    journey.go_on(number, "visit", "search_records")
    webhooks.go_on(database, CALLER, NOW)
    [moved] = told(program)
    assert (moved["state"], moved["stages"]) == ("received", {"police": 1})
    elsewhere = journey.new_case(requesting_dept="बिहार पुलिस", letter_no="पु०-77/2026")
    assert elsewhere
    webhooks.go_on(database, CALLER, NOW)
    assert told(program) == [], "another department's letter"


def test_what_was_not_taken_is_tried_again_and_given_up_at_last(journey: Journey, program: Any) -> None:
    begin(journey, program.address)
    program.answer, now, tries = 503, NOW, 0
    while tries < 20:
        webhooks.go_on(journey.database, CALLER, now)
        with journey.database.engine.connect() as connection:
            [row] = connection.execute(select(webhook_call)).all()
        tries += 1
        if row.state != webhooks.QUEUED:
            break
        assert row.error == "http_503"
        assert row.run_at > now
        webhooks.go_on(journey.database, CALLER, now)
        assert len(program.heard) == tries, "not before its time"
        now = row.run_at
    assert (row.state, row.attempts, tries) == (webhooks.FAILED, 7, 7)
    assert now - NOW > timedelta(hours=12)


def test_an_address_that_takes_over_gets_a_key_of_its_own_and_the_one_before_no_more(
    journey: Journey, program: Any
) -> None:
    first = begin(journey, program.address)
    second = begin(journey, f"{program.address}/2")
    assert first != second
    webhooks.go_on(journey.database, CALLER, NOW)
    assert len(program.heard) == 1
    clerk = journey.staff.holder(Role.REQUESTER)
    journey.database.write(lambda rows: webhooks.stop(rows, clerk, NOW), actor_scope(clerk))
    program.heard.clear()
    lodging.sent(journey, clerk, NOW)
    webhooks.go_on(journey.database, CALLER, NOW)
    assert program.heard == []
    with journey.database.engine.connect() as connection:
        kept = [row.secret for row in connection.execute(select(webhook))]
    assert all(second.encode() not in bytes(each) for each in kept)
    sho = journey.staff.holder(Role.SHO)
    with pytest.raises(NotAllowed):
        journey.database.read(lambda rows: webhooks.view(rows, sho), actor_scope(sho))


def test_the_page_keeps_the_address_and_shows_the_key_once(office: Office, program: Any) -> None:
    clerk = office.at(Role.REQUESTER)
    clerk.get("/department/tokens")
    refused = clerk.post("/department/webhook", {"address": "https://10.0.0.7/hook"})
    assert refused.status_code == 422
    assert "https://10.0.0.7/hook" in text_of(refused), "nothing typed is lost"
    kept = text_of(clerk.post("/department/webhook", {"address": program.address}))
    assert "HMAC-SHA-256" in kept
    page = text_of(clerk.get("/department/tokens"))
    assert program.address in page
    assert "हस्ताक्षर की कुंजी" not in page
    webhooks.go_on(office.database, CALLER, NOW)
    assert "भेजी गई" in text_of(clerk.get("/department/tokens"))
    assert clerk.post("/department/webhook/stop", {}).status_code == 303
    assert program.address not in text_of(clerk.get("/department/tokens")).partition("<form")[0]
    assert lodgements.NOTICE
