"""How the units of a case are called, and what they tell against each other, in a sentence an officer reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from app import formjs
from app.domain import records
from app.domain.offices import UnitKind
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.services.casefile.facts import REPLY
from app.services.district import englishnames
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from app.domain.findings import Record, Unit
    from app.models.tables.base import AnyRow
    from app.services.casefile.facts import CaseFacts
    from app.services.procedure.releases import Loaded

Said = tuple[str, str]  # in Hindi, in English
_NOTHING = ("नहीं मिला", "nothing found")
REGISTERS = "check_registers"  # the form whose words name registers
_RESIDENCE = {
    "resident": ("निवासी हैं", "resident"),
    "left": ("पूर्व में निवासी", "lived there"),
    "not_resident": ("निवासी नहीं", "not resident"),
}


def name(known: CaseFacts, row: AnyRow) -> Said:
    """What a list calls the unit of an enquiry."""
    if row.unit_kind == UnitKind.OTHER_DISTRICT:
        return elsewhere(known.asked_of(row))
    if row.unit_kind == UnitKind.THANA:
        return f"थाना {row.office_hi}", f"{row.office_en} P.S."
    return row.office_hi, row.office_en


def elsewhere(asked: Mapping[str, Any]) -> Said:
    """What a list calls the other district that was asked."""
    hindi, english = englishnames.district(asked.get("district"))
    return f"अन्य जिला: {hindi}", f"Other district: {english}"


def asked_elsewhere(known: CaseFacts, task: AnyRow) -> Said:
    """Which other district's answer a task waits for; two of one case look alike without it. Else empty."""
    if task.form != REPLY:
        return "", ""
    row = next((row for row in known.enquiries if row.id == task.enquiry_id), None)
    return ("", "") if row is None else name(known, row)


def addresses(known: CaseFacts) -> dict[str, Said]:
    """The addresses of a case in one line each, by their ids."""
    found = {}
    for row in cases.addresses_of(known.session, known.case.id):
        details = keys.open_json(known.key, f"address|details|{row.id}", row.details)
        parts = (details.get(part) for part in ("house", "village", "po", "pin"))
        line = ", ".join(str(part) for part in parts if part)
        hindi, english = _ADDRESS_KINDS[row.kind]
        found[str(row.id)] = f"{hindi}: {line}", f"{english}: {englishnames.in_latin(line)}"
    return found


def asked_about(known: CaseFacts, enquiry_id: UUID | None) -> list[Said]:
    """The addresses that an enquiry is about, in one line each."""
    row = next((row for row in known.enquiries if row.id == enquiry_id), None)
    wanted = known.asked_of(row).get("addresses", ()) if row is not None else ()
    lines = addresses(known) if wanted else {}
    return [lines[each] for each in wanted if each in lines]


_ADDRESS_KINDS = {
    "permanent": ("स्थायी पता", "Permanent address"),
    "present": ("वर्तमान पता", "Present address"),
    "stay": ("अन्य निवास", "Other stay"),
    "firm": ("फर्म का पता", "Address of the firm"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """To which district a letter went, to which of its offices, and about which addresses."""

    name_hi: str
    name_en: str
    office: str
    addresses: list[Said]


def letter(known: CaseFacts, enquiry_id: UUID | None) -> Letter | None:
    """The letter to another district that an enquiry waits for; nothing for every other enquiry."""
    row = next((row for row in known.enquiries if row.id == enquiry_id), None)
    if row is None or row.unit_kind != UnitKind.OTHER_DISTRICT:
        return None
    office = str(known.asked_of(row).get("office") or "")
    return Letter(*name(known, row), office, asked_about(known, row.id))


def dispute(known: CaseFacts, loaded: Loaded, record: Record) -> Said:
    """What is told and what is denied of one record: "कांड 112/2021 (डीसीआरबी); थाना मुफस्सिल: नहीं मिला"."""
    told = [called(known, unit) for unit in record.told_by]
    denied = [called(known, unit) for unit in record.denied_by]
    what = record_name(known, loaded, record)
    return _sentence(what, told, denied, 0), _sentence(what, told, denied, 1)


def conflicts(known: CaseFacts, loaded: Loaded) -> list[Said]:
    """Every disagreement between units of a case that nobody has settled yet."""
    found = [dispute(known, loaded, row) for row in known.found.disputed if row.denied_by]
    settled = known.found.residence_dispute
    if settled and known.found.is_contradicted:
        sides = [(called(known, unit), _RESIDENCE.get(str(unit.residence), ("", ""))) for unit in settled]
        found.append(
            (
                "; ".join(f"{unit[0]}: {said[0]}" for unit, said in sides),
                "; ".join(f"{unit[1]}: {said[1]}" for unit, said in sides),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Again:
    """On which points a unit enquires anew, and by which day."""

    points: list[str] = field(default_factory=list)
    by: date | None = None


def asked_again(known: CaseFacts, enquiry_id: UUID | None) -> Again:
    """What the SP, or the SDPO, gave to this unit when the case was sent back; of others nothing is told."""
    own = next((row for row in known.enquiries if row.id == enquiry_id), None)
    if own is None or not own.round or own.round != known.case.rounds:
        return Again()
    place = _place(known, own)
    units = {str(row.id): _place(known, row) for row in known.enquiries}
    lines = [line for line in _sent_back(known) if units.get(str(line["unit"])) == place]
    days = [date.fromisoformat(line["due"]) for line in lines if line.get("due")]
    return Again([str(line["point"]) for line in lines], min(days, default=None))


def _place(known: CaseFacts, row: AnyRow) -> tuple[Any, ...]:
    return row.unit_kind, row.office_id, known.asked_of(row).get("district")


def _sent_back(known: CaseFacts) -> Iterator[Mapping[str, Any]]:
    """The lines (unit, point, due) of the order that opened the last round."""
    orders = [
        cases.last_answer(known.session, known.case.id, form) for form in ("recommend", "review_findings")
    ]
    for row in sorted((row for row in orders if row is not None), key=lambda row: row.at, reverse=True):
        answer = known.open_answer(row)
        if answer.get("action") == "re_enquiry":
            yield from answer.get("re_enquiry") or ()
            return
        if answer.get("sdpo_view") == "re_enquiry":
            for unit in answer["re_units"]:
                yield {"unit": unit, "point": answer["re_point"], "due": answer["re_due"]}
            return


def _sentence(what: Said, told: list[Said], denied: list[Said], language: int) -> str:
    first = f"{what[language]} ({', '.join(each[language] for each in told)})"
    return "; ".join([first, *(f"{each[language]}: {_NOTHING[language]}" for each in denied)])


def called(known: CaseFacts, unit: Unit) -> Said:
    """What a list calls a unit whose answers the findings hold."""
    for row in known.enquiries:
        if row.unit_kind == unit.kind and str(row.office_id) == unit.office_id:
            asked = known.asked_of(row).get("district")
            if not asked or str(asked) == unit.district:
                return name(known, row)
    return unit.kind, unit.kind


def record_name(known: CaseFacts, loaded: Loaded, record: Record) -> Said:
    """A criminal case by its thana and number, an entry by its register and number."""
    return _record_name(known, loaded, record.kind, record.facts)


def _record_name(known: CaseFacts, loaded: Loaded, kind: str, facts: Mapping[str, Any]) -> Said:
    if kind == "entry":
        form = loaded.form(REGISTERS)
        number = f"{facts.get('entry_no') or ''}/{facts.get('year') or ''}"
        hindi, english = (
            formjs.label(form, "entries.register", facts.get("register"), {}, lang) for lang in ("hi", "en")
        )
        return f"{hindi}: {number}", f"{english}: {number}"
    number = f"{facts.get('fir_no') or '-'}/{facts.get('fir_year') or '-'}"
    hindi, english = _thana(known, facts)
    return f"{hindi} कांड {number}".strip(), f"{english} FIR {number}".strip()


def decided_on(known: CaseFacts, loaded: Loaded, key: str) -> Said:
    """The record of a key, which a unit may have told otherwise since: what the key itself says of it then."""
    row = next((row for row in (*known.unsettled.cases, *known.unsettled.entries) if row.key == key), None)
    kind, facts = records.of_key(key) if row is None else (row.kind, row.facts)
    return _record_name(known, loaded, kind, facts)


def _thana(known: CaseFacts, row: Mapping[str, Any]) -> Said:
    """The thana of a criminal case: of the own district by its id, of another as it was written."""
    other = str(row.get("thana_other") or "")
    if other or not row.get("thana"):
        return other, other
    office = offices.find(known.session, UUID(row["thana"]))
    return ("", "") if office is None else (office.name_hi, office.name_en)
