"""Every address x every post x things near, far and of another district: 200, 303, 403 or 404, as the rights say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app.domain import posts
from app.domain.keeping import may_do
from app.domain.offices import may_give
from app.domain.roles import Permission, Role, permissions_of
from app.services.access import officers
from app.services.store import scopes
from app.web.guard.access import NEWCOMER, PUBLIC, OfPrograms
from tests.addresses import ADDRESSES, HELP, Address
from tests.districts import NOW
from tests.two_districts import World, build, unknown
from tests.visitor import without_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from app.domain.roles import Actor

_TOKEN = re.compile(rb'name="csrf_token" value="([^"]*)"')
_LINK = re.compile(rb' (?:href|src|action|formaction)="(/[^"#?]*)')
_ID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z]{3}-\d{4}-\d{5}")
#: Who opens the paper of a finished case besides the offices of the district (rights: see.paper).
_HANDED = {Role.SHO, Role.SDPO}
_POSTS = {"office", "posting", "order"}
_OF_CASES = {"case", "letter", "document", "task", "gift"}


@pytest.fixture(scope="module")
def world(demo_sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = build(demo_sqlite, tmp_path_factory.mktemp("world"), NOW)
    yield made
    made.app.extensions["database"].close()


class Officer:
    """One post at its browser; each request begins with the cookie of its first page."""

    def __init__(self, world: World, role: Role) -> None:
        self.world, self.role = world, role
        client = world.app.test_client()
        with client.session_transaction() as session:
            session["token"] = world.tokens[role]
        page = client.get("/account")
        assert page.status_code == 200, role
        found = _TOKEN.search(page.data)
        assert found is not None
        self._csrf = found[1].decode()
        cookie = client.get_cookie("esp")
        assert cookie is not None
        self._cookie = f"esp={cookie.value}"
        self._client = world.app.test_client(use_cookies=False)
        self.offered: dict[str, str] = {}  # link -> the page that has it

    def ask(self, rule: Rule, address: Address, thing: Any = None) -> TestResponse:
        path, method = path_of(self.world, rule, address, thing), method_of(rule)
        data = {**address.form, "csrf_token": self._csrf} if method == "POST" else None
        answer = self._client.open(
            path, method=method, data=data, headers={"Cookie": self._cookie}, buffered=True
        )
        for link in _LINK.findall(answer.data) if answer.mimetype == "text/html" else ():
            self.offered.setdefault(link.decode(), path)
        return answer

    def closed_links(self) -> Iterator[str]:
        """What a page led to that no post like his may open, whatever it is about."""
        paths, actor = self.world.app.url_map.bind("localhost"), self.world.actors[self.role]
        own = permissions_of(self.role, actor.post.kind)
        for link, page in sorted(self.offered.items()):
            endpoint, _ = paths.match(link, method="GET" if paths.test(link, method="GET") else "POST")
            access = self.world.app.view_functions[endpoint].access
            if access not in own and access != PUBLIC:
                yield f"{page} offers {link}, which is closed to him"


def method_of(rule: Rule) -> str:
    return next((each for each in ("GET", "PUT") if each in (rule.methods or ())), "POST")


def path_of(world: World, rule: Rule, address: Address, thing: Any) -> str:
    names = rule.arguments - set(address.parts)
    assert len(names) == bool(address.thing), (rule.endpoint, names, HELP)
    with world.app.test_request_context():
        return str(
            world.app.url_map.bind("localhost").build(
                rule.endpoint, {**address.parts, **dict.fromkeys(names, thing)}
            )
        )


def rules(world: World) -> list[Rule]:
    return sorted(world.app.url_map.iter_rules(), key=lambda each: each.endpoint)


def access_of(world: World, rule: Rule) -> Any:
    return world.app.view_functions[rule.endpoint].access


def expected(world: World, role: Role, address: Address, where: str) -> frozenset[int]:
    """What a post with the permission of the view gets for a thing that lies there."""
    actor = world.actors[role]
    if address.thing in _OF_CASES:
        if not world.sees(role, where):
            return frozenset({404})
        if address.thing == "document" and role not in _HANDED and not permits(role, "requisition:see"):
            return frozenset({404})
        task = world.tasks[where]
        his = may_do(actor, Role(task.role), task.office_id, task.assigned_to, task.element_id)
        if address.thing == "task" and not his:
            return frozenset({403})
        if address.thing == "gift" and not may_give(actor, Role(task.role), task.office_id, "thana"):
            return frozenset({403})
    elif where == "other" or (
        (address.thing, role) == ("roster", Role.REQUESTER)  # of a received letter: the DM's office's
        or (address.thing in _POSTS and not posts_there(world, actor, address.thing, where))
    ):
        return frozenset({404})
    return address.gives


def posts_there(world: World, actor: Actor, thing: str, where: str) -> bool:
    """Whether an officer gives posts in a thana, or settles the orders of others."""
    if thing == "order":
        return posts.may_agree(actor)
    office = world.things["office"][where]
    return posts.may_post(actor, Role.THANA_MUNSHI, office, "thana", posts.REGULAR)


def permits(role: Role, permission: str) -> bool:
    return Permission(permission) in permissions_of(role, "regular")


def plain(answer: TestResponse) -> bytes:
    """What a page says, without its tokens and the id that was asked for."""
    return _ID.sub(b"", without_tokens(answer.data))


@pytest.mark.parametrize("role", list(Role))
def test_a_post_gets_what_its_rights_say_and_never_learns_what_else_exists(world: World, role: Role) -> None:
    officer, wrong = Officer(world, role), []
    for rule in rules(world):
        access, address = access_of(world, rule), ADDRESSES[rule.endpoint]
        if access in (PUBLIC, NEWCOMER):
            continue
        if isinstance(access, OfPrograms):
            given = officer.ask(rule, address).status_code
            wrong += (
                [f"{rule}: {given}, not 401: a session opens nothing of programs"] if given != 401 else []
            )
            continue
        own = world.things.get(address.thing, {})
        if access not in permissions_of(role, world.actors[role].post.kind):
            given = officer.ask(rule, address, own.get("near") or unknown(address.thing)).status_code
            wrong += [f"{rule}: {given}, not 403"] if given != 403 else []
            continue
        wrong += wrong_answers(officer, rule, address, own)
    wrong += officer.closed_links()
    assert not wrong, "\n".join(wrong)


def wrong_answers(officer: Officer, rule: Rule, address: Address, own: dict[str, Any]) -> Iterator[str]:
    """Say where an address that the post may use answers otherwise than expected."""
    if not address.thing:
        given = officer.ask(rule, address).status_code
        if given not in address.gives:
            yield f"{rule}: {given}, not one of {sorted(address.gives)}"
        return
    nothing = officer.ask(rule, address, unknown(address.thing))
    if nothing.status_code != 404:
        yield f"{rule} for an unknown id: {nothing.status_code}, not 404"
    for where, thing in own.items():
        answer = officer.ask(rule, address, thing)
        wanted = expected(officer.world, officer.role, address, where)
        if answer.status_code not in wanted:
            yield f"{rule} {where}: {answer.status_code}, not one of {sorted(wanted)}"
        elif wanted == {404} and plain(answer) != plain(nothing):
            yield f"{rule} {where}: the page is not that of an unknown id"


def test_a_stranger_gets_public_pages_and_is_led_to_the_door_otherwise(world: World) -> None:
    client, wrong = world.app.test_client(), []
    found = _TOKEN.search(client.get("/sign-in").data)
    assert found is not None
    token = found[1].decode()
    for rule in rules(world):
        access, address = access_of(world, rule), ADDRESSES[rule.endpoint]
        thing = world.things.get(address.thing, {}).get("near") or unknown(address.thing)
        path, method = path_of(world, rule, address, thing), method_of(rule)
        answer = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        is_told = access == PUBLIC or isinstance(access, OfPrograms)
        wanted = address.gives if is_told else {303}
        if answer.status_code not in wanted:
            wrong.append(f"{rule}: {answer.status_code}, not one of {sorted(wanted)}")
        elif not is_told and "/sign-in" not in answer.headers["Location"]:
            wrong.append(f"{rule} leads to {answer.headers['Location']}")
    assert not wrong, "\n".join(wrong)


def test_no_request_has_changed_a_row(world: World) -> None:
    tokens = world.tokens.values()
    database = world.app.extensions["database"]
    standing = [
        database.read(lambda rows, token=token: officers.actor_for(rows, token, NOW), scopes.door())
        for token in tokens
    ]
    assert all(standing), "no session has ended, though each was signed out"


def test_no_address_answers_trace(world: World) -> None:
    client = world.app.test_client()
    for rule in rules(world):
        address = ADDRESSES[rule.endpoint]
        path = path_of(world, rule, address, unknown(address.thing))
        assert client.open(path, method="TRACE").status_code == 405, rule
