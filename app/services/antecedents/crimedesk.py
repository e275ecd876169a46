"""The register kept by hand: an entry typed, corrected, taken out, each act recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain import retention
from app.domain.errors import BoxRefused, Conflict, DomainError, FormInvalid, NotFound
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.antecedents import crimes as table
from app.services.antecedents import crimebook
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.services.antecedents.crimebook import Entry, Put

#: Why an entry is taken out: entered wrongly, standing twice, of a child (JJ Act 2015 s.24), on a court's order.
REASONS = ("wrong", "double", "child", "court")
#: What another accused of the same case shares with the first.
_SHARED = ("thana", "fir_no", "fir_year", "fir_date", "offence_date", "act", "sections")


_LONGEST_NUMBER = 60  # signs of an order's number
_SHOWN = 100  # entries taken from search


class OrderRefused(BoxRefused):
    """An order that takes an entry from search, or brings it back, is not told as it must be (422)."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """An entry that no search finds, and by whose act."""

    entry: Entry
    officer_hi: str
    officer_en: str


class ReasonMissing(DomainError):
    """Whoever takes an entry out says why (422)."""

    key = "crimes.reason_missing"


@dataclass(frozen=True, slots=True)
class EntryForm:
    """The form of an entry as its page shows it."""

    values: dict[str, Any]
    facts: dict[str, Any]
    options: dict[str, Any]
    entry: Entry | None = None  # that is corrected
    form: formjs.Form = field(default_factory=crimebook.form)


def blank(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    typed: Posted | None = None,
    beside: UUID | None = None,
    entry_id: UUID | None = None,
) -> EntryForm:
    """The form: with what was `typed`, else with the entry to correct, else with the case of the entry `beside`.

    Raises NotAllowed, NotFound.
    """
    actor.require(Permission.CRIME_KEEP)
    facts, options = crimebook.form_facts(session, now), crimebook.form_options(session)
    values = formjs.initial(crimebook.form(), facts, options)
    entry = None
    if entry_id is not None:
        entry = _entry(session, entry_id)
        values |= entry.facts
        options["stations"] = _with_own(options["stations"], entry)
    elif beside is not None:
        known = _entry(session, beside)
        values |= {key: known.facts[key] for key in _SHARED if key in known.facts}
    if typed is not None:
        values = formjs.read(crimebook.form(), typed.values, {}, options=options, op=typed.op)
    return EntryForm(values, facts, options, entry)


def _with_own(stations: list[dict[str, Any]], entry: Entry) -> list[dict[str, Any]]:
    """The stations of today and the entry's own, which may be closed by now."""
    own = {"value": str(entry.office_id), "hi": entry.office_hi, "en": entry.office_en}
    return stations if any(each["value"] == own["value"] for each in stations) else [*stations, own]


def enter(session: Session, actor: Actor, typed: Posted, now: datetime) -> Put:
    """Enter one accused of one case, each once. Raises FormInvalid, NotAllowed."""
    actor.require(Permission.CRIME_KEEP)
    filled = blank(session, actor, now, typed=typed)
    put = crimebook.put(session, actor.officer_id, [_answers(filled, now)], now)[0]
    if put.what != crimebook.SAME:
        act = "crime:enter" if put.what == crimebook.NEW else "crime:change"
        audit.record(session, "admin", act, f"accused:{put.id}", actor, now)
    return put


def correct(session: Session, actor: Actor, entry_id: UUID, typed: Posted, now: datetime) -> Put:
    """Put an entry right; where it is about another case or person now, the wrong one goes.

    Raises FormInvalid, NotAllowed, NotFound.
    """
    actor.require(Permission.CRIME_KEEP)
    filled = blank(session, actor, now, typed=typed, entry_id=entry_id)
    entry = _entry(session, entry_id)
    put = crimebook.rewrite(session, actor.officer_id, entry, _answers(filled, now), now)
    audit.record(session, "admin", "crime:change", f"accused:{put.id}", actor, now)
    return put


def remove(session: Session, actor: Actor, entry_id: UUID, reason: str, now: datetime) -> None:
    """Take an entry out of the register for a listed reason. Raises ReasonMissing, NotAllowed, NotFound."""
    actor.require(Permission.CRIME_KEEP)
    if reason not in REASONS:
        raise ReasonMissing
    crimebook.take_out(session, _entry(session, entry_id, withheld=True), now)
    audit.record(session, "admin", "crime:remove", f"accused:{entry_id}", actor, now, reason=reason)


def withhold(session: Session, actor: Actor, entry_id: UUID, why: str, order_no: str, now: datetime) -> None:
    """Take an entry from search at once, on an order, for a listed reason: nobody finds it from this commit on.

    Raises OrderRefused, NotAllowed; NotFound for one that is taken from search already.
    """
    actor.require(Permission.CRIME_KEEP)
    if why not in set(retention.Withheld):
        raise OrderRefused("why", "crimes.withhold_reason_missing")
    order = _order(order_no)
    crimebook.withhold(session, actor.officer_id, _entry(session, entry_id), why, order, now)
    audit.record(session, "admin", "crime:withhold", f"accused:{entry_id}", actor, now, reason=why)


def restore(session: Session, actor: Actor, entry_id: UUID, order_no: str, now: datetime) -> None:
    """Bring an entry back into search, on another order. Raises OrderRefused, NotAllowed, NotFound, Conflict."""
    actor.require(Permission.CRIME_KEEP)
    entry = _entry(session, entry_id, withheld=True)
    if entry.withheld_at is None:
        raise Conflict
    _order(order_no)
    crimebook.show_again(session, entry, now)
    audit.record(session, "admin", "crime:restore", f"accused:{entry_id}", actor, now)


def withheld(session: Session, actor: Actor) -> list[Withheld]:
    """What was taken from search, the latest first. Raises NotAllowed."""
    actor.require(Permission.CRIME_KEEP)
    rows = table.withheld(session, _SHOWN)
    found = crimebook.find(session, [row.id for row in rows], withheld=True)
    return [
        Withheld(found[row.id], row.officer_hi or "", row.officer_en or "") for row in rows if row.id in found
    ]


def _order(order_no: str) -> str:
    """The number of an order as it is kept. Raises OrderRefused."""
    order = tidy(order_no)
    if fault := words_refused(order, lines=False):
        raise OrderRefused("order_no", fault)
    if not 0 < len(order) <= _LONGEST_NUMBER:
        raise OrderRefused("order_no", "retention.problem.order_no")
    return order


def _answers(filled: EntryForm, now: datetime) -> dict[str, Any]:
    """The answers that are kept. Raises FormInvalid."""
    values = filled.values
    judged = formjs.judge(filled.form, values, filled.facts, filled.options, now)
    if problems := {**judged.problems, **formjs.unreadable(_texts(values))}:
        raise FormInvalid(values, problems)
    return judged.kept()


_OFFICE_WORDS = ("name", "alias", "father", "village")


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key in _OFFICE_WORDS if isinstance(value := values.get(key), str) and value}


def _entry(session: Session, entry_id: UUID, *, withheld: bool = False) -> Entry:
    found = crimebook.find(session, [entry_id], withheld=withheld).get(entry_id)
    if found is None:
        raise NotFound
    return found
