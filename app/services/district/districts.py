"""A district set up from the gazetteer: its offices with dates, their jurisdiction, its holidays. Safe to repeat."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.offices import OfficeKind
from app.models.district import setup_queries as table
from app.services.district import calendars, gazetteer
from app.services.store import audit

if TYPE_CHECKING:
    from uuid import UUID

    from app.models.scope import Session

#: Short codes of districts in case numbers; others take the first three letters of their English name.
CODES = {218: "SRN"}
#: Codes of offices in memo numbers.
_DISTRICT_OFFICES = (
    (OfficeKind.DM_OFFICE, "DM-GEN", "जिला पदाधिकारी का कार्यालय", "Office of the District Magistrate"),
    (OfficeKind.SP_OFFICE, "SP-CON", "पुलिस अधीक्षक का कार्यालय", "Office of the Superintendent of Police"),
    (OfficeKind.DCRB, "DCRB", "जिला अपराध अभिलेख ब्यूरो", "District Crime Records Bureau"),
    (OfficeKind.SPECIAL_BRANCH, "SB", "विशेष शाखा", "Special Branch"),
    (
        OfficeKind.ADMINISTRATION,
        "NIC",
        "जिला सूचना-विज्ञान पदाधिकारी का कार्यालय",
        "Office of the District Informatics Officer",
    ),
)
#: Districts whose police a Senior Superintendent heads.
_SENIOR = {
    218: {
        OfficeKind.SP_OFFICE: ("वरीय पुलिस अधीक्षक का कार्यालय", "Office of the Senior Superintendent of Police")
    }
}
#: A department with an account of its own, for the demo: its key, code and names.
_DEMO_DEPARTMENT = ("dept_education", "DEPT", ("शिक्षा विभाग", "Education Department"))
_SINCE = date(2020, 1, 1)  # offices older than the product exist since before its first case


def add(session: Session, lgd_code: int, *, demo: bool, now: datetime) -> bool:
    """Make the district and its offices; False when it is there already. Raises NotFound for an unknown code."""
    names = gazetteer.names_of("districts", str(lgd_code))
    if not all(names):
        raise NotFound("error.district_unknown", code=lgd_code)
    if table.has_district(session, lgd_code):
        return False
    hindi, english = names
    code = CODES.get(lgd_code, english[:3].upper())
    table.insert_district(session, (lgd_code, english.lower().replace(" ", "_"), hindi, english, code, demo))
    offices = _district_offices(session, lgd_code, now)
    offices += _police_offices(session, lgd_code, offices[1]["id"], now)
    offices += [_office(session, OfficeKind.REQUESTER, *_DEMO_DEPARTMENT)] if demo else []
    table.insert_offices(session, offices)
    table.insert_jurisdiction(session, _jurisdiction(session, offices, now))
    table.insert_holidays(
        session,
        [
            {"day": date.fromisoformat(row["day"]), "name_hi": row["name_hi"], "name_en": row["name_en"]}
            for row in gazetteer.rows("holidays")
        ],
    )
    audit.record(session, "admin", "district:add", f"district:{lgd_code}", None, now, code=code)
    return True


def _office(
    session: Session, kind: OfficeKind, key: str, code: str, names: tuple[str, str], **more: Any
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": new_id(session.recorded_at),
        "kind": kind.value,
        "parent_id": None,
        "key": key,
        "code": code,
        "name_hi": names[0],
        "name_en": names[1],
        "lgd_code": None,
        "facts": {},
        "valid_from": _SINCE,
        "valid_to": None,
    }
    return row | more


def _district_offices(session: Session, lgd_code: int, _now: datetime) -> list[dict[str, Any]]:
    own = _SENIOR.get(lgd_code, {})
    return [
        _office(session, kind, kind.value, code, own.get(kind, (hindi, english)), lgd_code=lgd_code)
        for kind, code, hindi, english in _DISTRICT_OFFICES
    ]


def _police_offices(session: Session, lgd_code: int, police: UUID, _now: datetime) -> list[dict[str, Any]]:
    """Subdivisions, then the thanas under them; a special thana (women, cyber) takes no verifications."""
    thanas = gazetteer.of_district("thanas", lgd_code)
    subdivisions: dict[str, dict[str, Any]] = {}
    for number, name in enumerate(
        dict.fromkeys(row["subdivision"] for row in thanas if row["subdivision"]), 1
    ):
        title = (
            f"अनुमंडल पुलिस कार्यालय, {_HINDI.get(name, name)}",
            f"Sub-divisional police office, {name}",
        )
        key = f"sdpo_{name.lower().replace('-', '_')}"
        subdivisions[name] = _office(session, OfficeKind.SDPO, key, f"SDPO-{number}", title, parent_id=police)
    found = [_thana(session, row, subdivisions, police) for row in thanas]
    return [*subdivisions.values(), *found]


_HINDI = {
    "Sadar-1": "सदर-1",
    "Sadar-2": "सदर-2",
    "Marhaura-1": "मढ़ौरा-1",
    "Marhaura-2": "मढ़ौरा-2",
    "Sonpur": "सोनपुर",
    "Buxar": "बक्सर",
    "Dumraon": "डुमराँव",
}


def _thana(
    session: Session, row: dict[str, str], subdivisions: dict[str, dict[str, Any]], police: UUID
) -> dict[str, Any]:
    parent = subdivisions.get(row["subdivision"])
    return _office(
        session,
        OfficeKind.THANA,
        row["slug"],
        f"PS-{row['code']}",
        (row["name_hi"], row["name_en"]),
        parent_id=parent["id"] if parent is not None else police,
        facts={
            "receives_verification": row["receives"] == "yes",
            "spellings": [each for each in row["spellings"].split("|") if each],
            "pin": row["pin"],
            "block": row["block"],
            "to_confirm": row["to_confirm"],
        },
        valid_from=_day(row["valid_from"]) or _SINCE,
        valid_to=_day(row["valid_to"]),
    )


def _jurisdiction(session: Session, offices: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Which thanas lie in which block: what a village's thana is proposed from."""
    return [
        {
            "id": new_id(session.recorded_at),
            "area_kind": "block",
            "area_code": office["facts"]["block"],
            "office_id": office["id"],
            "valid_from": min(office["valid_from"], calendars.day(now)),
            "valid_to": office["valid_to"],
        }
        for office in offices
        if office["facts"].get("block")
    ]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
