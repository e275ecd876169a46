"""Enter as anybody, without a password: the demo mode only; outside it this module's routes do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, abort, request

from app.services.access import officers
from app.web.door.signin import welcome
from app.web.guard.access import public
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("demo", __name__)


@bp.post("/demo/enter")
@public
def enter() -> ResponseReturnValue:
    try:
        officer_id = UUID(request.form.get("officer", ""))
    except ValueError:
        abort(404)
    return welcome(officers.enter_as(transaction.database(), officer_id, transaction.now()))
