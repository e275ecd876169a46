"""The files that an officer had made of many documents: how far each is, its end, and taking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, url_for

from app.domain.roles import Permission
from app.services.papers import bundles
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction
from app.web.request.files import file_response

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("bundles", __name__)


@bp.get("/files")
@requires(Permission.ACCOUNT_OWN)
def listing() -> ResponseReturnValue:
    found = transaction.read(lambda rows: bundles.mine(rows, g.actor, transaction.now()))
    return page("papers/bundles.html", found=found)


@bp.get("/files/<uuid:bundle_id>")
@requires(Permission.ACCOUNT_OWN)
def show(bundle_id: UUID) -> ResponseReturnValue:
    found = transaction.read(lambda rows: bundles.see(rows, g.actor, bundle_id, transaction.now()))
    return page("papers/bundle.html", bundle=found)


@bp.post("/files/<uuid:bundle_id>")
@requires(Permission.ACCOUNT_OWN)
def take(bundle_id: UUID) -> ResponseReturnValue:
    """Hand the file over; by a press, for each document in it is recorded as opened."""
    file = bundles.take(transaction.database(), g.actor, bundle_id, transaction.now())
    answer = file_response(file.chunks, file.media_type, file.name)
    answer.content_length = file.size
    return answer


@bp.post("/files/<uuid:bundle_id>/stop")
@requires(Permission.ACCOUNT_OWN)
def stop(bundle_id: UUID) -> ResponseReturnValue:
    """End the making of a file, or destroy it before its time."""
    bundles.stop(transaction.database(), g.actor, bundle_id, transaction.now())
    return redirect(url_for("bundles.show", bundle_id=bundle_id), code=303)
