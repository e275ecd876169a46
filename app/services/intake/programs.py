"""What a department's program lodges and reads: a letter with its persons at once, judged as a list from Excel is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain.errors import Conflict, DomainError, FieldProblem, FormInvalid, NotFound
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.models.intake import apitokens as requests
from app.models.intake import rosters as lists
from app.services.casefile import departments, searchkeys
from app.services.district import calendars
from app.services.intake import listtexts, lodgements, rosterrows, sheetcolumns
from app.services.intake.lodgements import NOT_ASKED
from app.services.procedure import releases
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.casefile.departments import Letter, Person
    from app.services.intake.lodgements import Filled
    from app.services.store.database import Database

MOST = 500  # persons of one letter: judged within two seconds
_SHOWN = 200  # faults that are told at once


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of the body, a JSON pointer (RFC 6901)."""

    pointer: str
    problem: FieldProblem


class Refused(DomainError):
    """The letter does not pass; `faults` name each place (422). Nothing was lodged."""

    key = "api.refused"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(count=len(faults))
        self.faults = faults[:_SHOWN]


class KeyReused(Conflict):
    """Something else was lodged under this key before (409)."""

    key = "api.key_reused"


class _Lost(Exception):
    """The same was sent twice at once, and the other was quicker."""


@dataclass(frozen=True, slots=True)
class Schemas:
    """What may be sent of a letter and of a person, as JSON Schema."""

    letter: dict[str, Any]
    person: dict[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """How far a letter is: its own (until it is accepted, with why it was returned), then that of its persons."""

    letter: Letter | None
    persons: list[Person]
    line: lodgements.Line | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the rules of a person's form read of the letter, before there is one."""

    routing: Mapping[str, Any]
    received_on: date


@dataclass(frozen=True, slots=True)
class _Judged:
    """A letter in which nothing is wrong: its answers, and each row as it is sealed into a list."""

    filled: Filled
    answers: dict[str, Any]
    heads: list[str]
    rows: list[tuple[list[str], dict[str, Any]]]
    release_id: UUID
    is_sent: bool  # at once; else files follow, and the program sends it then


def schemas(session: Session, now: datetime) -> Schemas:
    """The shapes by the form in force: the one that judges what is sent."""
    letter, judge = _letter_shape(session, now)[1], rosterrows.Judge(session, None, now)
    return Schemas(letter, _person_shape(judge))


def _letter_shape(session: Session, now: datetime) -> tuple[Filled, dict[str, Any]]:
    filled = lodgements.rules(session, releases.active(session), now)
    columns = [
        each
        for each in formjs.columns(filled.form, filled.facts, filled.options, {})
        if each.key not in NOT_ASKED
    ]
    offered = {key for key, value in filled.values.items() if value is not None}
    needed = {each.key for each in columns if each.is_required} - offered
    return filled, formjs.schema(filled.form, columns, needed)


def _person_shape(judge: rosterrows.Judge) -> dict[str, Any]:
    needed = {each.key for each in judge.columns if sheetcolumns.is_needed(each)}
    return formjs.schema(judge.form, judge.columns, needed)


def state(session: Session, actor: Actor, requisition_id: UUID) -> State:
    """What the department's own pages tell of a letter, and no more. Raises NotAllowed, NotFound."""
    try:
        return State(*departments.letter(session, actor, requisition_id))
    except NotFound:
        found = lodgements.view(session, actor, requisition_id)
        return State(None, [], found.line, found.note)


def lodge(
    database: Database, actor: Actor, token_id: UUID, body: Any, key: str, now: datetime
) -> tuple[UUID, bool]:
    """Lodge a letter with its persons in one act, and send it unless it says `"send": false`; -> (id, is it new).

    The same body under the same `key` is lodged once. Raises Refused, KeyReused, NotAllowed; DomainError for a
    purpose that is not taken here.
    """
    actor.require(Permission.DEPARTMENT_LODGE)
    scope = actor_scope(actor)
    digests = sha256(key.encode()).digest(), sha256(json.dumps(body, sort_keys=True).encode()).digest()
    known = database.read(lambda session: _known(session, *digests), scope)
    if known is not None:
        return known, False
    judged = database.read(lambda session: _judged(session, actor, body, now), scope)
    try:
        return database.write(
            lambda session: _put(session, actor, token_id, judged, digests, now), scope
        ), True
    except _Lost:
        found = database.read(lambda session: _known(session, *digests), scope)
        if found is None:
            raise Conflict from None
        return found, False


def _known(session: Session, key: bytes, body: bytes) -> UUID | None:
    row = requests.request_of(session, key)
    if row is None:
        return None
    if bytes(row.body) != body:
        raise KeyReused
    found: UUID = row.lodgement_id
    return found


# -- judging ---------------------------------------------------------------------------------------------


def _judged(session: Session, actor: Actor, body: Any, now: datetime) -> _Judged:
    """Everything that is wrong is told at once, as far as the letter lets its persons be judged. Raises Refused."""
    letter, persons, is_sent = _parts(body)
    filled, shape = _letter_shape(session, now)
    faults = list(_misshapen("/letter", shape, letter))
    answers: dict[str, Any] = {}
    if not faults:
        try:
            answers = _answers(filled, letter, actor.post.office_hi, len(persons), now)
        except FormInvalid as invalid:
            faults += [Fault(f"/letter/{name}", fault) for name, fault in invalid.problems.items()]
    if faults:
        raise Refused(faults)
    judge = rosterrows.Judge(session, _Asked(_public(filled, answers), calendars.day(now)), now)
    heads = [column.key for column in judge.columns if any(column.key in each for each in persons)]
    rows = _rows(judge, heads, persons)
    return _Judged(filled, answers, heads, rows, judge.release.id, is_sent)


def _parts(body: Any) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]], bool]:
    faults = []
    found = body if isinstance(body, dict) else {}
    letter, persons, is_sent = found.get("letter"), found.get("persons"), found.get("send", True)
    if not isinstance(letter, dict):
        faults.append(Fault("/letter", FieldProblem("api.problem.type", wanted="object")))
    if not isinstance(persons, list) or not all(isinstance(each, dict) for each in persons):
        faults.append(Fault("/persons", FieldProblem("api.problem.type", wanted="array of object")))
    elif not 1 <= len(persons) <= MOST:
        faults.append(Fault("/persons", FieldProblem("api.problem.count", most=MOST)))
    if not isinstance(is_sent, bool):
        faults.append(Fault("/send", FieldProblem("api.problem.type", wanted="boolean")))
    faults += [
        Fault(f"/{name}", FieldProblem("api.problem.unknown"))
        for name in sorted(found.keys() - {"letter", "persons", "send"})
    ]
    if faults or letter is None or persons is None:
        raise Refused(faults)
    return letter, persons, is_sent


def _misshapen(place: str, shape: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[Fault]:
    for key, wanted in formjs.misshapen(shape, value):
        fault = (
            FieldProblem("api.problem.type", wanted=wanted) if wanted else FieldProblem("api.problem.unknown")
        )
        yield Fault(f"{place}/{_escaped(key)}", fault)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _answers(
    filled: Filled, letter: Mapping[str, Any], department: str, count: int, now: datetime
) -> dict[str, Any]:
    by_key = {each.key: each for each in formjs.columns(filled.form, filled.facts, filled.options, {})}
    boxes = formjs.posted(by_key, {key: _cell(value) for key, value in letter.items()})
    read = formjs.read(filled.form, boxes, {}, options=filled.options)
    values = {key: value for key, value in filled.values.items() if key not in letter}
    return lodgements.checked(filled, {**read, **values}, department, count, now)


def _public(filled: Filled, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key in lodgements.public_keys(filled.form)}


def _cell(value: Any) -> str:
    """A value as it would stand in a cell; without the sign NUL, which no text may hold in PostgreSQL."""
    return str(value).lower() if isinstance(value, bool) else str(value).replace("\0", "")


def _rows(
    judge: rosterrows.Judge, heads: Sequence[str], persons: Sequence[Mapping[str, Any]]
) -> list[tuple[list[str], dict[str, Any]]]:
    shape, mapping = _person_shape(judge), list(enumerate(heads))
    faults, rows = list[Fault](), []
    for number, person in enumerate(persons):
        place = f"/persons/{number}"
        wrong = list(_misshapen(place, shape, person))
        if wrong:
            faults += wrong
            continue
        texts = [_cell(person[key]) if key in person else "" for key in heads]
        judged = judge.of(texts, mapping)
        faults += [Fault(f"{place}/{name}", fault) for name, fault in judged.faults.items()]
        rows.append((texts, judged.answers))
    if faults:
        raise Refused(faults)
    return rows


# -- lodging ---------------------------------------------------------------------------------------------


def _put(
    session: Session,
    actor: Actor,
    token_id: UUID,
    judged: _Judged,
    digests: tuple[bytes, bytes],
    now: datetime,
) -> UUID:
    lodgement_id = new_id(session.recorded_at)
    lodgements.keep(session, actor, None, lodgement_id, (judged.filled, judged.answers), now)
    own = {"office_id": actor.post.office_id, "lodgement_id": lodgement_id, "at": now}
    if not requests.insert_request(session, {**own, "digest": digests[0], "body": digests[1]}):
        raise _Lost
    _put_list(session, actor, lodgement_id, judged, now)
    if judged.is_sent:
        lodgements.hand_in(session, actor, lodgement_id, len(judged.rows), now)
    thing = f"lodgement:{lodgement_id}"
    audit.record(session, "admin", "lodgement:program", thing, actor, now, token=str(token_id))
    return lodgement_id


def _put_list(session: Session, actor: Actor, lodgement_id: UUID, judged: _Judged, now: datetime) -> None:
    roster_id, key_id = new_id(session.recorded_at), keys.create(session, "roster")
    key = keys.unlock(session, key_id)
    head = {"row": 0, "heads": judged.heads, "samples": []}
    lists.insert_roster(
        session,
        {
            "id": roster_id,
            "requisition_id": None,
            "lodgement_id": lodgement_id,
            "data_key_id": key_id,
            "state": "checked",
            "head": listtexts.seal_head(key, roster_id, head),
            "mapping": [[place, field] for place, field in enumerate(judged.heads)],
            "release_id": judged.release_id,
            "total": len(judged.rows),
            "asked_by": actor.officer_id,
            "posting_id": actor.post.posting_id,
            "asked_at": now,
            "ended_at": now,
        },
    )
    seen: dict[bytes, int] = {}
    rows = []
    for number, (texts, answers) in enumerate(judged.rows, 1):
        row_id, person = new_id(session.recorded_at), searchkeys.person(session, answers)
        twin = seen.setdefault(person, number) if person is not None else number
        rows.append(
            {
                "id": row_id,
                "roster_id": roster_id,
                "number": number,
                "state": "good" if twin == number else "double",
                "cells": listtexts.seal_cells(key, row_id, texts),
                "answers": listtexts.seal_answers(key, row_id, answers),
                "person": person,
                "twin_row": None if twin == number else twin,
            }
        )
    lists.insert_rows(session, rows)
