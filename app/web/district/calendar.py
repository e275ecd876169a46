"""Holidays and office hours: seen by everybody, changed by one officer and approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.domain.text import tidy
from app.services.access import standins
from app.services.district import calendars
from app.services.timekeeping import calendar_changes
from app.web.frame import confirmations
from app.web.frame.forms import day_of, day_text, known_time
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("calendar", __name__)

_YEAR = 4  # digits
_NAME = 120  # characters
_WEEK = tuple(range(7))


@bp.get("/calendar")
@requires(Permission.CALENDAR_SEE)
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/calendar")
@requires(Permission.CALENDAR_CHANGE)
def propose() -> ResponseReturnValue:
    actor, now, asked = transaction.actor(), transaction.now(), _asked()
    try:
        transaction.write(lambda rows: calendar_changes.propose(rows, actor, asked, now))
    except calendar_changes.Refused as refused:
        return _page(422, asked=asked, refused=refused, typed_day=day_text(request.form, "day"))
    return confirmations.tell_at(url_for("calendar.show"), calendar="proposed")


@bp.post("/calendar/decide")
@requires(Permission.CALENDAR_APPROVE)
def decide() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    change_id, choice = known_id(request.form.get("change", "")), request.form.get("_op", "")
    if change_id is None or choice not in ("approve", "refuse"):
        return redirect(url_for("calendar.show"), code=303)
    approves = choice == "approve"
    transaction.write(lambda rows: calendar_changes.decide(rows, actor, change_id, now, approves=approves))
    return confirmations.tell_at(url_for("calendar.show"), calendar="approved" if approves else "refused")


def _asked() -> calendar_changes.Asked:
    def text(name: str) -> str:
        return tidy(request.form.get(name, ""))[:_NAME]

    def clock(name: str) -> str:
        found = known_time(request.form.get(name, ""))
        return text(name) if found is None else f"{found:%H:%M}"

    off = {int(day) for day in request.form.getlist("off") if day in set(map(str, _WEEK))}
    return calendar_changes.Asked(
        text("kind"),
        day_of(request.form, "day"),
        text("name_hi"),
        text("name_en"),
        frozenset(off),
        clock("opens"),
        clock("closes"),
    )


def _page(status: int = 200, **typed: Any) -> ResponseReturnValue:
    now = transaction.now()
    year = request.args.get("year", "")
    wanted = (
        int(year) if year.isascii() and year.isdecimal() and len(year) == _YEAR else calendars.day(now).year
    )

    def look(rows: Any) -> tuple[Any, Any, Any]:
        shown = calendar_changes.show(rows, g.actor, wanted, now)
        proposed = ((row.proposed_by, row.proposed_at) for row, _ in shown.proposed)
        decided = ((row.decided_by, row.decided_at) for row in shown.decided)
        makers = standins.by_right(rows, proposed, Permission.CALENDAR_CHANGE)
        return shown, makers, standins.by_right(rows, decided, Permission.CALENDAR_APPROVE)

    found, makers, deciders = transaction.read(look)
    return page(
        "clocks/calendar.html",
        status,
        calendar=found,
        makers=makers,
        deciders=deciders,
        may_change=g.actor.may(Permission.CALENDAR_CHANGE),
        may_approve=g.actor.may(Permission.CALENDAR_APPROVE),
        may_open=g.actor.may(Permission.CASE_SEE),
        own_id=g.actor.officer_id,
        week=_WEEK,
        told=confirmations.take_notes().get("calendar", ""),
        **{"asked": None, "refused": None, "typed_day": "", **typed},
    )
