"""The inbox: what waits for this post, by age and by next act; every view of it has an address to share."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, request

from app.domain.numbers import parse_case_number
from app.domain.roles import Permission
from app.services import inbox
from app.web import confirmations, language, limits, transaction
from app.web.access import requires
from app.web.addresses import address_of
from app.web.language import say
from app.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from app.services.inbox import InboxPage, InboxQuery

bp = Blueprint("inbox", __name__)

_DEFAULTS = asdict(inbox.InboxQuery())
_AGES = ("late", "last_day", "left")
_SORTS = ("due", "received")
_LONGEST = 120  # characters of any filter


@bp.get("/inbox")
@requires(Permission.INBOX_SEE)
def show() -> ResponseReturnValue:
    return _shown(_asked())


@bp.post("/inbox")
@requires(Permission.INBOX_SEE)
@limits.search
def find() -> ResponseReturnValue:
    """A search by name: posted, because a name has no place in an address or a log."""
    return _shown(replace(_asked(), search=request.form.get("search", "")[:_LONGEST]))


def _shown(query: InboxQuery) -> ResponseReturnValue:
    found = transaction.read(lambda rows: inbox.page(rows, g.actor, query, transaction.now()))
    address = _address(query)
    choices = _choices(found)
    return page(
        "inbox/inbox.html",
        inbox=found,
        query=query,
        address=address,
        choices=choices,
        chosen=_chosen(query, choices, address),
        confirmation=confirmations.take(),
    )


def _asked() -> InboxQuery:
    """The filters of the address; what they do not know falls back to the usual view.

    Of a search only a case number may stand in an address: it names nobody.
    """
    given = {name: request.args.get(name, "").strip()[:_LONGEST] for name in _DEFAULTS}
    size = int(given["size"]) if given["size"].isascii() and given["size"].isdigit() else inbox.SIZES[0]
    return inbox.InboxQuery(
        tab=given["tab"],
        search=parse_case_number(given["search"]) or "",
        age=given["age"] if given["age"] in _AGES else "",
        thana=given["thana"],
        purpose=given["purpose"],
        requisition=given["requisition"],
        mine=bool(given["mine"]),
        sort=given["sort"] if given["sort"] in _SORTS else _SORTS[0],
        size=size if size in inbox.SIZES else inbox.SIZES[0],
        after=given["after"],
    )


def _address(query: InboxQuery) -> Callable[..., str]:
    """Makes the address of this view with something changed; what is as usual is left out."""
    base = {**asdict(query), "search": parse_case_number(query.search) or ""}

    def address(**changes: Any) -> str:
        wanted = {**base, **changes}
        named = {name: value for name, value in wanted.items() if value not in ("", False, _DEFAULTS[name])}
        if named.get("mine"):
            named["mine"] = "1"
        return address_of("inbox.show", **named)

    return address


def _choices(found: InboxPage) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers, in the page's language."""
    every = ("", say("inbox.every"))
    return {
        "ages": [every, *((code, say(f"inbox.tile.{code}")) for code in _AGES)],
        "thanas": [
            every,
            *((each.value, language.choose(each.hi, each.en)) for each in found.filters.thanas),
        ],
        "purposes": [
            every,
            *((each.value, language.choose(each.hi, each.en)) for each in found.filters.purposes),
        ],
        "holders": [("", say("inbox.holder.office")), ("1", say("inbox.holder.mine"))],
        "sorts": [(code, say(f"inbox.sort.{code}")) for code in _SORTS],
        "sizes": [(str(size), say("inbox.rows", count=size)) for size in inbox.SIZES],
    }


def _chosen(
    query: InboxQuery, choices: dict[str, list[tuple[str, str]]], address: Callable[..., str]
) -> list[tuple[str, str]]:
    """The filters in force, each with the address that drops it."""
    found = []
    for name, offered in (("age", "ages"), ("thana", "thanas"), ("purpose", "purposes")):
        value = getattr(query, name)
        if value:
            words = dict(choices[offered]).get(value, value)
            found.append((words, address(**{name: "", "after": ""})))
    if query.requisition:
        found.append(
            (say("inbox.chosen_requisition", number=query.requisition), address(requisition="", after=""))
        )
    if query.mine:
        found.append((say("inbox.holder.mine"), address(mine=False, after="")))
    if query.search:
        found.append((say("inbox.chosen_search", text=query.search), address(search="", after="")))
    return found
