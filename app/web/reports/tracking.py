"""Progress: the route with what is open and late at each step, how long it takes, and the cases behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, request

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.domain.text import ascii_digits
from app.services.reports import tracking
from app.services.reports.tracking import Asked
from app.web.frame import diagrams, language
from app.web.frame.addresses import address_of
from app.web.frame.language import say, word
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.reports.tracking import Overview
    from app.services.workflow.tallies import Days

bp = Blueprint("tracking", __name__)

_LONGEST = 60  # characters of any filter, and of a place in a list


@bp.get("/tracking")
@requires(Permission.TRACKING_SEE)
def overview() -> ResponseReturnValue:
    asked, may_list = _asked(), g.actor.may(Permission.CASE_SEE)
    found = transaction.read(lambda rows: tracking.overview(rows, g.actor, asked, transaction.now()))
    named = _named(asked)
    address = _address_of_step(named) if may_list else None
    return page(
        "tracking/overview.html",
        overview=found,
        asked=asked,
        named=named,
        choices=_choices(found),
        period=_period_name,
        days=_days,
        heat=diagrams.heat,
        address=address,
        drawings=diagrams.of_counts(found, address, diagrams.widest("glance")),
        levels=diagrams.HEAT,
        size=diagrams.size("glance"),
    )


@bp.get("/tracking.pdf")
@requires(Permission.TRACKING_SEE)
def overview_file() -> ResponseReturnValue:
    """The diagrams of the district as they are filtered, to print or to enclose."""
    asked, now = _asked(), transaction.now()
    found = transaction.read(lambda rows: tracking.overview(rows, g.actor, asked, now))
    told = [text for name, value in _named(asked).items() for text in [_word(found, name, value)] if text]
    drawings = diagrams.of_counts(found, None, diagrams.PAPER)
    return diagrams.as_pdf(drawings, "tracking.pdf", " · ".join([*told, _period_name(asked.period)]))


@bp.get("/tracking/steps/<element_id>")
@requires(Permission.CASE_SEE)
def waiting(element_id: str) -> ResponseReturnValue:
    """The cases that wait at a step, late ones first."""
    asked, after = _asked(), request.args.get("after", "")[: _LONGEST * 2]
    found = transaction.read(
        lambda rows: tracking.waiting(rows, g.actor, element_id[:80], asked, after, transaction.now())
    )
    return page(
        "tracking/waiting.html",
        waiting=found,
        element_id=element_id,
        named=_named(asked),
        after=after,
    )


def _asked() -> Asked:
    """The filters of the address; what is none falls away."""
    given = {name: request.args.get(name, "").strip()[:_LONGEST] for name in _FILTERS}
    period, against = given["period"], given["against"]
    return Asked(
        office_id=known_id(given["office"]),
        purpose=given["purpose"],
        release_id=known_id(given["release"]),
        letter=ascii_digits(given["letter"]),
        period=period if tracking.is_period(period) else Asked().period,
        against=against if tracking.is_period(against) else "",
    )


_FILTERS = ("office", "purpose", "release", "letter", "period", "against")


def _named(asked: Asked) -> dict[str, Any]:
    """The filters as an address names them; the usual ones are left out."""
    usual = Asked()
    given = {
        "office": asked.office_id,
        "purpose": asked.purpose,
        "release": asked.release_id,
        "letter": asked.letter,
        "period": asked.period if asked.period != usual.period else "",
        "against": asked.against,
    }
    return {name: str(value) for name, value in given.items() if value}


def _address_of_step(named: dict[str, Any]) -> Callable[[str], str]:
    return lambda element_id: address_of("tracking.waiting", element_id=element_id, **named)


def _choices(found: Overview) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers: code and words."""
    choices = found.choices
    offices = _with_any("tracking.any_office", ((one.id, language.office(one)) for one in choices.offices))
    purposes = ((code, language.choose(hi, en)) for code, hi, en in choices.purposes)
    versions = ((one, say("tracking.version", number=version)) for one, version in choices.releases)
    periods = [(name, _period_name(name)) for name in (*tracking.SPANS, *choices.months)]
    return {
        "office": offices,
        "purpose": _with_any("tracking.any_purpose", purposes),
        "release": _with_any("tracking.any_release", versions),
        "period": periods,
        "against": _with_any("tracking.against_none", periods),
    }


def _word(found: Overview, name: str, value: str) -> str:
    """A filter in words, for the head of a sheet; the period stands there anyway."""
    if name == "letter":
        return value
    return (
        dict(_choices(found).get(name, [])).get(value, "") if name in ("office", "purpose", "release") else ""
    )


def _with_any(key: str, choices: Iterable[tuple[UUID | str, str]]) -> list[tuple[str, str]]:
    return [("", say(key)), *((str(code), text) for code, text in choices)]


def _period_name(period: str) -> str:
    """Three months, or one by its number and year."""
    if period in tracking.SPANS:
        return word("tracking.span", period)
    year, month = period.split("-")
    return f"{month}-{year}"


def _days(days: Days) -> str:
    """A figure of working days; `+` where it may be more."""
    return f"{days.days}+" if days.is_more else str(days.days)
