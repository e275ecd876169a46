"""What an officer does to sign on his own machine: enter a certificate, take what is to be signed, bring it back."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Literal

from app import pades
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.models.execution import workflow_queries as workflow
from app.models.issuing import ownpapers as table
from app.models.scope import CaseScope
from app.pades import ownkey
from app.services.access import stepup
from app.services.papers import ownhand
from app.services.store import audit, documents, keys
from app.services.store.crashes import crash_point
from app.services.store.officekeys import WARNING
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

ENTER = "own_certificate:enter"
MOST_FILES = 200  # brought at once

Part = Literal["paper", "bytes", "attributes"]
Standing = Literal["none", "weak", "expired", "expiring", "ok"]


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A paper that has its number and waits for the officer's signature; `digest` is SHA-256 in hexadecimal."""

    id: UUID  # of the paper
    number: str
    case_number: str
    output: str
    digest: str
    prepared_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one file that was brought back: `number` of its paper, or why it was refused.

    `is_known`: the same signature had come before, and nothing more was done.
    """

    name: str
    number: str = ""
    problem: str = ""
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What an officer has on his page: his certificate, how it stands, and what waits for his hand.

    `stopped`: how many of his papers were held up by the certificate; they go on once he has entered one that holds.
    """

    certificate: pades.Certificate | None
    state: Standing
    stopped: int
    waiting: list[WaitingPaper]


def desk(session: Session, actor: Actor, now: datetime) -> Desk:
    """The page of one officer. Raises NotAllowed."""
    actor.require(Permission.PAPER_SIGN)
    held = ownhand.own(session, actor.officer_id)
    waiting = [
        WaitingPaper(
            row.certificate_id,
            row.number,
            row.case_number,
            row.output,
            bytes(row.digest).hex(),
            row.prepared_at,
            row.expires_at,
        )
        for row in table.waiting_for(session, actor.officer_id)
    ]
    own = held.certificate if held is not None else None
    return Desk(own, _standing(session, own, now), len(table.stopped_for(session, actor.officer_id)), waiting)


def _standing(session: Session, own: pades.Certificate | None, now: datetime) -> Standing:
    """Whether an officer can sign by his certificate, and for how long."""
    if own is None:
        return "none"
    if not own.is_strong(takes_rsa_2048=session.takes_rsa_2048):
        return "weak"
    if not own.holds_at(now):
        return "expired"
    return "expiring" if own.valid_till - now < WARNING else "ok"


# -- the certificate ---------------------------------------------------------------------------------------


def enter(database: Database, actor: Actor, data: bytes, now: datetime) -> UUID:
    """Keep a certificate, without effect, and ask for a fresh factor for it; -> the id of the request.

    Raises pades.KeyRefused for what is none or does not hold now, NotAllowed.
    """
    actor.require(Permission.PAPER_SIGN)
    is_open = database.office_keys.takes_rsa_2048
    certificate, der = pades.read_certificate(data[: ownkey.LARGEST], takes_rsa_2048=is_open)
    if not certificate.holds_at(now):
        raise pades.KeyRefused("papers.own.expired", file="")

    def work(session: Session) -> UUID:
        own_id = new_id(session.recorded_at)
        table.insert_own(
            session,
            {
                "id": own_id,
                "officer_id": actor.officer_id,
                "sealed": session.keys.wrap(der, ownhand.place(actor.officer_id, own_id)),
                "fingerprint": certificate.fingerprint,
                "valid_till": certificate.valid_till,
                "asked_at": now,
            },
        )
        return stepup.begin(session, actor, ENTER, [_item(own_id, certificate)], now)

    return database.write(work, actor_scope(actor))


def _item(own_id: UUID, certificate: pades.Certificate) -> stepup.Item:
    return stepup.item(f"own_certificate:{own_id}", {"certificate": certificate.fingerprint.hex()})


def asked(session: Session, item: stepup.Item) -> pades.Certificate:
    """The certificate that a request for a fresh factor names. Raises NotFound."""
    row = table.own(session, item.id)
    if row is None:
        raise NotFound
    return ownhand.opened(session, row).certificate


def confirm(database: Database, actor: Actor, wanted: stepup.StepUp, now: datetime) -> None:
    """Let the certificate count that was proven, in the place of the one before; papers are made ready for it.

    What had stopped for want of it is tried again at once.

    Raises stepup.StepUpOver, stepup.ContentChanged, NotFound, NotAllowed.
    """
    actor.require(Permission.PAPER_SIGN)

    def work(session: Session) -> None:
        row = table.own(session, wanted.items[0].id)
        if row is None or row.officer_id != actor.officer_id:
            raise NotFound
        certificate = ownhand.opened(session, row).certificate
        stepup.use(session, actor, wanted.id, ENTER, [_item(row.id, certificate)], now)
        table.set_own_ended(session, actor.officer_id, now)
        if not table.set_own_proven(session, row.id, now):
            raise NotFound
        for each in table.waiting_for(session, actor.officer_id):
            table.set_job_due(session, each.engine_task_id, now)
        for each in table.stopped_for(session, actor.officer_id):
            workflow.update_failed_job(session, each.id, now)
        thing = f"officer:{actor.officer_id}"
        audit.record(
            session,
            "access",
            "own_certificate:enter",
            thing,
            actor,
            now,
            sha256=certificate.fingerprint.hex(),
        )

    database.write(work, actor_scope(actor))


def remove(database: Database, actor: Actor, now: datetime) -> None:
    """End the officer's certificate: the key may be lost. Papers wait until he enters another. Raises NotAllowed."""
    actor.require(Permission.PAPER_SIGN)

    def work(session: Session) -> None:
        table.set_own_ended(session, actor.officer_id, now)
        thing = f"officer:{actor.officer_id}"
        audit.record(session, "access", "own_certificate:remove", thing, actor, now)

    database.write(work, actor_scope(actor))


# -- taken and brought back ----------------------------------------------------------------------------------


def take(database: Database, actor: Actor, paper_id: UUID, part: Part, now: datetime) -> documents.File:
    """The paper to read, the bytes over which a CMS is made, or the attributes for a bare signature.

    Raises NotFound for a paper that does not wait for this officer, NotAllowed.
    """
    actor.require(Permission.PAPER_SIGN)

    def noted(session: Session) -> tuple[AnyRow, pades.Prepared, ownhand.Own]:
        row = next(
            (row for row in table.waiting_for(session, actor.officer_id) if row.certificate_id == paper_id),
            None,
        )
        if row is None:
            raise NotFound
        audit.record(
            session,
            "access",
            "document:see",
            f"document:{paper_id}",
            actor,
            now,
            pii="P3",
            field=f"to_sign_{part}",
        )
        return row, _prepared(session, row), _held(session, row)

    row, ready, held = database.write(noted, actor_scope(actor))
    name = row.number.replace("/", "-")
    if part == "paper":
        return documents.File(f"{name}.pdf", "application/pdf", ready.data, f"paper.{row.output}", row.number)
    if part == "bytes":
        return documents.File(f"{name}.tbs", "application/octet-stream", ready.to_sign)
    return documents.File(
        f"{name}.attributes", "application/octet-stream", ownkey.attributes(ready, held.der)
    )


def _prepared(session: Session, row: AnyRow) -> pades.Prepared:
    data = ownhand.read(session, row, row.data_key_id)
    return pades.Prepared(data, row.gap_start, row.gap_end, row.prepared_at)


def _held(session: Session, row: AnyRow) -> ownhand.Own:
    own = table.own(session, row.own_certificate_id)
    if own is None:
        raise NotFound
    return ownhand.opened(session, own)


def bring(
    database: Database, actor: Actor, files: Sequence[tuple[str, bytes]], now: datetime
) -> list[Brought]:
    """Put each signature in the paper that it was made over, and let that be issued; one result a file.

    What a file is over is found by its digest: none needs a name. Raises NotAllowed.
    """
    actor.require(Permission.PAPER_SIGN)
    return [_bring(database, actor, name, data, now) for name, data in files[:MOST_FILES]]


def _bring(database: Database, actor: Actor, name: str, data: bytes, now: datetime) -> Brought:
    if len(data) > ownkey.LARGEST:
        return Brought(name, problem="papers.own.too_large")
    rows = database.read(lambda session: table.waiting_for(session, actor.officer_id), actor_scope(actor))
    try:
        row = database.read(lambda session: _paper_of(session, rows, data), actor_scope(actor))
        if row is None:
            return database.read(lambda session: _known(session, actor, name, data), actor_scope(actor))
        database.write(lambda session: _accept(session, actor, row, data, now), actor_scope(actor))
        crash_point("signature_kept")
    except pades.KeyRefused as refused:
        return Brought(name, problem=refused.key)
    return Brought(name, row.number)


def _known(session: Session, actor: Actor, name: str, data: bytes) -> Brought:
    """A signature that belongs to no waiting paper: one that came twice, as after a broken line, or a strange one."""
    digest = ownkey.digest_in(data)
    before = table.signed_over(session, actor.officer_id, digest) if digest is not None else None
    if before is None:
        return Brought(name, problem="papers.own.other_bytes")
    return Brought(name, before.number, is_known=True)


def _paper_of(session: Session, rows: Sequence[AnyRow], data: bytes) -> AnyRow | None:
    """The waiting paper over which a signature was made."""
    digest = ownkey.digest_in(data)
    if digest is not None:
        return next((row for row in rows if bytes(row.digest) == digest), None)
    for row in rows:
        if ownkey.is_of(data, _prepared(session, row), _held(session, row).der):
            return row
    return None


def _accept(session: Session, actor: Actor, row: AnyRow, data: bytes, now: datetime) -> None:
    """The signed file in the place of the prepared one; its job goes on. Raises pades.KeyRefused."""
    own = session.narrowed(CaseScope(actor.district_id, row.case_id))
    held = ownhand.own(session, actor.officer_id)
    if now >= row.expires_at:
        raise pades.KeyRefused("papers.own.too_late", file="")
    if held is None or held.id != row.own_certificate_id:
        raise pades.KeyRefused("papers.own.other_certificate", file="")
    if not held.certificate.is_strong(takes_rsa_2048=session.takes_rsa_2048):
        raise pades.KeyRefused("papers.own.weak_key", file="")
    is_open = session.takes_rsa_2048
    whole = ownkey.complete(_prepared(session, row), data, held.der, now, takes_rsa_2048=is_open)
    path = f"{documents.new_path(row.certificate_id)}.{token_hex(4)}"
    key = keys.unlock(session, row.data_key_id)
    documents.put(session.documents, path, documents.seal_file(key, row.certificate_id, whole))
    crash_point("signature_put")
    if not table.set_signed(own, row.certificate_id, path, now):
        raise pades.KeyRefused("papers.own.too_late", file="")
    table.set_job_due(own, row.engine_task_id, now)
    audit.record(
        own,
        f"case:{row.case_id}",
        "paper:signed_by_hand",
        f"certificate:{row.certificate_id}",
        actor,
        now,
        number=row.number,
        certificate=held.certificate.fingerprint.hex(),
    )
