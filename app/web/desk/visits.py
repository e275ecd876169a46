"""At the door of a house: the questions on a sheet of paper; a visit that failed is kept, and the task stays open."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, abort, g, request, url_for

from app import formjs, papers
from app.domain.clock import IST
from app.domain.ids import known_id, new_id
from app.domain.numbers import in_address
from app.domain.roles import Permission
from app.services.casefile import visits
from app.services.desk import taskpage, visiting
from app.web.desk.tasks import task_page
from app.web.frame import confirmations, language
from app.web.frame.forms import day_text, known_day, known_time
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("visits", __name__)


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of a failed visit as it was posted."""

    reason: str
    met: str
    note: str
    day: str
    time: str
    refused: visits.Refused | None = None


@bp.get("/tasks/<uuid:task_id>/sheet")
@requires(Permission.TASK_COMPLETE)
def sheet(task_id: UUID) -> ResponseReturnValue:
    """The questions of a visit on paper. Its code names the case's address and nobody: the case asks who opens it."""
    task = taskpage.see(transaction.database(), g.actor, task_id, transaction.now())
    if not task.takes_visits:
        abort(404)
    blank = formjs.initial(task.form, task.facts, task.options)
    address = f"{transaction.database().public_address}/cases/{in_address(task.head.case.number)}"
    return page(
        "tasks/enquiry_sheet.html",
        task=task,
        boxes=formjs.draw(task.form, blank, {}, task.facts, task.options, language.current()),
        code=f"data:image/png;base64,{b64encode(papers.qr_png(address)).decode()}",
        visit_reasons=visits.REASONS,
        printed_at=transaction.now(),
    )


@bp.post("/tasks/<uuid:task_id>/failed-visits")
@requires(Permission.TASK_COMPLETE)
def fail(task_id: UUID) -> ResponseReturnValue:
    """Keep a visit at which nobody could be asked; sent twice it is kept once."""
    actor, now = transaction.actor(), transaction.now()
    reason, met, note, at = (request.form.get(name, "").strip() for name in ("reason", "met", "note", "time"))
    day = day_text(request.form, "day")
    moment = moment_of(day, at, now)
    said = visits.Said(
        reason,
        met,
        known_id(request.form.get("sent_as", "")) or new_id(now),
        note,
        moment,
        is_no_time=bool(day or at) and moment is None,
    )
    try:
        transaction.write(lambda rows: visiting.fail(rows, actor, task_id, said, now))
    except visits.Refused as refused:
        task = taskpage.see(transaction.database(), g.actor, task_id, now)
        return task_page(task, {}, 422, visit_typed=Typed(reason, met, note, day, at, refused))
    return confirmations.tell_at(url_for("tasks.show", task_id=task_id, _anchor="failed-visit"), visit="kept")


def moment_of(day: str, at: str, now: datetime) -> datetime | None:
    """The day and time that were written, an empty day being today; None for none, and for what is none."""
    clock = known_time(at)
    date = known_day(day) if day else now.astimezone(IST).date()
    if clock is None or date is None:
        return None
    return datetime.combine(date, clock, IST).astimezone(UTC)
