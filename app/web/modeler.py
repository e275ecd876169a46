"""The procedure in force: its release, its diagrams as they are drawn, its files. To read only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from app.domain.roles import Permission
from app.services import procedures
from app.web import diagrams, transaction
from app.web.access import requires
from app.web.pages import page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("modeler", __name__)


@bp.get("/modeler")
@requires(Permission.PROCESS_SEE)
def release() -> ResponseReturnValue:
    found = transaction.read(procedures.in_force)
    return page(
        "modeler/release.html",
        release=found,
        drawings=diagrams.plain(found.plans),
        is_whole=diagrams.is_whole(),
    )
