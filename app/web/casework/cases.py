"""One case: its strip and tabs, its documents to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, g, redirect, request

from app.domain.ids import known_id
from app.domain.ledger import QUERIES
from app.domain.roles import Permission
from app.domain.text import ascii_digits
from app.services.casefile import hindsight, notes, sightings
from app.services.casework import cases, foretold
from app.services.papers import bundles, certificates, letters
from app.services.timekeeping.waits import NoClock
from app.web.desk import finder
from app.web.frame import confirmations, diagrams, language, leaves
from app.web.frame.addresses import case_address
from app.web.frame.forms import day_text, known_day
from app.web.frame.language import moment, say, word
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction
from app.web.request.files import ask_file, language_asked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("cases", __name__)

TABS = ("tasks", "documents", "diagram", "timeline", "clock", "correspondence")
AUDIT_TAB = "activity"
OPENED_TAB = "opened"  # who has opened the case
PRINT = "print"  # all that the officer may read of the case, on sheets of paper
_DIGITS = 9  # of a row's number in the record


@bp.get("/cases/<number>")
@requires(Permission.CASE_SEE)
def show(number: str) -> ResponseReturnValue:
    return _page(number, "tasks")


@bp.get("/cases/<number>/<tab>")
@requires(Permission.CASE_SEE)
def tab(number: str, tab: str) -> ResponseReturnValue:
    if tab not in (*_tabs(), PRINT):
        abort(404)
    return _page(number, tab)


@bp.get("/cases/<number>/diagram.pdf")
@requires(Permission.CASE_SEE)
def diagram_file(number: str) -> ResponseReturnValue:
    """The diagrams of a case, now or at the moment that the address names, to print or to enclose."""
    now = transaction.now()
    found = cases.see(transaction.database(), g.actor, number, "diagram", now, _part(), _moment())
    drawings = diagrams.of_case(found.pictures, diagrams.PAPER)
    return diagrams.as_pdf(drawings, f"{number}.pdf".replace("/", "-"), found.strip.number)


@bp.post("/cases/<number>/notes")
@requires(Permission.CASE_SEE)
def write_note(number: str) -> ResponseReturnValue:
    """Send a note to another office of the case, or the answer to one."""
    actor, now = transaction.actor(), transaction.now()
    names = ("to", "answers", "text", "pauses_for")
    to, answers, text, pauses_for = (request.form.get(name, "").strip() for name in names)
    due = day_text(request.form, "due")
    day = known_day(due)
    wanted = notes.Wanted(known_id(to), known_id(answers), text, day, bool(due) and day is None, pauses_for)
    try:
        transaction.write(lambda rows: cases.write_note(rows, actor, number, wanted, now))
    except (notes.Refused, NoClock) as refused:
        written = dict(zip(names, (to, answers, text, pauses_for), strict=True))
        typed = {**written, "due": due, "refused": refused}
        return _page(number, "correspondence", 422, typed=typed)
    return confirmations.tell_at(case_address(number, "correspondence"), note="sent")


@bp.post("/cases/<number>/notes/<uuid:note_id>/close")
@requires(Permission.CASE_SEE)
def settle_note(number: str, note_id: UUID) -> ResponseReturnValue:
    """A note was seen and needs no answer."""
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: cases.settle_note(rows, actor, number, note_id, now))
    return redirect(case_address(number, "correspondence"), code=303)


@bp.get("/cases/<number>/letters/<key>")
@requires(Permission.CASE_SEE)
def letter(number: str, key: str) -> ResponseReturnValue:
    """A letter of the route, drawn from the record."""
    now, spoken = transaction.now(), language_asked()
    file = letters.draw(transaction.database(), g.actor, number, key, now, spoken)
    return leaves.paper_response(file)


@bp.get("/letters/<uuid:letter_id>")
@requires(Permission.CASE_SEE)
def sent_letter(letter_id: UUID) -> ResponseReturnValue:
    """A letter about the persons of a requisition, with the list of those that the reader sees."""
    file = letters.draw_sent(transaction.database(), g.actor, letter_id, transaction.now(), language_asked())
    return leaves.paper_response(file)


@bp.get("/cases/<number>/draft.pdf")
@requires(Permission.PAPER_DRAFT)
def draft(number: str) -> ResponseReturnValue:
    """The paper that the case would get as matters stand, marked as a draft."""
    pdf = foretold.draw(transaction.database(), g.actor, number, transaction.now())
    return leaves.draft_response(pdf)


@bp.post("/cases/<number>/file")
@requires(Permission.DOCUMENT_SEE)
def bound(number: str) -> ResponseReturnValue:
    """Have the documents of the case bound into one file, with an index in the language of this page."""
    names = ("title", "no", "document", "day", "pages", "below", "issued", "missing", "damaged", "unreadable")
    said = {name: word("casefile", name) for name in names}
    by = language.choose(g.actor.name_hi, g.actor.name_en)
    said |= {
        "language": language.current(),
        "made": say("casefile.made", name=by, at=moment(transaction.now())),
    }
    return ask_file(bundles.Wanted(bundles.CASE, number=number, words=said))


@bp.get("/documents/<uuid:document_id>")
@requires(Permission.DOCUMENT_SEE)
def document(document_id: UUID) -> ResponseReturnValue:
    """A document to take away: never shown in the frame of this site, whatever it holds."""
    turns = leaves.is_asked()
    file = certificates.file(transaction.database(), g.actor, document_id, transaction.now(), turns=turns)
    return leaves.paper_response(file)


def _tabs() -> tuple[str, ...]:
    more = ((AUDIT_TAB, Permission.AUDIT_SEE), (OPENED_TAB, Permission.CASE_OPENED))
    return (*TABS, *(name for name, permission in more if g.actor.may(permission)))


def _part() -> sightings.Part:
    """The part of the list that the address names; what is none means the newest, of every office."""
    before = request.args.get("before", "")
    is_number = before.isascii() and before.isdecimal() and len(before) <= _DIGITS
    return sightings.Part(int(before) if is_number else None, known_id(request.args.get("office", "")))


def _moment() -> hindsight.Wanted:
    """The moment of the diagram that the address names: a day, else an act by its number; what is none means now."""
    step = ascii_digits(request.args.get("step", ""))
    is_number = step.isascii() and step.isdecimal() and len(step) <= _DIGITS
    return hindsight.Wanted(int(step) if is_number else None, known_day(request.args.get("on", "")))


def _page(
    number: str,
    tab: str,
    status: int = 200,
    typed: Mapping[str, Any] | None = None,
) -> ResponseReturnValue:
    moment = _moment()
    found = cases.see(transaction.database(), g.actor, number, tab, transaction.now(), _part(), moment)
    drawings = diagrams.of_case(found.pictures, diagrams.widest())
    finder.remember(found.strip.number)
    return page(
        f"cases/{tab}.html",
        status,
        case=found,
        drawings=drawings,
        states=diagrams.states(drawings),
        tab=tab,
        tabs=_tabs(),
        size=diagrams.size(),
        typed_day=request.args.get("on", "").strip()[: _DIGITS * 3],
        is_no_day=bool(request.args.get("on", "").strip()) and moment.on is None,
        may_see_letter=g.actor.may(Permission.REQUISITION_SEE),
        may_give=g.actor.may(Permission.SUBJECT_EXPORT),
        may_open_papers=g.actor.may(Permission.PAPER_OPEN),
        typed=typed or {},
        note_length=notes.LONGEST,
        note_farthest=notes.FARTHEST.days,
        note_pauses=sorted(QUERIES),
        told=confirmations.take_notes(),
        printed_at=transaction.now(),
        confirmation=confirmations.take(),
    )
