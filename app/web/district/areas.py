"""Which village lies in which thana: proposed by a case passed on, approved by the SP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.district import areas
from app.web.frame import confirmations
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("areas", __name__)


@bp.get("/areas")
@requires(Permission.AREA_SEE)
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/areas/decide")
@requires(Permission.AREA_APPROVE)
def decide() -> ResponseReturnValue:
    """Approve or refuse one proposal."""
    actor, now, form = transaction.actor(), transaction.now(), request.form
    proposal_id, choice = known_id(form.get("proposal", "")), form.get("_op", "")
    if proposal_id is None or choice not in ("approve", "refuse"):
        return redirect(url_for("areas.show"), code=303)
    village = form.get("village", "") if choice == "approve" else None
    try:
        transaction.write(lambda rows: areas.decide(rows, actor, proposal_id, village, now))
    except areas.Refused as refused:
        return _page(422, refused=refused, typed={"proposal": str(proposal_id), "village": village})
    return confirmations.tell_at(
        url_for("areas.show"), areas="approved" if choice == "approve" else "refused"
    )


def _page(status: int = 200, **typed: Any) -> ResponseReturnValue:
    found = transaction.read(lambda rows: areas.show(rows, g.actor, transaction.now()))
    return page(
        "areas/areas.html",
        status,
        areas=found,
        may_approve=g.actor.may(Permission.AREA_APPROVE),
        own_id=g.actor.officer_id,
        told=confirmations.take_notes().get("areas", ""),
        **{"refused": None, "typed": {}, **typed},
    )
