"""Search keys, classes of entries and old numbers, written anew once their rules have changed: by slices, resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import names
from app.models.antecedents import crimes
from app.models.casefile import searchkey_queries as findable
from app.models.district import setting_queries as settings
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.services.antecedents import crimebook
from app.services.casefile import givennumbers, searchkeys
from app.services.district import series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.models.scope import Session
    from app.services.store.database import Database

SLICE = 200  # cases or entries of one transaction
_ROUND = 100  # slices of a day: what is left of a great register waits for the next, or for the command
_KEY = "search.keys"  # {"version"} once done; under way {"to", "part", "after", "seen"}
_PARTS = ("cases", "crimes")
_FIRST = UUID(int=0)
_CLASSES = 1  # goes up when entries belong to other classes of retention than before
_NUMBERS = 1  # goes up when numbers of old answers are to stand in the register that did not before
_VERSION = f"{names.VERSION}.{_CLASSES}.{_NUMBERS}"


def go_on(database: Database) -> int:
    """Write keys of the rules of today, district by district, as far as a day takes; -> how many rows were seen."""
    districts = database.read(setup_queries.districts, SystemScope(SystemReason.RECOUNT))
    seen = 0
    for code in districts:
        for count, _ in zip(through(database, code), range(_ROUND), strict=False):
            seen += count
    return seen


def through(database: Database, district_id: int, *, again: bool = False) -> Iterator[int]:
    """Go through a district, slice by slice; -> of each how many rows it saw. `again`: though it was done before.

    Each slice is a transaction and notes how far it came, so that a stop loses nothing.
    """
    scope = SystemScope(SystemReason.RECOUNT, district_id)
    if again:
        database.write(lambda session: settings.delete_value(session, _KEY), scope)
    while (seen := database.write(_slice, scope)) is not None:
        yield seen


def _slice(session: Session) -> int | None:
    """Do the next slice; -> how many rows it saw, None when all is done."""
    kept: dict[str, Any] = settings.value_of(session, _KEY) or {}
    if kept.get("version") == _VERSION:
        return None
    begun: dict[str, Any] = {"to": _VERSION, "part": _PARTS[0], "seen": 0}
    at = kept if kept.get("to") == _VERSION else begun
    after = UUID(at["after"]) if at.get("after") else _FIRST
    ids = _DO[at["part"]](session, after)
    if ids:
        following = {**at, "after": str(ids[-1]), "seen": at["seen"] + len(ids)}
    elif at["part"] != _PARTS[-1]:
        following = {**at, "part": _PARTS[-1], "after": None}
    else:
        following = {"version": _VERSION, "seen": at["seen"]}
    settings.put_value(session, _KEY, following)
    return len(ids)


def _cases(session: Session, after: UUID) -> list[UUID]:
    rows = findable.readable(session, after, SLICE)
    known = series.Prefixes(session) if rows else None
    for row in rows:
        searchkeys.rewrite(session, row)
        if known is not None:
            givennumbers.take_over(session, row, known)
    return [row.id for row in rows]


def _crimes(session: Session, after: UUID) -> list[UUID]:
    ids = crimes.ids_after(session, after, SLICE)
    crimebook.index_again(session, ids)
    return ids


_DO = {"cases": _cases, "crimes": _crimes}
