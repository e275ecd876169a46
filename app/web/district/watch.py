"""Odd use of a week, by officer, and the recorded rows behind a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, g, request

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.reports import watch
from app.web.frame.forms import known_day
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from app.domain.statement import Period

bp = Blueprint("watch", __name__)

_NOBODY = "nobody"  # names at the door that no officer has


@bp.get("/watch")
@requires(Permission.CASE_OPENED)
def show() -> ResponseReturnValue:
    """The digest of a week: the one that ended last, unless another is chosen."""
    period = _week()
    found = transaction.read(lambda rows: watch.see(rows, g.actor, period))
    lines = [(odd, [line for line in found.lines if line.odd == odd]) for odd in watch.Odd]
    return page(
        "reports/watch.html",
        period=period,
        weeks=watch.weeks(transaction.now()),
        groups=[(odd, some) for odd, some in lines if some],
        nobody=_NOBODY,
    )


@bp.get("/watch/rows")
@requires(Permission.CASE_OPENED)
def rows() -> ResponseReturnValue:
    """What was recorded behind one line."""
    period, odd, who = _week(), request.args.get("odd", ""), request.args.get("officer", "")
    officer_id = known_id(who)
    if officer_id is None and who != _NOBODY:
        abort(404)
    line, found = transaction.read(lambda rows: watch.rows_of(rows, g.actor, period, odd, officer_id))
    return page("reports/watched.html", period=period, line=line, rows=found)


def _week() -> Period:
    typed = request.args.get("week", "")
    first = known_day(typed)
    if typed and first is None:
        abort(404)
    return watch.week_of(first, transaction.now())
