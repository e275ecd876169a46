"""Lists of candidates from Excel: the pages of every list, and taking, taking back, going on with a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, request, url_for

from app.domain.roles import Permission
from app.domain.text import whole_number
from app.services.intake import rosters
from app.web.frame import language
from app.web.frame.sheetpages import ListPages
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.intake.asked import Letter

bp = Blueprint("rosters", __name__)


def _own(letter: Letter) -> dict[str, Any]:
    """The letter and its page: the DM's office's, or that of the department that has yet to send it."""
    if letter.is_received:
        back = url_for("requisitions.view", requisition_id=letter.id)
    else:
        back = url_for("lodgements.show", lodgement_id=letter.id)
    return {"letter": letter, "back": back, "may_keep": True}


_PAGES = ListPages(
    bp,
    rosters.CANDIDATES,
    all_at="/requisitions/<uuid:requisition_id>/lists",
    one_at="/lists",
    sees=requires(Permission.ROSTER_KEEP),
    keeps=requires(Permission.ROSTER_KEEP),
    all_page="rosters/begin.html",
    one_page="rosters/show.html",
    title="roster.sheet",
    file="candidates",
    own=_own,
)
_PAGES.serve()


@bp.post("/lists/<uuid:roster_id>/take")
@requires(Permission.ROSTER_TAKE)
def take(roster_id: UUID) -> ResponseReturnValue:
    ticked = map(whole_number, request.form.getlist("double"))
    doubles = {number for number in ticked if number is not None}
    rosters.take(transaction.database(), g.actor, roster_id, doubles, transaction.now())
    return _PAGES.back(roster_id)


@bp.post("/lists/<uuid:roster_id>/check")
@requires(Permission.ROSTER_KEEP)
def check(roster_id: UUID) -> ResponseReturnValue:
    rosters.go_on_judging(transaction.database(), g.actor, roster_id, transaction.now())
    return _PAGES.back(roster_id)


@bp.post("/lists/<uuid:roster_id>/undo")
@requires(Permission.ROSTER_TAKE)
def undo(roster_id: UUID) -> ResponseReturnValue:
    database, now, reason = transaction.database(), transaction.now(), request.form.get("reason", "")
    try:
        rosters.undo(database, g.actor, roster_id, reason, now)
    except rosters.ReasonMissing as missing:
        return _PAGES.show(roster_id, 422, language.refusal(missing))
    return _PAGES.back(roster_id)
