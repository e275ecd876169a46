"""Queries on notes between offices: those of a case, and those that wait for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from app.models.scope import visible
from app.models.statements import Query, Update, inserting
from app.models.tables.cases import applicant, case, note
from app.models.tables.officers import officer
from app.models.tables.offices import named, office

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow


def _notes(at: At) -> Any:
    sender, receiver, closer = office.alias(), office.alias(), officer.alias()
    own = note.c.district_id
    return (
        select(
            note,
            *named(sender, "from"),
            *named(receiver, "to"),
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
            closer.c.name_hi.label("closed_by_hi"),
            closer.c.name_en.label("closed_by_en"),
        )
        .join(sender, and_(sender.c.district_id == own, sender.c.id == note.c.from_office_id))
        .join(receiver, and_(receiver.c.district_id == own, receiver.c.id == note.c.to_office_id))
        .join(officer, and_(officer.c.district_id == own, officer.c.id == note.c.written_by))
        .outerjoin(closer, and_(closer.c.district_id == own, closer.c.id == note.c.closed_by))
        .where(at.visible(note), note.c.case_id == at.case_id)
        .order_by(note.c.at, note.c.id)
    )


_OF_CASE = Query(_notes)


def notes_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """The notes of a case that the scope may read, sealed, oldest first, with their offices and officers."""
    return _OF_CASE.all(session, case_id=case_id)


def insert_note(session: Session, row: Mapping[str, Any]) -> None:
    inserting(note).put(session, [row])


_CLOSE = Update(note, lambda at: [note.c.id == at.note_id, note.c.closed_at.is_(None)])


def close_note(session: Session, note_id: UUID, officer_id: UUID, at: datetime) -> bool:
    """Nobody has to answer a note any more; False when that was so before."""
    return bool(_CLOSE.run(session, {"closed_at": at, "closed_by": officer_id}, note_id=note_id))


_RESUME = Update(
    note, lambda at: [note.c.id == at.note_id, note.c.pauses_for.is_not(None), note.c.resumed_at.is_(None)]
)


def set_resumed(session: Session, note_id: UUID, at: datetime) -> bool:
    """The clock that a query had stopped goes on; False for one that stopped none, or when it did before."""
    return bool(_RESUME.run(session, {"resumed_at": at}, note_id=note_id))


def outlasted(session: Session, today: date, limit: int) -> Sequence[AnyRow]:
    """Queries that stop a clock still, though the day of their answer is over: note, case, office, reason, day."""
    chosen = (
        select(note.c.id, note.c.case_id, note.c.from_office_id, note.c.pauses_for, note.c.due_on)
        .where(
            visible(note, session.scope),
            note.c.pauses_for.is_not(None),
            note.c.resumed_at.is_(None),
            note.c.due_on < today,
        )
        .order_by(note.c.due_on, note.c.id)
        .limit(limit)
    )
    return session.connection.execute(chosen).all()


def pausing(session: Session, first: datetime, last: datetime) -> Sequence[AnyRow]:
    """How many queries stopped clocks in a time, by the office that asked and the reason."""
    chosen = (
        select(office.c.id.label("office_id"), note.c.pauses_for, *named(office, "office"))
        .add_columns(func.count().label("found"))
        .join(office, and_(office.c.district_id == note.c.district_id, office.c.id == note.c.from_office_id))
        .where(
            visible(note, session.scope),
            note.c.pauses_for.is_not(None),
            note.c.at < last,
            or_(note.c.resumed_at.is_(None), note.c.resumed_at >= first),
        )
        .group_by(note.c.pauses_for, office.c.id, office.c.kind, office.c.name_hi, office.c.name_en)
        .order_by(office.c.id, note.c.pauses_for)
    )
    return session.connection.execute(chosen).all()


def _is_waiting(at: At) -> list[Any]:
    return [at.visible(note), note.c.to_office_id == at.office_id, note.c.closed_at.is_(None)]


WAITING_COUNT = Query(
    lambda at: select(func.count().label("found")).select_from(
        select(note.c.id).where(*_is_waiting(at)).limit(at.limit).subquery()
    )
)


def waiting_count(session: Session, office_id: UUID, limit: int) -> int:
    """How many notes wait for an office, counted no further than `limit`."""
    return int(WAITING_COUNT.scalar(session, office_id=office_id, limit=limit))


_WAITING_IN_CASE = Query(
    lambda at: (
        select(func.count().label("found"))
        .select_from(note)
        .where(*_is_waiting(at), note.c.case_id == at.case_id)
    )
)


def waiting_in_case(session: Session, case_id: UUID, office_id: UUID) -> int:
    """How many notes of one case wait for an office."""
    return int(_WAITING_IN_CASE.scalar(session, case_id=case_id, office_id=office_id))


def _waiting(at: At) -> Any:
    same = case.c.district_id == note.c.district_id
    return (
        select(
            case.c.number,
            case.c.data_key_id,
            applicant.c.id.label("applicant_id"),
            applicant.c.name,
            note.c.at,
            note.c.due_on,
            *named(office, "from"),
        )
        .select_from(note)
        .join(case, and_(same, case.c.id == note.c.case_id))
        .join(
            applicant, and_(applicant.c.district_id == note.c.district_id, applicant.c.case_id == case.c.id)
        )
        .join(office, and_(office.c.district_id == note.c.district_id, office.c.id == note.c.from_office_id))
        .where(*_is_waiting(at))
        .order_by(note.c.at, note.c.id)
        .limit(at.limit)
    )


_WAITING = Query(_waiting)


def waiting(session: Session, office_id: UUID, limit: int) -> Sequence[AnyRow]:
    """The notes that wait for an office, the oldest first: case, sealed name, from whom."""
    return _WAITING.all(session, office_id=office_id, limit=limit)
