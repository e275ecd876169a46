"""What the district has decided of its own way of working: seen, proposed by one officer, approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.roles import Permission
from app.domain.text import ascii_digits
from app.services.district import policies, terms
from app.web.frame import confirmations
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from app.domain.errors import DomainError

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
    cap = _number(typed[:_DIGITS])
    try:
        transaction.write(lambda rows: policies.propose(rows, actor, cap, now))
    except policies.Refused as refused:
        return _page(422, refused, typed)
    return _done("proposed")


@bp.post("/years")
@requires(Permission.POLICY_PROPOSE)
def propose_years() -> ResponseReturnValue:
    """Propose for how many years each class of what is over is kept: cases, or entries of the crime register."""
    actor, now, schedule = transaction.actor(), transaction.now(), _schedule()
    typed = {kind.value: request.form.get(kind.value, "").strip()[:_DIGITS] for kind in schedule.kinds}
    years = {kind: _years(typed[kind.value]) for kind in schedule.kinds}
    try:
        transaction.write(lambda rows: terms.propose(rows, actor, years, now, schedule))
    except terms.YearsRefused as refused:
        return _page(422, refused, years=typed, at=schedule.name)
    return _done("proposed")


@bp.post("/years/decide")
@requires(Permission.POLICY_APPROVE)
def decide_years() -> ResponseReturnValue:
    actor, now, choice = transaction.actor(), transaction.now(), request.form.get("_op", "")
    if choice not in ("approve", "refuse"):
        return redirect(url_for("policies.show"), code=303)
    approves, key = choice == "approve", _schedule().key
    transaction.write(lambda rows: policies.decide(rows, actor, now, approves=approves, key=key))
    return _done("approved" if approves else "refused")


def _years(text: str) -> int | None:
    """The years of a class; None where its box is empty, and none that can be where it is unreadable."""
    return (_number(text) or 0) if text else None


def _schedule() -> terms.Schedule:
    return terms.SCHEDULES.get(request.form.get("of", ""), terms.CASES)


def _number(text: str) -> int | None:
    digits = ascii_digits(text)
    return int(digits) if digits.isascii() and digits.isdecimal() else None


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
    return confirmations.tell_at(url_for("policies.show"), policy=what)


def _page(
    status: int = 200,
    refused: DomainError | None = None,
    typed: str = "",
    years: Mapping[str, str] | None = None,
    at: str = "",
) -> ResponseReturnValue:
    schedules = terms.SCHEDULES.values()
    found, kept = transaction.read(
        lambda rows: (policies.show(rows), [terms.show(rows, each) for each in schedules])
    )
    return page(
        "admin/policies.html",
        status,
        found=found,
        kept=kept,
        boxes={each.schedule.name: each.boxes for each in kept} | ({at: years} if at else {}),
        at=at,
        most=policies.MOST,
        refused=refused,
        typed=typed,
        own_id=g.actor.officer_id,
        may_propose=g.actor.may(Permission.POLICY_PROPOSE),
        may_approve=g.actor.may(Permission.POLICY_APPROVE),
        told=confirmations.take_notes().get("policy", ""),
    )
