"""Choices that live outside a form: thanas, officers, purposes, addresses, units. One provider a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import subjects
from app.domain.offices import UnitKind
from app.domain.posts import CHARGE, REGULAR, SUBSTITUTE
from app.domain.roles import Role, may_enquire
from app.models.district import office_queries as offices
from app.models.staff import officer_queries as officers
from app.services.casefile import units
from app.services.district import calendars, gazetteer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from app import formjs
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.facts import CaseFacts
    from app.services.procedure.releases import Loaded

Choices = list[dict[str, Any]]


class _Asked:
    """What a provider may look at: the release, and the case when the form belongs to one."""

    def __init__(self, session: Session, loaded: Loaded, known: CaseFacts | None) -> None:
        self.session, self.loaded, self.known = session, loaded, known


def choices(
    session: Session, form: formjs.Form, loaded: Loaded, known: CaseFacts | None
) -> Mapping[str, Choices]:
    """The choices of every outside list that the form names; a list nobody provides is empty."""
    asked = _Asked(session, loaded, known)
    return {key: _PROVIDERS[key](asked) if key in _PROVIDERS else [] for key in form.option_keys}


def labels(
    session: Session, form: formjs.Form, loaded: Loaded, known: CaseFacts, values: Mapping[str, Any]
) -> Mapping[str, Choices]:
    """The names of what these answers chose from outside lists, whether or not it could be chosen today."""
    asked = _Asked(session, loaded, known)
    found = {}
    for key in form.option_keys:
        if key in _NAMERS:
            found[key] = _NAMERS[key](asked, _chosen(form, key, values))
        elif key in _PROVIDERS:
            found[key] = _PROVIDERS[key](asked)
    return found


def _chosen(form: formjs.Form, key: str, values: Mapping[str, Any]) -> set[str]:
    """What stands in the fields of a list, those in rows and those of several choices included."""
    given: list[Any] = []
    for field in form.fields:
        if field.options_key == key:
            name, _, column = field.path.partition(".")
            value = values.get(name)
            given += [row.get(column) for row in value or () if isinstance(row, dict)] if column else [value]
    several = (each if isinstance(each, list) else [each] for each in given)
    return {each for some in several for each in some if isinstance(each, str)}


def _ids(chosen: Iterable[str]) -> list[UUID]:
    return [UUID(each) for each in sorted(chosen) if _ID.fullmatch(each)]


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _named_thanas(asked: _Asked, chosen: Iterable[str]) -> Choices:
    rows = (offices.find(asked.session, each) for each in _ids(chosen))
    return [{"value": str(row.id), "hi": row.name_hi, "en": row.name_en} for row in rows if row is not None]


def _named_officers(asked: _Asked, chosen: Iterable[str]) -> Choices:
    named = ((each, *officers.names(asked.session, each)) for each in _ids(chosen))
    return [{"value": str(each), "hi": name_hi, "en": name_en} for each, name_hi, name_en in named]


def _named_units(asked: _Asked, chosen: Collection[str]) -> Choices:
    if asked.known is None:
        return []
    rows = [row for row in asked.known.enquiries if str(row.id) in chosen]
    named = ((row, *units.name(asked.known, row)) for row in rows)
    return [{"value": str(row.id), "hi": name_hi, "en": name_en} for row, name_hi, name_en in named]


def _named_rows(asked: _Asked, chosen: Iterable[str]) -> Choices:
    """The records that the SDPO decided on: as they are told now, or by what their key says of them."""
    if asked.known is None:
        return []
    open_ones = {each["value"]: each for each in _disputed_rows(asked)}
    found = []
    for key in chosen:
        hindi, english = units.decided_on(asked.known, asked.loaded, key)
        found.append(open_ones.get(key) or {"value": key, "hi": hindi, "en": english})
    return found


def _named_purposes(asked: _Asked, chosen: Iterable[str]) -> Choices:
    named = ((each, *asked.loaded.purpose_names(each)) for each in chosen)
    return [{"value": code, "hi": hindi, "en": english} for code, hindi, english in named]


def _thanas(asked: _Asked) -> Choices:
    """Thanas that take verifications today, each with the other spellings of its name."""
    today = calendars.day(asked.session.recorded_at)
    rows = offices.of_kind(asked.session, "thana", today)
    return [_station(row) for row in rows if row.facts.get("receives_verification", True)]


def stations(session: Session) -> Choices:
    """Every thana of today, special ones among them: whoever registers criminal cases."""
    rows = offices.of_kind(session, "thana", calendars.day(session.recorded_at))
    return [_station(row) for row in rows]


def _station(row: AnyRow) -> dict[str, Any]:
    also = tuple(row.facts.get("spellings") or ())
    return {"value": str(row.id), "hi": row.name_hi, "en": row.name_en, "also": also}


def _other_thanas(asked: _Asked) -> Choices:
    own = _own_office(asked)
    return [each for each in _thanas(asked) if each["value"] != own]


def _purposes(asked: _Asked) -> Choices:
    taken = purposes_taken(asked.session, asked.loaded)
    return [
        {"value": code, "hi": each.hi, "en": each.en}
        for code, each in asked.loaded.purposes.items()
        if code in taken
    ]


def purposes_taken(session: Session, loaded: Loaded) -> set[str]:
    """The purposes that may be chosen in this district: the enabled ones, citizens' own requests in a demo only."""
    allowed = ("yes", "demo") if offices.district(session).demo else ("yes",)
    return {code for code, each in loaded.purposes.items() if each.enabled in allowed}


def _enquiry_officers(asked: _Asked) -> Choices:
    """Who may be named for the enquiry, the freest first, with how many are open; the SHO himself comes last."""
    office_id = _own_office(asked)
    if not office_id or asked.known is None:
        return []
    least = str((asked.known.decided.get("checks") or {}).get("min_rank_eo") or "")
    rows = officers.enquiry_officers(asked.session, office_id, calendars.day(asked.session.recorded_at))
    named = {row.id: row for row in rows if row.role == Role.ENQUIRY_OFFICER and may_enquire(row.rank, least)}
    heads = {row.id: row for row in rows if row.role == Role.SHO and row.id not in named}
    return [
        {
            "value": str(row.id),
            "hi": f"{row.name_hi}, {row.rank}{title_hi} — {row.load} लंबित",
            "en": f"{row.name_en}, {row.rank}{title_en} — {row.load} pending",
        }
        for group in (named, heads)
        for row in group.values()
        for title_hi, title_en in [("", "") if group is named else _AS_HEAD[row.kind]]
    ]


#: How the head of a thana stands in the list: by his own post, or by one that is another's.
_AS_HEAD = {
    REGULAR: (" (थानाध्यक्ष स्वयं)", " (the SHO himself)"),
    CHARGE: (" (थानाध्यक्ष का प्रभार)", " (in charge as SHO)"),
    SUBSTITUTE: (" (थानाध्यक्ष के प्रतिस्थानी)", " (substitute of the SHO)"),
}


def _addresses(asked: _Asked) -> Choices:
    """The addresses of the case in one line each."""
    if asked.known is None:
        return []
    lines = units.addresses(asked.known)
    return [{"value": each, "hi": hindi, "en": english} for each, (hindi, english) in lines.items()]


def _units(asked: _Asked) -> Choices:
    """The units that have answered, thanas first, each with its latest enquiry, to be named for a re-enquiry.

    A thana that is closed by now enquires no more; the SP returns such a case, to be sent to another one.
    """
    if asked.known is None:
        return []
    latest = {
        (row.unit_kind, row.office_id, asked.known.asked_of(row).get("district")): row
        for row in asked.known.enquiries
        if row.state != "cancelled"
    }
    standing = {each["value"] for each in _thanas(asked)}
    found = []
    for row in sorted(latest.values(), key=lambda row: list(UnitKind).index(row.unit_kind)):
        is_closed = row.unit_kind == UnitKind.THANA and str(row.office_id) not in standing
        if row.state != "open" and not is_closed:
            hindi, english = units.name(asked.known, row)
            found.append({"value": str(row.id), "hi": hindi, "en": english})
    return found


def _disputed_rows(asked: _Asked) -> Choices:
    """What the SDPO has to decide, each row with who tells it and who denies it."""
    if asked.known is None:
        return []
    found = []
    for row in asked.known.unsettled.disputed:
        hindi, english = units.dispute(asked.known, asked.loaded, row)
        found.append({"value": row.key, "hi": hindi, "en": english})
    return found


def _name_variants(asked: _Asked) -> Choices:
    """The names under which a person may stand in a record: both scripts, aliases, a former name."""
    person = {} if asked.known is None else asked.known.intake
    names = [each for each in (*subjects.names_of(person), str(person.get("former_name") or "")) if each]
    names += [part.strip() for part in str(person.get("alias") or "").split(",") if part.strip()]
    return [{"value": name, "hi": name, "en": name} for name in dict.fromkeys(names)]


def _own_office(asked: _Asked) -> str:
    """The office of the unit whose form this is."""
    if asked.known is None or asked.known.enquiry_id is None:
        return ""
    for row in asked.known.enquiries:
        if row.id == asked.known.enquiry_id:
            return str(row.office_id)
    return ""


_PROVIDERS: dict[str, Callable[[_Asked], Choices]] = {
    "thanas": _thanas,
    "other_thanas": _other_thanas,
    "purposes": _purposes,
    "enquiry_officers": _enquiry_officers,
    "addresses": _addresses,
    "units": _units,
    "disputed_rows": _disputed_rows,
    "name_variants": _name_variants,
    "blocks": lambda asked: gazetteer.choices("blocks", asked.session.district_id),
    "districts": lambda _asked: gazetteer.choices("districts"),
    "other_districts": lambda asked: [
        each for each in gazetteer.choices("districts") if each["value"] != str(asked.session.district_id)
    ],
    "states": lambda _asked: gazetteer.choices("states"),
}

#: Lists whose choices pass with time: what an answer once chose is named by its id.
_NAMERS: dict[str, Callable[[_Asked, set[str]], Choices]] = {
    "thanas": _named_thanas,
    "other_thanas": _named_thanas,
    "enquiry_officers": _named_officers,
    "units": _named_units,
    "disputed_rows": _named_rows,
    "purposes": _named_purposes,
}

__all__ = ["Choices", "choices", "labels", "purposes_taken", "stations"]
