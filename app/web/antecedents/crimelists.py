"""Lists for the crime register: template, upload, what the columns mean, faults, the SP's approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, request

from app import spreadsheets
from app.domain.roles import Permission
from app.services.intake import crimelists
from app.web.frame import confirmations, language, sheetpages
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

_AT = "crimelists"
bp = Blueprint(_AT, __name__)


@bp.get("/crimes/lists")
@requires(Permission.CRIME_LISTS)
def begin() -> ResponseReturnValue:
    return _begin()


def _begin(status: int = 200, fault: str = "") -> ResponseReturnValue:
    found = transaction.read(lambda rows: crimelists.lines(rows, g.actor))
    return page(
        "crimes/lists.html",
        status,
        lines=found,
        fault=fault,
        most=spreadsheets.MOST_ROWS,
        may_keep=g.actor.may(Permission.CRIME_KEEP),
    )


@bp.post("/crimes/lists")
@requires(Permission.CRIME_KEEP)
def upload() -> ResponseReturnValue:
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    return sheetpages.upload(_AT, lambda data: crimelists.upload(database, actor, data, now), _begin)


@bp.get("/crimes/lists/template")
@requires(Permission.CRIME_KEEP)
def template() -> ResponseReturnValue:
    """The list to be filled in, made of the form of an entry."""
    actor, now = transaction.actor(), transaction.now()
    columns = transaction.read(lambda rows: crimelists.columns(rows, actor, now))
    return sheetpages.template(columns, language.say("nav.crimes"), "crime-register.xlsx")


@bp.get("/crimes/lists/<uuid:roster_id>")
@requires(Permission.CRIME_LISTS)
def show(roster_id: UUID) -> ResponseReturnValue:
    return _show(roster_id)


def _show(
    roster_id: UUID, status: int = 200, fault: str = "", chosen: dict[int, str] | None = None
) -> ResponseReturnValue:
    database, now = transaction.database(), transaction.now()
    found = crimelists.view(database, g.actor, roster_id, now, sheetpages.row_after())
    return sheetpages.shown(
        _AT,
        "crimes/list.html",
        found,
        status,
        fault,
        chosen,
        may_keep=g.actor.may(Permission.CRIME_KEEP),
        may_approve=g.actor.may(Permission.CRIME_APPROVE),
    )


@bp.post("/crimes/lists/<uuid:roster_id>/columns")
@requires(Permission.CRIME_KEEP)
def explain(roster_id: UUID) -> ResponseReturnValue:
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    return sheetpages.explain(
        _AT,
        roster_id,
        lambda chosen: crimelists.explain(database, actor, roster_id, chosen, now),
        lambda fault, chosen: _show(roster_id, 422, fault, chosen),
    )


@bp.post("/crimes/lists/<uuid:roster_id>/send")
@requires(Permission.CRIME_KEEP)
def send(roster_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: crimelists.send(rows, actor, roster_id, now))
    confirmations.note("crimelists", "sent")
    return sheetpages.back(_AT, roster_id)


@bp.post("/crimes/lists/<uuid:roster_id>/approve")
@requires(Permission.CRIME_APPROVE)
def approve(roster_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: crimelists.approve(rows, actor, roster_id, now))
    return sheetpages.back(_AT, roster_id)


@bp.post("/crimes/lists/<uuid:roster_id>/return")
@requires(Permission.CRIME_APPROVE)
def give_back(roster_id: UUID) -> ResponseReturnValue:
    actor, now, reason = transaction.actor(), transaction.now(), request.form.get("reason", "")
    try:
        transaction.write(lambda rows: crimelists.give_back(rows, actor, roster_id, reason, now))
    except crimelists.ReasonMissing as missing:
        return _show(roster_id, 422, language.refusal(missing))
    confirmations.note("crimelists", "returned")
    return sheetpages.back(_AT, roster_id)


@bp.post("/crimes/lists/<uuid:roster_id>/drop")
@requires(Permission.CRIME_KEEP)
def drop(roster_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: crimelists.drop(rows, actor, roster_id, now))
    return sheetpages.back(_AT, roster_id)


@bp.get("/crimes/lists/<uuid:roster_id>/faults")
@requires(Permission.CRIME_KEEP)
def to_mend(roster_id: UUID) -> ResponseReturnValue:
    """The rows that were not taken, in a sheet of the same columns, each faulty cell marked and told."""
    actor, now = transaction.actor(), transaction.now()
    heads, found = transaction.read(lambda rows: crimelists.to_mend(rows, actor, roster_id, now))
    return sheetpages.mended(heads, found, language.say("nav.crimes"), "crime-register-to-mend.xlsx")
