"""Which page of help a screen has, and which of those pages an officer has a use for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, g, request

from app.domain.roles import Permission
from app.web.frame.addresses import address_of
from app.web.frame.navigation import NAVIGATION, Entry, as_its_own, entry_of

if TYPE_CHECKING:
    from app.domain.roles import Actor

#: Screens (blueprints) that have a page of help; and the practice, which is all of them.
HELP_TOPICS = (
    "signin",
    "newcomers",
    "training",
    "inbox",
    "tasks",
    "visits",
    "hits",
    "phones",
    "many",
    "signatures",
    "ownsigning",
    "charges",
    "neighbours",
    "cases",
    "requisitions",
    "rosters",
    "enclosures",
    "lodgements",
    "memos",
    "department",
    "tokens",
    "search",
    "finder",
    "caselist",
    "particulars",
    "hearings",
    "leavingout",
    "withdrawals",
    "emergency",
    "subjects",
    "crimes",
    "crimelists",
    "tracking",
    "certificates",
    "corrections",
    "bundles",
    "verify",
    "reports",
    "clocks",
    "calendar",
    "orders",
    "areas",
    "record",
    "remarks",
    "watch",
    "retention",
    "modeler",
    "proposals",
    "replays",
    "trials",
    "scenarios",
    "moving",
    "canvas",
    "decisions",
    "formtable",
    "papertexts",
    "admin",
    "amendments",
    "policies",
    "offices",
    "officelists",
    "thanas",
    "departments",
    "series",
    "entrycodes",
    "accounts",
    "rights",
    "posts",
    "account",
    "passkeys",
    "stepup",
    "notices",
)
#: Screens that are told of on the page of another, whose twin or step they are.
TOLD_WITH = {
    "drafts": "tasks",
    "api": "tokens",
    "lettercorrections": "particulars",
    "proofs": "record",
    "sessions": "account",
}
_OF_DEPARTMENTS = frozenset(
    {"requisitions", "rosters", "lodgements", "memos"}
)  # a department's page tells of them
_ELSEWHERE = "help.elsewhere"
_FOR_ALL = frozenset({"signin", "verify"})  # open to everybody, and read by officers besides
#: The page of a case is come to from many screens; help about it is for who works on cases.
_READ_AT = {"cases": "inbox"}


def help_topic() -> str:
    """The help page of the screen that is open."""
    here = "inbox" if "refused" in g or request.blueprint is None else request.blueprint
    actor = g.get("actor")
    is_department = actor is not None and actor.may(Permission.DEPARTMENT_SEE)
    return "department" if is_department and here in _OF_DEPARTMENTS else help_of(here)


def help_of(screen: str) -> str:
    """The help page of a screen (blueprint)."""
    return screen if screen in HELP_TOPICS else TOLD_WITH.get(screen, "inbox")


def help_topics() -> dict[str, list[str]]:
    """The pages of help about screens that this officer may open, or all of them without an officer.

    They stand under the keys of the words of the navigation; last, under one of its own, what lies under none.
    """
    actor = g.get("actor")
    opened = None if actor is None else _opened_by(actor) | _FOR_ALL | _practice()
    found: dict[str, list[str]] = {}
    for screen in HELP_TOPICS:
        if opened is None or screen in opened:
            entry = _entry(screen)
            found.setdefault(_ELSEWHERE if entry is None else entry.key, []).append(screen)
    return {**{key: screens for key, screens in found.items() if key != _ELSEWHERE}, **found}


def _opened_by(actor: Actor) -> set[str]:
    return {
        name.partition(".")[0]
        for name, view in current_app.view_functions.items()
        if isinstance(access := getattr(view, "access", None), Permission) and actor.may(access)
    }


def _practice() -> set[str]:
    district = g.get("district")
    return {"training"} if district is not None and district.demo else set()


def way_to(screen: str) -> tuple[str, str] | None:
    """The way from a page of help to its screen, as an address and the key of its name; None: there is none."""
    entry = _entry(screen)
    if g.get("actor") is None or entry is None or not g.actor.may(entry.permission):
        return None
    return address_of(entry.endpoint), entry.key


def _entry(screen: str) -> Entry | None:
    """The word of the navigation under which a screen lies."""
    lies_under = _READ_AT.get(screen) or entry_of(screen)
    if lies_under is not None:
        lies_under = as_its_own(lies_under, g.get("actor"))
    return next((entry for entry in NAVIGATION if entry.screen == lies_under), None)
