"""Letters that a department sends from its account, and the DM's office before which they wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.errors import FormInvalid
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.services.intake import acceptance, lodgements
from app.web.frame import formviews, language
from app.web.frame.forms import posted, sent_as
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.errors import FieldProblem
    from app.formjs import Posted

bp = Blueprint("lodgements", __name__)

_DIGITS = 5  # of a row's number
#: Boxes that the account, the list and the day of acceptance fill; and files, which have a page of their own.
_LESS = lodgements.NOT_ASKED | {"letter_scan", "attestation_form"}


# -- the department --------------------------------------------------------------------------------------


@bp.get("/department/new")
@requires(Permission.DEPARTMENT_LODGE)
def new() -> ResponseReturnValue:
    return _form(None)


@bp.post("/department/new")
@requires(Permission.DEPARTMENT_LODGE)
def begin() -> ResponseReturnValue:
    return _written(None)


@bp.get("/department/lodgements/<uuid:lodgement_id>/letter")
@requires(Permission.DEPARTMENT_LODGE)
def letter(lodgement_id: UUID) -> ResponseReturnValue:
    return _form(lodgement_id)


@bp.post("/department/lodgements/<uuid:lodgement_id>/letter")
@requires(Permission.DEPARTMENT_LODGE)
def change(lodgement_id: UUID) -> ResponseReturnValue:
    return _written(lodgement_id)


def _written(lodgement_id: UUID | None) -> ResponseReturnValue:
    form = posted()
    try:
        kept = lodgements.write(transaction.database(), g.actor, lodgement_id, form, transaction.now())
    except FormInvalid as invalid:
        return _form(lodgement_id, invalid.problems, form)
    return redirect(url_for("lodgements.show", lodgement_id=kept), code=303)


def _form(
    lodgement_id: UUID | None,
    problems: Mapping[str, FieldProblem] | None = None,
    typed: Posted | None = None,
) -> ResponseReturnValue:
    filled = transaction.read(
        lambda rows: lodgements.form(rows, g.actor, lodgement_id, transaction.now(), typed)
    )
    return page(
        "department/write.html",
        422 if problems else 200,
        sheet=formviews.sheet(filled, problems or {}, _LESS),
        problems=problems or {},
        lodgement_id=lodgement_id,
        action=url_for("lodgements.change", lodgement_id=lodgement_id)
        if lodgement_id is not None
        else url_for("lodgements.begin"),
        sent_as=sent_as() or new_id(transaction.now()),
    )


@bp.get("/department/lodgements/<uuid:lodgement_id>")
@requires(Permission.DEPARTMENT_LODGE)
def show(lodgement_id: UUID) -> ResponseReturnValue:
    return _show(lodgement_id)


def _show(lodgement_id: UUID, status: int = 200, fault: str = "") -> ResponseReturnValue:
    found = transaction.read(lambda rows: lodgements.view(rows, g.actor, lodgement_id))
    return page("department/lodgement.html", status, found=found, letter=found.line, fault=fault)


@bp.post("/department/lodgements/<uuid:lodgement_id>/send")
@requires(Permission.DEPARTMENT_LODGE)
def send(lodgement_id: UUID) -> ResponseReturnValue:
    try:
        lodgements.send(transaction.database(), g.actor, lodgement_id, transaction.now())
    except (lodgements.NotReady, FormInvalid) as refused:
        return _show(lodgement_id, 422, language.say(lodgements.NotReady.key, **refused.params))
    return redirect(url_for("lodgements.show", lodgement_id=lodgement_id), code=303)


@bp.post("/department/lodgements/<uuid:lodgement_id>/back")
@requires(Permission.DEPARTMENT_LODGE)
def take_back(lodgement_id: UUID) -> ResponseReturnValue:
    lodgements.take_back(transaction.database(), g.actor, lodgement_id, transaction.now())
    return redirect(url_for("lodgements.show", lodgement_id=lodgement_id), code=303)


@bp.post("/department/lodgements/<uuid:lodgement_id>/drop")
@requires(Permission.DEPARTMENT_LODGE)
def drop(lodgement_id: UUID) -> ResponseReturnValue:
    lodgements.drop(transaction.database(), g.actor, lodgement_id, transaction.now())
    return redirect(url_for("department.letters"), code=303)


# -- the DM's office -------------------------------------------------------------------------------------


@bp.get("/requisitions/sent")
@requires(Permission.ROSTER_TAKE)
def waiting() -> ResponseReturnValue:
    letters = transaction.read(lambda rows: acceptance.waiting(rows, g.actor))
    return page("requisitions/waiting.html", letters=letters)


@bp.get("/requisitions/sent/<uuid:lodgement_id>")
@requires(Permission.ROSTER_TAKE)
def look(lodgement_id: UUID) -> ResponseReturnValue:
    return _look(lodgement_id)


def _look(lodgement_id: UUID, status: int = 200, fault: str = "") -> ResponseReturnValue:
    text = request.args.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0
    found = acceptance.see(transaction.database(), g.actor, lodgement_id, transaction.now(), after)
    return page(
        "requisitions/sent.html",
        status,
        found=found,
        letter=found.line,
        fault=fault,
        typed_reason=request.form.get("reason", ""),
    )


@bp.post("/requisitions/sent/<uuid:lodgement_id>/accept")
@requires(Permission.ROSTER_TAKE)
def accept(lodgement_id: UUID) -> ResponseReturnValue:
    """Receive the letter, and lead on to the list that the department has sent with it."""
    try:
        roster_id = acceptance.accept(transaction.database(), g.actor, lodgement_id, transaction.now())
    except acceptance.FormChanged as refused:
        return _look(lodgement_id, 422, language.refusal(refused))
    return redirect(url_for("rosters.show", roster_id=roster_id), code=303)


@bp.post("/requisitions/sent/<uuid:lodgement_id>/return")
@requires(Permission.ROSTER_TAKE)
def give_back(lodgement_id: UUID) -> ResponseReturnValue:
    try:
        acceptance.give_back(
            transaction.database(),
            g.actor,
            lodgement_id,
            request.form.get("reason", ""),
            transaction.now(),
        )
    except acceptance.ReasonMissing as missing:
        return _look(lodgement_id, 422, language.refusal(missing))
    return redirect(url_for("lodgements.waiting"), code=303)
