"""Letters of the DM's office to the SP and of the SP to the thanas: one row a letter, with its persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    and_,
    func,
    select,
    update,
)

from app.models.scope import visible
from app.models.statements import Change
from app.models.tables.base import UtcDateTime, case_table, uuid_column
from app.models.tables.cases import address, applicant, case, data_key, requisition
from app.models.tables.offices import named, office

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow

sent_letter = case_table(
    "sent_letter",
    uuid_column("requisition_id"),
    uuid_column("office_id"),  # that sends
    uuid_column("to_office_id", nullable=True),  # null: to another district
    Column("to_place", String(160), nullable=False),  # code or name of the other district
    Column("form", String(60), nullable=False),  # of the step that sends it
    uuid_column("act_id"),  # of the act on many cases; one of its own for a single case
    Column("content", LargeBinary(16), nullable=False),  # digest of what it says: equal words, one letter
    Column("number", String(60)),  # पत्रांक; null only within the act that begins it
    Column("due_on", Date, nullable=False),  # by when it asks for the report
    Column("sent_on", Date, nullable=False),  # day in IST
    Column("sent_at", UtcDateTime, nullable=False),
    uuid_column("sent_by"),
    Column(
        "ended_at", UtcDateTime
    ),  # when the act was through with its cases; null: it has stopped, or goes on
    UniqueConstraint("district_id", "act_id", "content"),
    UniqueConstraint("district_id", "office_id", "number"),
    Index("ix_sent_letter_requisition", "district_id", "requisition_id", "sent_at"),
    Index("ix_sent_letter_register", "district_id", "sent_on", "office_id"),
    Index("ix_sent_letter_to", "district_id", "to_office_id", "sent_at"),
    Index("ix_sent_letter_act", "district_id", "sent_by", "sent_on"),
    scope="letter",
    parents=[
        ("requisition_id", "requisition"),
        ("office_id", "office"),
        ("to_office_id", "office"),
        ("sent_by", "officer"),
    ],
)

sent_letter_person = case_table(
    "sent_letter_person",  # whose case a letter is about
    uuid_column("letter_id"),
    uuid_column("case_id"),
    Index("ix_sent_letter_person_case", "district_id", "case_id"),
    scope="case",
    parents=[("letter_id", "sent_letter"), ("case_id", "case")],
    key=("district_id", "letter_id", "case_id"),
)

_COLUMNS = tuple(
    column.name for column in sent_letter.columns if column.name not in ("district_id", "number")
)


def _join(at: At) -> Any:
    own = sent_letter.c
    begun = at.insert(sent_letter).values(
        district_id=at.district, **{name: getattr(at, name) for name in _COLUMNS}
    )
    return begun.on_conflict_do_update(
        index_elements=("district_id", "act_id", "content"), set_={"act_id": own.act_id}
    ).returning(own.id, own.number)


def _add(at: At) -> Any:
    return (
        at.insert(sent_letter_person)
        .values(district_id=at.district, letter_id=at.letter_id, case_id=at.case_id)
        .on_conflict_do_nothing()
    )


def _set_number(at: At) -> Any:
    own = sent_letter.c
    return (
        update(sent_letter)
        .where(at.visible(sent_letter), own.id == at.letter_id, own.number.is_(None))
        .values(number=at.number)
    )


def _end(at: At) -> Any:
    own = sent_letter.c
    return (
        update(sent_letter)
        .where(
            at.visible(sent_letter),
            own.act_id == at.act_id,
            own.sent_by == at.officer_id,
            own.ended_at.is_(None),
        )
        .values(ended_at=at.now)
    )


_JOIN, _ADD = Change(sent_letter, _join), Change(sent_letter_person, _add)
_SET_NUMBER, _END = Change(sent_letter, _set_number), Change(sent_letter, _end)


def put_letter(session: Session, row: Mapping[str, Any]) -> AnyRow:
    """Begin a letter, or join the one of this act that says the same; -> its id, and its number if it has one.

    Locked until the transaction ends: whoever comes second waits, and finds the number of the first.
    """
    found = _JOIN.returned(session, **row)
    assert found is not None  # noqa: S101 - it adds its row or changes it
    return found


def set_letter_number(session: Session, letter_id: UUID, number: str) -> None:
    """Give a letter its number, in the transaction that has begun it."""
    _SET_NUMBER.put(session, letter_id=letter_id, number=number)


def put_person(session: Session, letter_id: UUID, case_id: UUID) -> None:
    """Let a letter be about a case; once, however often it is said."""
    _ADD.put(session, letter_id=letter_id, case_id=case_id)


def set_ended(session: Session, act_id: UUID, officer_id: UUID, now: datetime) -> None:
    """An officer's act is through with its cases: none joins its letters when he acts again."""
    _END.run(session, act_id=act_id, officer_id=officer_id, now=now)


def unended_act(session: Session, officer_id: UUID, form: str, day: date) -> UUID | None:
    """The act of an officer that has stopped on this day before it was through, the last one."""
    own = sent_letter.c
    statement = (
        select(own.act_id)
        .where(visible(sent_letter, session.scope), own.sent_by == officer_id, own.sent_on == day)
        .where(own.form == form, own.ended_at.is_(None))
        .order_by(own.sent_at.desc())
        .limit(1)
    )
    found: UUID | None = session.connection.execute(statement).scalar_one_or_none()
    return found


def find(session: Session, letter_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(sent_letter).where(visible(sent_letter, session.scope), sent_letter.c.id == letter_id)
    ).one_or_none()


def counts(session: Session, letter_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many persons each letter is about, as far as the scope shows them."""
    own = sent_letter_person.c
    statement = (
        select(own.letter_id, func.count().label("persons"))
        .where(visible(sent_letter_person, session.scope), own.letter_id.in_(tuple(letter_ids)))
        .group_by(own.letter_id)
    )
    return {row.letter_id: row.persons for row in session.connection.execute(statement)}


def people(session: Session, letter_id: UUID) -> Sequence[AnyRow]:
    """The persons of a letter that the scope shows, by case number: name and address sealed, and the key of both."""
    own, one = sent_letter_person.c, case.c
    statement = (
        select(
            one.id.label("case_id"),
            one.number,
            one.received_on,
            one.data_key_id,
            data_key.c.wrapped,
            applicant.c.id.label("applicant_id"),
            applicant.c.name,
            address.c.id.label("address_id"),
            address.c.office_id,
            address.c.details,
        )
        .select_from(sent_letter_person)
        .join(case, and_(one.district_id == own.district_id, one.id == own.case_id))
        .join(data_key, and_(data_key.c.district_id == own.district_id, data_key.c.id == one.data_key_id))
        .join(applicant, and_(applicant.c.district_id == own.district_id, applicant.c.case_id == own.case_id))
        .outerjoin(
            address,
            and_(
                address.c.district_id == own.district_id,
                address.c.case_id == own.case_id,
                address.c.kind.in_(("permanent", "firm")),
            ),
        )
        .where(visible(sent_letter_person, session.scope), own.letter_id == letter_id)
        .order_by(one.number)
    )
    return session.connection.execute(statement).all()


def _letters(session: Session) -> Any:
    own = sent_letter.c
    persons = (
        select(func.count())
        .where(sent_letter_person.c.district_id == own.district_id, sent_letter_person.c.letter_id == own.id)
        .correlate(sent_letter)
        .scalar_subquery()
    )
    sender = office.alias("sender")
    return (
        select(
            own.id,
            own.number,
            own.form,
            own.to_office_id,
            own.to_place,
            own.sent_on,
            own.sent_at,
            own.requisition_id,
            requisition.c.number.label("diary_no"),
            requisition.c.requester_hi,
            requisition.c.purpose,
            persons.label("persons"),
            sender.c.name_hi.label("from_hi"),
            sender.c.name_en.label("from_en"),
            sender.c.kind.label("from_kind"),
            *named(office, "office"),
        )
        .join(
            requisition,
            and_(requisition.c.district_id == own.district_id, requisition.c.id == own.requisition_id),
        )
        .join(sender, and_(sender.c.district_id == own.district_id, sender.c.id == own.office_id))
        .outerjoin(office, and_(office.c.district_id == own.district_id, office.c.id == own.to_office_id))
        .where(visible(sent_letter, session.scope))
    )


def of_requisition(session: Session, requisition_id: UUID) -> Sequence[AnyRow]:
    """The letters about a requisition, oldest first, each with how many persons it is about."""
    own = sent_letter.c
    chosen = _letters(session).where(own.requisition_id == requisition_id)
    return session.connection.execute(chosen.order_by(own.sent_at, own.number)).all()


def of_case(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """The letters that are about a case, oldest first."""
    own, link = sent_letter.c, sent_letter_person.c
    chosen = (
        _letters(session)
        .join(
            sent_letter_person,
            and_(link.district_id == own.district_id, link.letter_id == own.id),
        )
        .where(visible(sent_letter_person, session.scope), link.case_id == case_id)
    )
    return session.connection.execute(chosen.order_by(own.sent_at, own.number)).all()
