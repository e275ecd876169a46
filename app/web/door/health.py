"""For those who watch the machine: does the process answer, and can it do its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, jsonify

from app.services.installation import health
from app.web.guard.access import public
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def process() -> ResponseReturnValue:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def readiness() -> ResponseReturnValue:
    settings = current_app.extensions["settings"]
    found = health.readiness(transaction.database(), settings.documents, transaction.now())
    return jsonify(found), 200 if all(found.values()) else 503
