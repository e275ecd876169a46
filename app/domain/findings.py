"""The fourteen inputs of the outcome table, derived from the units' answers; a missing answer stays missing.

Rules: only accused persons of certain identity and certain full age count; records are read from every unit;
of one office, a later round replaces an earlier one. An input whose answers are missing is None, which the
outcome table never reads as clean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ADULT = 18
#: Without the date of the offence: the youngest an accused can be who is an adult for certain.
ADULT_BY_YEARS = 20

_CHARGED = frozenset({"chargesheeted", "trial"})
_CONVICTED = frozenset({"convicted", "appeal_conviction"})
_CLEARED = frozenset({"acquitted", "appeal_acquittal", "discharged", "compounded", "quashed"})
#: From the charge sheet on, an accused whom the FIR did not name is more than a suspect.
_AFTER_CHARGE = _CHARGED | _CONVICTED | {"acquitted", "appeal_acquittal", "discharged", "compounded"}
_WANTED = frozenset({"warrant", "absconder"})
_SURVEILLANCE = frozenset({"gunda", "history", "gang"})
_PREVENTIVE = frozenset({"bond_executed", "order_in_force"})
_LIVED_THERE = frozenset({"resident", "left"})
_NO_RECORD = "no_record"


class Weight(StrEnum):
    """What one row about a criminal case is worth."""

    NONE = "none"  # complainant, witness, victim, mere suspect
    JUVENILE = "juvenile"
    DOUBTFUL = "doubtful"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Unit:
    """The answers of one unit in one round; empty where a form was not sent (yet), or is not its to send."""

    kind: str
    office_id: str
    visit: Mapping[str, Any] = field(default_factory=dict)  # F06
    registers: Mapping[str, Any] = field(default_factory=dict)  # F06R
    search: Mapping[str, Any] = field(default_factory=dict)  # F04, crime records bureau
    reply: Mapping[str, Any] = field(default_factory=dict)  # F18, another district
    addresses: frozenset[str] = frozenset()  # which of the person's addresses it was asked about
    district: str = ""  # LGD code of the unit's district; empty: the case's own

    @property
    def rows(self) -> Iterator[Mapping[str, Any]]:
        """Every row about a criminal case that the unit reported."""
        for form in (self.visit, self.registers, self.search, self.reply):
            yield from form.get("cases") or ()

    @property
    def entries(self) -> Sequence[Mapping[str, Any]]:
        return self.registers.get("entries") or ()

    @property
    def looked(self) -> bool:
        """Whether it has answered from its registers."""
        return bool(self.registers or self.search or self.reply)


def derive(intake: Mapping[str, Any], units: Iterable[Unit]) -> dict[str, Any]:
    """Input name -> true, false, a code, or None where an answer is missing.

    `units` come in the order of their rounds. A check answered "not checked" is an answer: it leads to the
    SDPO by the purpose's own rule, not to a missing value.
    """
    latest = _latest(units)
    born = _date(intake.get("dob"))
    weighed = [(row, weigh(row, born)) for unit in latest for row in unit.rows]
    counted = [row for row, weight in weighed if weight is Weight.COUNTED]
    entries = [entry for unit in latest for entry in unit.entries]
    certain = [entry for entry in entries if not _is_doubtful(entry)]
    known = bool(latest) and all(unit.looked for unit in latest)

    def found(rows: Iterable[Any]) -> bool | None:
        """Say true as soon as one unit does; false only when every unit has looked."""
        return True if any(True for _ in rows) else (False if known else None)

    doubted = [row for row, weight in weighed if weight is Weight.DOUBTFUL]
    doubted += [entry for entry in entries if _is_doubtful(entry) and _would_count(entry)]
    return {
        "wanted": found(entry for entry in certain if _is_wanted(entry)),
        "conviction": found(row for row in counted if row.get("stage") in _CONVICTED),
        "chargesheeted": found(row for row in counted if row.get("stage") in _CHARGED),
        "contradiction": _contradiction(latest, born) or found(()),
        "identity_ok": _identity(latest),
        "residence": _residence(latest),
        "doubtful_record": found(doubted),
        "under_investigation": found(row for row in counted if _is_open(row)),
        "surveillance_entry": found(entry for entry in certain if entry.get("register") in _SURVEILLANCE),
        "preventive_order": found(entry for entry in certain if _is_preventive(entry)),
        "premises_unsuitable": _premises(latest),
        "suppression": found(counted) if _denied(intake) else False,
        "cleared": found(row for row in counted if is_cleared(row)),
        "juvenile_record": found(row for row, weight in weighed if weight is Weight.JUVENILE),
    }


def weigh(row: Mapping[str, Any], born: date | str | None) -> Weight:
    """Judge what a row about a criminal case counts for, given the person's date of birth."""
    if not _is_accused(row):
        return Weight.NONE
    age = _age(row, _date(born))
    if age is not None and age < ADULT:
        return Weight.JUVENILE
    if age is None or _is_doubtful(row):
        return Weight.DOUBTFUL
    return Weight.COUNTED


def is_cleared(row: Mapping[str, Any]) -> bool:
    """Say whether it is closed in law: kept on the internal sheet, neither printed nor sent."""
    stage = row.get("stage")
    return stage in _CLEARED or (stage == "final_form" and row.get("final_form_accepted") == "accepted")


def may_be_printed(row: Mapping[str, Any], born: date | str | None) -> bool:
    """Say whether he is accused, certain, adult and not cleared: nothing else leaves the office."""
    return weigh(row, born) is Weight.COUNTED and not is_cleared(row)


def entry_may_be_printed(entry: Mapping[str, Any]) -> bool:
    """Say whether a register entry is a fact of its own: a warrant, bond or order in force, surely his.

    An entry under surveillance proves nothing; the criminal case behind it is quoted instead.
    """
    return (_is_wanted(entry) or _is_preventive(entry)) and not _is_doubtful(entry)


def _latest(units: Iterable[Unit]) -> list[Unit]:
    """One unit per office: of each form the answers of its last round that gave any."""
    merged: dict[tuple[str, str], Unit] = {}
    for unit in units:
        before = merged.get((unit.kind, unit.office_id), unit)
        merged[unit.kind, unit.office_id] = Unit(
            unit.kind,
            unit.office_id,
            unit.visit or before.visit,
            unit.registers or before.registers,
            unit.search or before.search,
            unit.reply or before.reply,
            unit.addresses or before.addresses,
            unit.district or before.district,
        )
    return list(merged.values())


# -- rows and entries ------------------------------------------------------------------------------------


def _is_accused(row: Mapping[str, Any]) -> bool:
    role = row.get("role")
    return role == "accused_named" or (role == "accused_unnamed" and row.get("stage") in _AFTER_CHARGE)


def _is_doubtful(row: Mapping[str, Any]) -> bool:
    """No basis named is no certainty."""
    return row.get("identity_basis") in (None, "", "doubtful")


def _age(row: Mapping[str, Any], born: date | None) -> int | None:
    """Full years at the offence (at least 20, or below 18, judged by years); None where it is uncertain."""
    if born is None:
        return None
    offence = _date(row.get("offence_date"))
    if offence is not None:
        return offence.year - born.year - ((offence.month, offence.day) < (born.month, born.day))
    year = row.get("fir_year")
    if year is None:
        return None
    years = int(year) - born.year
    return years if years >= ADULT_BY_YEARS or years < ADULT else None


def _is_open(row: Mapping[str, Any]) -> bool:
    stage = row.get("stage")
    return stage == "under_investigation" or (
        stage == "final_form" and row.get("final_form_accepted") in ("pending", "not_accepted")
    )


def _is_wanted(entry: Mapping[str, Any]) -> bool:
    return entry.get("register") in _WANTED and entry.get("in_force") is True


def _is_preventive(entry: Mapping[str, Any]) -> bool:
    """Count a bond or an order in force; a notice, or a matter that is closed, never counts."""
    return entry.get("preventive_kind") in _PREVENTIVE and entry.get("in_force") is True


def _would_count(entry: Mapping[str, Any]) -> bool:
    return _is_wanted(entry) or _is_preventive(entry) or entry.get("register") in _SURVEILLANCE


# -- what units say about the person ---------------------------------------------------------------------


def _visits(units: Iterable[Unit]) -> list[Mapping[str, Any]]:
    return [unit.visit for unit in units if unit.visit or unit.kind == "thana"]


def _identity(units: Sequence[Unit]) -> bool | None:
    answers = {visit.get("identity_verified") for visit in _visits(units)} - {None, ""}
    return "no" not in answers if answers else None


def _residence(units: Sequence[Unit]) -> str | None:
    """Let stand what one address says against him; "resident" needs every one. A locked house says nothing."""
    answers = [visit.get("resident") for visit in _visits(units)]
    for negative in ("address_incomplete", "not_resident"):
        if negative in answers:
            return negative
    return "resident" if answers and all(each in _LIVED_THERE for each in answers) else None


def _premises(units: Sequence[Unit]) -> bool | None:
    visits = _visits(units)
    answers = {visit.get("premises_result") for visit in visits}
    if "unsuitable" in answers or any(visit.get("weapon_matches") is False for visit in visits):
        return True
    return None if "not_inspected" in answers or not all(visits) else False


def _denied(intake: Mapping[str, Any]) -> bool:
    """He declared, over his signature, that there was never a case; a missing declaration denies nothing."""
    return intake.get("declared_case") == "no" and intake.get("declaration_attached") is True


# -- disagreement ----------------------------------------------------------------------------------------


def _contradiction(units: Sequence[Unit], born: date | None) -> bool:
    return any(
        _says_nothing_of(silent, row)
        for silent in units
        if _no_record(silent)
        for unit in units
        if unit is not silent
        for row in unit.rows
        if weigh(row, born) in (Weight.COUNTED, Weight.DOUBTFUL)
    ) or _disagree_on_residence(units)


def _no_record(unit: Unit) -> bool:
    """Whether it looked and says that there is nothing."""
    if unit.search:
        return unit.search.get("result") == _NO_RECORD
    if unit.reply:
        return unit.reply.get("od_result") == _NO_RECORD
    return bool(unit.registers) and not any(True for _ in unit.rows)


def _says_nothing_of(silent: Unit, row: Mapping[str, Any]) -> bool:
    """Whether the row lies in the district and the years in which the silent unit found nothing."""
    row_district = str(row.get("district") or "")
    if silent.district and row_district and silent.district != row_district:
        return False
    year = row.get("fir_year")
    first, last = _years(silent)
    return year is None or first <= int(year) <= last


def _years(unit: Unit) -> tuple[int, int]:
    """First and last year in which it looked; without a word about it, every year."""
    upto = _date(unit.search.get("searched_up_to"))
    last = upto.year if upto is not None else unit.registers.get("reg_to")
    return int(unit.registers.get("reg_from") or date.min.year), int(last or date.max.year)


def _disagree_on_residence(units: Sequence[Unit]) -> bool:
    """Two thanas of one address: one knows him there, the other does not."""
    for number, unit in enumerate(units):
        for other in units[number + 1 :]:
            answers = {unit.visit.get("resident"), other.visit.get("resident")}
            if unit.addresses & other.addresses and "not_resident" in answers and answers & _LIVED_THERE:
                return True
    return False


def _date(value: date | str | None) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
