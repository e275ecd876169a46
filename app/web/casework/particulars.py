"""The particulars of a person corrected on a page of his case, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from app.domain.errors import FormInvalid
from app.domain.roles import Permission
from app.services.casefile import particulars
from app.services.casework import correcting
from app.web.frame import confirmations, corrected
from app.web.frame.addresses import case_address
from app.web.frame.forms import is_submit
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("particulars", __name__)


@bp.get("/cases/<number>/correct")
@requires(Permission.CASE_CORRECT)
def show(number: str) -> ResponseReturnValue:
    return _page(number, 200)


@bp.post("/cases/<number>/correct")
@requires(Permission.CASE_CORRECT)
def correct(number: str) -> ResponseReturnValue:
    """Keep the correction, and lead back to where it is told."""
    typed = corrected.sent()
    if not is_submit(typed.op):  # a name proposed in the other script, a choice found by its name
        return _page(number, 200, corrected.Tried(typed))
    try:
        correcting.correct(transaction.database(), g.actor, number, typed, transaction.now())
    except FormInvalid as invalid:
        return _page(number, 422, corrected.Tried(typed, invalid.problems))
    except particulars.Refused as refused:
        return _page(number, 422, corrected.Tried(typed, refused=refused.key))
    return confirmations.tell_at(case_address(number, "timeline"), corrected="1")


def _page(number: str, status: int, tried: corrected.Tried | None = None) -> ResponseReturnValue:
    found = correcting.see(transaction.database(), g.actor, number, transaction.now())
    form = corrected.drawn(found.asked, found.fields, correcting.CAUSES, tried)
    return page("cases/correct.html", status, found=found, **form)
