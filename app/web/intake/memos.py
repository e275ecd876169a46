"""What a department writes about its own case, and the DM's office that settles it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.errors import FormInvalid
from app.domain.numbers import in_address
from app.domain.roles import Permission
from app.services.intake import memos
from app.web.frame import confirmations, formviews
from app.web.frame.addresses import case_address
from app.web.frame.forms import is_submit, posted, uploads
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("memos", __name__)

_LONGEST = 1000


# -- the department ----------------------------------------------------------------------------------------


@bp.get("/department/cases/<number>")
@requires(Permission.MEMO_SEND)
def case(number: str) -> ResponseReturnValue:
    """What was written about one case, what came of it, and whom the department may ask."""
    found = transaction.read(lambda rows: memos.of_case(rows, g.actor, number, transaction.now()))
    return page("department/case.html", found=found, told=confirmations.take_notes().get("memos", ""))


@bp.get("/department/cases/<number>/write")
@requires(Permission.MEMO_SEND)
def write(number: str) -> ResponseReturnValue:
    """Draw the form; ?kind= chooses what is sent."""
    return _form(number, {}, kind=request.args.get("kind", ""))


@bp.post("/department/cases/<number>/write")
@requires(Permission.MEMO_SEND)
def send(number: str) -> ResponseReturnValue:
    actor, now, typed = g.actor, transaction.now(), posted()
    if not is_submit(typed.op):
        return _form(number, {}, typed=True)
    try:
        memos.send(transaction.database(), actor, number, typed, uploads(), now)
    except FormInvalid as invalid:
        return _form(number, invalid.problems, typed=True)
    return _back(number, "sent")


@bp.post("/department/memos/<uuid:memo_id>/back")
@requires(Permission.MEMO_SEND)
def take_back(memo_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    number = transaction.write(lambda rows: memos.take_back(rows, actor, memo_id, now))
    return _back(number, "back")


def _back(number: str, did: str) -> ResponseReturnValue:
    return confirmations.tell_at(url_for("memos.case", number=in_address(number)), memos=did)


def _form(
    number: str, problems: Mapping[str, Any], *, kind: str = "", typed: bool = False
) -> ResponseReturnValue:
    now, given = transaction.now(), posted() if typed else None
    filled = transaction.read(lambda rows: memos.blank(rows, g.actor, number, now, kind, given))
    return page(
        "department/memo.html",
        422 if problems else 200,
        filled=filled,
        problems=problems,
        sheet=formviews.sheet(filled, problems),
    )


# -- the DM's office -----------------------------------------------------------------------------------------


@bp.get("/requisitions/memos")
@requires(Permission.MEMO_TAKE)
def waiting() -> ResponseReturnValue:
    """What departments have sent about running cases, the oldest first."""
    found = transaction.read(lambda rows: memos.waiting(rows, g.actor))
    return page("requisitions/memos.html", memos=found, told=confirmations.take_notes().get("memos", ""))


@bp.get("/requisitions/memos/<uuid:memo_id>")
@requires(Permission.MEMO_TAKE)
def look(memo_id: UUID) -> ResponseReturnValue:
    return _look(memo_id)


@bp.post("/requisitions/memos/<uuid:memo_id>/take")
@requires(Permission.MEMO_TAKE)
def take(memo_id: UUID) -> ResponseReturnValue:
    """Lay it into the form of its step, where the officer looks it over and sends it; or settle it at once."""
    actor, now, reply = transaction.actor(), transaction.now(), request.form.get("reply", "")[:_LONGEST]
    found = transaction.read(lambda rows: memos.look(rows, actor, memo_id))
    try:
        task = transaction.write(lambda rows: memos.take(rows, actor, memo_id, reply, now))
    except memos.ReplyMissing as missing:
        return _look(memo_id, 422, missing.key)
    if task is not None:
        return redirect(url_for("tasks.show", task_id=task.id), code=303)
    if found.kind == memos.WITHDRAWAL:
        return redirect(url_for("withdrawals.show", number=in_address(found.case_number)), code=303)
    return _settled("taken")


@bp.post("/requisitions/memos/<uuid:memo_id>/note")
@requires(Permission.MEMO_TAKE)
def note(memo_id: UUID) -> ResponseReturnValue:
    """Note that it came too late."""
    return _settle(memo_id, memos.note, "noted")


@bp.post("/requisitions/memos/<uuid:memo_id>/return")
@requires(Permission.MEMO_TAKE)
def give_back(memo_id: UUID) -> ResponseReturnValue:
    return _settle(memo_id, memos.give_back, "returned")


def _settle(memo_id: UUID, settling: Callable[..., None], did: str) -> ResponseReturnValue:
    actor, now, said = transaction.actor(), transaction.now(), request.form.get("reply", "")[:_LONGEST]
    try:
        transaction.write(lambda rows: settling(rows, actor, memo_id, said, now))
    except memos.ReplyMissing as missing:
        return _look(memo_id, 422, missing.key)
    return _settled(did)


def _settled(did: str) -> ResponseReturnValue:
    return confirmations.tell_at(url_for("memos.waiting"), memos=did)


def _look(memo_id: UUID, status: int = 200, fault: str = "") -> ResponseReturnValue:
    found = transaction.read(lambda rows: memos.look(rows, g.actor, memo_id))
    return page(
        "requisitions/memo.html",
        status,
        memo=found,
        fault=fault,
        case_at=case_address(found.case_number),
        typed=request.form.get("reply", "")[:_LONGEST],
        may_take=found.kind != memos.WITHDRAWAL or g.actor.may(Permission.CASE_WITHDRAW),
    )
