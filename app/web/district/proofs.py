"""The proof of the record: its check, done by the worker and told in words, and its rows to take away."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.roles import Permission
from app.services.installation import recordcheck
from app.services.reports import recordexport
from app.web.door import stepup
from app.web.frame import language
from app.web.frame.forms import day_text, known_day
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction
from app.web.request.files import file_response

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from app.domain.errors import DomainError
    from app.services.access.stepup import Item, StepUp

bp = Blueprint("proofs", __name__)

_LONGEST = 20  # signs of a day
_NAME = 120  # signs of a file's name that are kept


@bp.get("/record/check")
@requires(Permission.RECORD_CHECK)
def show() -> ResponseReturnValue:
    """The last check of the record, and the way to the next."""
    return _page()


@bp.post("/record/check")
@requires(Permission.RECORD_CHECK)
def check() -> ResponseReturnValue:
    """Have the record checked, against copies of checkpoints or issued papers that are handed in."""
    actor, now = transaction.actor(), transaction.now()
    files = [
        ((each.filename or "")[-_NAME:], each.read(recordcheck.MOST_BYTES + 1))
        for each in request.files.getlist("copies")[: recordcheck.MOST_COPIES + 1]
        if each.filename
    ]
    try:
        copies = recordcheck.copies_in(transaction.database(), files)
        transaction.write(lambda rows: recordcheck.ask(rows, actor, copies, now))
    except recordcheck.CopiesRefused as refused:
        return _page(422, refused=refused)
    return redirect(url_for("proofs.show"), code=303)


@bp.post("/record/export")
@requires(Permission.RECORD_EXPORT)
def export() -> ResponseReturnValue:
    """Ask for the code that the export of some days takes."""
    actor, now, form = transaction.actor(), transaction.now(), request.form
    typed = {name: day_text(form, name)[:_LONGEST] for name in ("first", "last")}
    first, last = (known_day(typed[name]) for name in ("first", "last"))
    try:
        asked = transaction.write(lambda rows: recordexport.ask(rows, actor, first, last, now))
    except recordexport.SpanRefused as refused:
        return _page(422, refused=refused, typed=typed)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _page(
    status: int = 200, refused: DomainError | None = None, typed: dict[str, str] | None = None
) -> ResponseReturnValue:
    last = transaction.read(lambda rows: recordcheck.last(rows, g.actor))
    return page(
        "reports/proofs.html",
        status,
        last=last,
        faults=[_told(each) for each in last.faults] if last is not None else [],
        may_export=g.actor.may(Permission.RECORD_EXPORT),
        may_read=g.actor.may(Permission.RECORD_READ),
        refused=refused,
        at_export=isinstance(refused, recordexport.SpanRefused),
        typed=typed or {},
        most=recordcheck.MOST_COPIES,
        most_papers=recordcheck.MOST_PAPERS,
    )


def _told(fault: Any) -> str:
    return language.word(
        "record.fault",
        fault.what,
        stream=fault.stream,
        seq=fault.seq,
        number=fault.checkpoint,
        name=fault.name,
    )


# -- the export behind the code --------------------------------------------------------------------------


def _tell(item: Item) -> stepup.Line:
    first, last = (language.day(date.fromisoformat(each)) for each in item.thing.split(":")[1:])
    return stepup.Line(
        f"{first} – {last}", url_for("proofs.show"), language.say("record.export"), item.digest
    )


def _give(wanted: StepUp) -> ResponseReturnValue:
    found = recordexport.give(transaction.database(), g.actor, wanted, transaction.now())
    return file_response(found.data, found.media_type, found.name)


stepup.ACTS[recordexport.EXPORT] = stepup.Act(_tell, _give, lambda _: url_for("proofs.show"))
