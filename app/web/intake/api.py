"""What departments' programs ask: lodge a letter with its persons and files, read how far each is, fetch papers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, request, url_for

from app.domain.errors import FormInvalid, NotFound
from app.services.access.tokens import FETCH, LODGE, READ
from app.services.casefile import departments
from app.services.intake import enclosures, lodgements, programs
from app.services.papers import deliveries
from app.services.store import scopes
from app.services.store.documents import MAX_BYTES, Upload
from app.web.frame.pages import page
from app.web.guard import problems
from app.web.guard.access import for_programs, public, public_page
from app.web.intake import apidocs
from app.web.request import limits, transaction
from app.web.request.files import file_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.casefile.departments import Delivery, Letter, Person

bp = Blueprint("api", __name__)

LARGEST = 4 * 1024 * 1024  # bytes of a body: five hundred persons, with room
_LONGEST_KEY, _SHORTEST_KEY, _LONGEST = 120, 8, 120
_MOST_ROWS = 99_999


@bp.get("/api")
@public_page
def guide() -> ResponseReturnValue:
    """Tell people how a program begins."""
    return page("api/guide.html", address=request.host_url.rstrip("/"))


@bp.get("/api/v1/openapi.json")
@public
def document() -> ResponseReturnValue:
    """The description of all this, made of the form that judges."""
    database = transaction.database()
    shapes = database.read(
        lambda rows: programs.schemas(rows, transaction.now()), scopes.any_district(database)
    )
    return _json(apidocs.document(shapes, f"{request.host_url.rstrip('/')}/api/v1"))


@bp.post("/api/v1/requisitions")
@for_programs(LODGE)
@limits.program
def lodge() -> ResponseReturnValue:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        return problems.of_key(400, "bad_request", "api.key_missing", least=_SHORTEST_KEY, most=_LONGEST_KEY)
    if request.mimetype != "application/json":
        return problems.of_kind(415, "wrong_type")
    request.max_content_length = LARGEST
    try:
        body = json.loads(
            request.get_data().decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once
        )
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return problems.of_key(400, "bad_request", "api.no_json")
    try:
        lodged, is_new = programs.lodge(
            transaction.database(), g.actor, g.program.token_id, body, key, transaction.now()
        )
    except programs.Refused as refused:
        return problems.of_faults(refused.faults)
    answer = _json(transaction.read(lambda rows: _one(lodged, programs.state(rows, g.actor, lodged))))
    answer.status_code = 201 if is_new else 200
    answer.headers["Location"] = url_for("api.one", requisition_id=lodged)
    return answer


@bp.post("/api/v1/requisitions/<uuid:requisition_id>/send")
@for_programs(LODGE)
@limits.program
def send(requisition_id: UUID) -> ResponseReturnValue:
    """Lay a letter that waited for its files before the DM's office; harmless when repeated."""
    try:
        lodgements.send(transaction.database(), g.actor, requisition_id, transaction.now())
    except (lodgements.NotReady, FormInvalid):
        return problems.of_key(422, "invalid", lodgements.NotReady.key)
    return _json(
        transaction.read(lambda rows: _one(requisition_id, programs.state(rows, g.actor, requisition_id)))
    )


@bp.put("/api/v1/requisitions/<uuid:requisition_id>/files/<field>")
@for_programs(LODGE)
@limits.program
def put_file(requisition_id: UUID, field: str) -> ResponseReturnValue:
    """Give the letter its scan, or the forms of all persons together."""
    return _kept(
        field,
        lambda upload: enclosures.put_in_letter(
            transaction.database(), g.actor, requisition_id, upload, transaction.now()
        ),
    )


@bp.put("/api/v1/requisitions/<uuid:requisition_id>/persons/<int:number>/files/<field>")
@for_programs(LODGE)
@limits.program
def put_persons_file(requisition_id: UUID, number: int, field: str) -> ResponseReturnValue:
    """Give one person the photo or the attestation form."""
    if number > _MOST_ROWS:
        raise NotFound
    return _kept(
        field,
        lambda upload: enclosures.put_for_person(
            transaction.database(), g.actor, requisition_id, number, upload, transaction.now()
        ),
    )


def _kept(field: str, put: Callable[[Upload], None]) -> ResponseReturnValue:
    """Take the file in the body; what it is, its content says."""
    if request.mimetype != "application/octet-stream":
        return problems.of_kind(415, "wrong_type")
    request.max_content_length = MAX_BYTES
    try:
        put(Upload(field, field, "", request.get_data()))
    except FormInvalid as invalid:
        return problems.of_faults([programs.Fault("", each) for each in invalid.problems.values()])
    return _json({"field": field})


def _no_number(text: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that comes twice would be read one way here and another way elsewhere."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


@bp.get("/api/v1/requisitions")
@for_programs(READ)
@limits.program
def listing() -> ResponseReturnValue:
    """The letters of the department, newest first; on the first page those that wait for acceptance besides."""
    after = request.args.get("after", "")[:_LONGEST]
    letters, following = transaction.read(lambda rows: departments.letters(rows, g.actor, after))
    waiting = [] if after else transaction.read(lambda rows: lodgements.listing(rows, g.actor))
    items = [_lodged(each) for each in waiting] + [_letter(each) for each in letters]
    return _json({"items": items, "next": following or None})


@bp.get("/api/v1/requisitions/<uuid:requisition_id>")
@for_programs(READ)
@limits.program
def one(requisition_id: UUID) -> ResponseReturnValue:
    found = transaction.read(lambda rows: programs.state(rows, g.actor, requisition_id))
    return _json(_one(requisition_id, found))


@bp.get("/api/v1/papers")
@for_programs(FETCH)
@limits.program
def papers() -> ResponseReturnValue:
    after = request.args.get("after", "")[:_LONGEST]
    rows, following = transaction.read(lambda rows: departments.inbox(rows, g.actor, after))
    return _json({"items": [_paper(each) for each in rows], "next": following or None})


@bp.post("/api/v1/papers/<uuid:paper_id>/open")
@for_programs(FETCH)
@limits.program
def open_paper(paper_id: UUID) -> ResponseReturnValue:
    """Hand the paper over; not by GET, for the first opening is noted."""
    file = deliveries.open_paper(transaction.database(), g.actor, paper_id, transaction.now())
    return file_response(file.data, file.media_type, file.name)


# -- as a program reads it -------------------------------------------------------------------------------


def _json(body: Any) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")


def _one(requisition_id: UUID, found: programs.State) -> dict[str, Any]:
    if found.letter is not None:
        return {**_letter(found.letter), "persons": [_person(each) for each in found.persons]}
    if found.line is None:
        raise NotFound
    return {**_lodged(found.line), "id": str(requisition_id), "note": found.note or None, "persons": []}


def _lodged(line: lodgements.Line) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "state": line.state,
        "letter_no": line.letter_no,
        "letter_date": line.letter_date.isoformat(),
        "received_on": None,
        "candidates": line.candidates,
        "stages": {},
    }


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "id": str(letter.id),
        "state": "received",
        "letter_no": letter.letter_no,
        "letter_date": letter.letter_date.isoformat(),
        "received_on": letter.received_on.isoformat(),
        "candidates": letter.candidates,
        "stages": {str(stage): count for stage, count in letter.stages},
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "case_number": person.number,
        "name_hi": person.name_hi,
        "name_en": person.name_en,
        "stage": str(person.stage),
        "due_on": person.due_on.isoformat() if person.due_on is not None else None,
        "paper_id": str(person.delivery_id) if person.delivery_id is not None else None,
    }


def _paper(paper: Delivery) -> dict[str, Any]:
    return {
        "id": str(paper.id),
        "number": paper.number,
        "case_number": paper.case_number,
        "letter_no": paper.letter_no,
        "status": paper.status,
        "signature": "digital" if paper.is_signed else "ink",
        "file": "original" if paper.is_signed else "advance_copy",
        "replaced_by": paper.new_number or None,
        "valid_till": paper.valid_till.isoformat() if paper.valid_till is not None else None,
        "delivered_at": paper.delivered_at.isoformat(),
        "opened_at": paper.opened_at.isoformat() if paper.opened_at is not None else None,
    }
