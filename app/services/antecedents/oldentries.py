"""Entries of the crime register past their years: what a list names of them, and how the worker destroys them."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from app.domain.retention import Why
from app.models.antecedents import weeding_queries as table
from app.models.scope import SystemReason, SystemScope
from app.services.antecedents import crimebook, crimeerasure
from app.services.store import audit
from app.services.store.crashes import crash_point

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.retention import Term
    from app.domain.roles import Role
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.antecedents.crimebook import Entry
    from app.services.store.database import Database

_SLICE = 50  # entries between two looks at what else there is to do
#: Keys that they may lie under: what shares one, some five hundred entries, is sealed anew with it, in 0.7 s of work.
_KEYS = 2
_EVERYWHERE = SystemScope(SystemReason.WORKER)


def past(session: Session, term: Term, _approver: Role, today: date, limit: int) -> Sequence[AnyRow]:
    """Entries of a class whose years are over, the oldest first, of which no open case asks anything."""
    return table.past(session, term.kind, term.closed_before(today), limit)


def line(list_id: UUID, row: AnyRow, term: Term) -> dict[str, Any]:
    """What a list keeps of an entry: thana and year of its case, the days; the rest lies sealed in the entry."""
    return {
        "destruction_id": list_id,
        "accused_id": row.id,
        "office_id": row.office_id,
        "year": row.year,
        "closed_on": row.counts_from,
        "past_on": term.past_on(row.counts_from),
        "state": "listed",
    }


def told(each: Mapping[str, Any]) -> tuple[Any, ...]:
    """What the hash of a list covers of a line."""
    return (str(each["accused_id"]), str(each["office_id"]), each["year"], each["closed_on"].isoformat())


insert = table.insert_lines
lines = table.lines


def opened(session: Session, found: Sequence[AnyRow]) -> Mapping[UUID, Entry]:
    """The entries of these lines that are there still, for who may search the register."""
    return crimebook.find(session, [each.accused_id for each in found], withheld=True)


def go_on(database: Database, now: datetime) -> bool:
    """Destroy the next entries of approved lists; -> whether there were any.

    Each is looked at again in the transaction that destroys it: what changed its class, or is asked for, is kept.
    """
    rows = database.read(partial(table.next_lines, limit=_SLICE), _EVERYWHERE)
    for district_id, own in groupby(_under_few_keys(rows), key=lambda row: row.district_id):
        scope = SystemScope(SystemReason.WORKER, district_id)
        database.write(partial(_destroy, rows=list(own), now=now), scope)
    return bool(rows)


def _under_few_keys(rows: Sequence[AnyRow]) -> list[AnyRow]:
    """The first of these lines, as far as they lie under no more keys than one transaction should renew."""
    found = list(dict.fromkeys(row.data_key_id for row in rows if row.data_key_id is not None))[:_KEYS]
    return [row for row in rows if row.data_key_id is None or row.data_key_id in found]


def _destroy(session: Session, rows: Sequence[AnyRow], now: datetime) -> None:
    standing = table.standing(session, [row.accused_id for row in rows])
    why = {row.accused_id: _why_kept(row, standing.get(row.accused_id)) for row in rows}
    gone = crimebook.find(session, [each for each, kept in why.items() if not kept], withheld=True)
    digests = {each: crimebook.digests(session, entry.facts) for each, entry in gone.items()}
    crimeerasure.erase(session, digests, now)
    for row in rows:
        kept = why[row.accused_id]
        said = {"state": "kept" if kept else "destroyed", "why": kept, "done_at": now}
        table.set_line(session, row.destruction_id, row.accused_id, said)
    ids = [str(each) for each in gone]
    thing = f"destruction:{rows[0].destruction_id}"
    audit.record(session, "admin", "crime:weed", thing, None, now, entries=ids)
    crash_point("entries_weeded")


def _why_kept(row: AnyRow, entry: AnyRow | None) -> str:
    if entry is None:
        return Why.GONE
    if entry.is_at_work:
        return Why.AT_WORK
    is_as_listed = entry.kind == row.kind and entry.counts_from == row.closed_on
    return "" if is_as_listed else Why.CHANGED
