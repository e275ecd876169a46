"""The crime register of the district: who is accused in which case, once each, sealed, found by blind keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import formjs
from app.config import ROOT
from app.domain import antecedents, names, retention
from app.domain.antecedents import Someone
from app.domain.ids import new_id
from app.domain.records import day_of
from app.domain.retention import EntryKind
from app.models.antecedents import crimes as table
from app.services.antecedents import crimeerasure
from app.services.casefile import options
from app.services.district import calendars
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: What is told of the criminal case; everything else is told of the accused.
_OF_CASE = ("fir_no", "fir_date", "offence_date", "act", "sections")
_SHOWN = ("P1", "P2", "P3")
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True, slots=True)
class Entry:
    """One accused of one criminal case, opened; `facts` are the answers of the register's form."""

    id: UUID
    fir_id: UUID
    office_id: UUID
    office_kind: str
    office_hi: str
    office_en: str
    facts: dict[str, Any]
    withheld_at: datetime | None = None  # since when no search finds it
    withheld_why: str = ""
    withheld_order: str = ""

    @property
    def someone(self) -> Someone:
        """The accused as far as he can be compared with somebody."""
        spelt = antecedents.spellings
        return Someone(
            spelt(self.facts.get("name"), self.facts.get("alias")),
            spelt(self.facts.get("father")),
            spelt(self.facts.get("village")),
            born(self.facts),
        )

    @property
    def is_child(self) -> bool:
        """Whether he was a child then: what stands here leaves no office."""
        return antecedents.is_child(born(self.facts), int(self.facts["fir_year"]))

    def words(self, key: str, lang: str) -> str:
        """One answer in words."""
        return formjs.label(form(), key, self.facts.get(key), {}, lang)

    def lines(self, lang: str) -> list[tuple[str, str]]:
        """Every answer with its label, for reading; the station apart."""
        facts = {key: value for key, value in self.facts.items() if key != "thana"}
        return formjs.show(form(), facts, {}, lang, _SHOWN)


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one entry: new, changed, or the same as before."""

    id: UUID
    what: str


@dataclass(frozen=True, slots=True)
class _Known:
    """An accused who stands in the register already, with what is told of him."""

    id: UUID
    facts: dict[str, Any]
    kind: str = ""
    counts_from: date | None = None
    is_withheld: bool = False


@cache
def form() -> formjs.Form:
    """The form of an entry: the product's own, no part of a release, since no step of the route fills it."""
    return formjs.load((ROOT / "forms" / "registers" / "crime_entry.form").read_bytes())


def form_facts(session: Session, now: datetime) -> dict[str, Any]:
    """What the rules of the form may read beside its own fields."""
    return {"today": calendars.day(now), "own_district": str(session.district_id)}


def form_options(session: Session) -> dict[str, Any]:
    """The lists outside the form."""
    return {"stations": options.stations(session)}


def born(facts: Mapping[str, Any]) -> int:
    """The year of birth: as written, else by the age at the case; 0 where neither is known."""
    if facts.get("birth_year"):
        return int(facts["birth_year"])
    return int(facts["fir_year"]) - int(facts["age"]) if facts.get("age") else 0


def digests(session: Session, facts: Mapping[str, Any]) -> list[bytes]:
    """What an entry is found by, blind: the sounds of its names, of the father's and of the village."""
    spelt = antecedents.spellings
    texts = {
        "name": spelt(facts.get("name"), facts.get("alias")),
        "father": spelt(facts.get("father")),
        "village": spelt(facts.get("village")),
    }
    return sorted(
        {blind(session, kind, key) for kind, each in texts.items() for key in antecedents.keys_of(each)}
    )


def blind(session: Session, kind: str, key: str) -> bytes:
    return session.keys.blind(f"crime|{kind}", key)


def put(
    session: Session,
    officer_id: UUID,
    rows: Sequence[Mapping[str, Any]],
    now: datetime,
    roster_id: UUID | None = None,
) -> list[Put]:
    """Enter these answers of the form, each accused of a case once; -> what became of each.

    Whoever stands there already, by thana, number, year, and the sound of his and his father's name, is changed
    where something new is told of him; a box left empty takes nothing away.
    """
    return _Entering(session, officer_id, now, roster_id).put(rows)


class _Entering:
    """One act of entering: what stands in the register of all its cases is read once, before anything is written."""

    def __init__(self, session: Session, officer_id: UUID, now: datetime, roster_id: UUID | None) -> None:
        self._session, self._officer_id, self._now, self._roster_id = session, officer_id, now, roster_id
        self._day = calendars.day(now)
        self._firs: dict[bytes, tuple[UUID, bytes, dict[str, Any]]] = {}
        self._people: dict[tuple[UUID, bytes], _Known] = {}
        self._key_id: UUID | None = None

    def put(self, rows: Sequence[Mapping[str, Any]]) -> list[Put]:
        self._read({reference(self._session, row) for row in rows})
        return [self._one(row) for row in rows]

    def _read(self, references: set[bytes]) -> None:
        found = table.lock_firs_of(self._session, references)
        opened: dict[UUID, bytes] = {}
        for digest, row in found.items():
            key = opened[row.id] = keys.unlock(self._session, row.data_key_id)
            facts = keys.open_json(key, f"fir|facts|{row.id}", row.facts)
            self._firs[digest] = (row.id, key, facts)
        for row in table.accused_of(self._session, opened) if opened else ():
            self._people[row.fir_id, bytes(row.person)] = _known(row, opened[row.fir_id])

    def _one(self, row: Mapping[str, Any]) -> Put:
        of_case, of_him = _parted(row)
        fir_id, key, is_other = self._case(row, of_case)
        person = person_of(self._session, row)
        known = self._people.get((fir_id, person))
        if known is None:
            return Put(self._insert(fir_id, key, person, of_him), NEW)
        after = {**known.facts, **of_him}
        if after != known.facts:
            self._people[fir_id, person] = _change(self._session, known, key, after, self._day)
        return Put(known.id, CHANGED if after != known.facts or is_other else SAME)

    def _case(self, row: Mapping[str, Any], told: dict[str, Any]) -> tuple[UUID, bytes, bool]:
        """The criminal case of an entry: its id, its key, and whether something new was told of it."""
        session, digest = self._session, reference(self._session, row)
        known = self._firs.get(digest)
        if known is not None:
            fir_id, key, before = known
            after = {**before, **told}
            if after != before:
                table.set_fir(session, fir_id, keys.seal_json(key, f"fir|facts|{fir_id}", after))
                self._firs[digest] = (fir_id, key, after)
            return fir_id, key, after != before
        if self._key_id is None:
            self._key_id = keys.create(session, "crime")
        fir_id, key = new_id(session.recorded_at), keys.unlock(session, self._key_id)
        found = {
            "id": fir_id,
            "data_key_id": self._key_id,
            "office_id": _office(row),
            "year": int(row["fir_year"]),
            "reference": digest,
            "facts": keys.seal_json(key, f"fir|facts|{fir_id}", told),
        }
        table.insert_firs(session, [found])
        self._firs[digest] = (fir_id, key, told)
        return fir_id, key, False

    def _insert(self, fir_id: UUID, key: bytes, person: bytes, facts: dict[str, Any]) -> UUID:
        session = self._session
        accused_id = new_id(session.recorded_at)
        found = {
            "id": accused_id,
            "fir_id": fir_id,
            "person": person,
            "facts": keys.seal_json(key, f"accused|facts|{accused_id}", facts),
            "roster_id": self._roster_id,
            "entered_at": self._now,
            "entered_by": self._officer_id,
            **_class_of(facts, self._day),
        }
        table.insert_accused(session, [found])
        table.insert_keys(session, _keys(accused_id, digests(session, facts)))
        self._people[fir_id, person] = _Known(accused_id, facts, found["kind"], found["counts_from"])
        return accused_id


def _known(row: AnyRow, key: bytes) -> _Known:
    facts = keys.open_json(key, f"accused|facts|{row.id}", row.facts)
    return _Known(row.id, facts, row.kind, row.counts_from, row.withheld_at is not None)


def _change(session: Session, known: _Known, key: bytes, after: dict[str, Any], day: date) -> _Known:
    """Let an entry say something else, and be found by it, unless it was taken from search."""
    sealed = keys.seal_json(key, f"accused|facts|{known.id}", after)
    if known.is_withheld:
        table.set_accused(session, known.id, facts=sealed)
        return replace(known, facts=after)
    kept = _class_of(after, day, known)
    table.set_accused(session, known.id, facts=sealed, **kept)
    was, now = set(digests(session, known.facts)), set(digests(session, after))
    if was - now:
        table.delete_keys(session, known.id, was - now)
    table.insert_keys(session, _keys(known.id, sorted(now - was)))
    return _Known(known.id, after, **kept)


def _class_of(facts: Mapping[str, Any], day: date, known: _Known | None = None) -> dict[str, Any]:
    """By which class an entry is kept, and from which day its years count.

    That day is the one of the outcome; where nobody told it, the day on which the register first learnt of it.
    """
    kind = retention.entry_kind(facts.get("stage"), facts.get("final_form_accepted"))
    if kind is None:
        return {"kind": "", "counts_from": None}
    before = known.counts_from if known is not None and known.kind == kind else None
    return {"kind": kind.value, "counts_from": day_of(facts.get("stage_date")) or before or day}


def _parted(row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What answers tell of the criminal case, and what of the accused; boxes left empty tell nothing."""
    told = {key: value for key, value in row.items() if value not in (None, "")}
    of_case = {key: told[key] for key in _OF_CASE if key in told}
    return of_case, {key: value for key, value in told.items() if key not in (*_OF_CASE, "thana", "fir_year")}


def rewrite(session: Session, officer_id: UUID, entry: Entry, row: Mapping[str, Any], now: datetime) -> Put:
    """Put an entry right, what was emptied as well; told of another case or person, it is entered there instead."""
    is_his = person_of(session, row) == person_of(session, entry.facts)
    if not is_his or reference(session, row) != reference(session, entry.facts):
        take_out(session, entry, now)
        return put(session, officer_id, [row], now)[0]
    table.lock_firs(session, [entry.fir_id])
    [kept] = table.entries(session, [entry.id])
    key = keys.unlock(session, kept.data_key_id)
    of_case, of_him = _parted(row)
    table.set_fir(session, entry.fir_id, keys.seal_json(key, f"fir|facts|{entry.fir_id}", of_case))
    _change(session, _known(kept, key), key, of_him, calendars.day(now))
    return Put(entry.id, CHANGED)


def _keys(accused_id: UUID, found: Iterable[bytes]) -> list[dict[str, Any]]:
    return [{"digest": digest, "accused_id": accused_id} for digest in found]


def _office(row: Mapping[str, Any]) -> UUID:
    return UUID(str(row["thana"]))


def reference(session: Session, row: Mapping[str, Any]) -> bytes:
    """One criminal case, blind: thana, year and number without its leading zeros."""
    number = str(row["fir_no"]).lstrip("0")
    return session.keys.blind("fir", f"{_office(row)} {int(row['fir_year'])} {number}")


def person_of(session: Session, row: Mapping[str, Any]) -> bytes:
    """One accused among those of his case, blind: how his and his father's name sound, else his and his village's."""
    beside = row.get("father") or row.get("village") or ""
    sounds = [sorted(map(names.skeleton, names.words(str(text)))) for text in (row["name"], beside)]
    return session.keys.blind("accused", "|".join(map(" ".join, sounds)))


def find(session: Session, accused_ids: Iterable[UUID], *, withheld: bool = False) -> dict[UUID, Entry]:
    """These entries, opened; one that is not there, or whose key was destroyed, is left out.

    So is one that was taken from search, unless `withheld` asks for those as well.
    """
    found = {}
    for row in table.entries(session, list(accused_ids)):
        if row.wrapped is not None and (withheld or row.withheld_at is None):
            found[row.id] = _opened(session, row)
    return found


def _opened(session: Session, row: AnyRow) -> Entry:
    key = keys.unlock(session, row.data_key_id, row.wrapped)
    facts = {
        **keys.open_json(key, f"fir|facts|{row.fir_id}", row.fir_facts),
        **keys.open_json(key, f"accused|facts|{row.id}", row.facts),
        "thana": str(row.office_id),
        "fir_year": row.year,
    }
    held = (row.withheld_at, row.withheld_why, row.withheld_order)
    return Entry(
        row.id, row.fir_id, row.office_id, row.office_kind, row.office_hi, row.office_en, facts, *held
    )


def index_again(session: Session, accused_ids: Sequence[UUID]) -> int:
    """Let entries be found and kept by the rules of today, too; -> how many were opened.

    By the rules of before they stay to be found: their keys cannot be told from others without those rules. What was
    taken from search stays so.
    """
    opened = 0
    for row in table.entries(session, accused_ids):
        if row.wrapped is None or row.withheld_at is not None:
            continue
        facts, opened = _opened(session, row).facts, opened + 1
        table.add_keys(session, _keys(row.id, digests(session, facts)))
        if not row.kind:
            table.set_accused(session, row.id, **_class_of(facts, calendars.day(row.entered_at)))
    return opened


def take_out(session: Session, entry: Entry, now: datetime) -> None:
    """Take an entry out of the register for good."""
    crimeerasure.erase(session, {entry.id: digests(session, entry.facts)}, now)


def withhold(session: Session, officer_id: UUID, entry: Entry, why: str, order: str, now: datetime) -> None:
    """Take an entry from search at once: what it was found by goes, its row stays sealed for its years."""
    table.delete_keys(session, entry.id, digests(session, entry.facts))
    kept = {"kind": EntryKind.WITHHELD.value, "counts_from": calendars.day(now)}
    said = {"withheld_at": now, "withheld_by": officer_id, "withheld_why": why, "withheld_order": order}
    table.set_accused(session, entry.id, **kept, **said)


def show_again(session: Session, entry: Entry, now: datetime) -> None:
    """Let an entry be found again that was taken from search."""
    table.add_keys(session, _keys(entry.id, digests(session, entry.facts)))
    unsaid = {"withheld_at": None, "withheld_by": None, "withheld_why": "", "withheld_order": ""}
    table.set_accused(session, entry.id, **_class_of(entry.facts, calendars.day(now)), **unsaid)
