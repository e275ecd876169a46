"""The check of a district's record, asked for on its page and done by the worker: how far it is, what it found.

What it says is kept as a setting of the district: one check at a time, the last one stays to be read.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from app.domain.errors import Conflict, DomainError, FieldProblem
from app.domain.roles import Permission
from app.models.district import setting_queries as settings
from app.models.record import audit_queries as record
from app.models.scope import SystemReason, SystemScope
from app.models.staff import officer_queries as officers
from app.papers import read_mark
from app.services.installation import checkpoints
from app.services.store import audit, documents, scopes
from app.services.store.audit import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

_KEY = "record_check"
ASKED, RUNNING, DONE, FAILED = "asked", "running", "done", "failed"
_UNDER_WAY = (ASKED, RUNNING)
_LEASE = timedelta(minutes=10)  # a worker that died lets go after this
PORTION = 10_000  # rows that are checked before other work has its turn
MOST_FAULTS = 200  # that a page names; the command line names all
MOST_COPIES, MOST_SIGNS = 60, 2_000  # copies of checkpoints handed in at once, and the length of each
MOST_PAPERS, MOST_BYTES = 5, documents.MAX_PDF_BYTES  # issued papers among them, and the size of each
_PDF = b"%PDF-"


class CopiesRefused(DomainError):
    """A file that is no copy of a checkpoint, or too many of them (422)."""

    key = "record.check.refused"


def copies_in(database: Database, files: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """The texts of the copies that files bring, by name: of a text file itself, of an issued paper its mark.

    A paper passes the checks of every upload before it is read. Raises CopiesRefused naming the file and why, and
    Unavailable when the machine has no room to check it.
    """
    papers = [name for name, data in files if data.startswith(_PDF)]
    if len(papers) > MOST_PAPERS:
        raise CopiesRefused("record.check.too_many_papers", most=MOST_PAPERS)
    return {name: _copy_in(database, name, data) for name, data in files}


def _copy_in(database: Database, name: str, data: bytes) -> str:
    if not data.startswith(_PDF):
        return data.decode("utf-8", "replace")
    judged = documents.prepare(documents.Upload("copies", name, "application/pdf", data), database.scanner)
    if isinstance(judged, FieldProblem):
        raise CopiesRefused(judged.key, **{**judged.params, "name": name})
    mark = read_mark(data)
    if mark is None:
        raise CopiesRefused("record.check.no_mark", name=name)
    return mark.note


@dataclass(frozen=True, slots=True)
class Check:
    """The last check: how far it is, and what it found. `rows` of `total` are walked; `at` is when it ended."""

    state: str
    asked_at: datetime
    asked_by: tuple[str, str]
    rows: int
    total: int
    copies: int
    faults: Sequence[Fault]
    more: int
    at: datetime | None

    @property
    def is_under_way(self) -> bool:
        return self.state in _UNDER_WAY


def last(session: Session, actor: Actor) -> Check | None:
    """The last check of the district, if there was one. Raises NotAllowed."""
    actor.require(Permission.RECORD_CHECK)
    kept = settings.value_of(session, _KEY)
    if kept is None:
        return None
    names = officers.names(session, UUID(kept["by"]))
    return Check(
        kept["state"],
        datetime.fromisoformat(kept["asked_at"]),
        (names[0], names[1]),
        kept["rows"],
        kept["total"],
        len(kept["copies"]),
        [Fault(**each) for each in kept["faults"]],
        kept["more"],
        datetime.fromisoformat(kept["at"]) if kept["at"] else None,
    )


def ask(session: Session, actor: Actor, copies: Mapping[str, str], now: datetime) -> None:
    """Have the record checked, against copies of checkpoints (file name -> text) too.

    Raises NotAllowed, CopiesRefused, and Conflict while a check is under way.
    """
    actor.require(Permission.RECORD_CHECK)
    if len(copies) > MOST_COPIES:
        raise CopiesRefused("record.check.too_many", most=MOST_COPIES)
    for name, text in copies.items():
        if len(text) > MOST_SIGNS or checkpoints.district_of(text) != actor.district_id:
            raise CopiesRefused(name=name)
    within = session.narrowed(scopes.record(actor.district_id))
    before = settings.value_of(within, _KEY)
    if before is not None and before["state"] in _UNDER_WAY and not _is_left(before, now):
        raise Conflict
    kept = {
        "state": ASKED,
        "by": str(actor.officer_id),
        "asked_at": now.isoformat(),
        "rows": 0,
        "total": sum(seq for _, seq, _ in record.heads(within)),
        "copies": dict(copies),
        "faults": [],
        "more": 0,
        "at": "",
        "lease": "",
        "place": asdict(audit.Place()),
        "found": 0,
    }
    settings.put_value(session, _KEY, kept)
    audit.record(session, "admin", "record:check", "record", actor, now, copies=len(copies))


def go_on(database: Database, now: datetime) -> bool:
    """Do a portion of a check that waits; -> whether there was one. Other work has its turn between two portions."""
    wide = SystemScope(SystemReason.WORKER)
    for row in database.read(partial(settings.of_districts, key=_KEY), wide):
        if _waits(row.value, now) and database.write(partial(_take, now=now), scopes.record(row.district_id)):
            _go_on(database, row.district_id, now)
            return True
    return False


def _waits(kept: Mapping[str, Any], now: datetime) -> bool:
    return kept["state"] in _UNDER_WAY and (not kept["lease"] or _is_left(kept, now))


def _take(session: Session, now: datetime) -> bool:
    kept = settings.value_of(session, _KEY)
    if kept is None or not _waits(kept, now):
        return False
    settings.put_value(session, _KEY, {**kept, "state": RUNNING, "lease": (now + _LEASE).isoformat()})
    return True


def _is_left(kept: Mapping[str, Any], now: datetime) -> bool:
    """Whether the worker that had it in hand has died."""
    return bool(kept["lease"]) and datetime.fromisoformat(kept["lease"]) < now


def _go_on(database: Database, district_id: int, now: datetime) -> None:
    scope = scopes.record(district_id)

    try:
        with database.picture(scope) as session:
            kept = settings.value_of(session, _KEY)
            place = audit.Place(**kept.get("place", {}))
            is_last = place.part == audit.OVER
            if is_last:
                found = checkpoints.faults(session, kept["copies"])
            else:
                found, place = audit.walk(session, place, PORTION)
    except Exception:
        log.exception("record_check_failed", district=district_id)
        database.write(partial(_note, state=FAILED, lease=""), scope)
        return
    database.write(partial(_settle, found=found, place=place, is_last=is_last, now=now), scope)


def _settle(
    session: Session, found: list[Fault], place: audit.Place, now: datetime, *, is_last: bool
) -> None:
    """Keep what a portion found and where the next begins; the last one ends the check."""
    kept = settings.value_of(session, _KEY)
    told = [*kept["faults"], *map(asdict, found)]
    count = kept.get("found", 0) + len(found)
    changes = {"faults": told[:MOST_FAULTS], "found": count, "more": max(0, count - MOST_FAULTS)}
    _note(session, lease="", place=asdict(place), rows=place.rows, **changes)
    if is_last:
        _note(session, state=DONE, at=now.isoformat())
        audit.record(session, "admin", "record:checked", "record", None, now, rows=place.rows, faults=count)


def _note(session: Session, **changes: Any) -> None:
    settings.put_value(session, _KEY, {**settings.value_of(session, _KEY), **changes})
