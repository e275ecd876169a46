"""The crime register beside the person of a task's case: who may be him, decided one by one, offered to the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.antecedents import BASES, Verdict
from app.domain.roles import Permission
from app.services.antecedents import hits
from app.web.frame import confirmations
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("hits", __name__)


@bp.get("/tasks/<uuid:task_id>/register")
@requires(Permission.CRIME_MATCH)
@limits.search
def show(task_id: UUID) -> ResponseReturnValue:
    found = hits.see(transaction.database(), g.actor, task_id, transaction.now())
    return page("crimes/beside.html", beside=found, told=confirmations.take_notes().get("hits", ""))


@bp.get("/tasks/<uuid:task_id>/register/<uuid:accused_id>")
@requires(Permission.CRIME_MATCH)
@limits.search
def one(task_id: UUID, accused_id: UUID) -> ResponseReturnValue:
    return _one(task_id, accused_id, {})


@bp.post("/tasks/<uuid:task_id>/register/<uuid:accused_id>")
@requires(Permission.CRIME_DECIDE)
def decide(task_id: UUID, accused_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    typed = {key: request.form.get(key, "") for key in ("verdict", "basis", "reason")}
    try:
        transaction.write(lambda rows: hits.decide(rows, actor, task_id, accused_id, typed, now))
    except hits.Refused as refused:
        return _one(task_id, accused_id, typed, refused)
    return confirmations.tell_at(url_for("hits.show", task_id=task_id), hits="decided")


@bp.post("/tasks/<uuid:task_id>/register/offer")
@requires(Permission.CRIME_DECIDE)
def offer(task_id: UUID) -> ResponseReturnValue:
    """Write what was said to be the person into the draft of the form, and lead back to it."""
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: hits.offer(rows, actor, task_id, now))
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="f-cases"), code=303)


def _one(
    task_id: UUID, accused_id: UUID, typed: dict[str, Any], refused: hits.Refused | None = None
) -> ResponseReturnValue:
    beside, line = hits.see_one(transaction.database(), g.actor, task_id, accused_id, transaction.now())
    if not typed and line.decision is not None:
        typed = {
            "verdict": line.decision.verdict,
            "basis": line.decision.basis,
            "reason": line.decision.reason,
        }
    return page(
        "crimes/hit.html",
        422 if refused else 200,
        beside=beside,
        line=line,
        typed=typed,
        refused=refused,
        verdicts=[each.value for each in Verdict],
        bases=BASES,
    )
