"""What officers answer where a case is not clean, for the scripts of a traveller: each is made from the open task."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.domain.roles import Role
from tests.shipped_forms import FIR, SEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Row

    from tests.traveller import Script, Traveller

REASON = "सभी प्रतिवेदन देखने के बाद दर्ज कारण।"
WITH_DETAIL: Script = {
    "recommend": [{"sp_reason": REASON, "sp_decision": "issue_with_detail"}],
    "decide": [{"dm_decision": "issue_with_detail", "dm_reason": REASON}],
}
#: The candidate's present address lies in another district.
OUTSIDE = {
    "same_address": False,
    "pres_village": "बोरिंग रोड",
    "pres_pin": "800001",
    "pres_district": "212",
    "pres_thana_other": "बुद्धा कॉलोनी",
}
HERE = {"hearing_time": "11:00", "hearing_place": "समाहरणालय, छपरा"}


def in_days(traveller: Traveller, days: int) -> str:
    return (traveller.now + timedelta(days=days)).date().isoformat()


def locked(traveller: Traveller, _task: Row[Any]) -> Mapping[str, Any]:
    """Nobody at home; the next visit is tomorrow."""
    return {"resident": "house_locked", "met_whom": "nobody", "next_visit": in_days(traveller, 1)}


def himself(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
    """The SHO names himself; he stands last in the list."""
    return {"accept": "ours", "eo": traveller.page_of(task).options["enquiry_officers"][-1]["value"]}


def elsewhere(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
    thana = traveller.page_of(task).options["other_thanas"][0]["value"]
    return {"accept": "other_thana", "correct_thana": thana, "bounce_reason": "यह ग्राम दूसरे थाना में है।"}


def again_by_the_sp(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
    unit = traveller.page_of(task).options["units"][0]["value"]
    return {
        "action": "re_enquiry",
        "sp_reason": REASON,
        "re_enquiry": [{"unit": unit, "point": REASON}],
    }


def again_by_the_sdpo(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
    page = traveller.page_of(task)
    return {
        "sdpo_view": "re_enquiry",
        "sdpo_remark": REASON,
        "re_units": [page.options["units"][0]["value"]],
        "re_point": REASON,
        "re_due": in_days(traveller, 3),
    }


def heard(field: str) -> Callable[[Traveller, Row[Any]], Mapping[str, Any]]:
    """Order a hearing on the form of the SP or of the DM."""
    reasons = {"dm_decision": "dm_reason", "sp_decision": "sp_reason"}

    def order(traveller: Traveller, _task: Row[Any]) -> Mapping[str, Any]:
        return {
            field: "hear_applicant",
            reasons[field]: REASON,
            "hearing_date": in_days(traveller, 7),
            **HERE,
        }

    return order


def adjourned(traveller: Traveller, _task: Row[Any]) -> Mapping[str, Any]:
    return {"hearing_state": "adjourned", "next_date": in_days(traveller, 7)}


def found(*rows: Mapping[str, Any], entries: tuple[Mapping[str, Any], ...] = ()) -> Mapping[str, Any]:
    """What the registers hold: criminal cases, and entries."""
    seen = SEEN | ({"chk_fir_index": "found"} if rows else {})
    seen |= {f"chk_{entry['register']}": "found" for entry in entries}
    return {"all_clear": False, **seen, "cases": list(rows), "entries": list(entries)}


def fir(traveller: Traveller, **changes: Any) -> dict[str, Any]:
    """A criminal case of the thana in which the candidate lives."""
    thana = next(iter(traveller.staff.offices(Role.SHO).values()))
    return {**FIR, "fir_year": 2021, "district": "218", "thana": str(thana), **changes}


def found_by_both(row: Mapping[str, Any]) -> Script:
    """The thana and the bureau tell the same criminal case."""
    return {
        "check_registers": [found(row)],
        "search_records": [{"result": "record_found", "cases": [row]}],
    }


def settled(decision: str) -> Callable[[Traveller, Row[Any]], Mapping[str, Any]]:
    """The SDPO decides every row before him in the same sense."""

    def decide(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
        rows = traveller.page_of(task).values.get("row_decisions") or []
        return {"row_decisions": [{**row, "decision": decision, "reason": REASON} for row in rows]}

    return decide


ENTRY: dict[str, Any] = {
    "entry_no": "4",
    "year": 2025,
    "in_force": True,
    "court": "न्यायिक दंडाधिकारी, छपरा",
    "identity_basis": "photo",
}


#: What the visit says besides where premises are inspected; a form that does not ask for it leaves it out.
SUITABLE = {"premises_result": "suitable"}


def entered(register: str, **more: Any) -> Script:
    return {"check_registers": [found(entries=({**ENTRY, "register": register, **more},))]}


def told(traveller: Traveller, **changes: Any) -> Script:
    return found_by_both(fir(traveller, **changes))


def visited(**changes: Any) -> Script:
    return {"visit": [{**SUITABLE, "finding_text": REASON, **changes}]}
