"""The register of outgoing numbers: the numbers of a time in the order of their series, read by keyset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, func, literal, or_, select, tuple_

from app.domain.offices import OfficeKind
from app.models.issuing.outgoing import outgoing
from app.models.issuing.sentletters import sent_letter_person
from app.models.scope import visible
from app.models.tables.cases import case as cases
from app.models.tables.cases import requisition
from app.models.tables.offices import named, office
from app.models.tables.papers import certificate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


class Place(NamedTuple):
    """Where a number stands in the register: the DM's series first, the SP's, then those of the police stations."""

    rank: int
    code: str
    office_id: UUID
    series: str
    year: int
    serial: int


def numbers(session: Session, first: date, last: date, after: Place | None, limit: int) -> Sequence[AnyRow]:
    """The numbers that the offices in sight gave in a time, behind a place, in order; each with what it is about.

    `is_void`: a paper was to bear it, and its case was withdrawn before.
    """
    own, giver = outgoing.c, office.alias("giver")
    rank = case((giver.c.kind == OfficeKind.DM_OFFICE, 0), (giver.c.kind == OfficeKind.SP_OFFICE, 1), else_=2)
    place = (rank, giver.c.code, own.office_id, own.series, own.year, own.serial)
    chosen = (
        select(*outgoing.columns, rank.label("rank"), giver.c.code)
        .add_columns(giver.c.name_hi.label("from_hi"), giver.c.name_en.label("from_en"))
        .add_columns(giver.c.kind.label("from_kind"))
        .join(giver, and_(giver.c.district_id == own.district_id, giver.c.id == own.office_id))
        .where(visible(outgoing, session.scope), own.given_on >= first, own.given_on <= last)
        .order_by(*place)
        .limit(limit)
    )
    if after is not None:
        before = [literal(each, column.type) for each, column in zip(after, place, strict=True)]
        chosen = chosen.where(tuple_(*place) > tuple_(*before))
    return session.connection.execute(_told(chosen.subquery("chosen"))).all()


def _told(chosen: Any) -> Any:
    """The chosen numbers with office, case and letter of each: joined to so many rows and no more."""
    at = chosen.c
    letter_id = func.coalesce(cases.c.requisition_id, at.requisition_id)
    district = at.district_id
    return (
        select(*chosen.columns, *named(office, "office"))
        .add_columns(cases.c.number.label("case_number"), requisition.c.id.label("about_id"))
        .add_columns(
            requisition.c.number.label("diary_no"), requisition.c.requester_hi, requisition.c.purpose
        )
        .add_columns(_persons(chosen).label("persons"), _is_void(chosen).label("is_void"))
        .select_from(chosen)
        .outerjoin(cases, and_(cases.c.district_id == district, cases.c.id == at.case_id))
        .outerjoin(requisition, and_(requisition.c.district_id == district, requisition.c.id == letter_id))
        .outerjoin(office, and_(office.c.district_id == district, office.c.id == at.to_office_id))
        .order_by(at.rank, at.code, at.office_id, at.series, at.year, at.serial)
    )


def _persons(chosen: Any) -> Any:
    own = sent_letter_person.c
    return (
        select(func.count())
        .where(own.district_id == chosen.c.district_id, own.letter_id == chosen.c.letter_id)
        .correlate(chosen)
        .scalar_subquery()
    )


def _is_void(chosen: Any) -> Any:
    own, at = certificate.c, chosen.c
    never_left = (
        select(own.id)
        .where(own.district_id == at.district_id, own.case_id == at.case_id, own.status == "allotted")
        .where(or_(own.memo_number == at.number, own.copy_memo_number == at.number))
        .correlate(chosen)
        .exists()
    )
    return and_(cases.c.status == "withdrawn", never_left)


def by_office(session: Session, first: date, last: date) -> Sequence[AnyRow]:
    """How many `numbers` each office in sight gave in a time, the most first."""
    own = outgoing.c
    counted = (
        select(own.office_id, func.count().label("numbers"))
        .where(visible(outgoing, session.scope), own.given_on >= first, own.given_on <= last)
        .group_by(own.office_id)
        .subquery()
    )
    statement = (
        select(counted.c.numbers, *named(office, "office"))
        .join(office, and_(office.c.district_id == session.district_id, office.c.id == counted.c.office_id))
        .order_by(counted.c.numbers.desc(), office.c.code)
    )
    return session.connection.execute(statement).all()
