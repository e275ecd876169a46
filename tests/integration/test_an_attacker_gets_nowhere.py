"""What an auditor tries on the running pages: foreign names, bodies, keys, posts; markup in every box; the log."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import flask
import pytest
import structlog
from flask import request
from sqlalchemy import select

from app import create_app, logs
from app.config import Settings
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.officers import posting
from tests.districts import NOW
from tests.journey import CANDIDATE, Journey
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

MARKUP = "क <script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
RAW = ("<script>alert", "<img src=x", "onerror=alert(2)>", ">49<")


class Site:
    """The demo site with one letter and one person, every free box of them filled with markup."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.settings = Settings(folder, f"sqlite:///{folder / 'satyapan.db'}", testing=True, **settings)
        self.app = create_app(self.settings, clock=lambda: NOW)
        self.database = self.app.extensions["database"]
        self.journey = Journey(self.database, NOW)

    def at(self, role: Role) -> Visitor:
        return Visitor(self.app).enter(self.journey.staff.holder(role).officer_id, NOW)

    def rows(self, action: str) -> list[Any]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(select(audit).where(audit.c.action == action)))


@pytest.fixture
def folder(demo_sqlite: Path, tmp_path: Path) -> Path:
    (tmp_path / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    made = Site(folder, demo=True)
    yield made
    made.database.close()


# -- the request itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "good", "bad"),
    [
        (
            {"demo": True},
            ["127.0.0.1:8000", "localhost", "[::1]:80"],
            ["evil.example", "127.0.0.1.evil.example"],
        ),
        (
            {"public_url": "https://esp.example/x"},
            ["esp.example", "localhost"],
            ["www.esp.example", "10.0.0.1"],
        ),
    ],
    ids=["demo", "district"],
)
def test_the_site_answers_to_its_own_names_only(
    folder: Path, settings: dict[str, Any], good: list[str], bad: list[str]
) -> None:
    """A foreign page whose name leads to this machine would otherwise enter the demo as anybody."""
    site = Site(folder, **settings)
    for names, status in ((good, 200), (bad, 400)):
        for name in names:
            answer = site.app.test_client().get("/sign-in", headers={"Host": name})
            assert answer.status_code == status, name
    assert "यह अनुरोध स्वीकार नहीं हुआ" in answer.get_data(as_text=True)
    assert site.app.test_client().get("/healthz", headers={"Host": "10.0.0.1"}).status_code == 200
    site.database.close()


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml", ""])
def test_a_body_that_is_no_form_does_not_take_the_place_of_what_was_typed(site: Site, kind: str) -> None:
    number = site.journey.new_case(["th_mufassil"])
    [task] = site.journey.waiting(number)
    head = site.at(Role.DM_SECTION_HEAD)
    head.get(f"/tasks/{task.id}")
    head.post(f"/tasks/{task.id}", {"instruction": "यह लिखा रहे", "_op": "draft"})
    token = {"X-CSRFToken": head._token, "Content-Type": kind}
    answer = head.client.post(f"/tasks/{task.id}", data=b'{"action": "forward"}', headers=token)
    assert answer.status_code == 400
    assert "यह लिखा रहे" in head.get(f"/tasks/{task.id}").get_data(as_text=True)


FAULTY_BODIES = {
    "no kind, a length beyond all": {"CONTENT_LENGTH": "9" * 30},
    "a form of gigabytes": {
        "CONTENT_LENGTH": "99999999999",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    },
    "parts without a boundary": {"CONTENT_LENGTH": "3", "CONTENT_TYPE": "multipart/form-data"},
    "less than was announced": {"CONTENT_LENGTH": "900", "CONTENT_TYPE": "application/x-www-form-urlencoded"},
}


def test_a_body_that_cannot_be_read_fails_no_page_of_a_refusal(site: Site) -> None:
    """What is refused before its body is looked at, for its address or its token, may have a body like this too."""
    client, wrong = site.app.test_client(), {}
    with structlog.testing.capture_logs() as lines:
        for address in ("/sign-in", "/verify/nothing", "/no/such/page", "/healthz", "/account/language"):
            for case, body in FAULTY_BODIES.items():
                environment = {**body, "wsgi.input": io.BytesIO(b"a=1")}
                answer = client.open(address, method="POST", environ_overrides=environment)
                if not 400 <= answer.status_code < 500 or "</html>" not in answer.get_data(as_text=True):
                    wrong[address, case] = answer.status
    assert not wrong
    assert {line["event"] for line in lines} == {"request_refused"}, "no fault of ours"


def test_a_form_of_a_hundred_thousand_fields_is_refused_before_they_are_taken_apart(site: Site) -> None:
    kind = "application/x-www-form-urlencoded"
    for body, status in ((b"a&" * 100_000, 413), (b"&" * 4_000, 413), (b"a=1&" * 3_000, 400)):
        answer = site.app.test_client().post("/sign-in", data=body, content_type=kind)
        assert answer.status_code == status
    head = site.at(Role.DM_SECTION_HEAD)
    head.get("/search")
    fields = {"csrf_token": head._token, "search": ["राम"] * 5_000}
    answer = head.client.post("/search", data=fields)
    assert answer.status_code == 413
    assert "बहुत बड़ी" in answer.get_data(as_text=True)


def test_a_form_of_megabytes_of_text_is_refused_before_it_is_taken_apart(site: Site) -> None:
    kind = "application/x-www-form-urlencoded"
    limit = site.app.config["MAX_FORM_MEMORY_SIZE"]
    for length, status in ((limit + 1, 413), (limit, 400)):  # the smaller one is read, and has no token
        answer = site.app.test_client().post("/sign-in", data=b"a" * length, content_type=kind)
        assert answer.status_code == status
    head = site.at(Role.DM_SECTION_HEAD)
    head.get("/search")
    answer = head.client.post("/search", data={"csrf_token": head._token, "search": "क" * (limit // 9)})
    assert answer.status_code == 413
    assert "बहुत बड़ी" in answer.get_data(as_text=True)


def test_what_stands_above_the_parts_of_a_form_is_refused_before_it_is_searched(site: Site) -> None:
    """Names and file names of megabytes, from strangers too; and texts that are short each, and long together."""
    name = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    cases = (
        (name % (b"n" * 1_900_000, b""), 413),
        (b"--x\r\nContent-Disposition: form-data" + b"; a=" * 400_000 + b"\r\n\r\n\r\n", 413),
        (b"".join(name % (b"n" * 300, b"") for _ in range(2_000)), 413),
        (b"".join(name % (b"n", b"v" * 1_200_000) for _ in range(2)), 413),
        (b"".join(name % (b"n%d" % number, b"v") for number in range(3_900)), 400),  # read, and has no token
    )
    for body, status in cases:
        sent = {"data": body + b"--x--\r\n", "content_type": "multipart/form-data; boundary=x"}
        answer = site.app.test_client().post("/sign-in", **sent)
        assert answer.status_code == status, body[:90]
        assert status != 413 or "बहुत बड़ी" in answer.get_data(as_text=True)
        assert "</html>" in answer.get_data(as_text=True)


KEYS = (
    "role",
    "office_id",
    "case_id",
    "typename",
    "__class__",
    "__proto__",
    "_x",
    "constructor",
    "units",
    "rounds",
    "decide.dm_decision",
    "action[]",
    "action-0",
    "",
    "\x00",
    "x" * 5000,
)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: repr(key)[:20])
def test_a_key_that_is_not_on_the_form_is_said_and_moves_nothing(site: Site, key: str) -> None:
    number = site.journey.new_case(["th_mufassil"])
    [task] = site.journey.waiting(number)
    head, answers = site.at(Role.DM_SECTION_HEAD), site.journey.form_of(task, instruction="यह लिखा रहे").values
    head.get(f"/tasks/{task.id}")
    answer = head.post(f"/tasks/{task.id}", {**answers, key: "dm"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "जो इस प्रपत्र में नहीं है" in page
    assert "यह लिखा रहे" in page
    assert site.journey.steps(number) == ["scrutinise"]


def test_an_officer_cannot_switch_to_a_post_that_is_not_his(site: Site) -> None:
    with site.database.engine.connect() as connection:
        foreign = connection.execute(select(posting.c.id).where(posting.c.role == "dm")).scalars().first()
    assistant = site.at(Role.DM_ASSISTANT)
    assistant.get("/account")
    for each in (foreign, uuid4(), "x", ""):
        assert assistant.post("/account/post", {"posting": str(each)}).status_code == 404
    assert assistant.get("/certificates").status_code == 200
    assert assistant.get("/reports").status_code == 200
    number = site.journey.new_case(["th_mufassil"]).replace("/", "-")
    assert assistant.get(f"/cases/{number}/activity").status_code == 404, "he is an assistant still"


# -- what comes back ---------------------------------------------------------------------------------------------


def test_markup_in_every_box_comes_back_as_letters_on_every_page(site: Site) -> None:
    journey = site.journey
    texts = ("requesting_dept", "requesting_designation", "requesting_address", "post_name")
    letter = journey.register(**dict.fromkeys(texts, MARKUP), letter_no=MARKUP[:25])
    boxes = dict.fromkeys(("perm_village", "perm_house", "perm_po", "alias", "declared_detail"), MARKUP)
    number = journey.add(letter, ["th_mufassil"], **boxes, declared_case="yes")
    journey.go_on(number, until="visit")
    journey.do(number, "visit", finding_text=MARKUP)
    journey.go_on(number, until="recommend")
    journey.do(number, "recommend", sp_outcome="attention", sp_reason=MARKUP)
    [task] = journey.waiting(number)
    slug = number.replace("/", "-")
    tabs = ("", "/documents", "/diagram", "/timeline", "/correspondence", "/activity", "/opened")
    addresses = [f"/cases/{slug}{tab}" for tab in tabs]
    addresses += [
        "/inbox",
        "/requisitions",
        f"/requisitions/{letter}",
        "/certificates",
        "/tracking",
        "/reports",
    ]
    shown = 0
    for role in (Role.DM, Role.SP, Role.DM_SECTION_HEAD, Role.SHO):
        visitor = site.at(role)
        for address in addresses:
            shown += harmless(visitor.get(address))
        for address in ("/search", "/inbox", "/requisitions"):
            visitor.get(address)
            shown += harmless(visitor.post(address, {"search": MARKUP}))
    dm = site.at(Role.DM)
    shown += harmless(dm.get(f"/tasks/{task.id}"))
    shown += harmless(dm.post(f"/tasks/{task.id}", {"dm_reason": MARKUP}))  # refused
    journey.go_on(number, until="nothing")
    shown += harmless(dm.post(f"/tasks/{task.id}", {"dm_reason": MARKUP}))  # somebody else was first
    assert shown > 20, "otherwise the test proves nothing"


def harmless(answer: TestResponse) -> bool:
    """Assert that no markup of ours stands raw on the page; -> whether it stands there at all."""
    page = answer.get_data(as_text=True)
    assert not [raw for raw in RAW if raw in page], answer.request.path
    return "&lt;script&gt;alert(1)" in page


# -- what is left behind -----------------------------------------------------------------------------------------


def test_a_try_under_a_name_that_nobody_has_is_recorded_without_the_name(site: Site) -> None:
    visitor = Visitor(site.app)
    for name in ("मेरा गुप्त शब्द", "मेरा गुप्त शब्द", "कोई और"):
        assert visitor.sign_in(name, "x").status_code == 422
    tries = site.rows("session:refuse")
    assert [row.object for row in tries] == ["officer:unknown"] * 3
    assert len({row.detail["digest"] for row in tries}) == 2
    assert "गुप्त" not in repr([tuple(row) for row in tries])


WORD = 'a\r\n{"event": "forged"}\x1b[2K'


def test_the_log_says_where_a_fault_lies_and_nothing_of_what_was_in_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure()
    try:
        try:
            lose(CANDIDATE["name_hi"])
        except RuntimeError as fault:
            structlog.get_logger().error("request_failed", exc_info=fault)
            structlog.get_logger().error("request_failed", word=WORD)
    finally:
        monkeypatch.undo()
        logs.configure()
    line, other = written.getvalue().splitlines()
    assert json.loads(line)["timestamp"].endswith("Z")
    assert json.loads(other)["word"] == WORD, "it is one line, whatever stands in it"
    assert not [sign for sign in other if ord(sign) < ord(" ")]
    assert "builtins.KeyError" in line
    assert "builtins.RuntimeError" in line
    assert re.search(r"test_an_attacker_gets_nowhere.py\\*\", line \d+, in lose", line)
    assert "राहुल" not in line


def test_what_a_library_says_is_a_line_of_json_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flask's own word on a fault in the page of a fault, and any other library's."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure()
    try:
        try:
            lose(CANDIDATE["name_hi"])
        except RuntimeError as fault:
            program = flask.Flask("some_program")
            with program.test_request_context("/cases/राहुल"):
                program.log_exception((type(fault), fault, fault.__traceback__))
        logging.getLogger("some.library").warning("read %s\nand lost it", CANDIDATE["name_hi"])
    finally:
        monkeypatch.undo()
        logs.configure()
    fault_of_ours, word = map(json.loads, written.getvalue().splitlines())
    assert (fault_of_ours["library"], fault_of_ours["level"]) == ("some_program", "error")
    assert "builtins.RuntimeError" in fault_of_ours["exception"]
    assert (word["library"], word["level"]) == ("some.library", "warning")
    assert "राहुल" not in written.getvalue()


def lose(name: str) -> None:
    try:
        {}[name]
    except KeyError as missing:
        raise RuntimeError(f"no such person: {name}") from missing


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "10.0.0.2"), (2, "10.0.0.1")])
def test_what_a_proxy_says_counts_only_from_the_hops_that_are_set(
    demo_sqlite: Path, tmp_path: Path, proxies: int, seen: str
) -> None:
    (tmp_path / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    url = f"sqlite:///{tmp_path / 'satyapan.db'}"
    app = create_app(Settings(tmp_path, url, demo=True, testing=True, proxies=proxies))
    callers: list[str | None] = []
    app.before_request(lambda: callers.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.1, 10.0.0.2"})
    app.extensions["database"].close()
    assert callers == [seen]


def test_who_is_refused_is_written_down_by_his_id_and_without_what_he_asked_for(site: Site) -> None:
    assistant = site.at(Role.DM_ASSISTANT)
    with structlog.testing.capture_logs() as lines:
        assert assistant.get("/cases/SRN-2026-99999").status_code == 404
        assert assistant.get("/admin").status_code == 403
    told = [line for line in lines if line["event"] == "access_refused"]
    assert [(line["endpoint"], line["status"]) for line in told] == [
        ("cases.show", 404),
        ("admin.overview", 403),
    ]
    assert {line["officer"] for line in told} == {
        str(site.journey.staff.holder(Role.DM_ASSISTANT).officer_id)
    }
    assert "99999" not in str(told)


def test_a_try_around_a_control_is_written_down_with_where_it_came_from(site: Site) -> None:
    """A form without its token, one of another site, a key that is on no form, a program without a token, a guess."""
    head, [task] = site.at(Role.DM_SECTION_HEAD), site.journey.waiting(site.journey.new_case(["th_mufassil"]))
    address, stranger = f"/tasks/{task.id}", site.app.test_client()
    head.get(address)
    with structlog.testing.capture_logs() as lines:
        assert head.client.post(address, data={"instruction": "गुप्त शब्द"}).status_code == 400
        assert head.post(address, {"गुप्त": "शब्द"}).status_code == 422
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert stranger.post("/sign-in", data={"username": "गुप्त"}, headers=foreign).status_code == 400
        bearer = {"Authorization": f"Bearer esp1_{'x' * 43}"}
        assert stranger.get("/api/v1/requisitions", headers=bearer).status_code == 401
        assert Visitor(site.app).sign_in("dm", "गुप्त").status_code == 422
        assert stranger.get("/wp-login.php").status_code == 404, (
            "what strangers look for everywhere is left out"
        )
    told = [line for line in lines if line["event"] in ("access_refused", "request_refused")]
    assert [(line["event"], line["status"], line["kind"], line["endpoint"]) for line in told] == [
        ("request_refused", 400, "bad_request", "tasks.complete"),
        ("request_refused", 422, "invalid", "tasks.complete"),
        ("request_refused", 400, "bad_request", "signin.enter"),
        ("access_refused", 401, "not_allowed", "api.listing"),
        ("request_refused", 422, "invalid", "signin.enter"),
    ]
    assert {line["address"] for line in told} == {"127.0.0.1"}
    assert [line.get("role") for line in told] == ["dm_section_head"] * 2 + [None] * 3
    assert not [word for word in ("गुप्त", "xxxx") if word in str(lines)]
