"""The letter to another district that a step waits for: how far it came, and asking anew where nobody took it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from app.domain.errors import DomainError, NotFound
from app.domain.numbers import Outgoing, Series
from app.domain.offices import OfficeKind
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.scope import CaseScope
from app.services.casefile import neighbours, units
from app.services.casefile.facts import REPLY, CaseFacts
from app.services.desk import holding
from app.services.district import calendars, englishnames, gazetteer, neighbourhood, series
from app.services.store import keys
from app.services.store.scopes import actor_scope
from app.services.timekeeping import clockbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.neighbours import Asked
    from app.services.casefile.units import Letter
    from app.services.store.database import Database

_SLOW = timedelta(minutes=2)  # a letter that has not gone by then is told as waiting


class DistrictMissing(DomainError):
    """Which district is to be asked now was not chosen (422)."""

    key = "neighbour.district_missing"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the page of a task tells of another district whose answer it waits for; empty at every other task."""

    letter: Letter | None
    asked: list[Asked]  # the same as far as it went in this system, oldest first
    may_ask_again: bool
    districts: Sequence[Mapping[str, str]]  # that may be asked anew


def of(known: CaseFacts, actor: Actor, task: AnyRow, now: datetime) -> Elsewhere:
    """The letter that this task waits for, and what its officer may do about it."""
    found = _asked(known, task)
    is_open = _may_be_asked(found)
    return Elsewhere(
        units.letter(known, task.enquiry_id) if task.enquiry_id is not None else None,
        _told(found, now),
        is_open and actor.may(Permission.NEIGHBOUR_ASK),
        _districts(known.session) if is_open else (),
    )


def _asked(known: CaseFacts, task: AnyRow) -> list[Asked]:
    """What the step has asked in this system, oldest first; nothing at any other step."""
    if task.form != REPLY:
        return []
    rows = neighbours.of_case(known.session, known.case)
    return [each for each in rows if each.enquiry_id == task.enquiry_id]


def _districts(session: Session) -> list[dict[str, str]]:
    """The other districts of the state, by their codes."""
    return [each for each in gazetteer.choices("districts") if each["value"] != str(session.district_id)]


def _may_be_asked(found: Sequence[Asked]) -> bool:
    """Whether nobody works on the last letter, and it is no plain letter on paper."""
    if not found:
        return False
    last = found[-1]
    return last.state == neighbours.RETURNED or (last.state == neighbours.PAPER and _is_told(last))


def _told(found: Sequence[Asked], now: datetime) -> list[Asked]:
    """What of it the page tells: a letter that went on paper from the first is told by its step alone."""
    hidden = {neighbours.PAPER: lambda each: not _is_told(each)}
    hidden[neighbours.WAITING] = lambda each: now - each.asked_at < _SLOW
    return [each for each in found if not (each.state in hidden and hidden[each.state](each))]


def _is_told(letter: Asked) -> bool:
    """Whether it could have gone another way, or had gone once."""
    return letter.is_again or letter.reason in neighbourhood.TOLD


def ask_again(database: Database, actor: Actor, task_id: UUID, district: str, now: datetime) -> None:
    """Ask another district, or the same one once more, with a letter of a new number.

    Raises DistrictMissing, NotAllowed, NotFound; TaskAlreadyDone where an answer has come meanwhile.
    """
    actor.require(Permission.NEIGHBOUR_ASK)

    def put(session: Session) -> None:
        task = holding.find(session, task_id)
        holding.guard(actor, task)
        if task.form != REPLY:
            raise NotFound
        own = session.narrowed(CaseScope(actor.district_id, task.case_id))
        case = cases.lock(own, task.case_id)
        enquiry = cases.enquiry_row(own, task.enquiry_id) if task.enquiry_id is not None else None
        known = gazetteer.names_of("districts", district)
        if case is None or enquiry is None:
            raise NotFound
        if not all(known) or int(district) == actor.district_id:
            raise DistrictMissing
        facts = CaseFacts(own, case, now)
        if not _may_be_asked(_asked(facts, task)):
            raise NotFound
        letter = facts.asked_of(enquiry) | {
            "district": district,
            "office": f"पुलिस अधीक्षक, {englishnames.district(district)[0]}",
        }
        sealed = keys.seal_json(facts.key, f"enquiry|facts|{enquiry.id}", letter)
        cases.set_enquiry(own, enquiry.id, facts=sealed)
        asked_for = {**letter, "due_on": _answer_by(own, task, now).isoformat()}
        number = _number(own, task, case, district, now)
        neighbours.ask(own, case, enquiry.id, asked_for, number, now, is_again=True)

    database.write(put, actor_scope(actor))


def _answer_by(session: Session, task: AnyRow, now: datetime) -> date:
    """The due day of the step; once that is there, so many days again as the step has."""
    due_on: date = task.due_on
    if due_on > calendars.day(now):
        return due_on
    office = (task.office_id, OfficeKind.SP_OFFICE)
    return clockbook.step_due(session, office, Decimal(task.days or 1), now)[0]


def _number(session: Session, task: AnyRow, case: AnyRow, district: str, now: datetime) -> str:
    office = offices.find(session, task.office_id)
    if office is None:
        raise NotFound
    given = series.Given(Outgoing.TO_DISTRICT, calendars.day(now), case.id, to_place=district)
    return series.take(session, (office.id, office.code), Series.LETTER, given)
