"""A hearing prepared on a page of its case, and the notice that would call to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from app.domain.errors import FormInvalid
from app.domain.roles import Permission
from app.services.casework import preparing
from app.web.frame import confirmations, formviews, leaves
from app.web.frame.addresses import case_address
from app.web.frame.forms import is_submit, posted
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from app.domain.errors import FieldProblem
    from app.formjs import Posted

bp = Blueprint("hearings", __name__)


@bp.get("/cases/<number>/hearing")
@requires(Permission.HEARING_PREPARE)
def show(number: str) -> ResponseReturnValue:
    return _page(number, 200)


@bp.post("/cases/<number>/hearing")
@requires(Permission.HEARING_PREPARE)
def prepare(number: str) -> ResponseReturnValue:
    """Keep what is proposed, for whoever decides."""
    sent = posted()
    if not is_submit(sent.op):
        return _page(number, 200, sent)
    try:
        preparing.prepare(transaction.database(), g.actor, number, sent.values, transaction.now())
    except FormInvalid as invalid:
        return _page(number, 422, sent, invalid.problems)
    return confirmations.tell_at(case_address(number), hearing="prepared")


@bp.get("/cases/<number>/hearing/notice.pdf")
@requires(Permission.CASE_SEE)
def notice(number: str) -> ResponseReturnValue:
    """The notice as it would go out, marked as a draft."""
    pdf = preparing.notice(transaction.database(), g.actor, number, transaction.now())
    return leaves.draft_response(pdf)


def _page(
    number: str,
    status: int,
    typed: Posted | None = None,
    problems: Mapping[str, FieldProblem] | None = None,
) -> ResponseReturnValue:
    now = transaction.now()
    found = preparing.see(transaction.database(), g.actor, number, now)
    filled = found if typed is None else preparing.retyped(found, typed.values, typed.op)
    sheet = formviews.sheet_with(filled, found.fields, problems or {})
    return page("cases/hearing.html", status, found=found, sheet=sheet, problems=problems or {})
