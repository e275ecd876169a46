"""Papers that one officer signs on his own machine: made ready for his certificate, kept until he has signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING

from app import pades
from app.domain import clock
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.models.casefile import case_queries as cases
from app.models.issuing import ownpapers as table
from app.services.district import calendars
from app.services.store import documents, keys
from app.services.workflow.work import Waits

if TYPE_CHECKING:
    from uuid import UUID

    from app.models.scope import Scope, Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

_KEY = "papers.own"  # in the place of a key's file, where a refusal names one


@dataclass(frozen=True, slots=True)
class Own:
    """The certificate with which an officer signs, as it counts now."""

    id: UUID
    certificate: pades.Certificate
    der: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """What an officer brought back, whole: the signed file, where it lies, and the paper it was before."""

    data: bytes
    path: str
    unsigned_sha256: bytes
    signed_at: datetime


def own(session: Session, officer_id: UUID | None) -> Own | None:
    """The certificate that an officer has entered and confirmed; None where there is none."""
    row = table.own_of(session, officer_id) if officer_id is not None else None
    return None if row is None else opened(session, row)


def opened(session: Session, row: AnyRow) -> Own:
    der = session.keys.unwrap(bytes(row.sealed), place(row.officer_id, row.id))
    return Own(row.id, pades.certificate_of(der), der)


def place(officer_id: UUID, own_certificate_id: UUID) -> str:
    """Where a sealed certificate belongs: with its officer, so that it stands for no other."""
    return f"own_certificate|sealed|{officer_id}|{own_certificate_id}"


def usable(session: Session, officer_id: UUID | None, now: datetime) -> Own:
    """The same, if it may sign now. Raises pades.KeyRefused: none was entered, its key is weak, it has run out."""
    held = own(session, officer_id)
    if held is None:
        raise pades.KeyRefused("papers.own.none", file=_KEY)
    if not held.certificate.is_strong(takes_rsa_2048=session.takes_rsa_2048):
        raise pades.KeyRefused("papers.own.weak_key", file=_KEY)
    if not held.certificate.holds_at(now):
        raise pades.KeyRefused("papers.own.expired", file=_KEY)
    return held


def last_moment(now: datetime) -> datetime:
    """Until when a prepared paper can be signed: its sign block names the day, which must be the signature's."""
    return clock.start_of(calendars.day(now) + timedelta(days=1))


def signed(session: Session, certificate_id: UUID, data_key_id: UUID) -> Signed | None:
    """What the officer has brought for a paper; None while it waits for him."""
    row = table.prepared_of(session, certificate_id)
    if row is None or row.state != table.SIGNED:
        return None
    return Signed(read(session, row, data_key_id), row.path, row.unsigned_sha256, row.signed_at)


def read(session: Session, row: AnyRow, data_key_id: UUID) -> bytes:
    """The file of a prepared or signed paper. Raises NotFound."""
    try:
        sealed = (session.documents / row.path).read_bytes()
    except FileNotFoundError as missing:
        raise NotFound from missing
    return documents.open_file(keys.unlock(session, data_key_id), row.certificate_id, sealed)


def is_waiting(session: Session, certificate_id: UUID, held: Own, now: datetime) -> bool:
    """Whether a paper lies ready for this very certificate, today."""
    row = table.prepared_of(session, certificate_id)
    return row is not None and row.own_certificate_id == held.id and now < row.expires_at


def prepare(
    database: Database, scope: Scope, certificate: AnyRow, sealed: bytes, held: Own, at: datetime
) -> None:
    """Lay a sealed paper ready for its officer's signature, in place of what was ready before and not signed."""
    ready = pades.prepare(sealed, held.der, at)
    path = f"{documents.new_path(certificate.id)}.{token_hex(4)}"

    def keep(session: Session) -> None:
        case = cases.lock(session, certificate.case_id)
        if case is None:
            raise NotFound
        table.delete_prepared(session, certificate.id)
        if table.prepared_of(session, certificate.id) is not None:
            return  # signed meanwhile
        key = keys.unlock(session, case.data_key_id)
        documents.put(session.documents, path, documents.seal_file(key, certificate.id, ready.data))
        table.insert_prepared(
            session,
            {
                "id": new_id(session.recorded_at),
                "case_id": certificate.case_id,
                "certificate_id": certificate.id,
                "officer_id": certificate.signed_by,
                "own_certificate_id": held.id,
                "state": table.WAITING,
                "path": path,
                "gap_start": ready.start,
                "gap_end": ready.end,
                "digest": ready.digest,
                "unsigned_sha256": sha256(sealed).digest(),
                "prepared_at": at,
                "expires_at": last_moment(at),
            },
        )

    database.write(keep, scope)


def wait(certificate_id: UUID, now: datetime) -> Waits:
    """Until the officer has signed, or the day is over and the paper is made ready anew."""

    def until(session: Session) -> datetime:
        row = table.prepared_of(session, certificate_id)
        return now if row is None or row.state == table.SIGNED else row.expires_at

    return Waits(until)
