"""The record of some days to take away: its rows as they were hashed, the signed checkpoints, how to prove them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from app.domain.clock import start_of
from app.domain.errors import DomainError
from app.domain.roles import Permission
from app.domain.statement import Period
from app.models.record import audit_queries as record
from app.services.access import stepup
from app.services.store import audit, documents, scopes
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

EXPORT = "record:export"  # the act that takes a fresh factor
MOST_ROWS, MOST_DAYS = 100_000, 366
#: What a row's hash is made of, in this order; a verifier of the outside needs no more.
FIELDS = (*audit.HASHED, "prev", "hash")
_NOT_WITH = timedelta(microseconds=1)
_README = """अभिलेख / record of the acts

record.jsonl: one row a line, chain by chain (stream, seq). Officers and cases stand there by their ids.
Proof of a row: SHA-256 over the byte 0x00, then `prev` (32 bytes), then the JSON array of the fields
district_id, stream, seq, at, recorded_at, actor_id, office_id, role, action, object, detail
(UTF-8, no blanks, keys of `detail` sorted) is its `hash`; the `prev` of the next row of the stream is the same.
A row `record:annotate` says something later about the row that `object` names by its number in the same stream:
`detail.of` is that row's hash, `detail.text` its reason, sealed; it is read on the page of the row.
checkpoints/: the signed notes over the ends of all chains; public_key.txt (Ed25519, base64) verifies their
signature over the text up to and with the line end before the empty line.
"""


class SpanRefused(DomainError):
    """No days, days in the wrong order, more than a year, or more rows than one file takes (422)."""

    key = "record.export.refused"


@dataclass(frozen=True, slots=True)
class Span:
    """The days of an export, and the instant up to which it reaches at most: when it was asked for."""

    first: date
    last: date
    until: datetime

    @property
    def item(self) -> stepup.Item:
        thing = f"record:{self.first.isoformat()}:{self.last.isoformat()}"
        return stepup.item(thing, {"until": self.until.astimezone(UTC).isoformat()})

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """From when to (not with) when what its rows tell was done."""
        return start_of(self.first), min(start_of(self.last + timedelta(days=1)), self.until + _NOT_WITH)


def ask(session: Session, actor: Actor, first: date | None, last: date | None, now: datetime) -> UUID:
    """Ask for the fresh factor that the export takes; -> the request. Raises NotAllowed, SpanRefused."""
    actor.require(Permission.RECORD_EXPORT)
    if first is None or last is None or not 0 <= (last - first).days < MOST_DAYS:
        raise SpanRefused(days=MOST_DAYS)
    span = Span(first, last, now)
    if len(_rows(session, actor, span)) > MOST_ROWS:
        raise SpanRefused("record.export.too_long", rows=MOST_ROWS)
    return stepup.begin(session, actor, EXPORT, [span.item], now)


def span_of(wanted: stepup.StepUp) -> Span:
    """The days that a request names."""
    _, first, last = wanted.items[0].thing.split(":")
    days = Period(datetime.fromisoformat(first).date(), datetime.fromisoformat(last).date())
    return Span(days.first, days.last, wanted.expires_at - stepup.HOLDS)


def give(database: Database, actor: Actor, wanted: stepup.StepUp, now: datetime) -> documents.File:
    """The export as a ZIP, made in memory and recorded with its digest. Raises NotAllowed, what `stepup.use` does."""
    actor.require(Permission.RECORD_EXPORT)
    span = span_of(wanted)
    rows, data = database.read(
        lambda session: _packed(session, actor, span), scopes.record(actor.district_id)
    )

    def used(session: Session) -> None:
        stepup.use(session, actor, wanted.id, EXPORT, [span.item], now)
        detail = {"rows": rows, "sha256": sha256(data).hexdigest(), "step_up": str(wanted.id)}
        audit.record(session, "access", EXPORT, wanted.items[0].thing, actor, now, **detail)

    database.write(used, actor_scope(actor))
    return documents.File(f"record-{span.first}-{span.last}.zip", "application/zip", data)


def _rows(session: Session, actor: Actor, span: Span) -> list[AnyRow]:
    within = session.narrowed(scopes.record(actor.district_id))
    return list(record.done_between(within, *span.bounds, MOST_ROWS + 1))


def _packed(session: Session, actor: Actor, span: Span) -> tuple[int, bytes]:
    rows, (since, until) = _rows(session, actor, span), span.bounds
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        archive.writestr("record.jsonl", b"".join(map(_line, rows)))
        key = session.keys.signing_key().public_key()
        archive.writestr("public_key.txt", b64encode(key.public_bytes_raw()) + b"\n")
        for row in record.checkpoints(session):
            if since <= row.at < until:
                archive.writestr(f"checkpoints/{row.seq:06d}.txt", row.note)
    return len(rows), kept.getvalue()


def _line(row: AnyRow) -> bytes:
    plain = {name: audit.plain(getattr(row, name)) for name in FIELDS[:-2]}
    chained = {name: b64encode(bytes(getattr(row, name))).decode() for name in ("prev", "hash")}
    return orjson.dumps({**plain, **chained}) + b"\n"
