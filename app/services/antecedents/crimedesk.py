"""The register kept by hand: an entry typed, corrected, taken out, each act recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain.errors import DomainError, FormInvalid, NotAllowed, NotFound
from app.domain.roles import Permission
from app.services.antecedents import crimebook
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.antecedents.crimebook import Entry, Put
    from app.services.desk.sheets import Posted

#: Why an entry is taken out: entered wrongly, standing twice, of a child (JJ Act 2015 s.24), on a court's order.
REASONS = ("wrong", "double", "child", "court")
#: What another accused of the same case shares with the first.
_SHARED = ("thana", "fir_no", "fir_year", "fir_date", "offence_date", "act", "sections")


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
    _guard(actor)
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
    _guard(actor)
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
    _guard(actor)
    filled = blank(session, actor, now, typed=typed, entry_id=entry_id)
    entry = _entry(session, entry_id)
    put = crimebook.rewrite(session, actor.officer_id, entry, _answers(filled, now), now)
    audit.record(session, "admin", "crime:change", f"accused:{put.id}", actor, now)
    return put


def remove(session: Session, actor: Actor, entry_id: UUID, reason: str, now: datetime) -> None:
    """Take an entry out of the register for a listed reason. Raises ReasonMissing, NotAllowed, NotFound."""
    _guard(actor)
    if reason not in REASONS:
        raise ReasonMissing
    crimebook.take_out(session, _entry(session, entry_id), now)
    audit.record(session, "admin", "crime:remove", f"accused:{entry_id}", actor, now, reason=reason)


def _answers(filled: EntryForm, now: datetime) -> dict[str, Any]:
    """The answers that are kept. Raises FormInvalid."""
    values = filled.values
    problems = {
        **formjs.check(filled.form, values, filled.facts, filled.options, now),
        **formjs.unreadable(_texts(values)),
    }
    if problems:
        raise FormInvalid(values, problems)
    return formjs.clean(filled.form, values, filled.facts)


_OFFICE_WORDS = ("name", "alias", "father", "village")


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key in _OFFICE_WORDS if isinstance(value := values.get(key), str) and value}


def _entry(session: Session, entry_id: UUID) -> Entry:
    found = crimebook.find(session, [entry_id]).get(entry_id)
    if found is None:
        raise NotFound
    return found


def _guard(actor: Actor) -> None:
    if not actor.may(Permission.CRIME_KEEP):
        raise NotAllowed
