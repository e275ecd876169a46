"""A case outside one's sight in an emergency: opened by its number and a ground, read on one page for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.emergency import LASTS, MOST_A_DAY, Ground
from app.domain.numbers import in_address
from app.domain.roles import DISTRICT_WIDE, Permission
from app.services.casework import emergency
from app.web.frame.addresses import case_address
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("emergency", __name__)

_LONGEST = 40


@bp.get("/emergency")
@requires(Permission.EMERGENCY_OPEN)
def show() -> ResponseReturnValue:
    """The form, what is open so now, and the openings of which this post was told."""
    return _page()


@bp.post("/emergency")
@requires(Permission.EMERGENCY_OPEN)
def open_case() -> ResponseReturnValue:
    actor, now, form = transaction.actor(), transaction.now(), request.form
    number, ground = form.get("number", "")[:_LONGEST], form.get("ground", "")[:_LONGEST]
    try:
        known = transaction.write(lambda rows: emergency.open_case(rows, actor, number, ground, now))
    except emergency.InSight as seen:
        return redirect(case_address(seen.number), code=303)
    except emergency.Refused as refused:
        typed = {"number": number, "ground": ground}
        return _page(422, problems=refused.problems, typed=typed)
    return redirect(url_for("emergency.case", number=in_address(known)), code=303)


@bp.get("/emergency/<number>")
@requires(Permission.EMERGENCY_OPEN)
def case(number: str) -> ResponseReturnValue:
    """The case, as long as it is open so."""
    found = emergency.see(transaction.database(), g.actor, number, transaction.now())
    return page("cases/emergency.html", found=found)


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    lasting, told = transaction.read(
        lambda rows: (emergency.lasting(rows, actor, now), emergency.told(rows, actor, now))
    )
    return page(
        "cases/emergencies.html",
        status,
        lasting=lasting,
        told=told,
        needs_it=actor.post.role not in DISTRICT_WIDE,
        grounds=list(Ground),
        minutes=int(LASTS.total_seconds() // 60),
        most=MOST_A_DAY,
        **{"problems": {}, "typed": {}, **more},
    )
