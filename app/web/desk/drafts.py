"""Files that lie in a form which is not sent yet, to be looked at by whoever put them there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from app.domain.roles import Permission
from app.services.desk import looking
from app.web.frame import leaves
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("drafts", __name__)


@bp.get("/drafts/files/<uuid:document_id>")
@requires(Permission.ACCOUNT_OWN)
def file(document_id: UUID) -> ResponseReturnValue:
    """The file to take away, or a page of it to look at."""
    turns = leaves.is_asked()
    found = looking.staged(transaction.database(), g.actor, document_id, transaction.now(), turns=turns)
    return leaves.paper_response(found)
