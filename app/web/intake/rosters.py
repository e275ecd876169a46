"""Lists of candidates from Excel: template, upload, what the columns mean, faults, taking and taking back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, request, url_for

from app import spreadsheets
from app.domain.roles import Permission
from app.domain.text import whole_number
from app.services.intake import rosters
from app.web.frame import confirmations, language, sheetpages
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.intake.asked import Letter

_AT = "rosters"
bp = Blueprint(_AT, __name__)


@bp.get("/requisitions/<uuid:requisition_id>/lists")
@requires(Permission.ROSTER_KEEP)
def begin(requisition_id: UUID) -> ResponseReturnValue:
    return _begin(requisition_id)


def _begin(requisition_id: UUID, status: int = 200, fault: str = "") -> ResponseReturnValue:
    letter, lines = transaction.read(
        lambda rows: rosters.lines(rows, g.actor, requisition_id, transaction.now())
    )
    return page(
        "rosters/begin.html",
        status,
        letter=letter,
        back=_address(letter),
        lines=lines,
        fault=fault,
        most=spreadsheets.MOST_ROWS,
        notes=confirmations.take_notes(),
    )


def _address(letter: Letter) -> str:
    """The page of a letter: the DM's office's, or that of the department that has yet to send it."""
    if letter.is_received:
        return url_for("requisitions.view", requisition_id=letter.id)
    return url_for("lodgements.show", lodgement_id=letter.id)


@bp.post("/requisitions/<uuid:requisition_id>/lists")
@requires(Permission.ROSTER_KEEP)
def upload(requisition_id: UUID) -> ResponseReturnValue:
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    return sheetpages.upload(
        _AT,
        lambda data: rosters.upload(database, actor, requisition_id, data, now),
        lambda status, fault: _begin(requisition_id, status, fault),
    )


@bp.get("/requisitions/<uuid:requisition_id>/lists/template")
@requires(Permission.ROSTER_KEEP)
def template(requisition_id: UUID) -> ResponseReturnValue:
    """The list to be filled in, made of the form in force."""
    actor, now = transaction.actor(), transaction.now()
    columns = transaction.read(lambda rows: rosters.columns(rows, actor, requisition_id, now))
    return sheetpages.template(columns, language.say("roster.sheet"), "candidates.xlsx")


@bp.get("/lists/<uuid:roster_id>")
@requires(Permission.ROSTER_KEEP)
def show(roster_id: UUID) -> ResponseReturnValue:
    return _show(roster_id)


def _show(
    roster_id: UUID, status: int = 200, fault: str = "", chosen: dict[int, str] | None = None
) -> ResponseReturnValue:
    database, now = transaction.database(), transaction.now()
    found = rosters.view(database, g.actor, roster_id, now, sheetpages.row_after())
    return sheetpages.shown(
        _AT,
        "rosters/show.html",
        found,
        status,
        fault,
        chosen,
        letter=found.letter,
        back=_address(found.letter),
    )


@bp.post("/lists/<uuid:roster_id>/columns")
@requires(Permission.ROSTER_KEEP)
def explain(roster_id: UUID) -> ResponseReturnValue:
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    return sheetpages.explain(
        _AT,
        roster_id,
        lambda chosen: rosters.explain(database, actor, roster_id, chosen, now),
        lambda fault, chosen: _show(roster_id, 422, fault, chosen),
    )


@bp.post("/lists/<uuid:roster_id>/take")
@requires(Permission.ROSTER_TAKE)
def take(roster_id: UUID) -> ResponseReturnValue:
    ticked = map(whole_number, request.form.getlist("double"))
    doubles = {number for number in ticked if number is not None}
    rosters.take(transaction.database(), g.actor, roster_id, doubles, transaction.now())
    return sheetpages.back(_AT, roster_id)


@bp.post("/lists/<uuid:roster_id>/check")
@requires(Permission.ROSTER_KEEP)
def check(roster_id: UUID) -> ResponseReturnValue:
    rosters.go_on_judging(transaction.database(), g.actor, roster_id, transaction.now())
    return sheetpages.back(_AT, roster_id)


@bp.post("/lists/<uuid:roster_id>/undo")
@requires(Permission.ROSTER_TAKE)
def undo(roster_id: UUID) -> ResponseReturnValue:
    try:
        rosters.undo(
            transaction.database(), g.actor, roster_id, request.form.get("reason", ""), transaction.now()
        )
    except rosters.ReasonMissing as missing:
        return _show(roster_id, 422, language.refusal(missing))
    return sheetpages.back(_AT, roster_id)


@bp.post("/lists/<uuid:roster_id>/drop")
@requires(Permission.ROSTER_KEEP)
def drop(roster_id: UUID) -> ResponseReturnValue:
    rosters.drop(transaction.database(), g.actor, roster_id, transaction.now())
    return sheetpages.back(_AT, roster_id)


@bp.get("/lists/<uuid:roster_id>/faults")
@requires(Permission.ROSTER_KEEP)
def to_mend(roster_id: UUID) -> ResponseReturnValue:
    """The rows that were not taken, in a sheet of the same columns, each faulty cell marked and told."""
    actor, now = transaction.actor(), transaction.now()
    heads, found = transaction.read(lambda rows: rosters.to_mend(rows, actor, roster_id, now))
    return sheetpages.mended(heads, found, language.say("roster.sheet"), "candidates-to-mend.xlsx")
