"""The list of pending work that is handed over with a post, to be printed and signed by both officers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from app.domain.roles import Permission
from app.services.desk import charge
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("charges", __name__)


@bp.get("/charge")
@requires(Permission.INBOX_SEE)
def show() -> ResponseReturnValue:
    now = transaction.now()
    found = charge.take(transaction.database(), g.actor, now)
    return page(
        "inbox/charge.html", found=found, most=charge.MOST, printed_at=now, giver=g.actor, certified=None
    )
