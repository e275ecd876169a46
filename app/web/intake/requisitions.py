"""Requisitions: the letters received, a new letter (F00), and its persons one by one (F01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, redirect, request, session, url_for

from app.domain.errors import FormInvalid
from app.domain.ids import known_id, new_id
from app.domain.roles import Permission
from app.services.casefile import departments
from app.services.demo import samples
from app.services.intake import (
    acceptance,
    forwarding,
    lettercorrecting,
    lettermarking,
    memos,
    requisitions,
)
from app.services.intake.requisitions import LETTER, PERSON
from app.services.papers import letterpapers, letters, replies
from app.web.frame import acting, confirmations, formviews
from app.web.frame.forms import DISCARD, act_asked, is_submit, posted, sent_as, uploads
from app.web.frame.language import moment
from app.web.frame.leaves import paper_response
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction
from app.web.request.files import ask_letter_file, language_asked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.services.intake.requisitions import IntakeView

bp = Blueprint("requisitions", __name__)

_LONGEST = 120


@bp.get("/requisitions")
@requires(Permission.REQUISITION_SEE)
def listing() -> ResponseReturnValue:
    return _list("", request.args.get("after", "")[:_LONGEST])


@bp.post("/requisitions")
@requires(Permission.REQUISITION_SEE)
@limits.search
def find() -> ResponseReturnValue:
    return _list(request.form.get("search", "").strip()[:_LONGEST], "")


def _list(search: str, after: str) -> ResponseReturnValue:
    found, lodged, written = transaction.read(
        lambda rows: (
            requisitions.page(rows, g.actor, search, after),
            acceptance.waiting_count(rows, g.actor),
            memos.waiting_count(rows, g.actor),
        )
    )
    return page(
        "requisitions/list.html",
        letters=found,
        lodged=lodged,
        memos=written,
        search=search,
        after=after,
        may_register=g.actor.may(Permission.CASE_REGISTER),
    )


@bp.get("/requisitions/<uuid:requisition_id>")
@requires(Permission.REQUISITION_SEE)
def view(requisition_id: UUID) -> ResponseReturnValue:
    found = requisitions.see(transaction.database(), g.actor, requisition_id, transaction.now())
    notes = confirmations.take_notes()
    own, known, parts, answers, sent, may_correct = transaction.read(
        lambda rows: (
            departments.of_letter(rows, requisition_id, transaction.now()),
            departments.known(rows, transaction.now()),
            letterpapers.parts(rows, g.actor, requisition_id) if g.actor.may(Permission.PAPER_SEE) else [],
            replies.standing(rows, g.actor, requisition_id) if g.actor.may(Permission.PAPER_SEE) else None,
            letters.of_requisition(rows, g.actor, requisition_id),
            lettercorrecting.may(rows, g.actor, requisition_id),
        )
    )
    return page(
        "requisitions/view.html",
        letter=found,
        department=own,
        departments=known,
        parts=parts,
        reply=answers,
        sent=sent,
        may_correct=may_correct,
        corrected=notes.get("corrected"),
        registered=notes.get("registered"),
        added=notes.get("added"),
        confirmation=confirmations.take(),
        may_register=g.actor.may(Permission.CASE_REGISTER),
        may_list=g.actor.may(Permission.ROSTER_TAKE),
        may_forward=forwarding.may(g.actor) and any(each.kind == forwarding.FORM for each in found.places),
        may_mark=lettermarking.may(g.actor) and any(each.kind == lettermarking.FORM for each in found.places),
    )


@bp.post("/requisitions/<uuid:requisition_id>/papers")
@requires(Permission.PAPER_SEE)
def take_all(requisition_id: UUID) -> ResponseReturnValue:
    """Have the issued papers of a letter put into one file."""
    return ask_letter_file(requisition_id)


@bp.post("/requisitions/<uuid:requisition_id>/replies")
@requires(Permission.PAPER_REPLY)
def ask_reply(requisition_id: UUID) -> ResponseReturnValue:
    """Have one reply made for all persons of the letter."""
    replies.ask(transaction.database(), g.actor, requisition_id, transaction.now())
    return redirect(url_for("requisitions.view", requisition_id=requisition_id, _anchor="reply"), code=303)


@bp.get("/requisitions/replies/<uuid:reply_id>")
@requires(Permission.PAPER_SEE)
def reply(reply_id: UUID) -> ResponseReturnValue:
    """The consolidated reply."""
    now, spoken = transaction.now(), language_asked()
    file = replies.draw(transaction.database(), g.actor, reply_id, now, spoken)
    return paper_response(file)


@bp.get("/requisitions/<uuid:requisition_id>/forward")
@requires(Permission.CASE_REGISTER)
def forwarding_page(requisition_id: UUID) -> ResponseReturnValue:
    return _forwarding(requisition_id, {})


def _forwarding(
    requisition_id: UUID, problems: Mapping[str, Any], typed: Posted | None = None
) -> ResponseReturnValue:
    """One scrutiny form for all cases of the letter, its decision made."""
    found = transaction.read(
        lambda rows: forwarding.waiting(rows, g.actor, requisition_id, transaction.now(), typed)
    )
    return page(
        "requisitions/forward.html",
        422 if problems else 200,
        found=found,
        letter=found.letter,
        sheet=formviews.sheet_of(found.filled, forwarding.DECISION, problems) if found.filled else None,
    )


@bp.post("/requisitions/<uuid:requisition_id>/forward")
@requires(Permission.CASE_REGISTER)
def forward(requisition_id: UUID) -> ResponseReturnValue:
    """Forward every clean case; the page goes on with them and tells what became of each."""
    form = posted()
    try:
        done = forwarding.forward(
            transaction.database(), g.actor, requisition_id, act_asked(), form, transaction.now()
        )
    except FormInvalid as invalid:
        return _forwarding(requisition_id, invalid.problems, form)
    return acting.goes_on(
        "requisitions/acting.html", done, act="forward", where="letter", requisition_id=requisition_id
    )


@bp.get("/requisitions/<uuid:requisition_id>/mark")
@requires(Permission.REQUISITION_SEE)
def marking_page(requisition_id: UUID) -> ResponseReturnValue:
    """Every address of the letter's cases with its thana, and the cases that are left out."""
    waiting = lettermarking.waiting(transaction.database(), g.actor, requisition_id, transaction.now())
    return page("requisitions/mark.html", letter=waiting.letter, found=waiting.found, more=waiting.more)


@bp.post("/requisitions/<uuid:requisition_id>/mark")
@requires(Permission.REQUISITION_SEE)
def mark(requisition_id: UUID) -> ResponseReturnValue:
    """Mark every case that stayed ticked; the page goes on with them and tells what became of each."""
    ids = [each for text in request.form.getlist("task") if (each := known_id(text)) is not None]
    seals = {each: request.form.get(f"seal-{each}", "") for each in ids}
    done = lettermarking.mark(
        transaction.database(), g.actor, requisition_id, act_asked(), seals, transaction.now()
    )
    return acting.goes_on(
        "requisitions/acting.html", done, act="mark", where="letter", requisition_id=requisition_id
    )


def _keep_letter(actor: Actor) -> None:
    _keep(actor, LETTER, None)


def _keep_person(actor: Actor, requisition_id: UUID) -> None:
    _keep(actor, PERSON, requisition_id)


def _keep(actor: Actor, form_key: str, requisition_id: UUID | None) -> None:
    """Keep a form whose session ran out as its officer's draft."""
    try:
        _save(actor, form_key, requisition_id)
    except FormInvalid:
        return  # a file was refused; the texts are kept


@bp.get("/requisitions/new")
@requires(Permission.CASE_REGISTER)
def letter() -> ResponseReturnValue:
    return _form(LETTER, None)


@bp.post("/requisitions/new")
@requires(Permission.CASE_REGISTER, keeps=_keep_letter)
def register() -> ResponseReturnValue:
    form = posted()
    if form.op == DISCARD:
        return _begin_anew(LETTER, None)
    try:
        if not is_submit(form.op):
            at = _save(g.actor, LETTER, None)
            return _kept(at, url_for("requisitions.letter", _anchor=formviews.anchor(form.op)))
        number = requisitions.register(transaction.database(), g.actor, form, uploads(), transaction.now())
    except FormInvalid as invalid:
        return _again(LETTER, None, invalid)
    return confirmations.tell_at(url_for("requisitions.view", requisition_id=number), registered="1")


@bp.get("/requisitions/<uuid:requisition_id>/new")
@requires(Permission.CASE_REGISTER)
def person(requisition_id: UUID) -> ResponseReturnValue:
    return _form(PERSON, requisition_id)


@bp.post("/requisitions/<uuid:requisition_id>/new")
@requires(Permission.CASE_REGISTER, keeps=_keep_person)
def add_person(requisition_id: UUID) -> ResponseReturnValue:
    form = posted()
    if form.op == DISCARD:
        return _begin_anew(PERSON, requisition_id)
    try:
        if not is_submit(form.op):
            at = _save(g.actor, PERSON, requisition_id)
            anchor = formviews.anchor(form.op)
            return _kept(at, url_for("requisitions.person", requisition_id=requisition_id, _anchor=anchor))
        number = requisitions.add_candidate(
            transaction.database(), g.actor, requisition_id, form, uploads(), transaction.now()
        )
    except FormInvalid as invalid:
        return _again(PERSON, requisition_id, invalid)
    return confirmations.tell_at(url_for("requisitions.view", requisition_id=requisition_id), added=number)


def _begin_anew(form_key: str, requisition_id: UUID | None) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: requisitions.drop_draft(rows, actor, form_key, requisition_id, now))
    return redirect(request.path, code=303)


def _save(actor: Actor, form_key: str, requisition_id: UUID | None) -> datetime:
    return requisitions.save_draft(
        transaction.database(), actor, form_key, requisition_id, posted(), uploads(), transaction.now()
    )


def _kept(at: datetime, address: str) -> ResponseReturnValue:
    """What is kept is shown again; a script that keeps while it is typed is told the time."""
    if request.headers.get("X-Draft"):
        return Response(moment(at), mimetype="text/plain")
    return redirect(address, code=303)


def _form(form_key: str, requisition_id: UUID | None) -> ResponseReturnValue:
    filled = samples.fill if "sample" in request.args else requisitions.intake
    found = transaction.read(lambda rows: filled(rows, g.actor, form_key, requisition_id, transaction.now()))
    return _page(found, requisition_id, {}, 200)


def _again(form_key: str, requisition_id: UUID | None, invalid: FormInvalid) -> ResponseReturnValue:
    """The same page with everything that was typed, and what is wrong with it."""
    form = posted()
    found = transaction.read(
        lambda rows: requisitions.redraw(rows, g.actor, form_key, requisition_id, form, transaction.now())
    )
    return _page(found, requisition_id, invalid.problems, 422)


def _page(
    intake: IntakeView, requisition_id: UUID | None, problems: Mapping[str, Any], status: int
) -> ResponseReturnValue:
    if requisition_id is None:
        action = url_for("requisitions.register")
    else:
        action = url_for("requisitions.add_person", requisition_id=requisition_id)
    return page(
        "requisitions/intake.html",
        status,
        intake=intake,
        action=action,
        problems=problems,
        sheet=formviews.sheet(intake, problems),
        kept=session.pop("kept", ""),
        added=confirmations.take_notes().get("added"),
        sent_as=sent_as() or new_id(transaction.now()),
    )
