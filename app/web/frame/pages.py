"""How a page is put together: the frame every screen stands in, its navigation and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, g, request, session

from app import formjs
from app.domain.roles import Permission
from app.services.notices import live
from app.web.frame import forms, formviews, language, templates
from app.web.frame.addresses import address_of
from app.web.request import transaction

if TYPE_CHECKING:
    from flask import Flask

    from app.domain.roles import Actor


TYPING = "typing"  # cookie of a device on which Latin keys write Hindi; it holds "on" and nothing else


class Entry(NamedTuple):
    """A word of the navigation: the screen it opens, and the permission that shows it."""

    endpoint: str
    key: str
    permission: Permission

    @property
    def screen(self) -> str:
        return self.endpoint.split(".")[0]


NAVIGATION = (
    Entry("inbox.show", "nav.inbox", Permission.INBOX_SEE),
    Entry("department.letters", "nav.department", Permission.DEPARTMENT_SEE),
    Entry("requisitions.listing", "nav.requisitions", Permission.REQUISITION_SEE),
    Entry("tracking.overview", "nav.tracking", Permission.TRACKING_SEE),
    Entry("search.form", "nav.search", Permission.CASE_SEARCH),
    Entry("crimes.form", "nav.crimes", Permission.CRIME_SEARCH),
    Entry("reports.queues", "nav.reports", Permission.REPORT_SEE),
    Entry("certificates.register", "nav.certificates", Permission.PAPER_REGISTER),
    Entry("modeler.release", "nav.modeler", Permission.PROCESS_SEE),
    Entry("posts.listing", "nav.posts", Permission.POSTING_CHANGE),
    Entry("admin.overview", "nav.admin", Permission.ADMIN_SEE),
)


#: Screens that have a page of help.
HELP_TOPICS = (
    "signin",
    "inbox",
    "tasks",
    "cases",
    "requisitions",
    "department",
    "search",
    "caselist",
    "crimes",
    "tracking",
    "certificates",
    "clocks",
    "calendar",
    "areas",
    "orders",
    "reports",
    "modeler",
    "proposals",
    "replays",
    "canvas",
    "decisions",
    "formtable",
    "papertexts",
    "admin",
    "policies",
    "posts",
    "account",
    "notices",
    "training",
)


def page(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """A screen as HTML, in its frame."""
    return templates.render(current_app, language.current(), template, {**_frame(), **values}), status


def home() -> str:
    """The first screen that the officer's post may open."""
    for entry in NAVIGATION:
        if g.actor is not None and g.actor.may(entry.permission):
            return address_of(entry.endpoint)
    return address_of("account.show" if g.actor is not None else "signin.show")


def help_topic() -> str:
    """The help page of the screen that is open: its own, or that of the screen it is reached from."""
    here = "inbox" if "refused" in g or request.blueprint is None else request.blueprint
    return here if here in HELP_TOPICS else _own(help_of(here), g.get("actor"))


def help_topics() -> list[str]:
    """The screens with a page of help that this officer may come to; without an officer, all of them."""
    return [screen for screen in HELP_TOPICS if g.get("actor") is None or _comes_to(screen)]


def _comes_to(screen: str) -> bool:
    entry = _entry(screen)
    return entry is None or g.actor.may(entry.permission)


def way_to(screen: str) -> tuple[str, str] | None:
    """The way from a page of help to its screen, as an address and the key of its name; None: there is none."""
    entry = _entry(screen)
    if g.get("actor") is None or entry is None or not g.actor.may(entry.permission):
        return None
    return address_of(entry.endpoint), entry.key


def _entry(screen: str) -> Entry | None:
    """The word of the navigation under which a screen lies."""
    lies_under = _READ_AT.get(screen) or entry_of(screen)
    return next((entry for entry in NAVIGATION if entry.screen == lies_under), None)


#: The page of a case is come to from many screens; help about it is for who works on cases.
_READ_AT = {"cases": "inbox"}


def help_of(screen: str) -> str:
    """The help page of a screen (blueprint)."""
    return screen if screen in HELP_TOPICS else _REACHED_FROM.get(screen, "inbox")


def _own(screen: str, actor: Actor | None) -> str:
    """A department comes to its letters and lists from a screen of its own."""
    is_department = actor is not None and actor.may(Permission.DEPARTMENT_SEE)
    return "department" if screen == "requisitions" and is_department else screen


def entry_of(screen: str) -> str | None:
    """The screen of the navigation that a screen (blueprint) belongs to; None: it stands outside of it."""
    screen = _REACHED_FROM.get(screen, screen)
    return screen if any(screen == entry.screen for entry in NAVIGATION) else None


def _navigation(actor: Actor | None) -> list[dict[str, Any]]:
    if actor is None:
        return []
    here = "" if "refused" in g else _own(entry_of(request.blueprint or "") or "", actor)
    return [
        {
            "address": address_of(entry.endpoint),
            "key": entry.key,
            "is_here": entry.screen == here,
        }
        for entry in NAVIGATION
        if actor.may(entry.permission)
    ]


#: Screens without an entry of their own light up the one they are reached from, and borrow its help.
_REACHED_FROM = {
    "amendments": "admin",
    "api": "department",
    "areas": "reports",
    "calendar": "reports",
    "canvas": "modeler",
    "caselist": "search",
    "charges": "inbox",
    "clocks": "reports",
    "crimelists": "crimes",
    "corrections": "certificates",
    "decisions": "modeler",
    "departments": "admin",
    "emergency": "search",
    "enclosures": "requisitions",
    "entrycodes": "admin",
    "formtable": "modeler",
    "lodgements": "requisitions",
    "memos": "requisitions",
    "hearings": "search",
    "hits": "inbox",
    "many": "inbox",
    "moving": "modeler",
    "neighbours": "inbox",
    "newcomers": "signin",
    "orders": "reports",
    "papertexts": "modeler",
    "particulars": "search",
    "passkeys": "account",
    "phones": "inbox",
    "policies": "admin",
    "proofs": "reports",
    "proposals": "modeler",
    "record": "reports",
    "remarks": "reports",
    "replays": "modeler",
    "retention": "reports",
    "rights": "admin",
    "series": "admin",
    "rosters": "requisitions",
    "lettercorrections": "requisitions",
    "scenarios": "modeler",
    "signatures": "inbox",
    "ownsigning": "inbox",
    "stepup": "account",
    "subjects": "search",
    "tasks": "inbox",
    "thanas": "admin",
    "offices": "admin",
    "officelists": "admin",
    "tokens": "department",
    "trials": "modeler",
    "verify": "certificates",
    "watch": "reports",
    "visits": "inbox",
    "unanswered": "requisitions",
    "withdrawals": "requisitions",
}


def _frame() -> dict[str, Any]:
    """What the frame of every page needs; nothing of it asks the database again."""
    actor = g.get("actor")
    return {
        "lang": language.current(),
        "actor": actor,
        "district": g.get("district"),
        "navigation": _navigation(actor),
        "home": home,
        "help_topic": help_topic,
        "device": session.get("device", "") if actor is not None else "",
        "last_sign_in": session.get("before") if actor is not None else None,
        "live_since": _live_since,
        "types_hindi": request.cookies.get(TYPING) == "on",
    }


def _live_since() -> int:
    """The event from which on this page has not seen what was committed."""
    return live.number_at(transaction.now())


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    templates.add(app, problem_text=formviews.problem_text)
    app.jinja_env.filters.update(runs=formjs.runs, day_parts=forms.day_parts)
