"""Scans and photos that come with a letter from its department, and with each person on a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.roles import Permission
from app.services.intake import enclosures, photozips
from app.services.store.drafts import dropped
from app.web.frame import formviews
from app.web.frame.forms import uploads
from app.web.frame.leaves import paper_response
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.errors import FieldProblem

bp = Blueprint("enclosures", __name__)

_DIGITS = 5  # of a row's number


@bp.get("/department/lodgements/<uuid:lodgement_id>/files")
@requires(Permission.DEPARTMENT_LODGE)
def letter(lodgement_id: UUID) -> ResponseReturnValue:
    return _letter(lodgement_id, {})


def _letter(lodgement_id: UUID, problems: Mapping[str, FieldProblem]) -> ResponseReturnValue:
    found = transaction.read(
        lambda rows: enclosures.of_letter(rows, g.actor, lodgement_id, transaction.now())
    )
    return _page(
        found,
        problems,
        address=url_for("enclosures.give_letter", lodgement_id=lodgement_id),
        back=url_for("lodgements.show", lodgement_id=lodgement_id),
        person="",
    )


@bp.post("/department/lodgements/<uuid:lodgement_id>/files")
@requires(Permission.DEPARTMENT_LODGE)
def give_letter(lodgement_id: UUID) -> ResponseReturnValue:
    database, now, gone = transaction.database(), transaction.now(), dropped(request.form.get("_op", ""))
    if gone is not None:
        actor = transaction.actor()
        transaction.write(lambda rows: enclosures.drop_from_letter(rows, actor, lodgement_id, gone, now))
    problems = enclosures.add_to_letter(database, g.actor, lodgement_id, uploads(), now)
    return (
        _letter(lodgement_id, problems) if problems else _done("enclosures.letter", lodgement_id=lodgement_id)
    )


@bp.get("/lists/<uuid:roster_id>/persons")
@requires(Permission.ROSTER_KEEP)
def persons(roster_id: UUID) -> ResponseReturnValue:
    text = request.args.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0
    found = transaction.read(
        lambda rows: enclosures.persons(rows, g.actor, roster_id, transaction.now(), after)
    )
    return page(
        "rosters/persons.html", found=found, letter=found.letter, placed=[], problem="", most=photozips.MOST
    )


@bp.post("/lists/<uuid:roster_id>/persons")
@requires(Permission.ROSTER_KEEP)
def photos(roster_id: UUID) -> ResponseReturnValue:
    """Photos of many persons in one ZIP, each told of."""
    database, now = transaction.database(), transaction.now()
    data = next((each.data for each in uploads() if each.field == "photos"), b"")
    try:
        placed = photozips.place(database, transaction.actor(), roster_id, data, now)
        problem, params = "", {}
    except photozips.Refused as refused:
        placed, problem, params = [], refused.key, refused.params
    found = transaction.read(lambda rows: enclosures.persons(rows, g.actor, roster_id, now))
    status = 422 if problem or any(each.fault for each in placed) else 200
    return page(
        "rosters/persons.html",
        status,
        found=found,
        letter=found.letter,
        placed=placed,
        problem=problem,
        params=params,
        most=photozips.MOST,
    )


@bp.get("/lists/<uuid:roster_id>/persons/<int:number>")
@requires(Permission.ROSTER_KEEP)
def person(roster_id: UUID, number: int) -> ResponseReturnValue:
    return _person(roster_id, number, {})


def _person(roster_id: UUID, number: int, problems: Mapping[str, FieldProblem]) -> ResponseReturnValue:
    who, found = transaction.read(
        lambda rows: enclosures.of_person(rows, g.actor, roster_id, number, transaction.now())
    )
    return _page(
        found,
        problems,
        address=url_for("enclosures.give_person", roster_id=roster_id, number=number),
        back=url_for("enclosures.persons", roster_id=roster_id, after=number - 1),
        person=who,
    )


@bp.post("/lists/<uuid:roster_id>/persons/<int:number>")
@requires(Permission.ROSTER_KEEP)
def give_person(roster_id: UUID, number: int) -> ResponseReturnValue:
    database, now, gone = transaction.database(), transaction.now(), dropped(request.form.get("_op", ""))
    if gone is not None:
        actor = transaction.actor()
        transaction.write(lambda rows: enclosures.drop_from_person(rows, actor, roster_id, number, gone, now))
    problems = enclosures.add_to_person(database, g.actor, roster_id, number, uploads(), now)
    if problems:
        return _person(roster_id, number, problems)
    return _done("enclosures.person", roster_id=roster_id, number=number)


@bp.get("/letters/<uuid:letter_id>/files/<uuid:document_id>")
@requires(Permission.ROSTER_KEEP)
def take(letter_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """A file to look at, before there is a case: for the department, and for whoever accepts its letter."""
    file = enclosures.take_file(transaction.database(), g.actor, letter_id, document_id, transaction.now())
    return paper_response(file)


def _done(endpoint: str, **parts: object) -> ResponseReturnValue:
    return redirect(url_for(endpoint, **parts), code=303)  # type: ignore[arg-type]


def _page(
    found: enclosures.Boxes, problems: Mapping[str, FieldProblem], *, address: str, back: str, person: str
) -> ResponseReturnValue:
    return page(
        "rosters/enclosures.html",
        422 if problems else 200,
        sheet=formviews.sheet_with(found, found.names, problems),
        problems=problems,
        address=address,
        back=back,
        person=person,
        is_open=found.is_open,
        files=found.files,
        letter_id=found.letter_id,
    )
