"""Lists of offices: template, upload, what the columns mean, faults beside their cells, adding what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from app import spreadsheets
from app.domain.roles import Permission
from app.services.intake import officelists
from app.web.frame import language, sheetpages
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

_AT = "officelists"
bp = Blueprint(_AT, __name__)


@bp.get("/admin/offices/lists")
@requires(Permission.OFFICE_KEEP)
def begin() -> ResponseReturnValue:
    return _begin()


def _begin(status: int = 200, fault: str = "") -> ResponseReturnValue:
    found = transaction.read(lambda rows: officelists.lines(rows, g.actor))
    return page(
        "offices/lists.html",
        status,
        lines=found,
        fault=fault,
        most=spreadsheets.MOST_ROWS,
    )


@bp.post("/admin/offices/lists")
@requires(Permission.OFFICE_KEEP)
def upload() -> ResponseReturnValue:
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    return sheetpages.upload(_AT, lambda data: officelists.upload(database, actor, data, now), _begin)


@bp.get("/admin/offices/lists/template")
@requires(Permission.OFFICE_KEEP)
def template() -> ResponseReturnValue:
    """The list to be filled in, made of the form of an office."""
    actor, now = transaction.actor(), transaction.now()
    columns = transaction.read(lambda rows: officelists.columns(rows, actor, now))
    return sheetpages.template(columns, language.say("office.title"), "offices.xlsx")


@bp.get("/admin/offices/lists/<uuid:roster_id>")
@requires(Permission.OFFICE_KEEP)
def show(roster_id: UUID) -> ResponseReturnValue:
    return _show(roster_id)


def _show(
    roster_id: UUID, status: int = 200, fault: str = "", chosen: dict[int, str] | None = None
) -> ResponseReturnValue:
    now, after = transaction.now(), sheetpages.row_after()
    found = transaction.read(lambda rows: officelists.view(rows, g.actor, roster_id, now, after))
    return sheetpages.shown(
        _AT,
        "offices/list.html",
        found,
        status,
        fault,
        chosen,
    )


@bp.post("/admin/offices/lists/<uuid:roster_id>/columns")
@requires(Permission.OFFICE_KEEP)
def explain(roster_id: UUID) -> ResponseReturnValue:
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    return sheetpages.explain(
        _AT,
        roster_id,
        lambda chosen: officelists.explain(database, actor, roster_id, chosen, now),
        lambda fault, chosen: _show(roster_id, 422, fault, chosen),
    )


@bp.post("/admin/offices/lists/<uuid:roster_id>/take")
@requires(Permission.OFFICE_KEEP)
def take(roster_id: UUID) -> ResponseReturnValue:
    """Let the good rows be added; the worker does it."""
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: officelists.take(rows, actor, roster_id, now))
    return sheetpages.back(_AT, roster_id)


@bp.post("/admin/offices/lists/<uuid:roster_id>/drop")
@requires(Permission.OFFICE_KEEP)
def drop(roster_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: officelists.drop(rows, actor, roster_id, now))
    return sheetpages.back(_AT, roster_id)


@bp.get("/admin/offices/lists/<uuid:roster_id>/faults")
@requires(Permission.OFFICE_KEEP)
def to_mend(roster_id: UUID) -> ResponseReturnValue:
    """The rows that were not taken, in a sheet of the same columns, each faulty cell marked and told."""
    actor, now = transaction.actor(), transaction.now()
    heads, found = transaction.read(lambda rows: officelists.to_mend(rows, actor, roster_id, now))
    return sheetpages.mended(heads, found, language.say("office.title"), "offices-to-mend.xlsx")
