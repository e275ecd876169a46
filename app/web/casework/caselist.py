"""All cases that a post may see: a list to narrow down by codes and days, with an address that can be passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, request

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.casework import caselist
from app.services.casework.caselist import AGES, STATUSES, TIMES, Wanted
from app.services.desk import desk
from app.web.desk import savedviews
from app.web.frame import confirmations, language
from app.web.frame.forms import day_of, known_day
from app.web.frame.language import say, word
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.casework.caselist import Choices
    from app.services.store.database import Session

bp = Blueprint("caselist", __name__)

_LONGEST = 80  # characters of any filter


@bp.get("/cases")
@requires(Permission.CASE_SEARCH)
def show() -> ResponseReturnValue:
    after, now = known_id(request.args.get("after", "")[:_LONGEST]), transaction.now()
    offered = transaction.read(lambda rows: caselist.choices(rows, g.actor))
    named = _named(offered)
    found, kept = transaction.read(
        lambda rows: (
            caselist.listing(rows, _wanted(rows, named, now), after, now),
            desk.views(rows, g.actor, desk.CASES),
        )
    )
    return page(
        "cases/list.html",
        found=found,
        named=named,
        chosen=_chosen(named, offered),
        choices=_offered(offered),
        answers=_answers(offered),
        after=after,
        views=kept,
        saved=confirmations.take_notes().get("view"),
    )


@bp.get("/cases/views")
@requires(Permission.CASE_SEARCH)
def views() -> ResponseReturnValue:
    return savedviews.listed(savedviews.CASES)


@bp.post("/cases/views")
@requires(Permission.CASE_SEARCH)
def save_view() -> ResponseReturnValue:
    """Keep the filters of this address under a name."""
    offered = transaction.read(lambda rows: caselist.choices(rows, g.actor))
    return savedviews.saved(savedviews.CASES, _named(offered))


@bp.post("/cases/views/<uuid:view_id>")
@requires(Permission.CASE_SEARCH)
def change_view(view_id: UUID) -> ResponseReturnValue:
    return savedviews.changed(savedviews.CASES, view_id)


def _named(offered: Choices) -> dict[str, str]:
    """The filters of the address by name; what this post does not know falls away."""
    given = {name: request.args.get(name, "").strip()[:_LONGEST] for name in _FILTERS}
    known = {name: {code for code, _ in choices} for name, choices in _offered(offered).items()}
    office_id = known_id(given["office"])
    days = {name: day_of(request.args, name) for name in ("from", "to")}
    told = {
        name: value for name, value in given.items() if name not in {*days, "office"} and value in known[name]
    }
    told |= {name: day.isoformat() for name, day in days.items() if day is not None}
    told |= {} if office_id is None else {"office": str(office_id)}
    return {name: told[name] for name in _FILTERS if told.get(name)}


def _wanted(session: Session, named: Mapping[str, str], now: datetime) -> Wanted:
    element_id, field, value = (named.get("answer") or "..").split(".", 2)
    age = named.get("age")
    return Wanted(
        status=named.get("status", ""),
        purpose=named.get("purpose", ""),
        element_id=named.get("step", ""),
        office_id=known_id(named.get("office", "")),
        received_from=known_day(named.get("from", "")),
        received_to=known_day(named.get("to", "")),
        time=named.get("time", ""),
        again="again" in named,
        answer=(element_id, field, value),
        opened_until=caselist.opened_until(session, int(age), now) if age else None,
    )


_FILTERS = ("status", "purpose", "step", "office", "from", "to", "time", "age", "again", "answer")


def _chosen(named: dict[str, str], offered: Choices) -> list[tuple[str, dict[str, str]]]:
    """Each filter in words, with the address of the list without it."""
    words, told = _offered(offered), []
    for name, value in named.items():
        text = dict(words.get(name, [])).get(value) or value
        day = known_day(value) if name in ("from", "to") else None
        if day is not None:
            text = say(f"caselist.{name}_day", day=language.day(day))
        told.append((text, {other: each for other, each in named.items() if other != name}))
    return told


def _offered(offered: Choices) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers: code and words, first of all any."""
    offices = ((str(one.id), language.office(one)) for one in offered.offices)
    return {
        "status": _any("any_status", ((each, word("case.status", each)) for each in STATUSES)),
        "purpose": _any("any_purpose", _words(offered.purposes)),
        "step": _any("any_step", _words(offered.steps)),
        "office": _any("any_office", offices),
        "time": _any("any_time", ((each, word("inbox.tile", each)) for each in TIMES)),
        "age": _any("any_age", ((each, say("caselist.older", days=each)) for each in AGES)),
        "answer": _any(
            "any_answer",
            ((code, f"{title}: {text}") for title, options in _answers(offered) for code, text in options),
        ),
        "again": _any("any_rounds", [("yes", say("caselist.again"))]),
    }


def _answers(offered: Choices) -> list[tuple[str, list[tuple[str, str]]]]:
    """Routing fields in the order of the route: step and field in words, with the codes of their choices."""
    told = []
    for one in offered.answers:
        path = f"{one.element_id}.{one.field}"
        label = language.known(f"value.{path}") or language.choose(*one.label)
        title = f"{language.choose(*one.step)} – {label}"
        options = [
            (f"{path}.{code}", language.known(f"value.{path}.{code}") or text)
            for code, text in _words(one.options)
        ]
        told.append((title, options))
    return told


def _words(codes: Iterable[tuple[str, str, str]]) -> Iterable[tuple[str, str]]:
    return ((code, language.choose(hindi, english)) for code, hindi, english in codes)


def _any(key: str, choices: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [("", say(f"caselist.{key}")), *choices]
