"""A phone at the door of a house: its key, what it sends once the line is back, the page of what it still holds."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, g, jsonify, request, session

from app.domain.errors import DomainError, FormInvalid, NotAllowed, NotFound, TaskAlreadyDone
from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.casefile import visits
from app.services.desk import receiving
from app.services.store import devices
from app.web.desk import phonewords
from app.web.desk.visits import moment_of
from app.web.frame import language
from app.web.frame.forms import day_text, posted, uploads
from app.web.frame.formviews import problem_text
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("phones", __name__)

_MOST_NAMED = 20  # ids that a page may name
_LONGEST_AGO = timedelta(days=30)


@bp.get("/phone")
@requires(Permission.TASK_COMPLETE)
def show() -> ResponseReturnValue:
    """What the phone in the officer's hand still holds; the page itself holds nothing of it."""
    return page("tasks/phone.html", days=devices.KEPT_FOR.days, phone_words=phonewords.words())


@bp.post("/phone/key")
@requires(Permission.TASK_COMPLETE)
def key() -> ResponseReturnValue:
    """The key of this officer on this phone, for the page that asks; it is kept in that page's memory alone."""
    actor, now = transaction.actor(), transaction.now()
    named = [found for text in request.form.getlist("device")[:_MOST_NAMED] if (found := known_id(text))]
    opened = transaction.write(lambda rows: devices.open_for(rows, actor, named, now))
    session["device"] = str(opened.id)
    return jsonify(
        device=str(opened.id),
        key=b64encode(opened.key).decode(),
        now=int(now.timestamp() * 1000),
        days=devices.KEPT_FOR.days,
    )


@bp.post("/tasks/<uuid:task_id>/items")
@requires(Permission.TASK_COMPLETE)
def receive(task_id: UUID) -> ResponseReturnValue:
    """One item from a phone. The answer says what became of it, in words; what failed stays on the phone."""
    sent_as = known_id(request.form.get("_item", ""))
    take = _KINDS.get(request.form.get("_kind", ""))
    if sent_as is None or take is None:
        abort(400)
    follows = [found for text in request.form.getlist("_follows")[:_MOST_NAMED] if (found := known_id(text))]
    base = request.form.get("_base", "")[:32]
    item = receiving.Item(task_id, sent_as, request.form["_kind"], base, follows)
    try:
        return jsonify(state="sent", version=take(item, transaction.now()))
    except DomainError as refused:
        return jsonify(_told(refused)), _status(refused)


def _told(refused: DomainError) -> dict[str, str]:
    """Why an item cannot be taken, for the officer to read beside it."""
    match refused:
        case receiving.WrittenElsewhere():
            return {"state": "changed", "words": language.refusal(refused), "version": refused.version}
        case TaskAlreadyDone():
            words = _done(refused)
        case NotFound():
            words = language.say("phone.gone")
        case NotAllowed():
            words = language.say("phone.reassigned")
        case FormInvalid():
            told = " ".join(problem_text(each) for each in refused.problems.values())
            return {"state": "refused", "words": told}
        case _:
            return {"state": "refused", "words": language.refusal(refused)}
    return {"state": "gone", "words": words}


def _status(refused: DomainError) -> int:
    """What cannot be taken is no fault of the request, unless the task is not there for this officer."""
    return {NotFound: 404, NotAllowed: 403}.get(type(refused), 200)


def _done(done: TaskAlreadyDone) -> str:
    winner = language.choose(done.params.get("winner_hi", ""), done.params.get("winner_en", ""))
    at = done.params.get("at")
    if not winner or at is None:
        return language.say("phone.gone")
    return language.say("phone.done", name=winner, at=language.moment(at))


def _draft(item: receiving.Item, now: datetime) -> str:
    return receiving.draft(transaction.database(), g.actor, item, posted(), now)


def _file(item: receiving.Item, now: datetime) -> str:
    files = uploads()
    if len(files) != 1:
        abort(400)
    return receiving.file(transaction.database(), g.actor, item, files[0], now)


def _visit(item: receiving.Item, now: datetime) -> str:
    """A failed visit; without a time of its own it was so long ago as the phone says, whatever its clock shows."""
    text = {name: request.form.get(name, "").strip() for name in ("reason", "met", "note", "time")}
    text["day"] = day_text(request.form, "day")
    moment = moment_of(text["day"], text["time"], now)
    is_written = bool(text["day"] or text["time"])
    said = visits.Said(
        text["reason"],
        text["met"],
        item.sent_as,
        text["note"],
        moment if is_written else now - _ago(),
        is_no_time=is_written and moment is None,
    )
    receiving.visit(transaction.database(), g.actor, item, said, now)
    return ""


def _ago() -> timedelta:
    """How long ago the phone put the item away, by one and the same clock of its own; nothing for nonsense."""
    text = request.form.get("_age", "")
    seconds = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0  # noqa: PLR2004
    return min(timedelta(seconds=seconds), _LONGEST_AGO)


_KINDS: dict[str, Callable[[receiving.Item, datetime], Any]] = {
    receiving.DRAFT: _draft,
    receiving.FILE: _file,
    receiving.VISIT: _visit,
}
