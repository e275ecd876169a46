"""The routing values of one case with the dictionary of its release: what each is, what it may be, what binds it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import engine
from app.domain.errors import RouteStuck
from app.domain.text import ascii_digits
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.services.casefile.facts import CaseHost
from app.services.jobs.jobs import RESULTS
from app.services.procedure import gatekeeping, procedures, releases
from app.services.store import keys
from app.services.workflow.instances import place_of_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.procedure.releases import Loaded

MOST = 9999  # of a number; rounds and working days are far fewer
_OPEN_TEXT = "text"  # bound: a value that is no code could name somebody
_KEPT = 16
_known: OrderedDict[bytes, tuple[engine.RoutingValue, ...]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Value:
    """One value: where it is kept, what it is now, what it may be (`codes`), and why it may not be set (`bound`)."""

    spot: engine.Spot
    type: str
    codes: tuple[str, ...]
    is_there: bool
    value: Any
    bound: str
    unit_kind: str = ""
    unit_hi: str = ""
    unit_en: str = ""

    def read(self, text: str) -> Any:
        """What a typed text means for this value; None where it means none that is allowed."""
        text = ascii_digits(text.strip())
        if self.type == "boolean":
            return {"true": True, "false": False}.get(text)
        if self.type == "number":
            return int(text) if text.isascii() and text.isdecimal() and int(text) <= MOST else None
        if self.type == "date":
            return _day(text)
        return text if text in self.codes else None


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def of_case(session: Session, case: AnyRow, now: datetime) -> list[Value]:
    """Every value that the case's release reads, the whole case's first, then those of each unit at work."""
    loaded = releases.load(session, case.release_id)
    known = dictionary(session, loaded)
    row = workflow.state_of(session, case.id)
    if row is None:
        return []
    state = keys.open_sealed(keys.unlock(session, case.data_key_id), place_of_state(case.id), row.blob)
    of_units = {each.key for each in known if each.is_of_unit}
    of_case_ = {each.key for each in known} - of_units
    try:
        held = engine.held(loaded.engine, state, of_case_, of_units, CaseHost(session, case, now), now)
    except RouteStuck:
        return []
    return [value for each in held for value in _values(session, each, known)]


def _values(session: Session, held: engine.Held, known: tuple[engine.RoutingValue, ...]) -> Iterator[Value]:
    unit = held.unit or {}
    office = offices.find(session, UUID(unit["office_id"])) if unit.get("office_id") else None
    names = (office.kind, office.name_hi, office.name_en) if office is not None else ()
    for each in known:
        if each.is_of_unit is (held.unit is None):
            continue
        whole = held.values.get(each.key)
        fields = whole if isinstance(whole, dict) else {}
        is_there = (each.field in fields) if each.field else each.key in held.values
        codes = tuple(sorted(each.reads.codes or ()))
        yield Value(
            engine.Spot(str(unit.get("id", "")), each.key, each.field),
            each.reads.type,
            codes,
            is_there,
            fields.get(each.field) if each.field else whole,
            each.bound or ("" if _may_be_set(each.reads.type, codes) else _OPEN_TEXT),
            *names,
        )


def _may_be_set(kind: str, codes: tuple[str, ...]) -> bool:
    return kind in {"boolean", "number", "date"} or (kind == "string" and bool(codes))


def dictionary(session: Session, loaded: Loaded) -> tuple[engine.RoutingValue, ...]:
    """The values that a release reads, worked out once for its content."""
    with _lock:
        if loaded.sha256 in _known:
            return _known[loaded.sha256]
    found = gatekeeping.dictionary(procedures.contents(session, loaded.id), RESULTS, loaded.engine)
    found = tuple(sorted(found, key=lambda each: (each.key, each.field)))
    with _lock:
        _known[loaded.sha256] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found
