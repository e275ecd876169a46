"""All cases that a post may see: a list to narrow down by codes and days, with an address that can be passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from app.domain.roles import Permission
from app.services import caselist
from app.services.caselist import STATUSES, TIMES, Wanted
from app.web import language, transaction
from app.web.access import requires
from app.web.forms import known_day, known_id
from app.web.language import say, word
from app.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from app.services.caselist import Choices

bp = Blueprint("caselist", __name__)

_LONGEST = 80  # characters of any filter


@bp.get("/cases")
@requires(Permission.CASE_SEARCH)
def show() -> ResponseReturnValue:
    after, now = known_id(request.args.get("after", "")[:_LONGEST]), transaction.now()
    offered = transaction.read(caselist.choices)
    wanted = _wanted(offered)
    found = transaction.read(lambda rows: caselist.listing(rows, wanted, after, now))
    return page(
        "cases/list.html",
        found=found,
        wanted=wanted,
        named=_named(wanted),
        chosen=_chosen(wanted, offered),
        choices=_offered(offered),
        after=after,
    )


def _wanted(offered: Choices) -> Wanted:
    """The filters of the address; what is none falls away."""
    given = {name: request.args.get(name, "").strip()[:_LONGEST] for name in _FILTERS}
    return Wanted(
        status=_one_of(given["status"], STATUSES),
        purpose=_one_of(given["purpose"], (code for code, *_ in offered.purposes)),
        element_id=_one_of(given["step"], (code for code, *_ in offered.steps)),
        office_id=known_id(given["office"]),
        received_from=known_day(given["from"]),
        received_to=known_day(given["to"]),
        time=_one_of(given["time"], TIMES),
        again=given["again"] == "yes",
    )


_FILTERS = ("status", "purpose", "step", "office", "from", "to", "time", "again")


def _one_of(text: str, known: Iterable[str]) -> str:
    return text if text in set(known) else ""


def _named(wanted: Wanted) -> dict[str, str]:
    """The filters as an address names them."""
    given = {
        "status": wanted.status,
        "purpose": wanted.purpose,
        "step": wanted.element_id,
        "office": wanted.office_id,
        "from": wanted.received_from,
        "to": wanted.received_to,
        "time": wanted.time,
        "again": "yes" if wanted.again else "",
    }
    return {name: str(value) for name, value in given.items() if value}


def _chosen(wanted: Wanted, offered: Choices) -> list[tuple[str, dict[str, str]]]:
    """Each filter in words, with the address of the list without it."""
    named, words = _named(wanted), _offered(offered)
    told = []
    for name, value in named.items():
        text = dict(words.get(name, [])).get(value) or value
        if name in ("from", "to"):
            day = wanted.received_from if name == "from" else wanted.received_to
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
        "again": _any("any_rounds", [("yes", say("caselist.again"))]),
    }


def _words(codes: Iterable[tuple[str, str, str]]) -> Iterable[tuple[str, str]]:
    return ((code, language.choose(hindi, english)) for code, hindi, english in codes)


def _any(key: str, choices: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [("", say(f"caselist.{key}")), *choices]
