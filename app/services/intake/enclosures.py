"""Files that come with a letter and its list: the letter's own and each person's, staged until there is a case.

They lie under the id of the lodgement or of the row in the list; a row's id is that of the case made of it, and the
case takes its key over.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain.errors import Conflict, FieldProblem, FormInvalid, NotFound
from app.models.casefile import document_queries as filed
from app.models.intake import lodgements
from app.models.intake import rosters as lists
from app.services.casefile.options import choices
from app.services.intake import asked, listtexts, rosterrows, rosterwork
from app.services.intake.requisitions import LETTER
from app.services.procedure import releases
from app.services.store import audit, documents, drafts, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database
    from app.services.store.documents import File, Upload

    _Find = Callable[[Session], "_Place"]

_SHOWN = 50  # persons of a page
_JUDGED = ("good", "bad", "double")
_LONGEST_NAMES = 60


@dataclass(frozen=True, slots=True)
class Boxes:
    """The file boxes of a form with what lies in them: `names` are those that apply here.

    `is_open`: files may still come and go.
    """

    form: formjs.Form
    values: Mapping[str, Any]
    facts: Mapping[str, Any]
    options: Mapping[str, Any]
    letter_id: UUID
    is_open: bool
    names: frozenset[str]

    @property
    def held(self) -> dict[str, int]:
        """How many files each box holds."""
        return {name: len(self.values.get(name) or ()) for name in self.names}

    @property
    def files(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Every file with what its box asks for, in Hindi and English."""
        return labelled(self.form, self.values)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a list: number of the row, name as written, how many files, whether something is wrong."""

    number: int
    name: str
    files: int
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Persons:
    """A page of them; `next_after` is 0 where it is the last."""

    letter: asked.Letter
    roster_id: UUID
    persons: list[Person]
    next_after: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where files are staged: under which id and key, in which boxes; `after` is done once they are there."""

    id: UUID
    key_id: UUID
    letter: asked.Letter
    boxes: Boxes
    number: int = 0  # of the row; 0 for the letter
    after: Callable[[Session], None] | None = None


# -- the letter's own ----------------------------------------------------------------------------------------


def of_letter(session: Session, actor: Actor, letter_id: UUID, now: datetime) -> Boxes:
    """What may be enclosed with a letter of the department. Raises NotAllowed, NotFound."""
    return _letter(session, asked.of_actor(session, actor, letter_id, now)).boxes


def add_to_letter(
    database: Database, actor: Actor, letter_id: UUID, uploads: Sequence[Upload], now: datetime
) -> dict[str, FieldProblem]:
    """Enclose files with a letter that was not sent yet; -> what is wrong with which box.

    Raises NotAllowed, NotFound, asked.Sent.
    """
    return _add(database, actor, lambda session: _own_letter(session, actor, letter_id, now), uploads, now)


def put_in_letter(database: Database, actor: Actor, letter_id: UUID, upload: Upload, now: datetime) -> None:
    """Let this file be the only one of its box, whatever was there; harmless when repeated.

    Raises FormInvalid for a file that cannot be kept, NotAllowed, NotFound, asked.Sent.
    """
    _put(database, actor, lambda session: _own_letter(session, actor, letter_id, now), upload, now)


def drop_from_letter(
    session: Session, actor: Actor, letter_id: UUID, document_id: UUID, now: datetime
) -> None:
    """Take a file out of a letter again. Raises NotAllowed, NotFound, asked.Sent."""
    _drop(session, actor, _own_letter(session, actor, letter_id, now), document_id, now)


def _own_letter(session: Session, actor: Actor, letter_id: UUID, now: datetime) -> _Place:
    letter = asked.to_change(session, actor, letter_id, now)
    if letter.is_received:  # its scans belong to the page of the requisition
        raise NotFound
    return _letter(session, letter)


def _letter(session: Session, letter: asked.Letter) -> _Place:
    loaded = releases.active(session)
    form = loaded.form(LETTER)
    options = choices(session, form, loaded, None)
    staged = documents.references(session, filed.of_draft(session, letter.id))
    values = formjs.with_files(form, {"purpose": letter.purpose}, staged)
    return _Place(letter.id, letter.data_key_id, letter, _boxes(letter, form, values, {}, options))


# -- a person's ----------------------------------------------------------------------------------------------


def persons(session: Session, actor: Actor, roster_id: UUID, now: datetime, after: int = 0) -> Persons:
    """The persons of a checked list, with how many files each has. Raises NotAllowed, NotFound."""
    roster, letter = _list(session, actor, roster_id, now)
    rows = lists.rows_in(session, roster.id, _JUDGED, _SHOWN + 1, after)
    held = lists.files_of_rows(session, [row.id for row in rows])
    key = keys.unlock(session, roster.data_key_id)
    place = next((place for place, field in roster.mapping if field in ("name_hi", "name_en")), 0)
    found = []
    for row in rows[:_SHOWN]:
        texts = listtexts.open_cells(key, row)
        name = texts[place] if place < len(texts) else ""
        found.append(Person(row.number, name, held.get(row.id, 0), row.state == "bad"))
    return Persons(letter, roster.id, found, found[-1].number if len(rows) > _SHOWN else 0)


def of_person(
    session: Session, actor: Actor, roster_id: UUID, number: int, now: datetime
) -> tuple[str, Boxes]:
    """Name and file boxes of one person of a list. Raises NotAllowed, NotFound."""
    found = persons(session, actor, roster_id, now, number - 1).persons
    if not found or found[0].number != number:
        raise NotFound
    return found[0].name, _row(session, actor, roster_id, number, now, make=False).boxes


def add_to_person(
    database: Database, actor: Actor, roster_id: UUID, number: int, uploads: Sequence[Upload], now: datetime
) -> dict[str, FieldProblem]:
    """Give files to one person of a list; -> what is wrong with which box. A row with faults is judged anew.

    Raises NotAllowed, NotFound, asked.Sent.
    """
    return _add(
        database,
        actor,
        lambda session: _row(session, actor, roster_id, number, now, make=True),
        uploads,
        now,
    )


def put_photo(
    database: Database, actor: Actor, roster_id: UUID, number: int, upload: Upload, now: datetime
) -> dict[str, FieldProblem]:
    """Let this be the only file of its box for one person of a list; -> what is wrong with it.

    Raises NotAllowed, NotFound, asked.Sent.
    """

    def find(session: Session) -> _Place:
        return _row(session, actor, roster_id, number, now, make=True)

    return _add(database, actor, find, [upload], now, instead=True)


def cells(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> list[tuple[int, list[str]]]:
    """Number and texts of every person of a checked list that files may still be given to.

    Raises NotAllowed, NotFound, asked.Sent.
    """
    roster, letter = _list(session, actor, roster_id, now)
    if not letter.is_open:
        raise asked.Sent
    key = keys.unlock(session, roster.data_key_id)
    rows = lists.rows_in(session, roster.id, _JUDGED, roster.total + 1)
    return [(row.number, listtexts.open_cells(key, row)) for row in rows]


def put_for_person(
    database: Database, actor: Actor, letter_id: UUID, number: int, upload: Upload, now: datetime
) -> None:
    """The same for one person of a letter's last list. Raises what `put_in_letter` does."""

    def find(session: Session) -> _Place:
        asked.to_change(session, actor, letter_id, now)
        roster = next(iter(lists.of_lodgement(session, letter_id)), None)
        if roster is None:
            raise NotFound
        return _row(session, actor, roster.id, number, now, make=True)

    _put(database, actor, find, upload, now)


def drop_from_person(
    session: Session, actor: Actor, roster_id: UUID, number: int, document_id: UUID, now: datetime
) -> None:
    """Take a file from a person again. Raises NotAllowed, NotFound, asked.Sent."""
    _drop(session, actor, _row(session, actor, roster_id, number, now, make=True), document_id, now)


def _list(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> tuple[AnyRow, asked.Letter]:
    asked.guard(actor)
    roster = lists.find(session, roster_id)
    if roster is None or roster.head is None or not (roster.requisition_id or roster.lodgement_id):
        raise NotFound
    return roster, asked.of_actor(session, actor, roster.requisition_id or roster.lodgement_id, now)


def _row(
    session: Session, actor: Actor, roster_id: UUID, number: int, now: datetime, *, make: bool
) -> _Place:
    """One person's place; `make`: to change it, with a key of its own."""
    roster, letter = _list(session, actor, roster_id, now)
    if make and not letter.is_open:
        raise asked.Sent
    row = (lists.lock_row_at if make else lists.row_at)(session, roster.id, number)
    if row is None or row.state not in _JUDGED:
        raise NotFound
    key_id = row.data_key_id
    if make and key_id is None:
        key_id = keys.create(session, "draft")
        lists.set_row_key(session, row.id, key_id)
    judge = rosterrows.Judge(session, letter, now)
    answers = {}
    if row.answers is not None:
        key = keys.unlock(session, roster.data_key_id)
        answers = listtexts.open_answers(key, row)
    values = {**judge.initial, **answers, **listtexts.files_of(session, row)}
    boxes = _boxes(letter, judge.form, values, judge.facts, judge.options)
    again = partial(rosterwork.judge_again, roster=roster, number=number, now=now)
    return _Place(row.id, key_id, letter, boxes, number, again)


# -- both ----------------------------------------------------------------------------------------------------


def take_file(database: Database, actor: Actor, letter_id: UUID, document_id: UUID, now: datetime) -> File:
    """A file of a letter or of a person on its list, to be looked at; recorded before it leaves the house.

    For its department, and for whoever accepts the letter. Raises NotAllowed, NotFound.
    """

    def noted(session: Session) -> AnyRow:
        asked.guard(actor)
        row = filed.find(session, document_id)
        if row is None or row.draft_id is None or not _is_of(session, letter_id, row.draft_id):
            raise NotFound
        what = {"pii": row.pii, "field": row.field}
        audit.record(session, "access", "document:see", f"document:{row.id}", actor, now, **what)
        return row

    document = database.write(noted, actor_scope(actor))
    return database.read(lambda session: documents.read(session, document), actor_scope(actor))


def _is_of(session: Session, letter_id: UUID, place_id: UUID) -> bool:
    if place_id == letter_id:
        return lodgements.find(session, letter_id) is not None
    rosters = {
        row.id for row in (*lists.of_lodgement(session, letter_id), *lists.of_letter(session, letter_id))
    }
    return lists.roster_of_row(session, place_id) in rosters


def hand_over(
    session: Session, form: formjs.Form, place_id: UUID, owner: Mapping[str, UUID], now: datetime
) -> None:
    """Let what was staged at a place belong to the requisition or case that was made of it."""
    documents.attach(session, place_id, owner, {field.key: field.pii for field in form.fields}, now)


def labelled(form: formjs.Form, values: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """The files among some answers of a form: each with what its field asks for, in Hindi and English."""
    return [
        (field.label_hi, field.label_en, file)
        for field in form.fields
        if field.type == "file"
        for file in values.get(field.key) or ()
    ]


def _boxes(
    letter: asked.Letter,
    form: formjs.Form,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Boxes:
    off = formjs.not_asked(form, values, facts)
    names = frozenset(field.key for field in form.fields if field.type == "file" and field.key not in off)
    return Boxes(form, values, facts, options, letter.id, letter.is_open, names)


def _put(database: Database, actor: Actor, find: _Find, upload: Upload, now: datetime) -> None:
    if problems := _add(database, actor, find, [upload], now, instead=True):
        raise FormInvalid({}, problems)


def _add(
    database: Database,
    actor: Actor,
    find: _Find,
    uploads: Sequence[Upload],
    now: datetime,
    *,
    instead: bool = False,
) -> dict[str, FieldProblem]:
    """Files are made anew and written outside the transaction that writes their rows, as those of drafts are.

    `instead`: what lay in these boxes before goes.
    """
    scope = actor_scope(actor)
    place = database.write(find, scope)
    known = [upload for upload in uploads if upload.field in place.boxes.names]
    held = {} if instead else place.boxes.held
    papers, problems = drafts.prepared(place.boxes.form, known, held, database.scanner)
    if strange := [upload.field for upload in uploads if upload not in known]:
        problems[""] = FieldProblem("form.unknown_key", names=", ".join(strange)[:_LONGEST_NAMES])
    if not papers:
        return problems
    rows = database.read(
        lambda session: documents.lay_down(session, papers, place.key_id, place.id, actor.officer_id, now),
        scope,
    )

    def keep(session: Session) -> None:
        again = find(session)
        if instead:
            _empty(session, again, {paper.field for paper in papers}, now)
        else:
            _still_fit(again.boxes, papers)
        filed.insert_documents(session, rows)
        _note(session, actor, again, now, files=len(rows))
        if again.after is not None:
            again.after(session)

    database.write(keep, scope)
    return problems


def _empty(session: Session, place: _Place, fields: set[str], now: datetime) -> None:
    for row in filed.of_draft(session, place.id):
        if row.field in fields:
            filed.set_document(session, row.id, destroyed_at=now)


def _still_fit(boxes: Boxes, papers: Sequence[documents.Paper]) -> None:
    """Raises Conflict where others have come meanwhile, and there is no room any more."""
    held = boxes.held
    for paper in papers:
        if formjs.refuses_file(boxes.form, paper.field, held.get(paper.field, 0)) is not None:
            raise Conflict
        held[paper.field] = held.get(paper.field, 0) + 1


def _drop(session: Session, actor: Actor, place: _Place, document_id: UUID, now: datetime) -> None:
    if document_id in {row.id for row in filed.of_draft(session, place.id)}:
        filed.set_document(session, document_id, destroyed_at=now)
        _note(session, actor, place, now, files=0)
        if place.after is not None:
            place.after(session)


def _note(session: Session, actor: Actor, place: _Place, now: datetime, files: int) -> None:
    detail = {"row": place.number, "files": files}
    audit.record(session, "admin", "lodgement:enclose", place.letter.thing, actor, now, **detail)
