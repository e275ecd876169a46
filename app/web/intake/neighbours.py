"""Letters of other districts of the installation: those that came, and one's own asked anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.roles import Permission
from app.services.desk import reasking, taskpage
from app.services.intake import neighbourdesk
from app.web.desk import tasks
from app.web.frame import confirmations, language
from app.web.frame.addresses import case_address
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("neighbours", __name__)


@bp.get("/neighbours")
@requires(Permission.NEIGHBOUR_RECEIVE)
def waiting() -> ResponseReturnValue:
    """Letters that no case was made of yet."""
    letters = transaction.read(lambda rows: neighbourdesk.waiting(rows, g.actor))
    return page(
        "neighbours/waiting.html", letters=letters, told=confirmations.take_notes().get("neighbour", "")
    )


@bp.get("/neighbours/<uuid:request_id>")
@requires(Permission.NEIGHBOUR_RECEIVE)
def show(request_id: UUID) -> ResponseReturnValue:
    return _show(request_id)


def _show(request_id: UUID, status: int = 200, fault: str = "") -> ResponseReturnValue:
    found = neighbourdesk.see(transaction.database(), g.actor, request_id, transaction.now())
    typed = request.form.get("reason", "")
    return page("neighbours/letter.html", status, found=found, fault=fault, typed_reason=typed)


@bp.post("/neighbours/<uuid:request_id>/accept")
@requires(Permission.NEIGHBOUR_RECEIVE)
def accept(request_id: UUID) -> ResponseReturnValue:
    """Make a case of it and go there."""
    number = neighbourdesk.accept(transaction.database(), transaction.actor(), request_id, transaction.now())
    return redirect(case_address(number), code=303)


@bp.post("/neighbours/<uuid:request_id>/return")
@requires(Permission.NEIGHBOUR_RECEIVE)
def give_back(request_id: UUID) -> ResponseReturnValue:
    actor, now, reason = transaction.actor(), transaction.now(), request.form.get("reason", "")
    try:
        neighbourdesk.give_back(transaction.database(), actor, request_id, reason, now)
    except neighbourdesk.ReasonMissing as missing:
        return _show(request_id, 422, language.say(missing.key))
    return confirmations.tell_at(url_for("neighbours.waiting"), neighbour="returned")


@bp.post("/tasks/<uuid:task_id>/ask-again")
@requires(Permission.NEIGHBOUR_ASK)
def ask_again(task_id: UUID) -> ResponseReturnValue:
    """Ask another district in place of one that returned the letter, or could not take it."""
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    try:
        reasking.ask_again(database, actor, task_id, request.form.get("district", "")[:3], now)
    except reasking.DistrictMissing:
        task = taskpage.see(database, actor, task_id, now)
        return tasks.task_page(task, {}, 422, district_missing=True)
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="letter"), code=303)
