"""What each unit of a case has answered, in a line each: what whoever decides reads before he opens any report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import formjs
from app.domain.offices import UnitKind
from app.domain.records import Weight
from app.services.casefile import units
from app.services.casefile.facts import REPLY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from app.domain.findings import Record, Unit
    from app.services.casefile.facts import CaseFacts
    from app.services.casefile.units import Said
    from app.services.procedure.releases import Loaded

_NOTHING = ("अभिलेखों में कुछ नहीं मिला", "nothing found in the records")
_SILENT = ("उत्तर नहीं", "no answer")
_LEFT_OUT = (
    "समय पर प्रतिवेदन नहीं, पुलिस अधीक्षक के निर्णय से इसके बिना आगे बढ़ा",
    "no report in time, went on without it by decision of the SP",
)
_INCOMPLETE = ("कुछ जाँच नहीं हुई", "some checks were not made")
_UNKNOWN = ("पहचान सत्यापित नहीं", "identity not verified")
_UNSUITABLE = ("परिसर या शस्त्र अनुपयुक्त", "premises or weapon unsuitable")
_ORDER = list(UnitKind)
#: What a record is worth, where that is not that it counts.
_WORTH = {
    Weight.DOUBTFUL: ("पहचान या आयु संदिग्ध", "identity or age doubtful"),
    Weight.JUVENILE: ("घटना के समय 18 वर्ष से कम", "below 18 at the offence"),
    Weight.NONE: ("विरुद्ध गणना में नहीं", "not counted against the person"),
}


@dataclass(frozen=True, slots=True)
class Account:
    """One unit's answer; `has_found`: it tells a record, whatever that is worth."""

    name_hi: str
    name_en: str
    said: list[Said]
    has_found: bool


def of(known: CaseFacts, loaded: Loaded) -> list[Account]:
    """The answers of the units, thanas first; the special branch's word is never among them."""
    units_asked = sorted(known.found.units, key=lambda unit: _ORDER.index(UnitKind(unit.kind)))
    return [_account(known, loaded, unit) for unit in units_asked]


def _account(known: CaseFacts, loaded: Loaded, unit: Unit) -> Account:
    found = [row for row in (*known.found.cases, *known.found.entries) if unit in row.told_by]
    said = [*_of_the_place(loaded, unit), *(_record(known, loaded, row) for row in found)]
    if unit.looked and not found:
        said.append(_NOTHING)
    if unit.is_left_out and unit.kind != UnitKind.OTHER_DISTRICT:
        said.append(_LEFT_OUT)
    elif unit.is_incomplete:
        said.append(_INCOMPLETE)
    return Account(*units.called(known, unit), said or [_SILENT], bool(found))


def _of_the_place(loaded: Loaded, unit: Unit) -> Iterator[Said]:
    """What was seen at the door, in the words of the forms that asked for it."""
    if unit.kind == UnitKind.OTHER_DISTRICT:
        yield from _worded(loaded, REPLY, "od_result", unit.reply)
    yield from _worded(loaded, "visit", "resident", unit.visit)
    if unit.visit.get("identity_verified") == "no":
        yield _UNKNOWN
    if unit.visit.get("premises_result") == "unsuitable" or unit.visit.get("weapon_matches") is False:
        yield _UNSUITABLE


def _record(known: CaseFacts, loaded: Loaded, record: Record) -> Said:
    """A criminal case, or an entry of a register: number, stage, part in it, and what it is worth."""
    rows, named = ("entries", "preventive_kind") if record.kind == "entry" else ("cases", "stage")
    told = [units.record_name(known, loaded, record)]
    for name in (named, "role"):
        told += _worded(loaded, units.REGISTERS, f"{rows}.{name}", record.facts, name)
    told += [_WORTH[record.weight]] if record.weight in _WORTH else []
    return ", ".join(hindi for hindi, _ in told), ", ".join(english for _, english in told)


def _worded(
    loaded: Loaded, form: str, path: str, answers: Mapping[str, Any], name: str = ""
) -> Iterator[Said]:
    """An answer in the words of its form; nothing where it was not given, or the release asks for none."""
    if form not in loaded.forms:
        return
    value = answers.get(name or path)
    hindi, english = (formjs.label(loaded.form(form), path, value, {}, lang) for lang in ("hi", "en"))
    if hindi:
        yield hindi, english


__all__ = ["Account", "of"]
