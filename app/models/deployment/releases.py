"""Releases: diagrams, decisions, forms and paper texts under one hash; immutable once active."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    exists,
    func,
    insert,
    select,
    update,
)

from app.models.scope import visible
from app.models.statements import Query
from app.models.tables.base import UtcDateTime, case_table, uuid_column
from app.models.tables.officers import officer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

release = case_table(
    "release",
    Column("version", Integer, nullable=False),
    Column("status", String(12), nullable=False),  # active | retired; what is in the making is a proposal
    uuid_column("base_release_id", nullable=True),
    Column("revision", Integer, nullable=False, default=0),
    Column("sha256", LargeBinary(32), nullable=False),  # over the sorted names and hashes of its files
    Column("note", String(400), nullable=False, default=""),
    uuid_column("author", nullable=True),  # null: the first deployment, by the command line
    uuid_column("approved_by", nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("active_from", UtcDateTime),
    UniqueConstraint("district_id", "version"),
    Index("ix_release_status", "district_id", "status"),
    scope="district",
    parents=[("base_release_id", "release"), ("author", "officer"), ("approved_by", "officer")],
)

release_file = case_table(
    "release_file",
    uuid_column("release_id"),
    Column("kind", String(10), nullable=False),  # process | decision | form | paper
    Column("key", String(80), nullable=False),  # file name: verification.bpmn, visit.form
    Column("bytes", LargeBinary, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    scope="district",
    parents=[("release_id", "release")],
    key=("district_id", "release_id", "kind", "key"),
)


ACTIVE = Query(
    lambda at: select(
        release.c.id, release.c.version, release.c.sha256, release.c.note, release.c.active_from
    ).where(at.visible(release), release.c.status == "active")
)
_FIND = Query(
    lambda at: select(release.c.id, release.c.status, release.c.sha256, release.c.version).where(
        at.visible(release), release.c.id == at.release_id
    )
)


def active(session: Session) -> AnyRow | None:
    """The release in force in the district of the scope."""
    return ACTIVE.one_or_none(session)


def find(session: Session, release_id: UUID) -> AnyRow | None:
    return _FIND.one_or_none(session, release_id=release_id)


def has_content(session: Session, mark: bytes) -> bool:
    """Whether a release of this content was ever put into force in the district of the scope."""
    found = session.connection.execute(
        select(exists().where(visible(release, session.scope), release.c.sha256 == mark))
    ).scalar_one()
    return bool(found)


def files(session: Session, release_id: UUID) -> dict[str, bytes]:
    """File name -> content of one release."""
    rows = session.connection.execute(
        select(release_file.c.key, release_file.c.bytes).where(
            visible(release_file, session.scope), release_file.c.release_id == release_id
        )
    )
    return {row.key: bytes(row.bytes) for row in rows}


def listing(session: Session) -> Sequence[AnyRow]:
    """Every release that was ever in force, the newest first, with the names of its people."""
    maker, judge = officer.alias("maker"), officer.alias("judge")
    own = release.c.district_id
    chosen = (
        select(
            release,
            maker.c.name_hi.label("author_hi"),
            maker.c.name_en.label("author_en"),
            judge.c.name_hi.label("approver_hi"),
            judge.c.name_en.label("approver_en"),
        )
        .outerjoin(maker, (maker.c.district_id == own) & (maker.c.id == release.c.author))
        .outerjoin(judge, (judge.c.district_id == own) & (judge.c.id == release.c.approved_by))
        .where(visible(release, session.scope))
    )
    return session.connection.execute(chosen.order_by(release.c.version.desc())).all()


def last_version(session: Session) -> int:
    return int(
        session.connection.execute(
            select(func.coalesce(func.max(release.c.version), 0)).where(visible(release, session.scope))
        ).scalar_one()
    )


def retire(session: Session, release_id: UUID) -> None:
    session.connection.execute(
        update(release)
        .where(visible(release, session.scope), release.c.id == release_id)
        .values(status="retired", revision=release.c.revision + 1)
    )


def insert_release(session: Session, row: Mapping[str, Any], file_rows: Sequence[Mapping[str, Any]]) -> None:
    own = {"district_id": session.district_id}
    session.connection.execute(insert(release).values(**own, **row))
    session.connection.execute(insert(release_file), [{**own, **file_row} for file_row in file_rows])
