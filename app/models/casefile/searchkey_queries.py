"""Queries on search keys: the blind digests by which a case is found, and what finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, or_, select, union_all

from app.models.issuing.sentletters import sent_letter, sent_letter_person
from app.models.scope import visible
from app.models.statements import Change, Query, inserting
from app.models.tables.cases import address, case, data_key, requisition, search_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from app.models.session import Session
    from app.models.tables.base import AnyRow

_OF_CASE = Query(
    lambda at: select(search_key.c.kind, search_key.c.digest).where(
        at.visible(search_key), search_key.c.case_id == at.case_id
    )
)


def of_case(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """By what a case can be found: kind and blind digest."""
    return _OF_CASE.all(session, case_id=case_id)


def insert_keys(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(search_key).put(session, rows)


_DROP_KEY = Change(
    search_key,
    lambda at: delete(search_key).where(
        at.visible(search_key),
        search_key.c.case_id == at.case_id,
        search_key.c.kind == at.kind,
        search_key.c.digest == at.digest,
    ),
)
_WITH_KEY = Query(
    lambda at: (
        select(case.c.id, case.c.requisition_id, case.c.data_key_id, data_key.c.wrapped)
        .join(
            data_key,
            and_(data_key.c.district_id == case.c.district_id, data_key.c.id == case.c.data_key_id),
        )
        .where(at.visible(case), data_key.c.wrapped.is_not(None), case.c.id > at.after_id)
        .order_by(case.c.id)
        .limit(at.limit)
    )
)


def delete_key(session: Session, case_id: UUID, kind: str, digest: bytes) -> None:
    """Let a case be found no more by one of its keys."""
    _DROP_KEY.put(session, case_id=case_id, kind=kind, digest=digest)


_DROP_ALL = Change(
    search_key,
    lambda at: delete(search_key).where(at.visible(search_key), search_key.c.case_id == at.case_id),
)


def delete_all(session: Session, case_id: UUID) -> None:
    """Let a case be found no more by what was known of its person."""
    _DROP_ALL.put(session, case_id=case_id)


def readable(session: Session, after_id: UUID, limit: int) -> Sequence[AnyRow]:
    """The next cases whose particulars were not destroyed, by id, each with its wrapped key."""
    return _WITH_KEY.all(session, after_id=after_id, limit=limit)


def of_letter(session: Session, spelt: Collection[str], limit: int) -> list[UUID]:
    """The cases of a department's letter, by its number or ours, and of a letter of our offices, oldest first."""
    own = sent_letter_person.c
    ours = (
        select(own.case_id)
        .join(
            sent_letter,
            and_(sent_letter.c.district_id == own.district_id, sent_letter.c.id == own.letter_id),
        )
        .where(visible(sent_letter, session.scope), sent_letter.c.number.in_(spelt))
    )
    theirs = or_(requisition.c.letter_no.in_(spelt), requisition.c.number.in_(spelt))
    statement = (
        select(case.c.id)
        .join(
            requisition,
            and_(requisition.c.district_id == case.c.district_id, requisition.c.id == case.c.requisition_id),
        )
        .where(visible(case, session.scope), or_(theirs, case.c.id.in_(ours)))
        .order_by(case.c.id)
        .limit(limit)
    )
    return list(session.connection.execute(statement).scalars())


def search(
    session: Session, keys: Mapping[str, Collection[bytes]], thanas: Collection[UUID], limit: int
) -> Sequence[AnyRow]:
    """Cases that share the most search keys, or have an address in one of the thanas, best first; (case_id, hits)."""
    wanted = [
        and_(search_key.c.kind == kind, search_key.c.digest.in_(tuple(digests)))
        for kind, digests in keys.items()
        if digests
    ]
    hits = [select(search_key.c.case_id).where(visible(search_key, session.scope), each) for each in wanted]
    if thanas:
        there = address.c.office_id.in_(tuple(thanas))
        hits.append(select(address.c.case_id).distinct().where(visible(address, session.scope), there))
    if not hits:
        return ()
    hit = union_all(*hits).subquery()
    statement = (
        select(hit.c.case_id, func.count().label("hits"))
        .group_by(hit.c.case_id)
        .order_by(func.count().desc(), hit.c.case_id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()
