"""Rosters: lists of candidates of one letter, uploaded, judged row by row, and made into cases in slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from app.models import guarded
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import Encrypted, Json, UtcDateTime, case_table, insert_or, uuid_column
from app.models.tables.cases import case, document, search_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: States in which the worker has something left to do.
UNDER_WAY = ("checking", "taking", "undoing")

roster = case_table(
    "roster",
    Column(
        "subject", String(12), nullable=False, server_default="candidates"
    ),  # candidates | crimes | offices
    uuid_column("requisition_id", nullable=True),  # null: its letter was not received yet
    uuid_column("lodgement_id", nullable=True),  # where a department handed it in
    uuid_column("data_key_id"),
    Column(
        "state", String(10), nullable=False
    ),  # columns | checked | sent | taken | undone | dropped, or UNDER_WAY
    Column("reason", String(20), nullable=False, default=""),  # why it stands still
    Column("file", Encrypted),  # until its rows are read
    Column("head", Encrypted),  # headings and first rows, for choosing what each column means
    Column("note", Encrypted),  # why it was taken back, under the letter's key
    Column("mapping", Json, nullable=False),  # [place of the column, key of the field], ...
    uuid_column("release_id", nullable=True),  # by whose form its rows were judged
    Column("total", Integer, nullable=False, default=0),  # rows
    Column("lease_until", UtcDateTime),  # while a worker has a slice in hand
    uuid_column("asked_by"),
    uuid_column("posting_id"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("ix_roster_letter", "district_id", "requisition_id", "asked_at"),
    Index("ix_roster_state", "state"),
    Index("ix_roster_lodgement", "district_id", "lodgement_id"),
    scope="letter",
    parents=[
        ("requisition_id", "requisition"),
        ("lodgement_id", "lodgement"),
        ("data_key_id", "data_key"),
        ("asked_by", "officer"),
    ],
)
#: A row's id is that of the case made of it: whoever makes it a second time finds it there.
roster_row = case_table(
    "roster_row",
    uuid_column("roster_id"),
    Column("number", Integer, nullable=False),  # as Excel counts
    Column("state", String(8), nullable=False),  # waiting | good | bad | double | taken | undone | kept
    Column("cells", Encrypted),
    Column("answers", Encrypted),  # of a good row
    Column("faults", Encrypted),  # of a bad one
    Column("marks", LargeBinary),  # eight bytes of each of them, blind under the list's own key
    Column("person", LargeBinary(8)),  # name and day of birth, blind
    Column("twin_row", Integer),  # the row above that is the same person
    uuid_column("twin_case_id", nullable=True),  # the case of the past that is
    uuid_column("data_key_id", nullable=True),  # of its person's files; the case takes it over
    Index("ix_roster_row_number", "district_id", "roster_id", "number", unique=True),
    Index("ix_roster_row_state", "district_id", "roster_id", "state", "number"),
    Index("ix_roster_row_person", "district_id", "roster_id", "person"),
    scope="letter",
    parents=[("roster_id", "roster")],
)
#: What the columns of a department's lists meant the last time: blind digests of its headings, no words.
roster_layout = case_table(
    "roster_layout",
    Column("department", LargeBinary(8), nullable=False),
    Column("heading", LargeBinary(8), nullable=False),
    Column("field", String(40), nullable=False),
    scope="district",
    key=("district_id", "department", "heading"),
)

_SHOWN = [column for column in roster.c if column.name != "file"]


def insert_roster(session: Session, row: Mapping[str, Any]) -> None:
    inserting(roster).put(session, [row])


def find(session: Session, roster_id: UUID) -> AnyRow | None:
    """A roster without its file."""
    chosen = select(*_SHOWN).where(visible(roster, session.scope), roster.c.id == roster_id)
    return session.connection.execute(chosen).one_or_none()


def of_letter(session: Session, requisition_id: UUID) -> Sequence[AnyRow]:
    """The rosters of a letter, newest first, without their files."""
    chosen = select(*_SHOWN).where(visible(roster, session.scope), roster.c.requisition_id == requisition_id)
    return session.connection.execute(chosen.order_by(roster.c.asked_at.desc(), roster.c.id.desc())).all()


def of_lodgement(session: Session, lodgement_id: UUID) -> Sequence[AnyRow]:
    """The rosters that a department has handed in for a letter not received yet, the newest first."""
    chosen = select(*_SHOWN).where(
        visible(roster, session.scope),
        roster.c.lodgement_id == lodgement_id,
        roster.c.state != "dropped",
    )
    return session.connection.execute(chosen.order_by(roster.c.asked_at.desc(), roster.c.id.desc())).all()


def of_register(session: Session, subject: str, limit: int) -> Sequence[AnyRow]:
    """The lists for a register of the product's own, newest first, without their files."""
    chosen = select(*_SHOWN).where(visible(roster, session.scope), roster.c.subject == subject)
    return session.connection.execute(
        chosen.order_by(roster.c.asked_at.desc(), roster.c.id.desc()).limit(limit)
    ).all()


def file_of(session: Session, roster_id: UUID) -> bytes | None:
    """The sealed file, while it is kept."""
    chosen = select(roster.c.file).where(visible(roster, session.scope), roster.c.id == roster_id)
    found = session.connection.execute(chosen).scalar_one_or_none()
    return None if found is None else bytes(found)


def next_free(session: Session, subjects: Collection[str], now: datetime) -> AnyRow | None:
    """The oldest roster about one of these subjects with something left to do, that no worker has in hand."""
    is_free = guarded.is_free(roster, now)
    is_due = roster.c.state.in_(UNDER_WAY), roster.c.subject.in_(subjects)
    chosen = select(*_SHOWN).where(visible(roster, session.scope), *is_due, is_free)
    return session.connection.execute(chosen.order_by(roster.c.asked_at).limit(1)).one_or_none()


def claim(session: Session, roster_id: UUID, now: datetime, until: datetime) -> bool:
    """Take a roster in hand until an instant; -> whether nobody was quicker."""
    return guarded.take(session, roster, now, until, roster.c.id == roster_id, roster.c.state.in_(UNDER_WAY))


def release(session: Session, roster_id: UUID) -> None:
    """Let go of a roster that was in hand."""
    guarded.change(session, roster, roster.c.id == roster_id, lease_until=None)


def change(session: Session, roster_id: UUID, before: Collection[str], **values: Any) -> bool:
    """Change a roster that is in one of these states; -> whether it was."""
    return guarded.change(session, roster, roster.c.id == roster_id, roster.c.state.in_(before), **values)


def idle(session: Session, before: datetime, limit: int) -> Sequence[AnyRow]:
    """Rosters with texts and no work under way, from before an instant; not those of letters not received yet."""
    chosen = select(*_SHOWN).where(
        visible(roster, session.scope),
        or_(roster.c.requisition_id.is_not(None), roster.c.lodgement_id.is_(None)),
        roster.c.asked_at < before,
        roster.c.head.is_not(None),
        roster.c.state.not_in(UNDER_WAY),
    )
    return session.connection.execute(chosen.order_by(roster.c.asked_at).limit(limit)).all()


# -- rows -----------------------------------------------------------------------------------------------------


def insert_rows(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(roster_row).put(session, rows)


def counts(session: Session, roster_id: UUID) -> dict[str, int]:
    """How many rows are in each state."""
    chosen = (
        select(roster_row.c.state, func.count())
        .where(visible(roster_row, session.scope), roster_row.c.roster_id == roster_id)
        .group_by(roster_row.c.state)
    )
    return {row[0]: int(row[1]) for row in session.connection.execute(chosen)}


def rows_in(
    session: Session, roster_id: UUID, states: Collection[str], limit: int, after: int = 0
) -> Sequence[AnyRow]:
    """The next rows in these states, by number."""
    chosen = (
        select(roster_row)
        .where(
            visible(roster_row, session.scope),
            roster_row.c.roster_id == roster_id,
            roster_row.c.state.in_(states),
            roster_row.c.number > after,
        )
        .order_by(roster_row.c.number)
        .limit(limit)
    )
    return session.connection.execute(chosen).all()


def marks_in(session: Session, roster_id: UUID) -> Sequence[AnyRow]:
    """Number and marks of every bad row, by number; no marks where it was judged before there were any."""
    chosen = select(roster_row.c.number, roster_row.c.marks).where(
        visible(roster_row, session.scope),
        roster_row.c.roster_id == roster_id,
        roster_row.c.state == "bad",
    )
    return session.connection.execute(chosen.order_by(roster_row.c.number)).all()


def rows_at(session: Session, roster_id: UUID, numbers: Collection[int]) -> Sequence[AnyRow]:
    """The rows with these numbers."""
    chosen = select(roster_row).where(
        visible(roster_row, session.scope),
        roster_row.c.roster_id == roster_id,
        roster_row.c.number.in_(numbers),
    )
    return session.connection.execute(chosen).all()


def row_at(session: Session, roster_id: UUID, number: int) -> AnyRow | None:
    """One row by its number."""
    return session.connection.execute(_row_at(session, roster_id, number)).one_or_none()


def lock_row_at(session: Session, roster_id: UUID, number: int) -> AnyRow | None:
    """The same, which nobody else changes before this transaction ends."""
    return session.connection.execute(_row_at(session, roster_id, number).with_for_update()).one_or_none()


def _row_at(session: Session, roster_id: UUID, number: int) -> Select[Any]:
    return select(roster_row).where(
        visible(roster_row, session.scope), roster_row.c.roster_id == roster_id, roster_row.c.number == number
    )


def roster_of_row(session: Session, row_id: UUID) -> UUID | None:
    """The list in which a row stands."""
    chosen = select(roster_row.c.roster_id).where(
        visible(roster_row, session.scope), roster_row.c.id == row_id
    )
    found: UUID | None = session.connection.execute(chosen).scalar_one_or_none()
    return found


def set_row_key(session: Session, row_id: UUID, data_key_id: UUID) -> None:
    """Give a row the key of its person's files."""
    session.connection.execute(
        update(roster_row)
        .where(visible(roster_row, session.scope), roster_row.c.id == row_id)
        .values(data_key_id=data_key_id)
    )


def rows_with_files(session: Session, roster_id: UUID) -> Sequence[AnyRow]:
    """Id and key of the rows to whose persons files were given."""
    chosen = select(roster_row.c.id, roster_row.c.data_key_id).where(
        visible(roster_row, session.scope),
        roster_row.c.roster_id == roster_id,
        roster_row.c.data_key_id.is_not(None),
    )
    return session.connection.execute(chosen).all()


def files_of_rows(session: Session, row_ids: Collection[UUID]) -> dict[UUID, int]:
    """Row -> how many files its person has, for those who have any."""
    chosen = (
        select(document.c.draft_id, func.count())
        .where(
            visible(document, session.scope),
            document.c.draft_id.in_(row_ids),
            document.c.destroyed_at.is_(None),
        )
        .group_by(document.c.draft_id)
    )
    return {row[0]: int(row[1]) for row in session.connection.execute(chosen)}


_JUDGED = ("state", "answers", "faults", "marks", "person", "twin_row", "twin_case_id")


def judge(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what was found of some rows: each a mapping of `id` and the columns judged."""
    statement = (
        update(roster_row)
        .where(
            visible(roster_row, session.scope),
            roster_row.c.id == bindparam("row_id"),
            roster_row.c.state == "waiting",
        )
        .values({name: bindparam(f"new_{name}") for name in _JUDGED})
    )
    given = [{"row_id": row["id"], **{f"new_{name}": row.get(name) for name in _JUDGED}} for row in rows]
    session.connection.execute(statement, given)


def move(session: Session, row_id: UUID, before: str, after: str, **values: Any) -> bool:
    """Bring one row from a state into another; -> whether it was in it."""
    return guarded.change(
        session, roster_row, roster_row.c.id == row_id, roster_row.c.state == before, state=after, **values
    )


def take_rows(session: Session, row_ids: Sequence[UUID]) -> bool:
    """Mark good rows as made into cases, and take their texts out; -> whether all of them still were good."""
    done = session.connection.execute(
        update(roster_row)
        .where(
            visible(roster_row, session.scope),
            roster_row.c.id.in_(row_ids),
            roster_row.c.state == "good",
        )
        .values(state="taken", cells=None, answers=None, person=None)
    )
    return bool(done.rowcount == len(row_ids))


def move_all(session: Session, roster_id: UUID, before: Collection[str], after: str) -> None:
    """Bring all rows of a roster that are in one of these states into another."""
    session.connection.execute(
        update(roster_row)
        .where(
            visible(roster_row, session.scope),
            roster_row.c.roster_id == roster_id,
            roster_row.c.state.in_(before),
        )
        .values(state=after)
    )


def forget(session: Session, roster_id: UUID) -> None:
    """Take every text out of a roster and its rows; which row became which case stays."""
    session.connection.execute(
        update(roster)
        .where(visible(roster, session.scope), roster.c.id == roster_id)
        .values(file=None, head=None)
    )
    session.connection.execute(
        update(roster_row)
        .where(visible(roster_row, session.scope), roster_row.c.roster_id == roster_id)
        .values(cells=None, answers=None, faults=None, marks=None, person=None)
    )


def persons_above(session: Session, roster_id: UUID, digests: Collection[bytes]) -> dict[bytes, int]:
    """Digest of a person -> the first row of the roster that is him."""
    chosen = (
        select(roster_row.c.person, func.min(roster_row.c.number))
        .where(
            visible(roster_row, session.scope),
            roster_row.c.roster_id == roster_id,
            roster_row.c.person.in_(digests),
            roster_row.c.state != "waiting",
        )
        .group_by(roster_row.c.person)
    )
    return {bytes(row[0]): int(row[1]) for row in session.connection.execute(chosen)}


def cases_of_persons(session: Session, digests: Collection[bytes]) -> dict[bytes, UUID]:
    """Digest of a person -> a case of the past that is about him, the newest."""
    chosen = (
        select(search_key.c.digest, search_key.c.case_id)
        .join(case, and_(case.c.district_id == search_key.c.district_id, case.c.id == search_key.c.case_id))
        .where(
            visible(search_key, session.scope),
            search_key.c.kind == "person",
            search_key.c.digest.in_(digests),
            case.c.status != "withdrawn",
        )
        .order_by(search_key.c.case_id)
    )
    return {bytes(row.digest): row.case_id for row in session.connection.execute(chosen)}


def is_taken_back() -> ColumnElement[bool]:
    """Whether a case came of a list that was taken back: an error of the office, and no answer to the letter."""
    row = roster_row.c
    return (
        exists()
        .where(row.district_id == case.c.district_id, row.id == case.c.id, row.state == "undone")
        .correlate(case)
    )


def taken_back(session: Session, requisition_ids: Collection[UUID]) -> dict[UUID, int]:
    """Letter -> how many of its cases came of lists that were taken back, for those that have any."""
    chosen = (
        select(case.c.requisition_id, func.count())
        .where(visible(case, session.scope), case.c.requisition_id.in_(requisition_ids), is_taken_back())
        .group_by(case.c.requisition_id)
    )
    return {row[0]: int(row[1]) for row in session.connection.execute(chosen)}


# -- what columns meant ---------------------------------------------------------------------------------------


def layout(session: Session, department: bytes) -> dict[bytes, str]:
    """Digest of a heading -> the field that it meant in this department's last list."""
    chosen = select(roster_layout.c.heading, roster_layout.c.field).where(
        visible(roster_layout, session.scope), roster_layout.c.department == department
    )
    return {bytes(row.heading): row.field for row in session.connection.execute(chosen)}


def remember(session: Session, department: bytes, fields: Mapping[bytes, str]) -> None:
    """Keep what the headings of a department's list mean; "" for one that means nothing."""
    for heading, field in sorted(fields.items()):
        row = {
            "district_id": session.district_id,
            "department": department,
            "heading": heading,
            "field": field,
        }
        put = insert_or(session.connection, roster_layout).values(row)
        session.connection.execute(
            put.on_conflict_do_update(
                index_elements=["district_id", "department", "heading"], set_={"field": field}
            )
        )
