"""Administration: what stopped and can be tried again, and how many offices and officers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, url_for

from app.domain.roles import Permission
from app.services import incidents, officers
from app.web import confirmations, language, transaction
from app.web.access import requires
from app.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("admin", __name__)


@bp.get("/admin")
@requires(Permission.ADMIN_SEE)
def overview() -> ResponseReturnValue:
    stopped, staff = transaction.read(
        lambda rows: (incidents.open_incidents(rows), officers.staff(rows, transaction.now()))
    )
    return page(
        "admin/overview.html",
        incidents=stopped,
        staff=staff,
        incident_words=_incident_words,
        incident_cause=_incident_cause,
        may_retry=g.actor.may(Permission.INCIDENT_RETRY),
        retried=confirmations.take_notes().get("retried"),
    )


@bp.post("/admin/incidents/<uuid:incident_id>/retry")
@requires(Permission.INCIDENT_RETRY)
def retry(incident_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: incidents.retry(rows, actor, incident_id, now))
    confirmations.note("retried", "1")
    return redirect(url_for("admin.overview"), code=303)


def _incident_words(code: str) -> str:
    """What an incident's code means; a code without words is shown as it is."""
    return language.known(f"incident.code.{code}") or code


def _incident_cause(detail: dict[str, Any]) -> str:
    """Why a job failed, as the catalogue says it; nothing where it has no words for the error."""
    text = language.known(str(detail.get("error", "")))
    try:
        return text % detail
    except (KeyError, ValueError):
        return ""
