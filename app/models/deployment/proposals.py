"""Proposals: releases in the making, whose files may still change; each change names the content it was made on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, LargeBinary, String, func, insert, select, update

from app.models import guarded
from app.models.deployment.releases import release
from app.models.scope import visible
from app.models.tables.base import Json, UtcDateTime, case_table, uuid_column
from app.models.tables.officers import officer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

proposal = case_table(
    "proposal",
    uuid_column("base_release_id"),
    Column("title", String(120), nullable=False),
    Column("note", String(400), nullable=False, default=""),  # what the maker tells the one who approves
    Column("status", String(10), nullable=False),  # open | sent | approved | dropped
    uuid_column("author"),
    Column("makers", Json, nullable=False),  # ids of all officers who had a hand in it: none of them approves
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("sha256", LargeBinary(32)),  # of what was sent
    uuid_column("against_release_id", nullable=True),  # in force when it was sent
    Column("sent_at", UtcDateTime),
    uuid_column("decided_by", nullable=True),
    Column("decided_at", UtcDateTime),
    Column("reason", String(400), nullable=False, default=""),  # why it was returned
    uuid_column("release_id", nullable=True),  # what came of it
    Index("ix_proposal_status", "district_id", "status"),
    scope="district",
    parents=[
        ("base_release_id", "release"),
        ("against_release_id", "release"),
        ("release_id", "release"),
        ("author", "officer"),
        ("decided_by", "officer"),
    ],
)

proposal_file = case_table(
    "proposal_file",
    uuid_column("proposal_id"),
    Column("key", String(80), nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    uuid_column("changed_by", nullable=True),  # null: as it is in the release that it began with
    Column("changed_at", UtcDateTime, nullable=False),
    scope="district",
    parents=[("proposal_id", "proposal"), ("changed_by", "officer")],
    key=("district_id", "proposal_id", "key"),
)

_author, _decider = officer.alias("author_officer"), officer.alias("decider_officer")
_base, _made = release.alias("base_release"), release.alias("made_release")


def _found(session: Session) -> Any:
    """Proposals with the names of their people and the numbers of their releases."""
    own = proposal.c.district_id
    return (
        select(
            proposal,
            _author.c.name_hi.label("author_hi"),
            _author.c.name_en.label("author_en"),
            _decider.c.name_hi.label("decider_hi"),
            _decider.c.name_en.label("decider_en"),
            _base.c.version.label("base_version"),
            _made.c.version.label("made_version"),
        )
        .join(_author, (_author.c.district_id == own) & (_author.c.id == proposal.c.author))
        .join(_base, (_base.c.district_id == own) & (_base.c.id == proposal.c.base_release_id))
        .outerjoin(_decider, (_decider.c.district_id == own) & (_decider.c.id == proposal.c.decided_by))
        .outerjoin(_made, (_made.c.district_id == own) & (_made.c.id == proposal.c.release_id))
        .where(visible(proposal, session.scope))
    )


def listing(session: Session, statuses: Sequence[str], limit: int) -> Sequence[AnyRow]:
    """The newest proposals in these states."""
    chosen = _found(session).where(proposal.c.status.in_(statuses))
    return session.connection.execute(chosen.order_by(proposal.c.changed_at.desc()).limit(limit)).all()


def find(session: Session, proposal_id: UUID) -> AnyRow | None:
    return session.connection.execute(_found(session).where(proposal.c.id == proposal_id)).one_or_none()


def lock(session: Session, proposal_id: UUID) -> AnyRow | None:
    """The bare row; who else wants to change it waits."""
    chosen = select(proposal).where(visible(proposal, session.scope), proposal.c.id == proposal_id)
    return session.connection.execute(chosen.with_for_update()).one_or_none()


def file_list(session: Session, proposal_id: UUID) -> Sequence[AnyRow]:
    """Name, size, content's sum and last editor of every file, by name."""
    chosen = (
        select(
            proposal_file.c.key,
            proposal_file.c.sha256,
            func.length(proposal_file.c.bytes).label("size"),
            proposal_file.c.changed_at,
            proposal_file.c.changed_by,
            officer.c.name_hi.label("editor_hi"),
            officer.c.name_en.label("editor_en"),
        )
        .outerjoin(
            officer,
            (officer.c.district_id == proposal_file.c.district_id)
            & (officer.c.id == proposal_file.c.changed_by),
        )
        .where(visible(proposal_file, session.scope), proposal_file.c.proposal_id == proposal_id)
    )
    return session.connection.execute(chosen.order_by(proposal_file.c.key)).all()


def files(session: Session, proposal_id: UUID) -> dict[str, bytes]:
    """File name -> content."""
    rows = session.connection.execute(
        select(proposal_file.c.key, proposal_file.c.bytes).where(
            visible(proposal_file, session.scope), proposal_file.c.proposal_id == proposal_id
        )
    )
    return {row.key: bytes(row.bytes) for row in rows}


def insert_proposal(session: Session, row: Mapping[str, Any], file_rows: Sequence[Mapping[str, Any]]) -> None:
    own = {"district_id": session.district_id}
    session.connection.execute(insert(proposal).values(**own, **row))
    insert_files(session, row["id"], file_rows)


def insert_files(session: Session, proposal_id: UUID, file_rows: Sequence[Mapping[str, Any]]) -> None:
    own = {"district_id": session.district_id, "proposal_id": proposal_id, "changed_by": None}
    session.connection.execute(insert(proposal_file), [{**own, **row} for row in file_rows])


def set_values(session: Session, proposal_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a proposal."""
    session.connection.execute(
        update(proposal)
        .where(visible(proposal, session.scope), proposal.c.id == proposal_id)
        .values(**values)
    )


def set_file(session: Session, proposal_id: UUID, key: str, known: bytes, values: Mapping[str, Any]) -> bool:
    """Change a file whose content is still the `known` one; -> whether it was."""
    return guarded.change(
        session,
        proposal_file,
        proposal_file.c.proposal_id == proposal_id,
        proposal_file.c.key == key,
        proposal_file.c.sha256 == known,
        **values,
    )
