"""One act on the tasks that were chosen in the inbox: claim, give away, mark, assign, approve, deliver, print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, request

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.casework import cases
from app.services.desk import holding, many, sending
from app.web.frame import acting
from app.web.frame.forms import act_asked
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.desk.many import Item

bp = Blueprint("many", __name__, url_prefix="/inbox/many")

_PRINTED = 25  # cases of one print: some seconds, and a stack that a clerk can carry


@bp.post("/claim")
@requires(Permission.TASK_COMPLETE)
def claim() -> ResponseReturnValue:
    """Take the chosen tasks in one's own name."""
    return _told("claim", many.claim(transaction.database(), g.actor, _chosen(), transaction.now()))


@bp.post("/give")
@requires(Permission.TASK_REASSIGN)
def give() -> ResponseReturnValue:
    """Ask to whom and why; or, once that was answered, give the chosen tasks away."""
    if "reason" not in request.form:
        return _asked()
    officer, reason = known_id(request.form.get("officer", "")), request.form["reason"]
    try:
        items = many.give(transaction.database(), g.actor, _chosen(), officer, reason, transaction.now())
    except (holding.NobodyChosen, holding.ReasonMissing) as refused:
        return _asked(refused.key)
    return _told("give", items)


@bp.post("/send/<any(mark, assign, approve, deliver):act>")
@requires(Permission.TASK_COMPLETE)
def send(act: str) -> ResponseReturnValue:
    """Show what would be sent of each chosen task; or, once that was looked at, send it and tell how far it is."""
    if "confirmed" not in request.form:
        return _shown(act)
    seals = {task_id: request.form.get(f"seal-{task_id}", "") for task_id in _chosen()}
    said = sending.Said(
        known_id(request.form.get("officer", "")), bool(request.form.get("compared")), act_asked()
    )
    try:
        begun = sending.send(transaction.database(), g.actor, act, seals, said, transaction.now())
    except (holding.NobodyChosen, sending.NotConfirmed) as refused:
        return _shown(act, refused.key, said)
    return acting.goes_on("inbox/acting.html", begun, act=act, where="inbox")


@bp.post("/print")
@requires(Permission.CASE_SEE)
def prints() -> ResponseReturnValue:
    """The cases of the chosen tasks, each on sheets of its own."""
    actor, now, chosen = g.actor, transaction.now(), _chosen()
    numbers = transaction.read(lambda rows: many.numbers(rows, chosen, _PRINTED))
    found = [cases.see(transaction.database(), actor, each, "print", now) for each in numbers]
    return page("inbox/print.html", found=found, printed_at=now)


def _shown(act: str, problem: str = "", said: sending.Said | None = None) -> ResponseReturnValue:
    found = sending.look(transaction.database(), g.actor, act, _chosen(), transaction.now())
    return page(
        "inbox/send.html", 422 if problem else 200, found=found, problem=problem, said=said or sending.Said()
    )


def _asked(problem: str = "") -> ResponseReturnValue:
    chosen = _chosen()
    found = transaction.read(lambda rows: many.gifts(rows, g.actor, chosen, transaction.now()))
    return page(
        "inbox/give.html",
        422 if problem else 200,
        found=found,
        reasons=holding.REASONS,
        problem=problem,
        officer=request.form.get("officer", ""),
        reason=request.form.get("reason", ""),
    )


def _told(act: str, items: list[Item]) -> ResponseReturnValue:
    return page(
        "inbox/many.html",
        act=act,
        done=[each for each in items if not each.why_not],
        left=[each for each in items if each.why_not],
    )


def _chosen() -> list[UUID]:
    """The tasks that were ticked; what is no id of ours is none."""
    ids = (known_id(text) for text in request.form.getlist("task"))
    return [each for each in ids if each is not None]
