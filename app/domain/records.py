"""What is told of a person from records, row by row: whose it is, how old he was, and what it is worth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.domain import subjects

if TYPE_CHECKING:
    from collections.abc import Mapping

ADULT = 18
#: Without the date of the offence: the youngest an accused can be who is an adult for certain.
ADULT_BY_YEARS = 20

CHARGED = frozenset({"chargesheeted", "trial"})
CONVICTED = frozenset({"convicted", "appeal_conviction"})
_CLEARED = frozenset({"acquitted", "appeal_acquittal", "discharged", "compounded", "quashed"})
#: From the charge sheet on, an accused whom the FIR did not name is more than a suspect.
_AFTER_CHARGE = CHARGED | CONVICTED | {"acquitted", "appeal_acquittal", "discharged", "compounded"}
_WANTED = frozenset({"warrant", "absconder"})
SURVEILLANCE = frozenset({"gunda", "history", "gang"})
_PREVENTIVE = frozenset({"bond_executed", "order_in_force"})
#: How far a criminal case has come: of two accounts of one case the later stage is the present one.
_PROGRESS = {"under_investigation": 0, "final_form": 1, "chargesheeted": 2, "trial": 3}
_OVER = 4


class Weight(StrEnum):
    """What one row is worth."""

    NONE = "none"  # complainant, witness, victim, mere suspect, another person
    JUVENILE = "juvenile"
    DOUBTFUL = "doubtful"
    COUNTED = "counted"


class Verdict(StrEnum):
    """What the SDPO decides of a doubtful or contradicting row: whose it is, and how old he was."""

    SAME = "same_person"  # the person, and 18 or more at the offence
    JUVENILE = "juvenile"  # the person, and below 18
    OTHER = "other_person"
    DOUBTFUL = "still_doubtful"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the rows are told of; a firm has no age."""

    born: date | None = None
    is_firm: bool = False


def person_of(intake: Mapping[str, Any]) -> Person:
    """The person or firm of an intake form."""
    return Person(day_of(intake.get("dob")), subjects.kind_of(intake) == subjects.FIRM)


def weigh(row: Mapping[str, Any], person: Person, verdict: Verdict | None = None) -> Weight:
    """Judge what a row about a criminal case counts for."""
    if not _is_accused(row) or verdict is Verdict.OTHER:
        return Weight.NONE
    age = ADULT_BY_YEARS if person.is_firm else _age(row, person.born)
    if verdict is Verdict.JUVENILE or (age is not None and age < ADULT):
        return Weight.JUVENILE
    if verdict is Verdict.SAME:
        return Weight.COUNTED
    if verdict is Verdict.DOUBTFUL or age is None or is_doubtful(row):
        return Weight.DOUBTFUL
    return Weight.COUNTED


def weigh_entry(entry: Mapping[str, Any], verdict: Verdict | None = None) -> Weight:
    """Judge what an entry of a register counts for; one that is not in force counts for nothing."""
    if not _would_count(entry) or verdict is Verdict.OTHER:
        return Weight.NONE
    if verdict is Verdict.JUVENILE:
        return Weight.JUVENILE
    if verdict is not Verdict.SAME and (verdict is Verdict.DOUBTFUL or is_doubtful(entry)):
        return Weight.DOUBTFUL
    return Weight.COUNTED


_PARTS = 4  # of a key behind its kind
_IS_ID = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)  # a thana of the own district; others are written


def case_key(row: Mapping[str, Any], home: str) -> str:
    """One criminal case, whoever tells it: district, thana, year and number. Empty where one of them is missing.

    `home` is the LGD code of the district of whoever tells it: what a row means that names none.
    """
    thana = str(row.get("thana") or row.get("thana_other") or "").strip().casefold()
    number = str(row.get("fir_no") or "").strip().lstrip("0")
    year = row.get("fir_year")
    if not (thana and number and year):
        return ""
    return "/".join(("fir", str(row.get("district") or home), thana, str(int(year)), number))


def entry_key(entry: Mapping[str, Any], office_id: str) -> str:
    """One entry of one office's register. Empty where its number is missing."""
    register, number = entry.get("register"), str(entry.get("entry_no") or "").strip()
    if not (register and number):
        return ""
    return "/".join(("entry", office_id, str(register), str(entry.get("year") or ""), number))


def of_key(key: str) -> tuple[str, dict[str, str]]:
    """What a key says of its record: fir or entry, and the parts that a name of it is made of, where it has them."""
    kind, *parts = key.split("/", 4)
    if len(parts) < _PARTS:
        return kind, {}
    place, where, year, number = parts
    if kind == "entry":
        return kind, {"register": where, "year": year, "entry_no": number}
    thana = "thana" if _IS_ID.fullmatch(where) else "thana_other"
    return kind, {"district": place, thana: where, "fir_year": year, "fir_no": number}


def progress(row: Mapping[str, Any]) -> int:
    """How far the criminal case of a row has come; the higher the later."""
    return _PROGRESS.get(str(row.get("stage")), _OVER)


def is_cleared(row: Mapping[str, Any]) -> bool:
    """Say whether it is closed in law: kept on the internal sheet, neither printed nor sent."""
    stage = row.get("stage")
    return stage in _CLEARED or (stage == "final_form" and row.get("final_form_accepted") == "accepted")


def is_open(row: Mapping[str, Any]) -> bool:
    """Say whether it is still investigated, or its final form not accepted."""
    stage = row.get("stage")
    return stage == "under_investigation" or (
        stage == "final_form" and row.get("final_form_accepted") in ("pending", "not_accepted")
    )


def is_wanted(entry: Mapping[str, Any]) -> bool:
    return entry.get("register") in _WANTED and entry.get("in_force") is True


def is_preventive(entry: Mapping[str, Any]) -> bool:
    """Count a bond or an order in force; a notice, or a matter that is closed, never counts."""
    return entry.get("preventive_kind") in _PREVENTIVE and entry.get("in_force") is True


def is_doubtful(row: Mapping[str, Any]) -> bool:
    """No basis named is no certainty."""
    return row.get("identity_basis") in (None, "", "doubtful")


def day_of(value: date | str | None) -> date | None:
    """The day of an ISO text; None for what is none."""
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _is_accused(row: Mapping[str, Any]) -> bool:
    role = row.get("role")
    return role == "accused_named" or (role == "accused_unnamed" and row.get("stage") in _AFTER_CHARGE)


def _age(row: Mapping[str, Any], born: date | None) -> int | None:
    """Full years at the offence (at least 20, or below 18, judged by years); None where it is uncertain."""
    if born is None:
        return None
    offence = day_of(row.get("offence_date"))
    if offence is not None:
        return offence.year - born.year - ((offence.month, offence.day) < (born.month, born.day))
    year = row.get("fir_year")
    if year is None:
        return None
    years = int(year) - born.year
    return years if years >= ADULT_BY_YEARS or years < ADULT else None


def _would_count(entry: Mapping[str, Any]) -> bool:
    return is_wanted(entry) or is_preventive(entry) or entry.get("register") in SURVEILLANCE
