"""Choices that live outside a form: thanas, officers, purposes, addresses, units. One provider a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.models import case_queries as cases
from app.models import office_queries as offices
from app.models import officer_queries as officers
from app.services import calendars, gazetteer, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from app import formjs
    from app.models.scope import Session
    from app.services.facts import CaseFacts
    from app.services.releases import Loaded

Choices = list[dict[str, str]]


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


def _chosen(form: formjs.Form, key: str, values: Mapping[str, Any]) -> set[UUID]:
    """The ids that stand in the fields of a list, those in rows included."""
    given: list[Any] = []
    for field in form.fields:
        if field.options_key == key:
            name, _, column = field.path.partition(".")
            value = values.get(name)
            given += [row.get(column) for row in value or () if isinstance(row, dict)] if column else [value]
    return {UUID(each) for each in given if isinstance(each, str) and _ID.fullmatch(each)}


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _named_thanas(asked: _Asked, chosen: Iterable[UUID]) -> Choices:
    rows = (offices.find(asked.session, each) for each in chosen)
    return [{"value": str(row.id), "hi": row.name_hi, "en": row.name_en} for row in rows if row is not None]


def _named_officers(asked: _Asked, chosen: Iterable[UUID]) -> Choices:
    named = ((each, *officers.names(asked.session, each)) for each in chosen)
    return [{"value": str(each), "hi": name_hi, "en": name_en} for each, name_hi, name_en in named]


def _named_units(asked: _Asked, chosen: Collection[UUID]) -> Choices:
    rows = asked.known.enquiries if asked.known is not None else []
    return [
        {"value": str(row.id), "hi": row.office_hi, "en": row.office_en} for row in rows if row.id in chosen
    ]


def _thanas(asked: _Asked) -> Choices:
    """Thanas that take verifications today."""
    today = calendars.day(asked.session.recorded_at)
    return [
        {"value": str(row.id), "hi": row.name_hi, "en": row.name_en}
        for row in offices.of_kind(asked.session, "thana", today)
        if row.facts.get("receives_verification", True)
    ]


def _other_thanas(asked: _Asked) -> Choices:
    own = _own_office(asked)
    return [each for each in _thanas(asked) if each["value"] != own]


def _purposes(asked: _Asked) -> Choices:
    allowed = ("yes", "demo") if offices.district(asked.session).demo else ("yes",)
    return [
        {"value": code, "hi": each.hi, "en": each.en}
        for code, each in asked.loaded.purposes.items()
        if each.enabled in allowed
    ]


def _enquiry_officers(asked: _Asked) -> Choices:
    """The thana's enquiry officers with how many enquiries each has open, the freest first."""
    office_id = _own_office(asked)
    if not office_id:
        return []
    today = calendars.day(asked.session.recorded_at)
    return [
        {
            "value": str(row.id),
            "hi": f"{row.name_hi}, {row.rank} — {row.load} लंबित",
            "en": f"{row.name_en}, {row.rank} — {row.load} pending",
        }
        for row in officers.enquiry_officers(asked.session, office_id, today)
    ]


def _addresses(asked: _Asked) -> Choices:
    """The addresses of the case in one line each."""
    if asked.known is None:
        return []
    found = []
    for row in cases.addresses_of(asked.session, asked.known.case.id):
        details = keys.open_json(asked.known.key, f"address|details|{row.id}", row.details)
        line = ", ".join(
            str(details[part]) for part in ("house", "village", "po", "pin") if details.get(part)
        )
        kind_hi, kind_en = _ADDRESS_KINDS[row.kind]
        found.append({"value": str(row.id), "hi": f"{kind_hi}: {line}", "en": f"{kind_en}: {line}"})
    return found


_ADDRESS_KINDS = {
    "permanent": ("स्थायी पता", "Permanent address"),
    "present": ("वर्तमान पता", "Present address"),
    "stay": ("अन्य निवास", "Other stay"),
    "firm": ("फर्म का पता", "Address of the firm"),
}


def _units(asked: _Asked) -> Choices:
    """The units that reported, to be named for a re-enquiry."""
    if asked.known is None:
        return []
    return [
        {"value": str(row.id), "hi": row.office_hi, "en": row.office_en}
        for row in asked.known.enquiries
        if row.state == "reported" and row.round == asked.known.case.rounds
    ]


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
    "blocks": lambda asked: gazetteer.choices("blocks", asked.session.district_id),
    "districts": lambda _asked: gazetteer.choices("districts"),
    "states": lambda _asked: gazetteer.choices("states"),
}

#: Lists whose choices pass with time: what an answer once chose is named by its id.
_NAMERS: dict[str, Callable[[_Asked, set[UUID]], Choices]] = {
    "thanas": _named_thanas,
    "other_thanas": _named_thanas,
    "enquiry_officers": _named_officers,
    "units": _named_units,
}

__all__ = ["Choices", "choices", "labels"]
