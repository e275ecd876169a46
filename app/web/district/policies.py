"""What the district has decided of its own way of working: seen, proposed by one officer, approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.roles import Permission
from app.domain.text import ascii_digits
from app.services.district import policies
from app.web.frame import confirmations
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("policies", __name__, url_prefix="/admin/policies")

_DIGITS = 6


@bp.get("")
@requires(Permission.POLICY_SEE)
def show() -> ResponseReturnValue:
    return _page()


@bp.post("")
@requires(Permission.POLICY_PROPOSE)
def propose() -> ResponseReturnValue:
    actor, now, typed = transaction.actor(), transaction.now(), request.form.get("cap", "").strip()
    digits = ascii_digits(typed)[:_DIGITS]
    cap = int(digits) if digits.isascii() and digits.isdigit() else None
    try:
        transaction.write(lambda rows: policies.propose(rows, actor, cap, now))
    except policies.Refused as refused:
        return _page(422, refused, typed)
    return _done("proposed")


@bp.post("/decide")
@requires(Permission.POLICY_APPROVE)
def decide() -> ResponseReturnValue:
    actor, now, choice = transaction.actor(), transaction.now(), request.form.get("_op", "")
    if choice == "stop":
        transaction.write(lambda rows: policies.stop(rows, actor, now))
        return _done("stopped")
    if choice not in ("approve", "refuse"):
        return redirect(url_for("policies.show"), code=303)
    approves = choice == "approve"
    transaction.write(lambda rows: policies.decide(rows, actor, now, approves=approves))
    return _done("approved" if approves else "refused")


def _done(what: str) -> ResponseReturnValue:
    confirmations.note("policy", what)
    return redirect(url_for("policies.show"), code=303)


def _page(status: int = 200, refused: policies.Refused | None = None, typed: str = "") -> ResponseReturnValue:
    return page(
        "admin/policies.html",
        status,
        found=transaction.read(policies.show),
        most=policies.MOST,
        refused=refused,
        typed=typed,
        own_id=g.actor.officer_id,
        may_propose=g.actor.may(Permission.POLICY_PROPOSE),
        may_approve=g.actor.may(Permission.POLICY_APPROVE),
        told=confirmations.take_notes().get("policy", ""),
    )
