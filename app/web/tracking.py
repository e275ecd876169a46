"""Progress: the route with what is open and late at each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from app.domain.roles import Permission
from app.services import tracking
from app.web import diagrams, transaction
from app.web.access import requires
from app.web.pages import page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("tracking", __name__)


@bp.get("/tracking")
@requires(Permission.TRACKING_SEE)
def overview() -> ResponseReturnValue:
    found = transaction.read(lambda rows: tracking.overview(rows, transaction.now()))
    return page(
        "tracking/overview.html",
        overview=found,
        drawings=diagrams.of_counts(found),
        is_whole=diagrams.is_whole(),
    )
