"""One task: its form, the draft that keeps what is typed, claiming, and sending it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, redirect, request, session, url_for

from app.domain.errors import FormInvalid, TaskAlreadyDone
from app.domain.ids import known_id, new_id
from app.domain.roles import Permission
from app.papers import PaperRefused
from app.services.antecedents import hits
from app.services.casefile import visits
from app.services.desk import desk, holding, listed, looking, previews, taskpage, tasks, visiting
from app.services.district import calendars
from app.web.desk import beside, finder, phonewords
from app.web.frame import confirmations, formviews, language, leaves
from app.web.frame.addresses import case_address
from app.web.frame.forms import (
    DISCARD,
    TO_SIGN,
    day_text,
    decided_before,
    is_submit,
    known_day,
    posted,
    uploads,
)
from app.web.frame.language import moment
from app.web.frame.pages import page
from app.web.guard import errors
from app.web.guard.access import requires
from app.web.request import headers, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.services.desk.taskpage import TaskView
    from app.services.desk.tasks import Kept
    from app.services.store.database import Session
    from app.services.store.documents import Upload

bp = Blueprint("tasks", __name__)

LOOK_IN = (1, 3, 6)  # working days on, each a button: tomorrow, this week, in a week


def _keep(actor: Actor, task_id: UUID) -> None:
    """Keep a form whose session ran out as its officer's draft; a task that has gone keeps nothing."""
    try:
        tasks.save_draft(transaction.database(), actor, task_id, posted(), uploads(), transaction.now())
    except FormInvalid:
        return  # a file was refused; the texts are kept, and the page will say so when it is sent again


@bp.get("/tasks/<uuid:task_id>")
@requires(Permission.TASK_COMPLETE)
def show(task_id: UUID) -> ResponseReturnValue:
    task = taskpage.see(transaction.database(), g.actor, task_id, transaction.now())
    finder.remember(task.head.case.number)
    return task_page(task, {}, 200, look=beside.look(task))


@bp.post("/tasks/<uuid:task_id>")
@requires(Permission.TASK_COMPLETE, keeps=_keep)
def complete(task_id: UUID) -> ResponseReturnValue:
    """Send the form on, or keep it: the button says which."""
    form, files = posted(), uploads()
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    try:
        if form.op == TO_SIGN:
            return _kept_to_sign(tasks.keep_to_sign(database, actor, task_id, form, files, now))
        if not is_submit(form.op):
            return _kept(task_id, form, files)
        if visiting.found_locked(database, actor, task_id, form, files, now):
            return confirmations.tell_at(
                url_for("tasks.show", task_id=task_id, _anchor="failed-visit"), visit="kept"
            )
        done = tasks.complete(database, actor, task_id, form, files, now)
    except FormInvalid as invalid:
        return _again(task_id, invalid)
    except TaskAlreadyDone as lost:
        return errors.conflict(lost, errors.typed_texts())
    confirmations.keep(done, signs_by_hand=database.office_keys.is_in_hand_of(actor))
    return _on_to(done.next_task_id)


def _kept_to_sign(kept: Kept) -> ResponseReturnValue:
    confirmations.keep_ready(kept.case_number)
    return _on_to(kept.next_task_id)


def _on_to(task_id: UUID | None) -> ResponseReturnValue:
    """To the next task of the queue, or back to the inbox where there is none."""
    if task_id is not None:
        return redirect(url_for("tasks.show", task_id=task_id), code=303)
    return redirect(url_for("inbox.show"), code=303)


def _kept(task_id: UUID, form: Posted, files: list[Upload]) -> ResponseReturnValue:
    """What was typed is kept, or thrown away where that was asked for; the form is drawn again."""
    actor, now = transaction.actor(), transaction.now()
    if beside.is_look(form.op):
        looking.keep_typed(transaction.database(), actor, task_id, form, files, now)
        return beside.turned(task_id, form.op)
    if form.op == DISCARD:
        transaction.write(lambda rows: tasks.drop_draft(rows, actor, task_id, now))
    else:
        tasks.save_draft(transaction.database(), actor, task_id, form, files, now)
    return redirect(url_for("tasks.show", task_id=task_id, _anchor=formviews.anchor(form.op)), code=303)


@bp.post("/tasks/<uuid:task_id>/draft")
@requires(Permission.TASK_COMPLETE, keeps=_keep)
def draft(task_id: UUID) -> ResponseReturnValue:
    """Keep what is typed while it is typed; answers the time at which it was kept."""
    at = tasks.save_draft(transaction.database(), g.actor, task_id, posted(), [], transaction.now())
    return Response(moment(at), mimetype="text/plain")


@bp.post("/tasks/<uuid:task_id>/claim")
@requires(Permission.TASK_COMPLETE)
def claim(task_id: UUID) -> ResponseReturnValue:
    """Take the task in one's own name; out of a colleague's for a reason, which the page asks for."""
    actor, now, reason = transaction.actor(), transaction.now(), request.form.get("reason", "")
    try:
        transaction.write(lambda rows: holding.claim(rows, actor, task_id, now, reason))
    except holding.ReasonMissing:
        task = taskpage.see(transaction.database(), actor, task_id, now)
        return task_page(task, {}, 422, reason_missing=True)
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="holder"), code=303)


@bp.post("/tasks/<uuid:task_id>/release")
@requires(Permission.TASK_COMPLETE)
def release(task_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: holding.release(rows, actor, task_id, now))
    return redirect(url_for("inbox.show"), code=303)


@bp.post("/tasks/<uuid:task_id>/hearing")
@requires(Permission.TASK_COMPLETE)
def take_hearing(task_id: UUID) -> ResponseReturnValue:
    """Put the hearing that was prepared into the form, where it is changed or confirmed."""
    tasks.take_prepared(transaction.database(), g.actor, task_id, transaction.now())
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="decided"), code=303)


@bp.get("/tasks/<uuid:task_id>/preview")
@requires(Permission.TASK_COMPLETE)
def preview(task_id: UUID) -> ResponseReturnValue:
    """The paper as the kept draft would issue it, marked as a draft; a page with the way back where there is none."""
    try:
        pdf = previews.draw(transaction.database(), g.actor, task_id, transaction.now())
    except (previews.NoPaper, PaperRefused) as refused:
        detail, back = language.refusal(refused), url_for("tasks.show", task_id=task_id)
        return page("errors/error.html", 422, kind="no_draft", detail=detail, back=back)
    return leaves.draft_response(pdf)


@bp.get("/tasks/<uuid:task_id>/reassign")
@requires(Permission.TASK_REASSIGN)
def reassign(task_id: UUID) -> ResponseReturnValue:
    return _gift(task_id)


@bp.post("/tasks/<uuid:task_id>/reassign")
@requires(Permission.TASK_REASSIGN)
def give(task_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    officer, reason = request.form.get("officer", ""), request.form.get("reason", "")
    try:
        number = transaction.write(
            lambda rows: holding.reassign(rows, actor, task_id, known_id(officer), reason, now)
        )
    except (holding.NobodyChosen, holding.ReasonMissing) as refused:
        return _gift(task_id, problem=refused.key, officer=officer, reason=reason)
    return confirmations.tell_at(case_address(number), given=number)


@bp.post("/tasks/<uuid:task_id>/look-again")
@requires(Permission.TASK_COMPLETE)
def look_again(task_id: UUID) -> ResponseReturnValue:
    """Note when the officer himself wants to look again: one tap for some days on, or a day of his choice."""
    actor, now, op = transaction.actor(), transaction.now(), request.form.get("_op", "")
    note, typed = request.form.get("note", ""), day_text(request.form, "look_on")
    try:
        transaction.write(
            lambda rows: desk.look_again(rows, actor, task_id, _day_wanted(rows, op, typed, now), note, now)
        )
    except desk.Refused as refused:
        task = taskpage.see(transaction.database(), actor, task_id, now)
        return task_page(task, {}, 422, look_problem=refused, look_typed=(typed, note))
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="look-again"), code=303)


def _day_wanted(rows: Session, op: str, typed: str, now: datetime) -> date | None:
    """The day that the button means. Raises Refused for what is no day."""
    if op == "forget":
        return None
    if op.isascii() and op.isdecimal() and int(op) in LOOK_IN:
        return calendars.of(rows).add_days(calendars.day(now), int(op))
    found = known_day(typed)
    if found is None:
        raise desk.Refused("desk.day_missing")
    return found


def _gift(task_id: UUID, problem: str = "", officer: str = "", reason: str = "") -> ResponseReturnValue:
    gift = transaction.read(lambda rows: holding.gift(rows, g.actor, task_id, transaction.now()))
    return page(
        "tasks/reassign.html",
        422 if problem else 200,
        gift=gift,
        reasons=holding.REASONS,
        problem=problem,
        officer=officer,
        reason=reason,
    )


def _again(task_id: UUID, invalid: FormInvalid) -> ResponseReturnValue:
    """The same page with everything that was typed, and what is wrong with it, or what the decision still needs."""
    problems, before = invalid.problems, decided_before()
    task = taskpage.see(transaction.database(), g.actor, task_id, transaction.now(), posted())
    if before is not None:
        problems = formviews.asked_before(task, problems, *before)
        if not problems:  # what was typed is kept; the page now asks what this decision needs
            return redirect(url_for("tasks.show", task_id=task_id, _anchor="decided"), code=303)
    return task_page(task, problems, 422)


def _unoffered(task: TaskView) -> int:
    """How many entries of the crime register were decided for this form, and do not stand in it."""
    if not g.actor.may(Permission.CRIME_MATCH) or not hits.takes_rows(task.form.id):
        return 0
    return transaction.read(
        lambda rows: hits.unoffered(rows, g.actor, task.case_id, task.form.id, task.values)
    )


def task_page(task: TaskView, problems: Mapping[str, Any], status: int, **more: Any) -> ResponseReturnValue:
    """The page of a task; `more` is what one of its smaller forms could not keep."""
    notes = confirmations.take_notes()
    html, status = page(
        "tasks/task.html",
        status,
        task=task,
        problems=problems,
        sheet=formviews.sheet(task, problems),
        kept=session.pop("kept", ""),
        written_on=notes.get("written_on", ""),
        visit_kept=notes.get("visit", ""),
        **_of_visits(task),
        confirmation=confirmations.take(),
        reasons=holding.REASONS,
        look_in=LOOK_IN,
        may_match=g.actor.may(Permission.CRIME_MATCH),
        unoffered=_unoffered(task),
        may_give=g.actor.may(Permission.TASK_REASSIGN),
        may_sign_later=task.form.id in listed.SEARCHES and g.actor.may(Permission.LIST_SIGN),
        **{"look": None, **more},
    )
    return (html, status, headers.WITH_POSITION) if task.takes_visits else (html, status)


def _of_visits(task: TaskView) -> dict[str, Any]:
    """What the form of a failed visit offers, where the task is one of going there."""
    if not task.takes_visits:
        return {}
    return {
        "phone_words": phonewords.words(),
        "visit_id": new_id(transaction.now()),
        "visit_reasons": visits.REASONS,
        "visit_met": visits.MET,
        "visit_longest": visits.LONGEST,
    }
