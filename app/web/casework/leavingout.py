"""A case that goes on without the report of an overdue unit: what that means, the reason, the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, request

from app.domain.roles import Permission
from app.services.casework import leavingout
from app.services.desk.holding import ReasonMissing
from app.web.frame import confirmations
from app.web.frame.addresses import case_address
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("leavingout", __name__)


@bp.get("/cases/<number>/units/<uuid:enquiry_id>/leave-out")
@requires(Permission.ENQUIRY_LEAVE_OUT)
def show(number: str, enquiry_id: UUID) -> ResponseReturnValue:
    return _page(number, enquiry_id, 200)


@bp.post("/cases/<number>/units/<uuid:enquiry_id>/leave-out")
@requires(Permission.ENQUIRY_LEAVE_OUT)
def decide(number: str, enquiry_id: UUID) -> ResponseReturnValue:
    """Let the case go on, and lead to where it is told."""
    reason = request.form.get("reason", "")
    try:
        leavingout.leave_out(transaction.database(), g.actor, number, enquiry_id, reason, transaction.now())
    except ReasonMissing:
        return _page(number, enquiry_id, 422)
    return confirmations.tell_at(case_address(number, "timeline"), left_out="1")


def _page(number: str, enquiry_id: UUID, status: int) -> ResponseReturnValue:
    known, unit = transaction.read(
        lambda rows: leavingout.find(rows, g.actor, number, enquiry_id, transaction.now())
    )
    return page(
        "cases/leave_out.html",
        status,
        number=known,
        unit=unit,
        reasons=leavingout.REASONS,
        reason_missing=status != 200,  # noqa: PLR2004
    )
