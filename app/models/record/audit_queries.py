"""Queries on the record: heads of chains, rows in order, who has looked at a thing, annotations, checkpoints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, tuple_, update

from app.models.scope import visible
from app.models.statements import Change, Query, inserting
from app.models.tables.audit import ANNOTATIONS, LOOKS, audit, audit_stream, checkpoint, checkpoint_head
from app.models.tables.base import insert_or
from app.models.tables.cases import case
from app.models.tables.officers import officer
from app.models.tables.offices import office

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, TextClause

    from app.models.session import Session
    from app.models.tables.base import AnyRow

_CASE = "case:"
_OF_CASE = re.compile(f"{_CASE}([0-9a-f-]{{36}})")  # no other chain has its head with a case
_FIRST = b"\0" * 32
_KEY = (audit.c.stream, audit.c.seq)
#: What a value that its column cannot hold raises when it is read: SQLite takes any.
_NO_VALUE = (ValueError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row with a value that its column cannot hold: nothing of ours wrote it."""

    stream: str
    seq: int


def of_stream(session: Session, stream: str) -> Sequence[AnyRow]:
    """The rows of one stream in order, with who acted."""
    return session.connection.execute(
        select(audit, officer.c.name_hi.label("officer_hi"), officer.c.name_en.label("officer_en"))
        .outerjoin(
            officer, and_(officer.c.district_id == audit.c.district_id, officer.c.id == audit.c.actor_id)
        )
        .where(visible(audit, session.scope), audit.c.stream == stream)
        .order_by(audit.c.seq)
    ).all()


def acts(session: Session, stream: str, action: str) -> Sequence[AnyRow]:
    """The rows of one stream that tell of one kind of act, in order."""
    return session.connection.execute(
        select(audit.c.at, audit.c.detail)
        .where(visible(audit, session.scope), audit.c.stream == stream, audit.c.action == action)
        .order_by(audit.c.seq)
    ).all()


_OFFICE_OF_ACTOR = and_(office.c.district_id == audit.c.district_id, office.c.id == audit.c.office_id)
_OFFICE = (
    office.c.kind.label("office_kind"),
    office.c.name_hi.label("office_hi"),
    office.c.name_en.label("office_en"),
)


def looks(
    session: Session, things: Collection[str], before: int | None, office_id: UUID | None, limit: int
) -> Sequence[AnyRow]:
    """Who has looked at one of these things, newest first: before this row, of this office, where one is given."""
    statement = (
        select(
            audit.c.seq,
            audit.c.at,
            audit.c.action,
            audit.c.object,
            audit.c.detail,
            audit.c.role,
            audit.c.actor_id,
            audit.c.office_id,
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
            *_OFFICE,
        )
        .outerjoin(
            officer, and_(officer.c.district_id == audit.c.district_id, officer.c.id == audit.c.actor_id)
        )
        .outerjoin(office, _OFFICE_OF_ACTOR)
        .where(visible(audit, session.scope), LOOKS, audit.c.object.in_(things))
        .order_by(audit.c.seq.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(audit.c.seq < before)
    if office_id is not None:
        statement = statement.where(audit.c.office_id == office_id)
    return session.connection.execute(statement).all()


def has_looked(session: Session, thing: str, officer_id: UUID, office_id: UUID, since: datetime) -> bool:
    """Whether this officer, in this office, has looked at a thing at this time or later.

    Of his own looks alone, and so whatever his post may read of the record.
    """
    return (
        session.connection.execute(
            select(audit.c.seq)
            .where(
                audit.c.district_id == session.district_id,
                LOOKS,
                audit.c.object == thing,
                audit.c.actor_id == officer_id,
                audit.c.office_id == office_id,
                audit.c.at >= since,
            )
            .limit(1)
        ).first()
        is not None
    )


def offices_of_looks(session: Session, things: Collection[str]) -> Sequence[AnyRow]:
    """The offices whose officers have looked at one of these things, by name."""
    return session.connection.execute(
        select(office.c.id, *_OFFICE)
        .join(audit, _OFFICE_OF_ACTOR)
        .where(visible(audit, session.scope), LOOKS, audit.c.object.in_(things))
        .distinct()
        .order_by(office.c.kind, office.c.name_hi, office.c.id)
    ).all()


def page_of_stream(
    session: Session, stream: str, before: int | None, limit: int, actions: Collection[str] = ()
) -> Sequence[AnyRow]:
    """Rows of one stream, newest first, before a number where one is given; with the actor's office, not his name.

    Of these acts alone, where some are named.
    """
    statement = (
        select(audit, *_OFFICE)
        .outerjoin(office, _OFFICE_OF_ACTOR)
        .where(visible(audit, session.scope), audit.c.stream == stream)
        .order_by(audit.c.seq.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(audit.c.seq < before)
    if actions:
        statement = statement.where(audit.c.action.in_(actions))
    return session.connection.execute(statement).all()


_WHO = (officer.c.name_hi.label("officer_hi"), officer.c.name_en.label("officer_en"), *_OFFICE)
_ACTOR = and_(officer.c.district_id == audit.c.district_id, officer.c.id == audit.c.actor_id)


def row_of(session: Session, stream: str, seq: int) -> AnyRow | None:
    """One row of a chain, with who acted and his office."""
    return session.connection.execute(
        select(audit, *_WHO)
        .outerjoin(officer, _ACTOR)
        .outerjoin(office, _OFFICE_OF_ACTOR)
        .where(visible(audit, session.scope), audit.c.stream == stream, audit.c.seq == seq)
    ).one_or_none()


def annotations_of(session: Session, stream: str, things: Collection[str]) -> Sequence[AnyRow]:
    """The annotations of a chain about these rows of it (`row:<number>`), in their order, with who wrote them."""
    return session.connection.execute(
        select(audit, *_WHO)
        .outerjoin(officer, _ACTOR)
        .outerjoin(office, _OFFICE_OF_ACTOR)
        .where(
            visible(audit, session.scope),
            ANNOTATIONS,
            audit.c.stream == stream,
            audit.c.object.in_(things),
        )
        .order_by(audit.c.seq)
    ).all()


def every_annotation(session: Session) -> Sequence[AnyRow]:
    """Every readable annotation of the scope: where it stands, which row it is about, what it says of it."""
    return [
        row
        for row in _in_order(session, (*_KEY, audit.c.object, audit.c.detail), ANNOTATIONS)
        if not isinstance(row, Unreadable)
    ]


def hash_of(session: Session, stream: str, seq: int) -> bytes | None:
    """The hash of a row of a chain; None for one that is not there."""
    found = session.connection.execute(
        select(audit.c.hash).where(
            visible(audit, session.scope), audit.c.stream == stream, audit.c.seq == seq
        )
    ).scalar_one_or_none()
    return bytes(found) if found is not None else None


def done_between(session: Session, since: datetime, until: datetime, limit: int) -> Sequence[AnyRow]:
    """Rows of what was done in a time, chain by chain."""
    return session.connection.execute(
        select(audit)
        .where(visible(audit, session.scope), audit.c.at >= since, audit.c.at < until)
        .order_by(audit.c.stream, audit.c.seq)
        .limit(limit)
    ).all()


_CASE_HEAD = Query(
    lambda at: (
        select(case.c.audit_seq.label("seq"), case.c.audit_head.label("head"))
        .where(case.c.district_id == at.district, case.c.id == at.case_id)
        .with_for_update()
    )
)
_NEW_STREAM = Change(
    audit_stream,
    lambda at: (
        at.insert(audit_stream)
        .values(district_id=at.district, stream=at.stream, seq=0, head=_FIRST)
        .on_conflict_do_nothing(index_elements=["district_id", "stream"])
    ),
)
_STREAM_HEAD = Query(
    lambda at: (
        select(audit_stream.c.seq, audit_stream.c.head)
        .where(audit_stream.c.district_id == at.district, audit_stream.c.stream == at.stream)
        .with_for_update()
    )
)


def next_in_stream(session: Session, stream: str) -> tuple[int, bytes]:
    """The number of a stream's next row, and the hash it is tied to; the head is locked until the commit."""
    known: tuple[int, bytes] | None = session.cache.get(_head_key(session, stream))
    if known is None:
        row = _head(session, stream)
        known = (row.seq, bytes(row.head))
    seq, prev = known
    return seq + 1, prev


def head_is_locked(session: Session, case_id: UUID, seq: int, head: bytes) -> None:
    """Say that this transaction holds the lock of a case, whose chain ends so: it need not be asked again."""
    session.cache[_head_key(session, f"{_CASE}{case_id}")] = (seq, head)


def _head(session: Session, stream: str) -> AnyRow:
    if stream.startswith(_CASE):
        return _CASE_HEAD.one(session, case_id=UUID(stream.removeprefix(_CASE)))
    found = _STREAM_HEAD.one_or_none(session, stream=stream)
    if found is None:
        _NEW_STREAM.put(session, stream=stream)
        found = _STREAM_HEAD.one(session, stream=stream)
    return found


def _head_key(session: Session, stream: str) -> tuple[str, int, str]:
    return ("head", session.district_id, stream)


def append(session: Session, row: Mapping[str, Any]) -> None:
    inserting(audit).put(session, [row])


_SET_CASE_HEAD = Change(
    case,
    lambda at: (
        update(case)
        .where(case.c.district_id == at.district, case.c.id == at.case_id)
        .values(audit_seq=at.seq, audit_head=at.head)
    ),
)
_SET_STREAM_HEAD = Change(
    audit_stream,
    lambda at: (
        update(audit_stream)
        .where(audit_stream.c.district_id == at.district, audit_stream.c.stream == at.stream)
        .values(seq=at.seq, head=at.head)
    ),
)


def set_head(session: Session, stream: str, seq: int, digest: bytes) -> None:
    if stream.startswith(_CASE):
        case_id = UUID(stream.removeprefix(_CASE))
        _SET_CASE_HEAD.put(session, case_id=case_id, seq=seq, head=digest)
    else:
        _SET_STREAM_HEAD.put(session, stream=stream, seq=seq, head=digest)
    session.cache[_head_key(session, stream)] = (seq, digest)


def rows_after(session: Session, stream: str, seq: int, limit: int) -> Sequence[AnyRow | Unreadable]:
    """Rows of the scope's district chain by chain, after this one of this chain; at most `limit`."""
    return _in_order(session, (audit,), tuple_(*_KEY) > (stream, seq), limit=limit)


def _in_order(
    session: Session,
    columns: tuple[Any, ...],
    which: ColumnElement[bool] | TextClause,
    limit: int | None = None,
) -> Sequence[AnyRow | Unreadable]:
    """Rows of the record chain by chain. What somebody has put into one of them hides none of the others."""
    chosen = select(*columns).where(visible(audit, session.scope), which).order_by(*_KEY).limit(limit)
    try:
        return session.connection.execute(chosen).all()
    except _NO_VALUE:
        keys = session.connection.execute(chosen.with_only_columns(*_KEY)).all()
        return [_one(session, columns, key.stream, key.seq) for key in keys]


def _one(session: Session, columns: tuple[Any, ...], stream: str, seq: int) -> AnyRow | Unreadable:
    its = (audit.c.stream == stream, audit.c.seq == seq)
    try:
        return session.connection.execute(select(*columns).where(visible(audit, session.scope), *its)).one()
    except _NO_VALUE:
        return Unreadable(stream, seq)


def heads_of(session: Session, streams: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """Of these chains, the last number and last hash as their heads say."""
    ids = [UUID(found[1]) for found in map(_OF_CASE.fullmatch, streams) if found is not None]
    of_cases = select(case.c.id, case.c.audit_seq, case.c.audit_head).where(
        visible(case, session.scope), case.c.id.in_(ids)
    )
    found = {
        f"{_CASE}{row.id}": (row.audit_seq, bytes(row.audit_head))
        for row in session.connection.execute(of_cases)
    }
    others = select(audit_stream).where(
        visible(audit_stream, session.scope), audit_stream.c.stream.in_(streams)
    )
    return found | {row.stream: (row.seq, bytes(row.head)) for row in session.connection.execute(others)}


def case_heads_after(session: Session, case_id: UUID, limit: int) -> list[tuple[UUID, int]]:
    """Cases after this one with the last number of their chain, at most `limit`."""
    rows = session.connection.execute(
        select(case.c.id, case.c.audit_seq)
        .where(visible(case, session.scope), case.c.id > case_id)
        .order_by(case.c.id)
        .limit(limit)
    )
    return [(row.id, row.audit_seq) for row in rows]


def other_heads(session: Session) -> list[tuple[str, int]]:
    """The chains that belong to no case, with the last number of each."""
    rows = session.connection.execute(select(audit_stream).where(visible(audit_stream, session.scope)))
    return [(row.stream, row.seq) for row in rows]


def without_rows(session: Session, lasts: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those of these chains (name, number of the last row) of which there is no row at all."""
    seen = select(audit.c.stream).where(
        visible(audit, session.scope), tuple_(audit.c.stream, audit.c.seq).in_(lasts)
    )
    there = set(session.connection.execute(seen).scalars())
    return [each for each in lasts if each[0] not in there and not _has_rows(session, each[0])]


def _has_rows(session: Session, stream: str) -> bool:
    some = select(audit.c.seq).where(visible(audit, session.scope), audit.c.stream == stream).limit(1)
    return session.connection.execute(some).first() is not None


def heads(session: Session) -> Iterator[tuple[str, int, bytes]]:
    """Each chain of the scope with its last number and last hash, as the heads say."""
    cases = (
        select(case.c.id, case.c.audit_seq, case.c.audit_head)
        .where(visible(case, session.scope))
        .execution_options(yield_per=2000)
    )
    for row in session.connection.execute(cases):
        yield f"{_CASE}{row.id}", row.audit_seq, bytes(row.audit_head)
    others = select(audit_stream).where(visible(audit_stream, session.scope))
    for row in session.connection.execute(others):
        yield row.stream, row.seq, bytes(row.head)


def signed_up_to(session: Session, streams: Collection[str]) -> dict[str, int]:
    """Of these chains, the last row that a checkpoint covers."""
    statement = (
        select(checkpoint_head.c.stream, func.max(checkpoint_head.c.row_seq))
        .where(visible(checkpoint_head, session.scope), checkpoint_head.c.stream.in_(streams))
        .group_by(checkpoint_head.c.stream)
    )
    return {row[0]: row[1] for row in session.connection.execute(statement)}


def checkpoints(session: Session) -> Sequence[AnyRow]:
    """Every checkpoint, oldest first."""
    return session.connection.execute(
        select(checkpoint).where(visible(checkpoint, session.scope)).order_by(checkpoint.c.seq)
    ).all()


def heads_of_checkpoint(session: Session, seq: int) -> list[tuple[str, int, bytes]]:
    """What a checkpoint holds: (stream, last row, its hash), in the same order on every database."""
    rows = session.connection.execute(
        select(checkpoint_head).where(visible(checkpoint_head, session.scope), checkpoint_head.c.seq == seq)
    )
    return sorted((row.stream, row.row_seq, bytes(row.head)) for row in rows)


def unlike_checkpoints(session: Session) -> Sequence[AnyRow]:
    """Rows that a checkpoint covers and that are gone (`hash` is null) or are not what they were."""
    return session.connection.execute(
        select(checkpoint_head.c.seq, checkpoint_head.c.stream, checkpoint_head.c.row_seq, audit.c.hash)
        .outerjoin(
            audit,
            and_(
                audit.c.district_id == checkpoint_head.c.district_id,
                audit.c.stream == checkpoint_head.c.stream,
                audit.c.seq == checkpoint_head.c.row_seq,
            ),
        )
        .where(
            visible(checkpoint_head, session.scope),
            or_(audit.c.hash.is_(None), audit.c.hash != checkpoint_head.c.head),
        )
        .order_by(checkpoint_head.c.seq, checkpoint_head.c.stream)
    ).all()


def last_checkpoint(session: Session) -> AnyRow | None:
    return session.connection.execute(
        select(checkpoint)
        .where(visible(checkpoint, session.scope))
        .order_by(checkpoint.c.seq.desc())
        .limit(1)
    ).one_or_none()


def checkpoint_at(session: Session, at: datetime) -> int:
    """The number of the newest checkpoint that was signed at this time or before; 0 where there is none."""
    found = session.connection.execute(
        select(func.max(checkpoint.c.seq)).where(visible(checkpoint, session.scope), checkpoint.c.at <= at)
    ).scalar_one()
    return int(found or 0)


def checkpoint_note(session: Session, number: int) -> str | None:
    """The signed text of a checkpoint."""
    return session.connection.execute(
        select(checkpoint.c.note).where(visible(checkpoint, session.scope), checkpoint.c.seq == number)
    ).scalar_one_or_none()


def insert_checkpoint(
    session: Session, row: Mapping[str, Any], heads: Iterable[tuple[str, int, bytes]]
) -> bool:
    """Put a checkpoint and its heads into the table; False when another one took its number."""
    made = session.connection.execute(
        insert_or(session.connection, checkpoint)
        .values(district_id=session.district_id, **row)
        .on_conflict_do_nothing(index_elements=["district_id", "seq"])
        .returning(checkpoint.c.seq)
    )
    if made.first() is None:
        return False
    inserting(checkpoint_head).put(
        session,
        [
            {"seq": row["seq"], "stream": stream, "row_seq": last, "head": head}
            for stream, last, head in heads
        ],
    )
    return True
