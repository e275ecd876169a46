"""The words of the navigation, the screens that they open, and under which of them each screen lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.domain.roles import Permission

if TYPE_CHECKING:
    from app.domain.roles import Actor


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

#: Screens without an entry of their own light up the one they are reached from.
_REACHED_FROM = {
    "accounts": "admin",
    "amendments": "admin",
    "api": "department",
    "areas": "reports",
    "calendar": "reports",
    "canvas": "modeler",
    "caselist": "search",
    "cases": "search",
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
    "sessions": "account",
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
    "leavingout": "search",
    "offices": "admin",
    "officelists": "admin",
    "tokens": "department",
    "trials": "modeler",
    "verify": "certificates",
    "watch": "reports",
    "visits": "inbox",
    "withdrawals": "search",
}


def entry_of(screen: str) -> str | None:
    """The screen of the navigation that a screen (blueprint) belongs to; None: it stands outside of it."""
    screen = _REACHED_FROM.get(screen, screen)
    return screen if any(screen == entry.screen for entry in NAVIGATION) else None


def as_its_own(screen: str, actor: Actor | None) -> str:
    """A department comes to its letters and lists from a screen of its own."""
    is_department = actor is not None and actor.may(Permission.DEPARTMENT_SEE)
    return "department" if screen == "requisitions" and is_department else screen
