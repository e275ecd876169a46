"""Clocks of offices: what reached an office when, what is to go out today, what is late, what was sent on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, request

from app.domain.ids import known_id
from app.domain.roles import DISTRICT_WIDE, OVER_THANAS, Permission
from app.domain.text import whole_number
from app.services.timekeeping import ledgers
from app.services.workflow import reminders as reminding
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("clocks", __name__)

_DIGITS = 5  # of a page's number
_OVER_OFFICES = DISTRICT_WIDE | OVER_THANAS


@bp.get("/clocks")
@requires(Permission.CLOCK_SEE)
def show() -> ResponseReturnValue:
    wanted = request.args.get("list", ledgers.LISTS[0])
    wanted = wanted if wanted in ledgers.LISTS else ledgers.LISTS[0]
    number = whole_number(request.args.get("page", ""), _DIGITS) or 0
    office_id = known_id(request.args.get("office", ""))
    now = transaction.now()
    found = transaction.read(lambda rows: ledgers.of_office(rows, g.actor, wanted, office_id, number, now))
    return page(
        "clocks/offices.html",
        lines=found.held,
        has_more=found.has_more,
        wanted=wanted,
        lists=ledgers.LISTS,
        number=number,
        office_id=office_id,
        shows_offices=g.actor.post.role in _OVER_OFFICES or not g.actor.may(Permission.CASE_SEE),
        may_open=g.actor.may(Permission.CASE_SEE),
        sent_days=ledgers.SENT_DAYS,
    )


@bp.get("/reminders")
@requires(Permission.CLOCK_SEE)
def reminders() -> ResponseReturnValue:
    """Why an officer was reminded: of which step, how its days stood, and who above was told."""
    number = whole_number(request.args.get("page", ""), _DIGITS) or 0
    lines, has_more = transaction.read(
        lambda rows: reminding.listing(rows, g.actor, number, transaction.now())
    )
    return page(
        "clocks/reminders.html",
        lines=lines,
        has_more=has_more,
        number=number,
        may_open=g.actor.may(Permission.CASE_SEE),
    )
