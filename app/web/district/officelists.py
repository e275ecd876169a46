"""Lists of offices: the pages of every list, and adding what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from app.domain.roles import Permission
from app.services.intake import officelists
from app.web.frame.sheetpages import ListPages
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("officelists", __name__)
_PAGES = ListPages(
    bp,
    officelists.OFFICES,
    all_at="/admin/offices/lists",
    one_at="/admin/offices/lists",
    sees=requires(Permission.OFFICE_KEEP),
    keeps=requires(Permission.OFFICE_KEEP),
    all_page="offices/lists.html",
    one_page="offices/list.html",
    title="office.title",
    file="offices",
    own=lambda _of: {"may_keep": True},
)
_PAGES.serve()


@bp.post("/admin/offices/lists/<uuid:roster_id>/take")
@requires(Permission.OFFICE_KEEP)
def take(roster_id: UUID) -> ResponseReturnValue:
    """Let the good rows be added; the worker does it."""
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: officelists.take(rows, actor, roster_id, now))
    return _PAGES.back(roster_id)
