"""What the case itself suggests as first values of a form: thanas of the addresses, the last visit, open disputes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.offices import UnitKind
from app.services.casefile.facts import REVIEW, SCRUTINY
from app.services.desk import marking
from app.services.district import englishnames

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.models.tables.base import AnyRow
    from app.services.casefile.facts import CaseFacts


def propose(known: CaseFacts, task: AnyRow) -> dict[str, Any]:
    """First values of a task's form; an officer changes what he likes."""
    proposal = _PROPOSALS.get(task.form)
    return proposal(known, task) if proposal is not None else {}


def _routes(known: CaseFacts, _task: AnyRow) -> dict[str, Any]:
    """A row per address with its thana, a letter per address elsewhere: only the doubtful ones need a decision."""
    inside: list[dict[str, Any]] = []
    outside: list[dict[str, Any]] = []
    for place in marking.places_of(known):
        if place.known:
            likely = str(place.office_id) if place.office_id is not None else None
            inside.append({"thana": likely, "address": str(place.row.id)})
        else:
            outside.append(_letter(place.row, place.details))
    proposed = {"routes": inside, "other_district": outside}
    return {name: rows for name, rows in proposed.items() if rows}


def _letter(row: AnyRow, place: dict[str, Any]) -> dict[str, Any]:
    hindi, _ = englishnames.district(place.get("district") or place.get("district_other"))
    return {
        **{part: place.get(part) for part in ("state", "district", "district_other")},
        "office": f"पुलिस अधीक्षक, {hindi}",
        "address": str(row.id),
        "period_from": place.get("from"),
        "period_to": place.get("to"),
    }


def _last(known: CaseFacts, task: AnyRow) -> dict[str, Any]:
    """A second visit, or a check after a return, begins with the last report, without its time and a locked door."""
    last = known.answer(task.form, task.enquiry_id)
    once = {"visit_dt", "next_visit"} | ({"resident"} if last.get("resident") == "house_locked" else set())
    return {name: value for name, value in last.items() if name not in once}


def _disputes(known: CaseFacts, _task: AnyRow) -> dict[str, Any]:
    """A row for everything that is to be settled, with what was decided of it in an earlier round."""
    before = {row["row"]: row for row in known.answer(REVIEW).get("row_decisions") or ()}
    rows = [before.get(record.key, {"row": record.key}) for record in known.unsettled.disputed]
    proposed: dict[str, Any] = {"row_decisions": rows} if rows else {}
    if unseen := _not_inspected(known):
        proposed |= {"re_units": unseen, "re_point": _INSPECT}
    return proposed


_INSPECT = "परिसर/शस्त्र का निरीक्षण नहीं हुआ। निरीक्षण कर परिणाम प्रतिवेदित करें।"


def _not_inspected(known: CaseFacts) -> list[str]:
    """The thanas that were to inspect premises, or a weapon, and say that they have not, each by its last enquiry."""
    last = {row.office_id: row for row in known.enquiries if row.unit_kind == UnitKind.THANA}
    answers = ((str(row.id), known.answer("visit", row.id)) for row in last.values())
    return [each for each, visit in answers if visit.get("premises_result") == "not_inspected"]


def _questions(known: CaseFacts, _task: AnyRow) -> dict[str, Any]:
    """What the SP would ask again, should he order it: an inspection that was not made."""
    rows = [{"unit": each, "point": _INSPECT} for each in _not_inspected(known)]
    return {"re_enquiry": rows} if rows else {}


def _defects(known: CaseFacts, _task: AnyRow) -> dict[str, Any]:
    """A row for every defect that the department was told of."""
    told = known.answer(SCRUTINY).get("defects") or ()
    return {"answers": [{"defect": row["code"]} for row in told]} if told else {}


_PROPOSALS: dict[str, Callable[[CaseFacts, AnyRow], dict[str, Any]]] = {
    "route": _routes,
    "visit": _last,
    "check_registers": _last,
    "review_findings": _disputes,
    "recommend": _questions,
    "answer_defects": _defects,
}
