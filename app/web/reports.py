"""Statements and registers: today's queues, office by office, with a sum that must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from app.domain.roles import Permission
from app.services import reports
from app.web import transaction
from app.web.access import requires
from app.web.pages import page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("reports", __name__)


@bp.get("/reports")
@requires(Permission.REPORT_SEE)
def queues() -> ResponseReturnValue:
    rows = transaction.read(lambda rows: reports.queues(rows, g.actor, transaction.now()))
    return page(
        "reports/queues.html",
        rows=rows,
        today=transaction.now(),
        may_see_clocks=g.actor.may(Permission.CLOCK_SEE),
    )
