"""Notices reach officers by e-mail and SMS as each wishes, once, in the end; of a case they say no word."""

from __future__ import annotations

import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from app.config import SettingRefused, load
from app.domain.errors import FormInvalid
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.desk.messages import message
from app.models.tables.workflow import notification
from app.postbox import MailServer, NotSent, SmsGateway
from app.services.notices import messages
from app.services.notices.messages import Carriers, Wishes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.mail import MailBox
from tests.office import Office, text_of
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.domain.roles import Actor
    from tests.journey import Journey

THANA = "th_garkha"
AT_ONCE, DAILY = (
    Wishes("sho.garkha@bihar.gov.in", "9000000001"),
    Wishes("sho.garkha@bihar.gov.in", "", is_digest=True),
)
SENDER = "noreply@saran.bihar.gov.in"


@pytest.fixture
def box() -> Iterator[MailBox]:
    made = MailBox()
    yield made
    made.end()


@pytest.fixture
def carriers(box: MailBox) -> Carriers:
    return Carriers(MailServer(box.url, SENDER))


def sho(journey: Journey) -> Actor:
    return journey.staff.holder(Role.SHO, journey.staff.offices(Role.SHO)[THANA])


def wish(journey: Journey, wanted: Wishes) -> None:
    actor = sho(journey)
    journey.database.write(
        lambda rows: messages.set_wishes(rows, actor, wanted, journey.now), actor_scope(actor)
    )


def notify(journey: Journey, kind: str = "reminder", actor: Actor | None = None) -> None:
    actor = actor or sho(journey)
    with journey.database.engine.begin() as connection:
        connection.execute(
            notification.insert().values(
                district_id=actor.district_id,
                id=new_id(journey.now),
                office_id=actor.post.office_id,
                role=actor.post.role,
                kind=kind,
                at=journey.now,
            )
        )


def outbox(journey: Journey) -> list[tuple[str, str, str]]:
    with journey.database.engine.connect() as connection:
        rows = connection.execute(select(message).order_by(message.c.at, message.c.id))
        return sorted((row.kind, row.channel, row.state) for row in rows)


def test_a_new_address_gets_a_trial_and_then_every_notice_once(journey, box, carriers):
    wish(journey, Wishes("sho.garkha@bihar.gov.in"))
    journey.now = NOW + timedelta(minutes=1)
    notify(journey)
    for _ in range(3):
        messages.go_on(journey.database, carriers, journey.now)
    assert outbox(journey) == [("reminder", "email", "sent"), ("trial", "email", "sent")]
    trial, reminder = box.letters
    assert "जाँच संदेश" in trial.get_content()
    assert "समय-सीमा" in reminder.get_content()
    assert reminder["To"] == "sho.garkha@bihar.gov.in"
    assert reminder["From"] == SENDER
    assert reminder["Auto-Submitted"] == "auto-generated"


def test_a_message_names_no_person_and_no_case(journey, box, carriers):
    wish(journey, Wishes("sho.garkha@bihar.gov.in"))
    number = journey.new_case([THANA])
    journey.go_on(number, until="accept_enquiry")
    notify(journey)
    messages.go_on(journey.database, carriers, NOW)
    told = "".join(letter.as_string() + letter.get_content() for letter in box.letters)
    assert box.letters
    assert number not in told
    with journey.database.engine.connect() as connection:
        facts = [row.facts for row in connection.execute(select(message))]
    assert all(isinstance(value, int) for each in facts for value in each.values())


def test_what_came_before_the_wish_or_for_another_post_is_not_told(journey, carriers):
    notify(journey)
    journey.now = NOW + timedelta(minutes=1)
    wish(journey, Wishes("sho.garkha@bihar.gov.in"))
    with journey.database.engine.begin() as connection:
        other = journey.staff.holder(Role.SP)
        connection.execute(
            notification.insert().values(
                district_id=218,
                id=new_id(NOW),
                office_id=other.post.office_id,
                role=Role.SP,
                kind="reminder",
                at=journey.now,
            )
        )
    messages.go_on(journey.database, carriers, journey.now)
    assert outbox(journey) == [("trial", "email", "sent")]


def test_who_decides_by_order_of_delegation_hears_of_work_and_not_of_what_is_for_the_dm_alone(
    journey, carriers
):
    adm = journey.staff.holder(Role.ADM)
    assert "delegate" in {post.kind for post in adm.posts}
    wanted = Wishes("adm.saran@bihar.gov.in")
    journey.database.write(lambda rows: messages.set_wishes(rows, adm, wanted, journey.now), actor_scope(adm))
    journey.now = NOW + timedelta(minutes=1)
    dm = journey.staff.holder(Role.DM)
    for kind in ("reminder", "hearing", "watch", "break_glass"):
        notify(journey, kind, dm)
    messages.go_on(journey.database, carriers, journey.now)
    assert [kind for kind, *_ in outbox(journey)] == ["hearing", "reminder", "trial"]


def test_a_dead_server_is_tried_again_later_and_given_up_at_last(journey):
    dead = Carriers(MailServer("smtp://127.0.0.1:9", SENDER))
    wish(journey, Wishes("sho.garkha@bihar.gov.in"))
    tries, at = 0, NOW
    while ("trial", "email", "queued") in outbox(journey):
        tries += messages.go_on(journey.database, dead, at)
        at += timedelta(hours=13)
        assert tries < 20
    assert outbox(journey) == [("trial", "email", "failed")]
    assert tries == len(messages._PAUSES) + 1


def test_one_dead_server_costs_a_round_one_wait(journey):
    dead = Carriers(MailServer("smtp://127.0.0.1:9", SENDER))
    wish(journey, Wishes("sho.garkha@bihar.gov.in"))
    notify(journey)
    messages.go_on(journey.database, dead, NOW)
    with journey.database.engine.connect() as connection:
        tried = [row.attempts for row in connection.execute(select(message))]
    assert sorted(tried) == [0, 1]


def test_an_address_that_is_refused_is_not_tried_again(journey, box, carriers):
    box.answer = "550 nobody of this name"
    wish(journey, Wishes("nobody@bihar.gov.in"))
    messages.go_on(journey.database, carriers, NOW)
    assert outbox(journey) == [("trial", "email", "failed")]
    box.answer = "451 come back later"
    wish(journey, Wishes("somebody@bihar.gov.in"))
    messages.go_on(journey.database, carriers, NOW)
    assert ("trial", "email", "queued") in outbox(journey)


def test_who_wants_one_message_a_day_gets_one_after_ten_in_the_morning(journey, box, carriers):
    journey.now = NOW - timedelta(hours=3)  # 7:30 in the morning in India
    wish(journey, DAILY)
    for minutes in (1, 2, 3):
        journey.now = NOW - timedelta(hours=3) + timedelta(minutes=minutes)
        notify(journey)
    messages.go_on(journey.database, carriers, journey.now)
    assert outbox(journey) == [("trial", "email", "sent")]
    for _ in range(2):
        messages.go_on(journey.database, carriers, NOW)
    assert outbox(journey) == [("digest", "email", "sent"), ("trial", "email", "sent")]
    assert "3 सूचनाएँ" in box.letters[-1].get_content()


def test_in_demo_mode_nothing_leaves_the_house(journey, box):
    settings = load({"ESP_DEMO": "1", "MAIL_URL": box.url, "MAIL_FROM": SENDER, "INSTANCE": "/nonexistent"})
    wish(journey, AT_ONCE)
    messages.go_on(journey.database, messages.carriers_of(settings), NOW)
    assert outbox(journey) == [("trial", "email", "held"), ("trial", "sms", "held")]
    assert not box.letters


@pytest.mark.parametrize(
    "typed", [Wishes("not an address"), Wishes("a@b.in\nBcc: x@y.in"), Wishes("", "12345")]
)
def test_an_address_that_cannot_be_is_told_at_its_box(journey, typed):
    with pytest.raises(FormInvalid) as refused:
        wish(journey, typed)
    assert set(refused.value.problems) == ({"mobile"} if typed.mobile else {"email"})
    assert outbox(journey) == []


def test_every_text_of_a_message_is_short_and_holds_only_what_it_may():
    texts = json.loads((ROOT / "app" / "seed" / "messages.json").read_text(encoding="utf-8"))
    for kind, words in texts.items():
        if isinstance(words, dict):
            for language in ("hi", "en"):
                filled = words[language].format_map(
                    {"count": 12, "address": "https://satyapan.saran.gov.in/inbox"}
                )
                assert len(filled) <= 160, f"{kind}: two messages on a phone"
                assert set(words) == {"hi", "en"}


_ELSEWHERE = 302  # nobody is to be followed there with the token


class _Gateway(BaseHTTPRequestHandler):
    answer = 200
    taken: ClassVar[list[dict[str, list[str]]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.taken.append(parse_qs(body) | {"token": [self.headers["Authorization"]]})
        self.send_response(self.answer)
        if self.answer == _ELSEWHERE:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("answer", "is_final"), [(200, None), (302, True), (400, True), (429, False), (503, False)]
)
def test_the_gateway_is_given_the_registered_ids(answer, is_final):
    _Gateway.answer = answer
    _Gateway.taken.clear()
    with HTTPServer(("127.0.0.1", 0), _Gateway) as server:
        Thread(target=server.handle_request, daemon=True).start()
        gateway = SmsGateway(
            f"http://127.0.0.1:{server.server_address[1]}", "ESATYA", "secret", {"reminder": "1107"}
        )
        if is_final is None:
            gateway.send("9000000001", "reminder", "पाठ")
        else:
            with pytest.raises(NotSent) as refused:
                gateway.send("9000000001", "reminder", "पाठ")
            assert refused.value.is_final is is_final
    [taken] = _Gateway.taken
    assert (taken["to"], taken["header"], taken["template"], taken["text"], taken["token"]) == (
        ["919000000001"],
        ["ESATYA"],
        ["1107"],
        ["पाठ"],
        ["Bearer secret"],
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"MAIL_URL": "http://mail"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp://mail"}, "MAIL_FROM"),
        ({"SMS_URL": "http://gateway", "SMS_HEADER": "E"}, "SMS_URL"),
        ({"SMS_URL": "https://gateway"}, "SMS_HEADER"),
        ({"SMS_TEMPLATES": "reminder"}, "SMS_TEMPLATES"),
    ],
)
def test_a_half_written_setting_stops_the_start(values: dict[str, str], name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingRefused) as refused:
        load({"INSTANCE": str(tmp_path), **values})
    assert refused.value.name == name


def test_an_officer_chooses_on_a_page_and_sees_what_was_sent(office: Office) -> None:
    officer = office.at(Role.SHO, THANA)
    assert "SMS" in text_of(officer.get("/account"))
    officer.get("/account/notices")
    answer = officer.post("/account/notices", {"email": "nobody", "mobile": "9000000001", "when": "daily"})
    assert answer.status_code == 422
    assert "ई-मेल पता ठीक नहीं है" in text_of(answer)
    assert 'value="9000000001"' in answer.text
    answer = officer.post("/account/notices", {"email": "sho@bihar.gov.in", "mobile": "", "when": "daily"})
    assert answer.status_code == 303
    page = officer.get("/account/notices")
    assert "सहेज लिया गया" in text_of(page)
    assert "जाँच संदेश" in text_of(page)
