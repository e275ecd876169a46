"""What is past its term: lists that are proposed, decided and certified, and orders that hold a case back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.retention import Ground
from app.domain.roles import Permission
from app.services.casework import destruction, holds
from app.web.door import stepup
from app.web.frame import confirmations, language
from app.web.frame.forms import day_text, known_day
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp

bp = Blueprint("retention", __name__)

_LONGEST = 400


@bp.get("/retention")
@requires(Permission.RETENTION_SEE)
def show() -> ResponseReturnValue:
    """What is past its term, the lists, and the orders that hold cases."""
    return _page()


@bp.post("/retention/propose")
@requires(Permission.RETENTION_PROPOSE)
def propose() -> ResponseReturnValue:
    actor, now, kind = transaction.actor(), transaction.now(), request.form.get("kind", "")
    try:
        list_id = transaction.write(lambda rows: destruction.propose(rows, actor, kind, now))
    except destruction.NothingPast as refused:
        return _page(422, fault=refused.key)
    return confirmations.tell_at(url_for("retention.one", destruction_id=list_id), retention="proposed")


@bp.get("/retention/lists/<uuid:destruction_id>")
@requires(Permission.RETENTION_SEE)
def one(destruction_id: UUID) -> ResponseReturnValue:
    """One list; once it is worked off, the certificate of destruction."""
    return _list_page(destruction_id)


@bp.post("/retention/lists/<uuid:destruction_id>/approve")
@requires(Permission.RETENTION_APPROVE)
def approve(destruction_id: UUID) -> ResponseReturnValue:
    """Approve a list, once it is confirmed by a code given for its hash."""
    actor, now = transaction.actor(), transaction.now()
    asked = transaction.write(lambda rows: destruction.to_approve(rows, actor, destruction_id, now))
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.post("/retention/lists/<uuid:destruction_id>/refuse")
@requires(Permission.RETENTION_APPROVE)
def refuse(destruction_id: UUID) -> ResponseReturnValue:
    actor, now, reason = transaction.actor(), transaction.now(), request.form.get("reason", "")
    try:
        transaction.write(lambda rows: destruction.refuse(rows, actor, destruction_id, reason, now))
    except destruction.ReasonWanted as refused:
        return _list_page(destruction_id, 422, fault=refused.key, typed=reason[:_LONGEST])
    return confirmations.tell_at(url_for("retention.one", destruction_id=destruction_id), retention="refused")


@bp.post("/retention/holds")
@requires(Permission.RETENTION_SEE)
def hold() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    form = {name: text[:_LONGEST] for name, text in request.form.items()}
    form["dated"] = day_text(form, "dated")
    typed = holds.Typed(
        form.get("case", ""),
        form.get("ground", ""),
        form.get("order_no", ""),
        known_day(form["dated"]),
    )
    try:
        transaction.write(lambda rows: holds.place(rows, actor, typed, now))
    except holds.Refused as refused:
        return _page(422, typed=form, problems=refused.problems)
    return _told("held")


@bp.post("/retention/holds/<uuid:case_hold_id>/lift")
@requires(Permission.RETENTION_SEE)
def lift(case_hold_id: UUID) -> ResponseReturnValue:
    actor, now, order_no = transaction.actor(), transaction.now(), request.form.get("lift_no", "")
    try:
        transaction.write(lambda rows: holds.lift(rows, actor, case_hold_id, order_no, now))
    except holds.Refused as refused:
        typed = {"lift_no": order_no[:_LONGEST]}
        return _page(422, typed=typed, problems=refused.problems, lifting=case_hold_id)
    return _told("lifted")


# -- confirmed by a code ---------------------------------------------------------------------------------


def _tell(item: Item) -> stepup.Line:
    actor, list_id = transaction.actor(), item.id
    found = transaction.read(lambda rows: destruction.listed(rows, actor, list_id))
    kind = language.word("retention.kind", found.row.kind)
    return stepup.Line(
        text=found.row.number,
        address=url_for("retention.one", destruction_id=list_id),
        done=language.say("retention.line", kind=kind, count=language.grouped(len(found.lines))),
        digest=item.digest,
    )


def _approve(wanted: StepUp) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    try:
        list_id = transaction.write(lambda rows: destruction.approve(rows, actor, wanted, now))
    except destruction.StillKept as refused:
        return _list_page(wanted.items[0].id, 422, fault=refused.key)
    return confirmations.tell_at(url_for("retention.one", destruction_id=list_id), retention="approved")


stepup.ACTS[destruction.APPROVE] = stepup.Act(
    _tell,
    _approve,
    lambda items: url_for("retention.one", destruction_id=items[0].id),
)


# -- pages -----------------------------------------------------------------------------------------------


def _told(what: str) -> ResponseReturnValue:
    return confirmations.tell_at(url_for("retention.show"), retention=what)


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()

    def look(rows: Any) -> dict[str, Any]:
        return {
            "classes": destruction.past(rows, actor, now),
            "lists": destruction.lists(rows, actor),
            "holds": holds.lasting(rows, actor),
        }

    shown = {"fault": "", "typed": {}, "problems": {}, "lifting": None, **more}
    return page(
        "retention/overview.html",
        status,
        **transaction.read(look),
        grounds=list(Ground),
        longest=destruction.LONGEST,
        told=confirmations.take_notes().get("retention", ""),
        **shown,
    )


def _list_page(list_id: UUID, status: int = 200, fault: str = "", typed: str = "") -> ResponseReturnValue:
    found = transaction.read(lambda rows: destruction.listed(rows, g.actor, list_id))
    return page(
        "retention/list.html",
        status,
        found=found,
        fault=fault,
        typed=typed,
        told=confirmations.take_notes().get("retention", ""),
    )
