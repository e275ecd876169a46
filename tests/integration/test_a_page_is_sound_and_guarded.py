"""Every answer carries its headers, every page is sound HTML, a form needs its token, reading changes nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app import create_app
from app.config import Settings
from app.domain.roles import Permission, Role
from app.models.tables.base import metadata
from app.web.guard.access import NEWCOMER, PUBLIC, OfPrograms
from tests.districts import NOW
from tests.journey import Journey
from tests.visitor import Sheet, Visitor, without_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

#: What a reading may leave behind: the record of it, and when the officer was seen last.
MAY_CHANGE = {"audit", "audit_stream", "login_session"}
#: Officers who between them may open everything.
READERS = (Role.DM_SECTION_HEAD, Role.DM, Role.SP, Role.SHO, Role.ENQUIRY_OFFICER, Role.PROCESS_ADMIN)

#: What the browser may load and do, to the letter: written out, so that a weaker one does not pass for this.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
EDITOR_POLICY = f"{POLICY}; style-src-attr 'unsafe-inline'"
#: Public forms that change nothing: without a token, their page sets no cookie.
ASKS_ONLY = {"verify.by_birth", "verify.by_file"}


#: What a script puts into a page: no page of its own.
PARTS = {"/find/panel"}
#: A file, by the right to it: whoever may not open it gets a page. It is dear to draw, and holds no page to judge.
FILE, RIGHT = "/tracking.pdf", Permission.TRACKING_SEE
#: Where a library draws a diagram in the browser: it sets style attributes.
DRAWS = {"/modeler/moving"}


class World:
    """The application with a case at each stage, and the addresses that lead to something."""

    def __init__(self, app: Flask) -> None:
        self.app, self.database = app, app.extensions["database"]
        self.journey = Journey(self.database, NOW)
        letter = self.journey.register(candidate_count=3)
        first, second, third = (self.journey.add(letter) for _ in range(3))
        self.journey.go_on(second, until="visit")
        self.journey.go_on(third)
        tasks = [task for number in (first, second) for task in self.journey.waiting(number)]
        with self.database.engine.connect() as connection:
            document = connection.execute(select(metadata.tables["document"].c.id)).scalars().first()
        tabs = ("documents", "diagram", "timeline", "correspondence", "activity", "opened", "print")
        self.addresses = [
            *(rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments),
            *(f"/tasks/{task.id}" for task in tasks),
            *(f"/tasks/{task.id}/reassign" for task in tasks),
            *(f"/cases/{each.replace('/', '-')}" for each in (first, second, third)),
            *(f"/cases/{third.replace('/', '-')}/{tab}" for tab in tabs),
            f"/requisitions/{letter}",
            f"/requisitions/{letter}/new",
            f"/documents/{document}",
            "/verify/nothing",
            "/help/inbox",
            "/no/such/page",
            "/cases/SRN-2026-99999",
            f"/tasks/{letter}",
        ]

    def visitor(self, role: Role) -> Visitor:
        return Visitor(self.app).enter(self.journey.staff.holder(role).officer_id, NOW)


@pytest.fixture(scope="module")
def world(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    settings = Settings(folder, f"sqlite:///{folder / 'satyapan.db'}", demo=True, testing=True)
    app = create_app(settings, clock=lambda: NOW)
    yield World(app)
    app.extensions["database"].close()


@pytest.mark.parametrize("role", [None, *READERS])
def test_every_answer_carries_its_headers(world: World, role: Role | None) -> None:
    visitor = world.visitor(role) if role else Visitor(world.app)
    visitor.headers = {"Origin": "https://evil.example"}
    wrong = []
    for address in world.addresses:
        answer = visitor.get(address)
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        if address.startswith("/documents/") and "Content-Disposition" in headers:
            right = policy == "sandbox; default-src 'none'"
        else:
            right = policy == (EDITOR_POLICY if address in DRAWS and answer.status_code == 200 else POLICY)
        right &= (
            headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
        )
        # The number of the last event is asked for again and again: the browser may say which one it has.
        keeping = "no-cache" if address.startswith("/live/") and "ETag" in headers else "no-store"
        right &= headers["Cache-Control"] == keeping and headers["X-Frame-Options"] == "DENY"
        right &= not [name for name, _ in headers if name.startswith("Access-Control")]
        is_text = answer.mimetype.startswith("text/") or answer.mimetype.endswith("xml")
        right &= bool(answer.mimetype) and (not is_text or answer.mimetype_params.get("charset") == "utf-8")
        wrong += [] if right else [address]
    assert not wrong


def test_refusals_carry_their_headers_too(world: World) -> None:
    visitor = world.visitor(Role.SHO)
    for answer in (
        visitor.get("/sign-out"),
        visitor.client.post("/account/language"),
        visitor.get("/modeler"),
    ):
        assert answer.status_code in (400, 403, 405)
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["Cache-Control"] == "no-store"


def test_only_assets_are_kept_by_the_browser(world: World) -> None:
    page = Visitor(world.app).get("/sign-in").get_data(as_text=True)
    assets = re.findall(r'"(/assets/[^"]+)"', page)
    assert len(assets) == 5
    for address in assets:
        answer = Visitor(world.app).get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_assets_folder_gives_nothing_but_the_build(world: World) -> None:
    for name in ("manifest.json", "../config.py", "%2e%2e/config.py", "fonts/LICENSE_NotoSansDevanagari"):
        assert Visitor(world.app).get(f"/assets/{name}").status_code == 404


def test_a_file_of_a_build_that_was_made_anew_meanwhile_is_not_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.extensions, "assets", frozenset({"fields-OLDBUILD.css"}))
    assert Visitor(world.app).get("/assets/fields-OLDBUILD.css").status_code == 404


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize("role", [None, *READERS])
def test_every_page_is_sound_html(world: World, role: Role | None, language: str) -> None:
    visitor = world.visitor(role) if role else Visitor(world.app)
    if role:
        visitor.get("/account")
        visitor.post("/account/language", {"language": language})
    faults, judged = [], set()
    holds = role is not None and world.journey.staff.holder(role).may(RIGHT)
    for address in world.addresses:
        if address == FILE and holds:
            continue
        answer = visitor.get(f"{address}?lang={language}")
        if answer.mimetype != "text/html" or answer.status_code == 303 or address in PARTS:
            continue
        if (page := without_tokens(answer.data)) in judged:
            continue  # what refuses one address refuses many, by the same page
        judged.add(page)
        faults += [f"{address}: {fault}" for fault in html_faults(answer.get_data(as_text=True), language)]
    assert not faults


def html_faults(page: str, language: str) -> list[str]:
    """What is wrong with a page, in words."""
    sheet, faults = Sheet(page), []
    ids = sheet.ids()
    headings = [each.text.strip() for each in sheet.all("h1")]
    labelled = {each.attributes.get("for") for each in sheet.all("label")}
    boxes = [each for name in ("input", "select", "textarea") for each in sheet.all(name)]
    primaries = [each for each in sheet.elements if "btn-primary" in (each.attributes.get("class") or "")]
    if sheet.all("html")[0].attributes.get("lang") != language:
        faults.append("the language is not said, or another")
    if len(headings) != 1 or not headings[0]:
        faults.append(f"not one heading: {headings}")
    if not sheet.all("title")[0].text.strip(" ·"):
        faults.append("no title")
    if len(ids) != len(set(ids)):
        faults.append(f"ids twice: {sorted({each for each in ids if ids.count(each) > 1})}")
    if len(primaries) > 1:
        faults.append("more than one primary button")
    faults += [
        f"no label for {each.attributes.get('name')}"
        for each in boxes
        if each.attributes.get("type") != "hidden"
        and each.attributes.get("id") not in labelled
        and each.attributes.get("aria-labelledby") not in ids
    ]
    return faults + sheet.faults


def post_addresses(world: World) -> list[str]:
    """Every address that takes a form, with anything in place of its names."""
    some_id = "0199a000-0000-7000-8000-000000000000"
    return [
        re.sub(
            r"<(?:\w+:)?\w+>", some_id, re.sub(r"<int:\w+>|<any\((\w+).*?\):\w+>", _of_its_kind, rule.rule)
        )
        for rule in world.app.url_map.iter_rules()
        if "POST" in rule.methods
        and rule.endpoint not in ASKS_ONLY
        # programs come with a token of their own and no session, which a foreign page could make use of
        and not isinstance(world.app.view_functions[rule.endpoint].access, OfPrograms)
    ]


def _of_its_kind(place: re.Match[str]) -> str:
    """What a place takes that takes no id: a number, or one of a few words."""
    return place[1] or "1"


def test_only_reviewed_forms_do_without_a_token(world: World) -> None:
    assert {
        name for name, view in world.app.view_functions.items() if hasattr(view, "asks_only")
    } == ASKS_ONLY


@pytest.mark.parametrize("role", [None, *READERS])
def test_a_form_without_its_token_is_refused(world: World, role: Role | None) -> None:
    visitor = world.visitor(role) if role else Visitor(world.app)
    answers = {address: visitor.client.post(address, data={"x": "1"}) for address in post_addresses(world)}
    assert not [address for address, answer in answers.items() if answer.status_code != 400]
    assert "यह अनुरोध स्वीकार नहीं हुआ" in answers["/sign-in"].get_data(as_text=True)


def test_a_form_from_a_foreign_site_is_refused_even_with_a_token(world: World) -> None:
    visitor = world.visitor(Role.SHO)
    visitor.get("/account")
    for site in ("cross-site", "same-site"):
        visitor.headers = {"Sec-Fetch-Site": site}
        assert visitor.post("/account/language", {"language": "en"}).status_code == 400, site


@pytest.mark.parametrize("role", READERS)
def test_reading_changes_nothing_but_the_record(world: World, role: Role) -> None:
    visitor = world.visitor(role)
    before = contents(world)
    for address in world.addresses:
        visitor.get(address)
    after = contents(world)
    assert not [name for name in before if before[name] != after[name]]


def contents(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the tables that a reading must not touch."""
    with world.database.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name not in MAY_CHANGE
        }


def test_what_is_public_asks_for_no_cookie(world: World) -> None:
    for address in ("/verify/nothing", "/healthz", "/readyz", "/help/inbox", "/accessibility"):
        assert "Set-Cookie" not in Visitor(world.app).get(address).headers, address


def test_every_permission_of_a_view_is_one_of_ours(world: World) -> None:
    for view in world.app.view_functions.values():
        is_of_programs = isinstance(view.access, OfPrograms)
        assert is_of_programs or view.access in (PUBLIC, NEWCOMER) or view.access in set(Permission)
