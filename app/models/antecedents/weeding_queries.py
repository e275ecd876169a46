"""Queries on lists that destroy entries of the crime register: what is past its years, what a list names of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, not_, select

from app.models.antecedents.crimes import accused, fir, hit
from app.models.scope import visible
from app.models.statements import Update, inserting
from app.models.tables.cases import case
from app.models.tables.offices import named, office
from app.models.tables.retention import destruction, destruction_entry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: A person of an open case was compared with the entry: what an officer said of it stands on it until the case ends.
_AT_WORK = exists().where(
    hit.c.district_id == accused.c.district_id,
    hit.c.accused_id == accused.c.id,
    case.c.district_id == hit.c.district_id,
    case.c.id == hit.c.case_id,
    case.c.status == "open",
)
_LISTED = exists().where(
    destruction_entry.c.district_id == accused.c.district_id,
    destruction_entry.c.accused_id == accused.c.id,
    destruction_entry.c.state == "listed",
    destruction.c.district_id == destruction_entry.c.district_id,
    destruction.c.id == destruction_entry.c.destruction_id,
    destruction.c.state.in_(("proposed", "approved")),
)


def past(session: Session, kind: str, last: date, limit: int) -> Sequence[AnyRow]:
    """Entries of a class whose years counted from `last` or before, the oldest first, on no list that is not settled.

    Read from the index of classes: what the register holds besides costs nothing.
    """
    chosen = (
        select(accused.c.id, accused.c.counts_from, fir.c.year, fir.c.office_id, *named(office, "office"))
        .join(fir, and_(fir.c.district_id == accused.c.district_id, fir.c.id == accused.c.fir_id))
        .join(office, and_(office.c.district_id == fir.c.district_id, office.c.id == fir.c.office_id))
        .where(
            visible(accused, session.scope),
            accused.c.kind == kind,
            accused.c.counts_from.is_not(None),
            accused.c.counts_from <= last,
            not_(_LISTED),
            not_(_AT_WORK),
        )
        .order_by(accused.c.counts_from, accused.c.id)
        .limit(limit)
    )
    return session.connection.execute(chosen).all()


def standing(session: Session, accused_ids: Collection[UUID]) -> Mapping[UUID, AnyRow]:
    """Of entries that are there still: their class, the day it counts from, whether an open case asks for them."""
    chosen = select(accused.c.id, accused.c.kind, accused.c.counts_from, _AT_WORK.label("is_at_work")).where(
        visible(accused, session.scope), accused.c.id.in_(tuple(accused_ids))
    )
    return {row.id: row for row in session.connection.execute(chosen)}


def insert_lines(session: Session, lines: Sequence[Mapping[str, Any]]) -> None:
    inserting(destruction_entry).put(session, lines)


_SET_LINE = Update(
    destruction_entry,
    lambda at: [
        destruction_entry.c.destruction_id == at.destruction_id,
        destruction_entry.c.accused_id == at.accused_id,
        destruction_entry.c.state == "listed",
    ],
)


def set_line(session: Session, destruction_id: UUID, accused_id: UUID, values: Mapping[str, Any]) -> bool:
    """Say what became of a listed entry; False when that was said already."""
    return _SET_LINE.run(session, values, destruction_id=destruction_id, accused_id=accused_id) == 1


def lines(session: Session, destruction_id: UUID) -> Sequence[AnyRow]:
    """What a list names, thana by thana, the oldest first, with what became of each."""
    chosen = (
        select(destruction_entry, *named(office, "office"))
        .join(
            office,
            and_(
                office.c.district_id == destruction_entry.c.district_id,
                office.c.id == destruction_entry.c.office_id,
            ),
        )
        .where(
            visible(destruction_entry, session.scope), destruction_entry.c.destruction_id == destruction_id
        )
        .order_by(
            office.c.name_en,
            destruction_entry.c.year,
            destruction_entry.c.closed_on,
            destruction_entry.c.accused_id,
        )
    )
    return session.connection.execute(chosen).all()


_WAITS = exists().where(
    destruction_entry.c.district_id == destruction.c.district_id,
    destruction_entry.c.destruction_id == destruction.c.id,
    destruction_entry.c.state == "listed",
)


def next_lines(session: Session, limit: int) -> Sequence[AnyRow]:
    """Entries of approved lists that were not looked at yet, all of one list, with the key of those still there."""
    waiting = (
        select(destruction.c.district_id, destruction.c.id, destruction.c.kind)
        .where(visible(destruction, session.scope), destruction.c.state == "approved", _WAITS)
        .order_by(destruction.c.decided_at, destruction.c.id)
        .limit(1)
        .subquery()
    )
    chosen = (
        select(destruction_entry, waiting.c.kind, fir.c.data_key_id)
        .join(
            waiting,
            and_(
                waiting.c.district_id == destruction_entry.c.district_id,
                waiting.c.id == destruction_entry.c.destruction_id,
            ),
        )
        .outerjoin(
            accused,
            and_(
                accused.c.district_id == destruction_entry.c.district_id,
                accused.c.id == destruction_entry.c.accused_id,
            ),
        )
        .outerjoin(fir, and_(fir.c.district_id == accused.c.district_id, fir.c.id == accused.c.fir_id))
        .where(visible(destruction_entry, session.scope), destruction_entry.c.state == "listed")
    )
    return session.connection.execute(chosen.order_by(destruction_entry.c.accused_id).limit(limit)).all()
