"""The shipped forms, the facts of an ordinary case, and what a clean one answers: for the tests of the forms."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain.clock import IST
from app.services.demo import demo_script
from tests.journey import CANDIDATE, CLEAN, LETTER, PAPERS
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=IST)
FACTS: dict[str, Any] = {
    "today": NOW.date(),
    "now": NOW,
    "created_at": NOW.replace(hour=9),
    "due_on": date(2026, 11, 27),
    "rounds": 0,
    "outcome_proposed": "no_adverse",
    "outcome": {"recommendation": "no_adverse"},
    "checks": {
        "lookback_years": 5,
        "output": "REPORT",
        "final_signatory": "DM",
        "validity_months": 6,
        "chk_premises": False,
        "premises_kind": "none",
        "chk_dcrb_cctns": True,
        "chk_special_branch": False,
        "chk_special_thanas": True,
        "chk_court": True,
        "sdpo": "findings",
    },
    "requisition": {"purpose": "govt_service"},
    "findings": {"disputed_rows": 0, "residence_disputed": False},
    "own_district": "saran",
    "duplicate_found": False,
    "letter_cases": 1,
}
PURPOSES = (
    *("govt_service", "central_forces", "bihar_police", "contractual_service", "contractor"),
    *("arms_licence_new", "arms_licence_renewal", "other"),
)
LISTS = (
    *("thanas", "other_thanas", "enquiry_officers", "addresses", "units", "blocks"),
    *("disputed_rows", "name_variants"),
)
PLACES = {
    "purposes": PURPOSES,
    "states": ("bihar", "assam"),
    "districts": ("saran", "patna"),
    "other_districts": ("patna",),
}
OPTIONS = {name: [{"value": f"{name}-1", "hi": "एक", "en": "One"}] for name in LISTS} | {
    name: [{"value": code, "hi": "एक", "en": "One"} for code in codes] for name, codes in PLACES.items()
}
#: Rows that a form finds on the case.
PROPOSED = {"answers": [{"defect": "no_photo"}]}
#: What a clean case answers, as the journeys of the other tests do.
ANSWERS: dict[str, dict[str, Any]] = {
    "requisition": LETTER,
    "intake": {**CANDIDATE, "perm_thana": "thanas-1"},
    **{
        name: demo_script.filled(
            answers, (PROPOSED, OPTIONS), {}, lambda days: NOW.date() + timedelta(days=days)
        )
        for name, answers in CLEAN.items()
    },
    "route": {"routes": [{"thana": "thanas-1", "address": "addresses-1"}]},
    "withdraw": {
        "withdraw_letter": "क-9/2026",
        "withdraw_date": "2026-11-20",
        "reason": "नियुक्ति रद्द की गई है",
    },
}
#: Papers that a clean case adds, by form.
STAGED: dict[str, dict[str, Any]] = {
    name: {field: [{"id": "scan", "name": "scan.jpg", "size": 9, "media_type": "image/jpeg"}]}
    for name, field in {**PAPERS, "withdraw": "letter_scan"}.items()
}
FORMS = sorted(ANSWERS)


@cache
def form(name: str) -> formjs.Form:
    return formjs.load((ROOT / "forms" / f"{name}.form").read_bytes())


def known(**changes: Any) -> dict[str, Any]:
    """The facts of an ordinary case, some of them changed; `checks` and `requisition` are changed inside."""
    inside = {
        name: {**FACTS[name], **changes.pop(name)} for name in ("checks", "requisition") if name in changes
    }
    return {**FACTS, **changes, **inside}


def posted(name: str, facts: Mapping[str, Any], **changes: Any) -> dict[str, list[str]]:
    """What a browser posts of a form that was filled as in a clean case, but for `changes`."""
    first = formjs.initial(form(name), facts, OPTIONS)
    return formjs.as_posted(form(name), {**first, **ANSWERS[name], **changes})


def problems(
    name: str, texts: Mapping[str, list[str]], facts: Mapping[str, Any], **staged: Any
) -> dict[str, Any]:
    values = formjs.read(form(name), texts, staged)
    return formjs.judge(form(name), values, facts, OPTIONS, NOW).problems


def faults(name: str, facts: Mapping[str, Any] = FACTS, **changes: Any) -> dict[str, str]:
    found = problems(name, posted(name, facts, **changes), facts, **STAGED.get(name, {}))
    return {place: problem.key for place, problem in found.items()}


REGISTERS = (
    *("fir_index", "gunda", "history", "conviction", "absconder", "gang", "warrant", "preventive"),
    *("prohibition", "cctns"),
)
#: Every register looked at, one by one.
SEEN = {f"chk_{each}": "not_found" for each in REGISTERS}
#: A row of a criminal case that is still enquired into.
FIR = {
    "fir_no": "112",
    "fir_year": 2024,
    "district": "saran",
    "thana": "thanas-1",
    "act": "ipc",
    "sections": "302/34",
    "role": "accused_named",
    "stage": "under_investigation",
    "identity_basis": "photo",
}
CERTIFICATE = {"checks": {"output": "CERTIFICATE"}}
BY_SP = {"checks": {"final_signatory": "SP"}}
SITE = {"checks": {"chk_premises": True, "premises_kind": "site"}}
WEAPON = {"checks": {"chk_premises": True, "premises_kind": "weapon"}}
