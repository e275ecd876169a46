"""A requisition corrected on a page of its own, once for all its cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, url_for

from app.domain.errors import FormInvalid
from app.domain.roles import Permission
from app.services.casefile import particulars
from app.services.intake import lettercorrecting
from app.web.frame import confirmations, corrected
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("lettercorrections", __name__)


@bp.get("/requisitions/<uuid:requisition_id>/correct")
@requires(Permission.CASE_CORRECT)
def show(requisition_id: UUID) -> ResponseReturnValue:
    return _page(requisition_id, 200)


@bp.post("/requisitions/<uuid:requisition_id>/correct")
@requires(Permission.CASE_CORRECT)
def correct(requisition_id: UUID) -> ResponseReturnValue:
    """Keep the correction, and lead back to the letter."""
    typed = corrected.sent()
    try:
        lettercorrecting.correct(transaction.database(), g.actor, requisition_id, typed, transaction.now())
    except FormInvalid as invalid:
        return _page(requisition_id, 422, corrected.Tried(typed, invalid.problems))
    except particulars.Refused as refused:
        return _page(requisition_id, 422, corrected.Tried(typed, refused=refused.key))
    return confirmations.tell_at(url_for("requisitions.view", requisition_id=requisition_id), corrected="1")


def _page(requisition_id: UUID, status: int, tried: corrected.Tried | None = None) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    found = transaction.read(lambda rows: lettercorrecting.sheet(rows, actor, requisition_id, now))
    form = corrected.drawn(found.asked, lettercorrecting.FIELDS, lettercorrecting.CAUSES, tried)
    return page("requisitions/correct.html", status, found=found, letter=found.letter, **form)
