"""Signatures made on the officer's own machine: his certificates, and the papers prepared for his hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    delete,
    select,
    update,
)

from app.models import guarded
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import Encrypted, UtcDateTime, case_table, uuid_column
from app.models.tables.cases import case
from app.models.tables.papers import certificate
from app.models.tables.workflow import job

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

own_certificate = case_table(
    "own_certificate",
    uuid_column("officer_id"),
    Column("sealed", Encrypted, nullable=False),  # DER; a row put here by hand signs nothing
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("valid_till", UtcDateTime, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("proven_at", UtcDateTime),  # null: not confirmed by a code yet, and good for nothing
    Column("ended_at", UtcDateTime),  # another took its place, or it was taken away
    Index("ix_own_certificate_officer", "district_id", "officer_id"),
    scope="district",
    parents=[("officer_id", "officer")],
)

prepared_paper = case_table(
    "prepared_paper",  # a paper that has its number and waits for the signature of one officer
    uuid_column("case_id"),
    uuid_column("certificate_id"),
    uuid_column("officer_id"),  # who decided, and signs
    uuid_column("own_certificate_id"),
    Column("state", String(10), nullable=False),  # waiting | signed
    Column("path", String(200), nullable=False),  # of the sealed file: prepared, later signed
    Column("gap_start", Integer, nullable=False),
    Column("gap_end", Integer, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),  # of what is signed
    Column("unsigned_sha256", LargeBinary(32), nullable=False),  # of the paper before it was prepared
    Column("prepared_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("signed_at", UtcDateTime),
    UniqueConstraint("district_id", "certificate_id"),
    Index("ix_prepared_paper_officer", "district_id", "officer_id", "state"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("certificate_id", "certificate"),
        ("officer_id", "officer"),
        ("own_certificate_id", "own_certificate"),
    ],
)
_own, _paper = own_certificate.c, prepared_paper.c

WAITING, SIGNED = "waiting", "signed"


def insert_own(session: Session, row: dict[str, Any]) -> None:
    inserting(own_certificate).put(session, [row])


def own(session: Session, own_certificate_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(own_certificate).where(visible(own_certificate, session.scope), _own.id == own_certificate_id)
    ).one_or_none()


def own_of(session: Session, officer_id: UUID) -> AnyRow | None:
    """The certificate with which an officer signs now: the last that he confirmed and that was not ended."""
    return session.connection.execute(
        select(own_certificate)
        .where(
            visible(own_certificate, session.scope),
            _own.officer_id == officer_id,
            _own.proven_at.is_not(None),
            _own.ended_at.is_(None),
        )
        .order_by(_own.proven_at.desc(), _own.id.desc())
        .limit(1)
    ).one_or_none()


def set_own_ended(session: Session, officer_id: UUID, at: datetime) -> None:
    """End every certificate of an officer that was confirmed."""
    session.connection.execute(
        update(own_certificate)
        .where(
            visible(own_certificate, session.scope),
            _own.officer_id == officer_id,
            _own.proven_at.is_not(None),
            _own.ended_at.is_(None),
        )
        .values(ended_at=at)
    )


def set_own_proven(session: Session, own_certificate_id: UUID, at: datetime) -> bool:
    """Let one count that was asked for; False when it counts already."""
    return guarded.change(
        session, own_certificate, _own.id == own_certificate_id, _own.proven_at.is_(None), proven_at=at
    )


def prepared_of(session: Session, certificate_id: UUID) -> AnyRow | None:
    """How far the signature of a paper is."""
    return session.connection.execute(
        select(prepared_paper).where(
            visible(prepared_paper, session.scope), _paper.certificate_id == certificate_id
        )
    ).one_or_none()


def insert_prepared(session: Session, row: dict[str, Any]) -> None:
    inserting(prepared_paper).put(session, [row])


def delete_prepared(session: Session, certificate_id: UUID) -> None:
    """Take away what was prepared and not signed."""
    session.connection.execute(
        delete(prepared_paper).where(
            visible(prepared_paper, session.scope),
            _paper.certificate_id == certificate_id,
            _paper.state == WAITING,
        )
    )


def waiting_for(session: Session, officer_id: UUID) -> Sequence[AnyRow]:
    """The papers that wait for an officer's hand, the oldest first, each with its numbers, key and job."""
    of_paper = (certificate.c.district_id == _paper.district_id) & (certificate.c.id == _paper.certificate_id)
    of_case = (case.c.district_id == _paper.district_id) & (case.c.id == _paper.case_id)
    return session.connection.execute(
        select(
            prepared_paper,
            certificate.c.number,
            certificate.c.output,
            certificate.c.engine_task_id,
            case.c.number.label("case_number"),
            case.c.data_key_id,
        )
        .join(certificate, of_paper)
        .join(case, of_case)
        .where(
            visible(prepared_paper, session.scope),
            _paper.officer_id == officer_id,
            _paper.state == WAITING,
        )
        .order_by(_paper.prepared_at, _paper.id)
    ).all()


def stopped_for(session: Session, officer_id: UUID) -> Sequence[AnyRow]:
    """The jobs (`id`) of papers with a number that this officer signs and that failed for the last time."""
    of_paper = (certificate.c.district_id == job.c.district_id) & (
        certificate.c.engine_task_id == job.c.engine_task_id
    )
    return session.connection.execute(
        select(job.c.id)
        .join(certificate, of_paper)
        .where(
            visible(job, session.scope),
            job.c.state == "failed",
            certificate.c.signed_by == officer_id,
            certificate.c.status == "allotted",
        )
        .order_by(job.c.id)
    ).all()


def signed_over(session: Session, officer_id: UUID, digest: bytes) -> AnyRow | None:
    """The number of the paper over which an officer has brought a signature before, by the digest in it."""
    of_paper = (certificate.c.district_id == _paper.district_id) & (certificate.c.id == _paper.certificate_id)
    return session.connection.execute(
        select(certificate.c.number)
        .join(prepared_paper, of_paper)
        .where(
            visible(prepared_paper, session.scope),
            _paper.officer_id == officer_id,
            _paper.state == SIGNED,
            _paper.digest == digest,
        )
    ).one_or_none()


def set_signed(session: Session, certificate_id: UUID, path: str, at: datetime) -> bool:
    """Put the signed file in the place of the prepared one; False when it waits no more."""
    return guarded.change(
        session,
        prepared_paper,
        _paper.certificate_id == certificate_id,
        _paper.state == WAITING,
        state=SIGNED,
        path=path,
        signed_at=at,
    )


def set_job_due(session: Session, engine_task_id: str, at: datetime) -> None:
    """Let the job that waits for a signature go on."""
    session.connection.execute(
        update(job)
        .where(visible(job, session.scope), job.c.engine_task_id == engine_task_id, job.c.state == "queued")
        .values(run_at=at)
    )
