"""The inbox: what waits for this post, by age and by next act; each view has an address, and may have a name."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Blueprint, g, request, url_for

from app.domain.numbers import as_searched
from app.domain.roles import IN_PERSON, Permission
from app.services.casefile import notes
from app.services.deployment import awaited
from app.services.desk import inbox
from app.services.intake import acceptance, memos, neighbourdesk
from app.services.papers import bundles
from app.web.desk import savedviews
from app.web.frame import confirmations, language
from app.web.frame.addresses import address_of
from app.web.frame.language import say
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.desk.inbox import InboxPage, InboxQuery

    Offered = tuple[tuple[str, str], ...]

bp = Blueprint("inbox", __name__)

_DEFAULTS = asdict(inbox.InboxQuery())
#: The filters that take one of a few codes; anything else in an address falls back to the usual view.
_CODES = {"age": inbox.AGES, "holder": inbox.HOLDERS, "look": inbox.LOOKS}
_LONGEST = 120  # characters of any filter
#: Where a proposal of each kind is read and decided.
_DECIDED_AT = {
    "release": "modeler.release",
    "move": "moving.show",
    "values": "amendments.listing",
    "area": "areas.show",
    "calendar": "calendar.show",
    "policy": "policies.show",
}


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


@bp.get("/inbox/notes")
@requires(Permission.INBOX_SEE)
def waiting_notes() -> ResponseReturnValue:
    """What other offices ask of this one, about which case."""
    found = transaction.read(lambda rows: notes.waiting(rows, g.actor, transaction.now()))
    return page("inbox/notes.html", found=found)


@bp.get("/inbox/views")
@requires(Permission.INBOX_SEE)
def views() -> ResponseReturnValue:
    return savedviews.listed(savedviews.INBOX)


@bp.post("/inbox/views")
@requires(Permission.INBOX_SEE)
def save_view() -> ResponseReturnValue:
    """Keep the filters of this address under a name."""
    return savedviews.saved(savedviews.INBOX, _named(_asked()))


@bp.post("/inbox/views/<uuid:view_id>")
@requires(Permission.INBOX_SEE)
def change_view(view_id: UUID) -> ResponseReturnValue:
    return savedviews.changed(savedviews.INBOX, view_id)


def _shown(query: InboxQuery) -> ResponseReturnValue:
    found, lodged, written, neighbours, decisions, ready, others = transaction.read(
        lambda rows: (
            inbox.page(rows, g.actor, query, transaction.now()),
            acceptance.waiting_count(rows, g.actor),
            memos.waiting_count(rows, g.actor),
            neighbourdesk.waiting_count(rows, g.actor),
            awaited.of(rows, g.actor),
            bundles.waiting_count(rows, g.actor, transaction.now()),
            inbox.in_other_posts(rows, g.actor, transaction.now()),
        )
    )
    address = _address(query)
    choices = _choices(found)
    return page(
        "inbox/inbox.html",
        inbox=found,
        lodged=lodged,
        memos=written,
        awaited=[(each, url_for(_DECIDED_AT[each.kind])) for each in decisions],
        neighbours=neighbours,
        ready=ready,
        others=others,
        query=query,
        address=address,
        choices=choices,
        chosen=_chosen(query, choices, address),
        named=_named(query),
        may_sign=g.actor.may(Permission.LIST_SIGN),
        saved=confirmations.take_notes().get("view"),
        confirmation=confirmations.take(),
        may_claim=g.actor.may(Permission.TASK_COMPLETE) and g.actor.post.role not in IN_PERSON,
        may_give=g.actor.may(Permission.TASK_REASSIGN),
        are_all_ticked=request.args.get("tick") == "all",
        printed_at=transaction.now(),
    )


def _asked() -> InboxQuery:
    """The filters of the address; what they do not know falls back to the usual view.

    Of a search only a case number may stand in an address: it names nobody.
    """
    asked = request.args.to_dict()
    given = {name: asked.get(name, "").strip()[:_LONGEST] for name in _DEFAULTS}
    size = int(given["size"]) if given["size"].isascii() and given["size"].isdecimal() else inbox.SIZES[0]
    return inbox.InboxQuery(
        tab=given["tab"],
        search=as_searched(given["search"]),
        **{name: given[name] if given[name] in codes else "" for name, codes in _CODES.items()},
        thana=given["thana"],
        purpose=given["purpose"],
        requisition=given["requisition"],
        sort=given["sort"] if given["sort"] in inbox.SORTS else inbox.SORTS[0],
        size=size if size in inbox.SIZES else inbox.SIZES[0],
        after=given["after"],
    )


def _address(query: InboxQuery) -> Callable[..., str]:
    """Makes the address of this view with something changed; what is as usual is left out."""
    base = _unusual(_values(query))

    def address(**changes: Any) -> str:
        return address_of("inbox.show", **_unusual({**base, **changes}))

    return address


def _unusual(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", _DEFAULTS.get(name))}


def _named(query: InboxQuery) -> dict[str, Any]:
    """The filters of a view by name, without the page and without what is as usual: what is saved, and shared."""
    given = {**_values(query), "after": ""}
    return {name: value for name, value in given.items() if value != _DEFAULTS[name]}


def _values(query: InboxQuery) -> dict[str, Any]:
    """The filters as an address may hold them: of a search a case number alone."""
    given = {name: getattr(query, name) for name in _DEFAULTS}
    return {**given, "search": as_searched(query.search)}


class Choices(NamedTuple):
    """What each filter offers: codes with their words."""

    ages: Offered
    holders: Offered
    looks: Offered
    sorts: Offered
    sizes: Offered
    thanas: Offered
    purposes: Offered


def _choices(found: InboxPage) -> Choices:
    """What each filter offers, in the page's language."""
    every = ("", say("inbox.every"))
    offered, choose = found.filters, language.choose
    thanas = [(each.value, choose(each.hi, each.en)) for each in offered.thanas]
    purposes = [(code, choose(each.hi, each.en)) for code, each in offered.purposes.items()]
    made = Choices(*_usual_choices(language.current()), (every, *thanas), (every, *purposes))
    if found.to_give is not None:
        return made
    return made._replace(holders=tuple(each for each in made.holders if each[0] != inbox.TO_GIVE))


@cache
def _usual_choices(_language: str) -> tuple[Offered, Offered, Offered, Offered, Offered]:
    """What is offered in every office alike."""

    def coded(name: str, codes: tuple[str, ...], *first: tuple[str, str]) -> Offered:
        return (*first, *((code, say(f"inbox.{name}.{code}")) for code in codes))

    every = ("", say("inbox.every"))
    return (
        coded("age", inbox.AGES, every),
        coded("holder", inbox.HOLDERS, ("", say("inbox.holder.office"))),
        coded("look", inbox.LOOKS, every),
        coded("sort", inbox.SORTS),
        tuple((str(size), say("inbox.rows", count=size)) for size in inbox.SIZES),
    )


def _chosen(query: InboxQuery, choices: Choices, address: Callable[..., str]) -> list[tuple[str, str]]:
    """The filters in force, each with the address that drops it."""
    found = []
    for name, offered in _OFFERED:
        value = getattr(query, name)
        if value:
            words = dict(getattr(choices, offered)).get(value, value)
            found.append((words, address(**{name: "", "after": ""})))
    if query.requisition:
        found.append(
            (say("inbox.chosen_requisition", number=query.requisition), address(requisition="", after=""))
        )
    if query.search:
        found.append((say("inbox.chosen_search", text=query.search), address(search="", after="")))
    return found


#: The filters that offer a choice, and its name among the choices of the page.
_OFFERED = (
    ("age", "ages"),
    ("thana", "thanas"),
    ("purpose", "purposes"),
    ("holder", "holders"),
    ("look", "looks"),
)
