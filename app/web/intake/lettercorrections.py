"""A requisition corrected on a page of its own, once for all its cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.errors import FormInvalid
from app.domain.roles import Permission
from app.services.intake import lettercorrecting
from app.web.frame import confirmations, formviews
from app.web.frame.forms import posted
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.errors import FieldProblem

bp = Blueprint("lettercorrections", __name__)

_OWN = frozenset({"cause", "reason", "version"})  # boxes that are not the letter's form


@bp.get("/requisitions/<uuid:requisition_id>/correct")
@requires(Permission.CASE_CORRECT)
def show(requisition_id: UUID) -> ResponseReturnValue:
    return _page(requisition_id, 200)


@bp.post("/requisitions/<uuid:requisition_id>/correct")
@requires(Permission.CASE_CORRECT)
def correct(requisition_id: UUID) -> ResponseReturnValue:
    """Keep the correction, and lead back to the letter."""
    form = request.form
    boxes = {name: texts for name, texts in posted().values.items() if name not in _OWN}
    typed = lettercorrecting.Typed(
        boxes, form.get("cause", ""), form.get("reason", ""), form.get("version", "")
    )
    try:
        lettercorrecting.correct(transaction.database(), g.actor, requisition_id, typed, transaction.now())
    except FormInvalid as invalid:
        return _page(requisition_id, 422, typed, problems=invalid.problems)
    except lettercorrecting.Refused as refused:
        return _page(requisition_id, 422, typed, refused=refused.key)
    confirmations.note("corrected", "1")
    return redirect(url_for("requisitions.view", requisition_id=requisition_id), code=303)


def _page(
    requisition_id: UUID,
    status: int,
    typed: lettercorrecting.Typed | None = None,
    problems: Mapping[str, FieldProblem] | None = None,
    refused: str = "",
) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    found = transaction.read(lambda rows: lettercorrecting.sheet(rows, actor, requisition_id, now))
    filled = found if typed is None else lettercorrecting.retyped(found, typed)
    return page(
        "requisitions/correct.html",
        status,
        found=found,
        letter=found.letter,
        sheet=formviews.sheet_with(filled, lettercorrecting.FIELDS, problems or {}),
        causes=lettercorrecting.CAUSES,
        cause=typed.cause if typed is not None else "",
        reason=typed.text if typed is not None else "",
        longest=lettercorrecting.LONGEST,
        refused=refused,
    )
