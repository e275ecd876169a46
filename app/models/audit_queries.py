"""Queries on the record: heads of chains, rows in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, func, insert, select, update

from app.models.audit import audit, audit_stream, checkpoint
from app.models.base import insert_or
from app.models.cases import case
from app.models.officers import officer
from app.models.scope import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.models.base import AnyRow
    from app.models.scope import Session

_CASE = "case:"
_FIRST = b"\0" * 32


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


def next_in_stream(session: Session, stream: str) -> tuple[int, bytes]:
    """The number of a stream's next row, and the hash it is tied to; the head is locked until the commit."""
    if stream.startswith(_CASE):
        head = select(case.c.audit_seq, case.c.audit_head).where(
            case.c.district_id == session.district_id, case.c.id == UUID(stream.removeprefix(_CASE))
        )
    else:
        session.connection.execute(
            insert_or(session.connection, audit_stream)
            .values(district_id=session.district_id, stream=stream, seq=0, head=_FIRST)
            .on_conflict_do_nothing(index_elements=["district_id", "stream"])
        )
        head = select(audit_stream.c.seq, audit_stream.c.head).where(
            audit_stream.c.district_id == session.district_id, audit_stream.c.stream == stream
        )
    seq, prev = session.connection.execute(head.with_for_update()).one()
    return seq + 1, bytes(prev)


def append(session: Session, row: Mapping[str, Any]) -> None:
    session.connection.execute(insert(audit).values(**row))


def set_head(session: Session, stream: str, seq: int, digest: bytes) -> None:
    if stream.startswith(_CASE):
        statement = (
            update(case)
            .where(case.c.district_id == session.district_id, case.c.id == UUID(stream.removeprefix(_CASE)))
            .values(audit_seq=seq, audit_head=digest)
        )
    else:
        statement = (
            update(audit_stream)
            .where(audit_stream.c.district_id == session.district_id, audit_stream.c.stream == stream)
            .values(seq=seq, head=digest)
        )
    session.connection.execute(statement)


def all_rows(session: Session) -> Iterator[AnyRow]:
    """Every row of the scope, chain by chain."""
    statement = (
        select(audit)
        .where(visible(audit, session.scope))
        .order_by(audit.c.district_id, audit.c.stream, audit.c.seq)
        .execution_options(yield_per=2000)
    )
    yield from session.connection.execute(statement)


def heads(session: Session) -> dict[str, tuple[int, bytes]]:
    """Stream -> (last number, last hash), as the heads say."""
    found = {
        f"{_CASE}{row.id}": (row.audit_seq, bytes(row.audit_head))
        for row in session.connection.execute(
            select(case.c.id, case.c.audit_seq, case.c.audit_head).where(visible(case, session.scope))
        )
    }
    others = select(audit_stream).where(visible(audit_stream, session.scope))
    found |= {row.stream: (row.seq, bytes(row.head)) for row in session.connection.execute(others)}
    return found


def count(session: Session) -> int:
    return session.connection.execute(
        select(func.count()).select_from(audit).where(visible(audit, session.scope))
    ).scalar_one()


def last_checkpoint(session: Session) -> AnyRow | None:
    return session.connection.execute(
        select(checkpoint)
        .where(visible(checkpoint, session.scope))
        .order_by(checkpoint.c.seq.desc())
        .limit(1)
    ).one_or_none()


def insert_checkpoint(session: Session, row: Mapping[str, Any]) -> None:
    session.connection.execute(insert(checkpoint).values(district_id=session.district_id, **row))


def checkpoint_of(session: Session, rows: int, root: bytes) -> bool:
    """Whether a checkpoint over so many rows with this root was made here."""
    found = session.connection.execute(
        select(checkpoint.c.seq).where(
            visible(checkpoint, session.scope), checkpoint.c.rows == rows, checkpoint.c.root == root
        )
    ).first()
    return found is not None
