"""A change of police stations done on its day: names, validity, superiors, and where villages lie from then on."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.ids import new_id
from app.domain.offices import OfficeKind
from app.models.district import area_queries as areas
from app.models.district import office_queries as offices
from app.models.district import setup_queries
from app.models.district import thana_queries as table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def do(session: Session, value: dict[str, Any]) -> None:
    """Do one change; `value` as it is kept gets the name that the station had until then."""
    row = _row(session, value["office"])
    on = date.fromisoformat(value["on"])
    value["was"] = [row.name_hi, row.name_en]
    match value["kind"]:
        case "rename":
            _rename(session, row, value, on)
        case "split":
            _move(session, value["villages"], _found(session, row, value, on), on)
        case "shift":
            _move(session, value["villages"], UUID(value["to"]), on)
        case "merge":
            _merge(session, row, UUID(value["to"]), on)
        case "under":
            _put_under(session, row, UUID(value["to"]))


def _row(session: Session, office_id: str) -> AnyRow:
    return next(each for each in table.all_thanas(session) if str(each.id) == office_id)


def _rename(session: Session, row: AnyRow, value: Mapping[str, Any], on: date) -> None:
    """A new name; the old one stays a spelling, and the name until the day before."""
    until = (on - timedelta(days=1)).isoformat()
    former = [*(row.facts.get("former") or ()), {"hi": row.name_hi, "en": row.name_en, "until": until}]
    spellings = _spellings(row.facts, (row.name_hi, row.name_en), but=(value["hi"], value["en"]))
    facts = {**row.facts, "former": former, "spellings": spellings}
    table.set_office(session, row.id, {"name_hi": value["hi"], "name_en": value["en"], "facts": facts})


def _found(session: Session, row: AnyRow, value: Mapping[str, Any], on: date) -> UUID:
    """Found a station out of another: under the same superior, with its PIN and block."""
    taken, office_id = table.codes(session), new_id(session.recorded_at)
    slug = re.sub(r"[^a-z]+", "_", value["en"].lower()).strip("_")
    prefix = re.sub(r"\d+$", "", row.code)
    numbers = range(1, len(taken) + 2)
    facts = {name: row.facts[name] for name in ("pin", "block") if name in row.facts}
    new = {
        "id": office_id,
        "kind": OfficeKind.THANA.value,
        "parent_id": row.parent_id,
        "key": next(
            each for each in (f"th_{slug}", *(f"th_{slug}_{n}" for n in numbers)) if each not in taken
        ),
        "code": next(code for number in numbers if (code := f"{prefix}{number:02}") not in taken),
        "name_hi": value["hi"],
        "name_en": value["en"],
        "lgd_code": None,
        "facts": {**facts, "receives_verification": True, "spellings": [], "from": str(row.id)},
        "valid_from": on,
        "valid_to": None,
    }
    setup_queries.insert_offices(session, [new])
    return office_id


def _merge(session: Session, row: AnyRow, to: UUID, on: date) -> None:
    """A station ends, its villages go to another, and what it was called leads there."""
    other = _row(session, str(to))
    spellings = _spellings(other.facts, (row.name_hi, row.name_en, *(row.facts.get("spellings") or ())))
    table.set_office(session, to, {"facts": {**other.facts, "spellings": spellings}})
    last = on - timedelta(days=1)
    villages = [
        {"code": each.area_code, "name": each.name} for each in table.villages_of(session, row.id, last)
    ]
    _move(session, villages, to, on)
    table.set_office(session, row.id, {"valid_to": last})


def _put_under(session: Session, row: AnyRow, lead: UUID) -> None:
    """Another superior; the review of a case goes along once none of its stations is under the former SDPO."""
    before = offices.nearest_of_kind(session, row.id, OfficeKind.SDPO)
    table.set_office(session, row.id, {"parent_id": lead})
    after = offices.nearest_of_kind(session, row.id, OfficeKind.SDPO)
    if after is not None and after != before:
        left = [
            each.id
            for each in table.all_thanas(session)
            if offices.nearest_of_kind(session, each.id, OfficeKind.SDPO) == before
        ]
        table.set_reviewing_office(session, row.id, before, after, left)


def _move(session: Session, villages: Iterable[Mapping[str, Any]], to: UUID, on: date) -> None:
    """Let villages lie in a station from this day; what was said of them before ends the day before."""
    for each in villages:
        areas.end_area(session, each["code"], on - timedelta(days=1))
        areas.insert_area(
            session,
            {
                "id": new_id(session.recorded_at),
                "area_kind": areas.VILLAGE,
                "area_code": each["code"],
                "name": each["name"],
                "office_id": to,
                "valid_from": on,
                "valid_to": None,
            },
        )


def _spellings(facts: Mapping[str, Any], more: Iterable[str], but: tuple[str, ...] = ()) -> list[str]:
    return [each for each in dict.fromkeys([*(facts.get("spellings") or ()), *more]) if each not in but]
