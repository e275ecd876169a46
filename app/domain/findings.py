"""The fourteen inputs of the outcome table, derived from the units' answers; a missing answer stays missing.

Rules: only accused persons of certain identity and certain full age count; records are read from every unit, and a
criminal case told by two of them is one; of one office, a later round replaces an earlier one; what the SDPO decided
of a doubtful or contradicting row settles it. An input whose answers are missing is None, which the outcome table
never reads as clean. The special branch answers for SP and DM alone: nothing here reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.domain import records
from app.domain.offices import SEALED_UNITS, UnitKind
from app.domain.records import Verdict, Weight
from app.domain.text import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from app.domain.records import Person

#: Key of the SDPO's decision on a residence about which two thanas disagree.
RESIDENCE = "residence"

_LIVED_THERE = frozenset({"resident", "left"})
_NO_RECORD = "no_record"
_NOT_CHECKED = frozenset({"not_checked", "not_searched"})
#: What another district's reply says of the residence; a reply about records says that he lived there.
_REPLIED = {"not_resident": "not_resident", "not_traceable": "address_incomplete"}


@dataclass(frozen=True, slots=True)
class Unit:
    """The answers of one unit in one round; empty where a form was not sent (yet), or is not its to send."""

    kind: str
    office_id: str
    visit: Mapping[str, Any] = field(default_factory=dict)
    registers: Mapping[str, Any] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)  # crime records bureau
    reply: Mapping[str, Any] = field(default_factory=dict)  # another district
    addresses: frozenset[str] = frozenset()  # which of the person's addresses it was asked about
    district: str = ""  # LGD code of the unit's district; empty: the case's own
    is_left_out: bool = False  # the SP let the case go on without its report

    @property
    def told(self) -> Iterator[Mapping[str, Any]]:
        """Every row about a criminal case that the unit reported."""
        for form in (self.visit, self.registers, self.search, self.reply):
            yield from form.get("cases") or ()

    @property
    def entries(self) -> Sequence[Mapping[str, Any]]:
        return self.registers.get("entries") or ()

    @property
    def looked(self) -> bool:
        """Whether it has answered from its registers; papers sent back are no answer."""
        return bool(self.registers or self.reply) or self.search.get("action") == "report"

    @property
    def says_no_record(self) -> bool:
        """Whether it looked and says that there is nothing; a register not seen says nothing."""
        if self.search:
            return self.search.get("all_clear") is True or self.search.get("result") == _NO_RECORD
        if self.reply:
            return self.reply.get("od_result") == _NO_RECORD
        seen = not {self.registers.get("chk_fir_index"), self.registers.get("chk_cctns")} & _NOT_CHECKED
        return bool(self.registers) and seen and not any(True for _ in self.told)

    @property
    def years(self) -> tuple[int, int]:
        """First and last year in which it looked; without a word about it, every year."""
        first = self.registers.get("reg_from") or _year(self.reply.get("period_from"))
        last = self.registers.get("reg_to") or _year(self.reply.get("period_to"))
        last = last or _year(self.search.get("searched_up_to"))
        return int(first or 0), int(last or 9999)

    @property
    def residence(self) -> str | None:
        """What it says of the residence; a locked house says nothing."""
        result = self.reply.get("od_result")
        if self.kind == UnitKind.OTHER_DISTRICT:
            return _REPLIED.get(str(result), "resident") if result else None
        answer = self.visit.get("resident")
        return None if answer == "house_locked" else answer

    @property
    def is_incomplete(self) -> bool:
        """Whether a check that was asked for was not made."""
        said = [value for name, value in self.registers.items() if name.startswith("chk_")]
        said += [self.search.get("court_searched"), *(self.search.get("special_thanas_searched") or ())]
        return (
            bool(_NOT_CHECKED.intersection(each for each in said if each))
            or self.search.get("cctns_searched") is False
            or self.visit.get("premises_result") == "not_inspected"
            or self.reply.get("od_state") == "not_received"
            or self.is_left_out
        )


@dataclass(frozen=True, slots=True)
class Record:
    """One criminal case or register entry, whoever told it; `facts` are those of its latest stage."""

    key: str
    kind: str  # fir | entry
    weight: Weight
    facts: Mapping[str, Any]
    told_by: tuple[Unit, ...]
    denied_by: tuple[Unit, ...] = ()  # units that looked where it should be, and say that there is nothing

    @property
    def is_disputed(self) -> bool:
        """Whether the SDPO has to decide it: doubtful, or told by one unit and denied by another."""
        return self.weight is Weight.DOUBTFUL or (self.weight is Weight.COUNTED and bool(self.denied_by))

    @property
    def may_be_printed(self) -> bool:
        """Say whether it is certain and not closed in law: nothing else leaves the office.

        An entry under surveillance proves nothing; the criminal case behind it is quoted instead.
        """
        if self.weight is not Weight.COUNTED:
            return False
        if self.kind == "entry":
            return records.is_wanted(self.facts) or records.is_preventive(self.facts)
        return not records.is_cleared(self.facts)


class Findings:
    """What is known of one person from the answers of the units; `units` come in the order of their rounds.

    `verdicts` are the SDPO's decisions by key of the record. A check answered "not checked" is an answer: it leads
    to the SDPO by the purpose's own rule, not to a missing value.
    """

    def __init__(
        self, intake: Mapping[str, Any], units: Iterable[Unit], verdicts: Mapping[str, str] | None = None
    ) -> None:
        self.intake, self.person = intake, records.person_of(intake)
        self.verdicts = verdicts or {}
        self.units = _latest(unit for unit in units if unit.kind not in SEALED_UNITS)
        self.cases = list(_cases(self.units, self.person, self.verdicts))
        self.entries = list(_entries(self.units, self.verdicts))

    def inputs(self) -> dict[str, Any]:
        """Input of the outcome table -> true, false, a code, or None where an answer is missing."""
        known = bool(self.units) and all(unit.looked for unit in self.units)

        def found(rows: Iterable[Any]) -> bool | None:
            """Say true as soon as one unit does; false only when every unit has looked."""
            return True if any(True for _ in rows) else (False if known else None)

        def having(rows: Sequence[Record], test: Callable[[Mapping[str, Any]], bool]) -> bool | None:
            return found(row for row in rows if row.weight is Weight.COUNTED and test(row.facts))

        everything = [*self.cases, *self.entries]
        counted = [row for row in self.cases if row.weight is Weight.COUNTED]
        return {
            "wanted": having(self.entries, records.is_wanted),
            "conviction": having(self.cases, lambda row: row.get("stage") in records.CONVICTED),
            "chargesheeted": having(self.cases, lambda row: row.get("stage") in records.CHARGED),
            "contradiction": self.is_contradicted or found(()),
            "identity_ok": self._identity(),
            "residence": self._residence(),
            "doubtful_record": found(row for row in everything if row.weight is Weight.DOUBTFUL),
            "under_investigation": having(self.cases, records.is_open),
            "surveillance_entry": having(
                self.entries, lambda row: row.get("register") in records.SURVEILLANCE
            ),
            "preventive_order": having(self.entries, records.is_preventive),
            "premises_unsuitable": self._premises(),
            "suppression": found(counted) if self._denied() else False,
            "cleared": having(self.cases, records.is_cleared),
            "juvenile_record": found(row for row in everything if row.weight is Weight.JUVENILE),
        }

    @property
    def left_open(self) -> frozenset[str]:
        """Inputs without a value because an officer said so: not inspected, left out."""
        if any(unit.is_left_out and unit.kind != UnitKind.OTHER_DISTRICT for unit in self.units):
            return frozenset(name for name, value in self.inputs().items() if value is None)
        said = {unit.visit.get("premises_result") for unit in self.units}
        return frozenset({"premises_unsuitable"}) if "not_inspected" in said else frozenset()

    def signs(self) -> dict[str, bool]:
        """What brings a case to the SDPO besides the outcome: any row at all, any check that was not made."""
        return {
            "record_rows": any(True for unit in self.units for _ in (*unit.told, *unit.entries)),
            "not_checked": any(unit.is_incomplete for unit in self.units),
        }

    @property
    def disputed(self) -> list[Record]:
        """The records that the SDPO has to decide, and has not decided yet."""
        return [
            row for row in (*self.cases, *self.entries) if row.is_disputed and row.key not in self.verdicts
        ]

    @property
    def printable(self) -> list[Record]:
        """The criminal cases and register entries that a paper may name, each once."""
        return [row for row in (*self.cases, *self.entries) if row.may_be_printed]

    @property
    def is_contradicted(self) -> bool:
        """Whether two units disagree on a record or on the residence, and nobody has settled it."""
        undecided = (
            row.denied_by and row.key not in self.verdicts and row.weight in (Weight.COUNTED, Weight.DOUBTFUL)
            for row in self.cases
        )
        return any(undecided) or (bool(self.residence_dispute) and RESIDENCE not in self.verdicts)

    @property
    def residence_dispute(self) -> list[Unit]:
        """Thanas of one address of which one knows him there and another does not."""
        found: list[Unit] = []
        for number, unit in enumerate(self.units):
            for other in self.units[number + 1 :]:
                answers = {unit.residence, other.residence}
                if unit.addresses & other.addresses and "not_resident" in answers and answers & _LIVED_THERE:
                    found += [each for each in (unit, other) if each not in found]
        return found

    def _residence(self) -> str | None:
        """Let stand what one address says against him; "resident" needs every one that was visited."""
        decided, settled = self.verdicts.get(RESIDENCE), self.residence_dispute
        answers = [
            decided if decided and unit in settled else unit.residence
            for unit in self.units
            if unit.kind == UnitKind.THANA
            or (unit.kind == UnitKind.OTHER_DISTRICT and not unit.is_incomplete)
        ]
        for negative in ("address_incomplete", "not_resident"):
            if negative in answers:
                return negative
        return "resident" if answers and all(each in _LIVED_THERE for each in answers) else None

    def _identity(self) -> bool | None:
        answers = {unit.visit.get("identity_verified") for unit in self.units} - {None, ""}
        return "no" not in answers if answers else None

    def _premises(self) -> bool | None:
        visits = [unit.visit for unit in self.units if unit.kind == UnitKind.THANA]
        answers = {visit.get("premises_result") for visit in visits}
        if "unsuitable" in answers or any(visit.get("weapon_matches") is False for visit in visits):
            return True
        return None if "not_inspected" in answers or not all(visits) else False

    def _denied(self) -> bool:
        """He declared, over his signature, that there was never a case; a missing declaration denies nothing."""
        declared, signed = self.intake.get("declared_case"), self.intake.get("declaration_attached")
        return declared == "no" and signed is True


def derive(
    intake: Mapping[str, Any], units: Iterable[Unit], verdicts: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The inputs of the outcome table: see `Findings.inputs`."""
    return Findings(intake, units, verdicts).inputs()


def _latest(units: Iterable[Unit]) -> list[Unit]:
    """One unit per office (and district written to): of each form the answers of its last round that gave any."""
    merged: dict[tuple[str, ...], Unit] = {}
    for unit in units:
        place = (unit.kind, unit.office_id, unit.district)
        before = merged.get(place, unit)
        merged[place] = Unit(
            unit.kind,
            unit.office_id,
            unit.visit or before.visit,
            unit.registers or before.registers,
            unit.search or before.search,
            unit.reply or before.reply,
            unit.addresses or before.addresses,
            unit.district,
            unit.is_left_out,
        )
    return list(merged.values())


def _cases(units: Sequence[Unit], person: Person, verdicts: Mapping[str, str]) -> Iterator[Record]:
    """Each criminal case once: what one account makes certain is certain, and his youth seals all accounts."""
    told: dict[str, list[tuple[Unit, Mapping[str, Any]]]] = {}
    for number, unit in enumerate(units):
        for place, row in enumerate(unit.told):
            key = records.case_key(row, unit.district) or f"fir/{number}/{place}"
            told.setdefault(key, []).append((unit, row))
    for key, accounts in told.items():
        verdict = _verdict(verdicts, key)
        weighed = [(records.weigh(row, person, verdict), row) for _, row in accounts]
        weight = next(
            (each for each in _GRAVEST_FIRST if any(each is found for found, _ in weighed)), Weight.NONE
        )
        facts = max((row for found, row in weighed if found is weight), key=records.progress)
        told_by = tuple(unit for unit in units if any(unit is teller for teller, _ in accounts))
        silent = [unit for unit in units if unit.says_no_record and unit not in told_by]
        yield Record(
            key, "fir", weight, facts, told_by, tuple(unit for unit in silent if _covers(unit, facts))
        )


_GRAVEST_FIRST = (Weight.JUVENILE, Weight.COUNTED, Weight.DOUBTFUL)


def _entries(units: Sequence[Unit], verdicts: Mapping[str, str]) -> Iterator[Record]:
    for number, unit in enumerate(units):
        for place, entry in enumerate(unit.entries):
            key = records.entry_key(entry, unit.office_id) or f"entry/{number}/{place}"
            weight = records.weigh_entry(entry, _verdict(verdicts, key))
            yield Record(key, "entry", weight, entry, (unit,))


def _covers(silent: Unit, row: Mapping[str, Any]) -> bool:
    """Whether the row lies in the district and the years in which the silent unit found nothing."""
    district = str(row.get("district") or "")
    if silent.district and district and silent.district != district:
        return False
    first, last = silent.years
    year = row.get("fir_year")
    return year is None or first <= int(year) <= last


def _verdict(verdicts: Mapping[str, str], key: str) -> Verdict | None:
    said = verdicts.get(key)
    return Verdict(said) if said in set(Verdict) else None


def _year(text: Any) -> int | None:
    return whole_number(str(text or "")[:4])
