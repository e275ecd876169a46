"""Lists for the crime register: the pages of every list, and the SP, who approves one or gives it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, request

from app.domain.roles import Permission
from app.services.intake import crimelists
from app.web.frame import confirmations, language
from app.web.frame.sheetpages import ListPages
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("crimelists", __name__)
_PAGES = ListPages(
    bp,
    crimelists.CRIMES,
    all_at="/crimes/lists",
    one_at="/crimes/lists",
    sees=requires(Permission.CRIME_LISTS),
    keeps=requires(Permission.CRIME_KEEP),
    all_page="crimes/lists.html",
    one_page="crimes/list.html",
    title="nav.crimes",
    file="crime-register",
    own=lambda _of: {
        "may_keep": g.actor.may(Permission.CRIME_KEEP),
        "may_approve": g.actor.may(Permission.CRIME_APPROVE),
    },
)
_PAGES.serve()


@bp.post("/crimes/lists/<uuid:roster_id>/send")
@requires(Permission.CRIME_KEEP)
def send(roster_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: crimelists.send(rows, actor, roster_id, now))
    confirmations.note("crimelists", "sent")
    return _PAGES.back(roster_id)


@bp.post("/crimes/lists/<uuid:roster_id>/approve")
@requires(Permission.CRIME_APPROVE)
def approve(roster_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: crimelists.approve(rows, actor, roster_id, now))
    return _PAGES.back(roster_id)


@bp.post("/crimes/lists/<uuid:roster_id>/return")
@requires(Permission.CRIME_APPROVE)
def give_back(roster_id: UUID) -> ResponseReturnValue:
    actor, now, reason = transaction.actor(), transaction.now(), request.form.get("reason", "")
    try:
        transaction.write(lambda rows: crimelists.give_back(rows, actor, roster_id, reason, now))
    except crimelists.ReasonMissing as missing:
        return _PAGES.show(roster_id, 422, language.refusal(missing))
    confirmations.note("crimelists", "returned")
    return _PAGES.back(roster_id)
