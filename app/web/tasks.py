"""One task: its form, the draft that keeps what is typed, claiming, and sending it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, redirect, session, url_for

from app.domain.errors import FormInvalid, TaskAlreadyDone
from app.domain.roles import Permission
from app.services import tasks
from app.web import confirmations, errors, formviews, transaction
from app.web.access import requires
from app.web.forms import decided_before, is_submit, posted, uploads
from app.web.language import moment
from app.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.roles import Actor
    from app.services.tasks import TaskView

bp = Blueprint("tasks", __name__)


def _keep(actor: Actor, task_id: UUID) -> None:
    """Keep a form whose session ran out as its officer's draft; a task that has gone keeps nothing."""
    try:
        tasks.save_draft(transaction.database(), actor, task_id, posted(), uploads(), transaction.now())
    except FormInvalid:
        return  # a file was refused; the texts are kept, and the page will say so when it is sent again


@bp.get("/tasks/<uuid:task_id>")
@requires(Permission.TASK_COMPLETE)
def show(task_id: UUID) -> ResponseReturnValue:
    task = tasks.see(transaction.database(), g.actor, task_id, transaction.now())
    return _page(task, {}, 200)


@bp.post("/tasks/<uuid:task_id>")
@requires(Permission.TASK_COMPLETE, keeps=_keep)
def complete(task_id: UUID) -> ResponseReturnValue:
    """Send the form on, or keep it: the button says which."""
    form = posted()
    try:
        if not is_submit(form.op):
            tasks.save_draft(transaction.database(), g.actor, task_id, form, uploads(), transaction.now())
            return redirect(
                url_for("tasks.show", task_id=task_id, _anchor=formviews.anchor(form.op)), code=303
            )
        done = tasks.complete(transaction.database(), g.actor, task_id, form, uploads(), transaction.now())
    except FormInvalid as invalid:
        return _again(task_id, invalid)
    except TaskAlreadyDone as lost:
        return errors.conflict(lost, errors.typed_texts())
    confirmations.keep(done)
    if done.next_task_id is not None:
        return redirect(url_for("tasks.show", task_id=done.next_task_id), code=303)
    return redirect(url_for("inbox.show"), code=303)


@bp.post("/tasks/<uuid:task_id>/draft")
@requires(Permission.TASK_COMPLETE, keeps=_keep)
def draft(task_id: UUID) -> ResponseReturnValue:
    """Keep what is typed while it is typed; answers the time at which it was kept."""
    at = tasks.save_draft(transaction.database(), g.actor, task_id, posted(), [], transaction.now())
    return Response(moment(at), mimetype="text/plain")


@bp.post("/tasks/<uuid:task_id>/claim")
@requires(Permission.TASK_COMPLETE)
def claim(task_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: tasks.claim(rows, actor, task_id, now))
    return redirect(url_for("tasks.show", task_id=task_id), code=303)


@bp.post("/tasks/<uuid:task_id>/release")
@requires(Permission.TASK_COMPLETE)
def release(task_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: tasks.release(rows, actor, task_id, now))
    return redirect(url_for("inbox.show"), code=303)


def _again(task_id: UUID, invalid: FormInvalid) -> ResponseReturnValue:
    """The same page with everything that was typed, and what is wrong with it, or what the decision still needs."""
    problems, before = invalid.problems, decided_before()
    task = tasks.see(transaction.database(), g.actor, task_id, transaction.now(), posted())
    if before is not None:
        problems = formviews.asked_before(task, problems, *before)
        if not problems:  # what was typed is kept; the page now asks what this decision needs
            return redirect(url_for("tasks.show", task_id=task_id, _anchor="decided"), code=303)
    return _page(task, problems, 422)


def _page(task: TaskView, problems: Mapping[str, Any], status: int) -> ResponseReturnValue:
    return page(
        "tasks/task.html",
        status,
        task=task,
        problems=problems,
        sheet=formviews.sheet(task, problems),
        kept=session.pop("kept", ""),
        written_on=confirmations.take_notes().get("written_on", ""),
        confirmation=confirmations.take(),
    )
