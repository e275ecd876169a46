"""Series of पत्रांक: seen with their next numbers, set by one officer before any is given, approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.domain.text import ascii_digits
from app.services.district import series
from app.web.frame import confirmations
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

bp = Blueprint("series", __name__, url_prefix="/admin/series")

_BOXES = ("of", "year", "prefix", "first")
_LONGEST = 60
_DIGITS = 9


@bp.get("")
@requires(Permission.SERIES_SEE)
def show() -> ResponseReturnValue:
    return _page()


@bp.post("")
@requires(Permission.SERIES_PROPOSE)
def propose() -> ResponseReturnValue:
    """Put prefix and first number before the officer who approves."""
    actor, now = transaction.actor(), transaction.now()
    typed = {name: request.form.get(name, "").strip()[:_LONGEST] for name in _BOXES}
    office, _, kind = typed["of"].partition(":")
    wanted = series.Wanted(
        known_id(office), kind, _number(typed["year"]), typed["prefix"], _number(typed["first"])
    )
    try:
        transaction.write(lambda rows: series.propose(rows, actor, wanted, now))
    except series.Refused as refused:
        return _page(422, refused, typed)
    return _done("proposed")


@bp.post("/decide")
@requires(Permission.SERIES_APPROVE)
def decide() -> ResponseReturnValue:
    actor, now, choice = transaction.actor(), transaction.now(), request.form.get("_op", "")
    if choice not in ("approve", "refuse"):
        return redirect(url_for("series.show"), code=303)
    approves = choice == "approve"
    try:
        transaction.write(lambda rows: series.decide(rows, actor, now, approves=approves))
    except series.Refused as refused:
        return _page(422, refused)
    return _done("approved" if approves else "refused")


def _number(text: str) -> int | None:
    digits = ascii_digits(text)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS else None


def _done(what: str) -> ResponseReturnValue:
    return confirmations.tell_at(url_for("series.show"), policy=what)


def _page(
    status: int = 200, refused: series.Refused | None = None, typed: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    actor, now = g.actor, transaction.now()
    found = transaction.read(lambda rows: series.show(rows, actor, now))
    return page(
        "admin/series.html",
        status,
        found=found,
        refused=refused,
        fault=refused.key.rpartition(".")[2] if refused is not None else "",
        typed=typed or {"year": str(found.years[1]), "first": "1"},
        may_propose=actor.may(Permission.SERIES_PROPOSE),
        told=confirmations.take_notes().get("policy", ""),
    )
