"""The particulars of a person corrected on a page of his case, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request

from app.domain.errors import FormInvalid
from app.domain.roles import Permission
from app.services.casework import correcting
from app.web.frame import confirmations, formviews
from app.web.frame.addresses import case_address
from app.web.frame.forms import is_submit, posted
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from app.domain.errors import FieldProblem

bp = Blueprint("particulars", __name__)

_OWN = frozenset({"cause", "reason", "version"})  # boxes that are not the candidate's form


@bp.get("/cases/<number>/correct")
@requires(Permission.CASE_CORRECT)
def show(number: str) -> ResponseReturnValue:
    return _page(number, 200)


@bp.post("/cases/<number>/correct")
@requires(Permission.CASE_CORRECT)
def correct(number: str) -> ResponseReturnValue:
    """Keep the correction, and lead back to where it is told."""
    form, sent = request.form, posted()
    boxes = {name: texts for name, texts in sent.values.items() if name not in _OWN}
    typed = correcting.Typed(
        boxes, form.get("cause", ""), form.get("reason", ""), form.get("version", ""), sent.op
    )
    if not is_submit(sent.op):  # a name proposed in the other script, a choice found by its name
        return _page(number, 200, typed)
    try:
        correcting.correct(transaction.database(), g.actor, number, typed, transaction.now())
    except FormInvalid as invalid:
        return _page(number, 422, typed, problems=invalid.problems)
    except correcting.Refused as refused:
        return _page(number, 422, typed, refused=refused.key)
    confirmations.note("corrected", "1")
    return redirect(case_address(number, "timeline"), code=303)


def _page(
    number: str,
    status: int,
    typed: correcting.Typed | None = None,
    problems: Mapping[str, FieldProblem] | None = None,
    refused: str = "",
) -> ResponseReturnValue:
    now = transaction.now()
    found = correcting.see(transaction.database(), g.actor, number, now)
    filled = found if typed is None else correcting.retyped(found, typed)
    return page(
        "cases/correct.html",
        status,
        found=found,
        sheet=formviews.sheet_with(filled, found.fields, problems or {}),
        causes=correcting.CAUSES,
        cause=typed.cause if typed is not None else "",
        reason=typed.text if typed is not None else "",
        longest=correcting.LONGEST,
        refused=refused,
    )
