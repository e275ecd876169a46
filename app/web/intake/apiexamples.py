"""Examples for the OpenAPI document: a letter as it is lodged, what is answered, and what a department is told.

Everybody in them is invented. Each holds by the schema that it stands beside, or is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.services.intake.programs import Schemas

_LETTER_ID = "0197c3a4-5b6e-7c11-8d2f-3e5a6b7c8d90"
_PAPER_ID = "0197c3a4-9e02-7f43-a1b6-52d7c0e4f318"
_LETTER: dict[str, Any] = {
    "letter_no": "SHI/901/2026",
    "letter_date": "2026-11-16",
    "requesting_designation": "निदेशक (प्रशासन)",
    "requesting_address": "नया सचिवालय, पटना",
    "purpose": "govt_service",
    "post_name": "सहायक शिक्षक",
    "post_group": "C",
}
_PERSON: dict[str, Any] = {
    "name_hi": "नमूना कुमार",
    "name_en": "Namuna Kumar",
    "gender": "male",
    "dob": "1991-03-14",
    "father_hi": "अभ्यास प्रसाद",
    "father_en": "Abhyas Prasad",
    "perm_village": "एकमा बाजार",
    "perm_pin": "841208",
    "perm_thana": "Ekma",
}
_REQUISITION: dict[str, Any] = {
    "id": _LETTER_ID,
    "state": "received",
    "letter_no": _LETTER["letter_no"],
    "letter_date": _LETTER["letter_date"],
    "received_on": "2026-11-18",
    "candidates": 1,
    "stages": {"police": 1},
}
_PROGRESS: dict[str, Any] = {
    "case_number": "SRN/2026/00117",
    "name_hi": _PERSON["name_hi"],
    "name_en": _PERSON["name_en"],
    "stage": "police",
    "due_on": "2026-12-08",
    "paper_id": None,
}
_PAPER: dict[str, Any] = {
    "id": _PAPER_ID,
    "number": "SRN/CAV/2026/000123/37",
    "case_number": _PROGRESS["case_number"],
    "letter_no": _LETTER["letter_no"],
    "status": "issued",
    "signature": "digital",
    "file": "original",
    "replaced_by": None,
    "valid_till": None,
    "delivered_at": "2026-12-04T09:30:00+00:00",
    "opened_at": None,
}
_PROBLEM: dict[str, Any] = {
    "type": "urn:e-satyapan:problem:not_found",
    "title": "Not found",
    "status": 404,
    "messages": {"hi": "नहीं मिला", "en": "Not found"},
}
#: What is answered, by the name of its schema.
ANSWERS: dict[str, Any] = {
    "Kept": {"field": "photo"},
    "Requisition": {**_REQUISITION, "persons": [_PROGRESS]},
    "RequisitionPage": {"items": [_REQUISITION], "next": None},
    "PaperPage": {"items": [_PAPER], "next": None},
    "Problem": _PROBLEM,
}
#: What a department is told, by the name of the call, signed by this key at this second.
HOOK_KEY, HOOK_SECOND = "an-example-key-and-no-other", "1796376605"
TOLD: dict[str, dict[str, Any]] = {
    "letter_moved": {
        "id": "0197c3a4-7d10-7b52-9c3e-64f8a1b2c3d4",
        "at": "2026-12-04T09:30:00+00:00",
        "state": "received",
        "stages": {"decision": 1},
        "requisition": _LETTER_ID,
        "link": f"https://satyapan.example/api/v1/requisitions/{_LETTER_ID}",
    },
    "trial": {
        "id": "0197c3a4-7d10-7b52-9c3e-64f8a1b2c3d5",
        "at": "2026-12-04T09:30:00+00:00",
        "state": "trial",
        "stages": {},
    },
}


def lodging(shapes: Schemas) -> dict[str, Any] | None:
    """A letter with one person, as the forms in force ask; None where they ask for what no example tells."""
    letter, person = _by(shapes.letter, _LETTER), _by(shapes.person, _PERSON)
    if letter is None or person is None:
        return None
    return {"letter": letter, "persons": [person]}


def _by(shape: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the form still knows of an example, if that is all it needs."""
    kept = {key: value for key, value in told.items() if _is_offered(shape["properties"].get(key), value)}
    return kept if set(shape["required"]) <= set(kept) else None


def _is_offered(field: Mapping[str, Any] | None, value: Any) -> bool:
    return field is not None and value in field.get("enum", [value])
