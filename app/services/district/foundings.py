"""Offices added to the district from a day on, one by one or by a sheet: checked against those that are there.

A row of a sheet with the code of a police station that is there puts it under another office, from its day on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from app import formjs
from app.config import ROOT
from app.domain.areas import village_in
from app.domain.errors import FieldProblem, FormInvalid, NotFound
from app.domain.ids import new_id
from app.domain.offices import LEADS, ONE_PER_DISTRICT, OfficeKind
from app.domain.roles import Permission
from app.models.district import area_queries as areas
from app.models.district import setup_queries as table
from app.models.district import thana_queries as stations
from app.services.district import calendars, gazetteer, thanas
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: Kind -> the kinds of office under one of which it lies.
_UNDER = {
    OfficeKind.CIRCLE: (OfficeKind.SDPO,),
    OfficeKind.THANA: LEADS,
}
#: What a row that puts a station under another office leaves empty: a sheet changes nothing else of it.
_LEFT_EMPTY = ("spellings", "pin", "block", "villages", "no_verifications")


@cache
def form() -> formjs.Form:
    """The form of an office: the product's own, no part of a release, since no step of the route fills it."""
    return formjs.load((ROOT / "forms" / "registers" / "office.form").read_bytes())


@dataclass(frozen=True, slots=True)
class OfficeForm:
    """The form of an office as its page shows it."""

    values: dict[str, Any]
    facts: dict[str, Any]
    options: dict[str, Any]
    form: formjs.Form = field(default_factory=form)


@dataclass(frozen=True, slots=True)
class Known:
    """What is asked of an office that is there, or stands above in the same sheet."""

    kind: str
    code: str
    names: tuple[str, str]
    spellings: tuple[str, ...]
    valid_from: date
    id: UUID | None = None  # of one that is there


class Book:
    """The offices that are there or will be; `note` adds one of the same sheet. A closed one frees its names."""

    def __init__(self, session: Session, now: datetime, *, is_sheet: bool = False) -> None:
        """`is_sheet`: a police station that is there may be put under another office."""
        today = calendars.day(now)
        rows = table.offices(session)
        self._standing = {
            row.code: row for row in rows if is_sheet and row.kind == OfficeKind.THANA and not row.valid_to
        }
        self._moved = set[str]()
        self._session, self._today = session, today
        self._codes = {code for row in rows for code in (row.code, row.key)}
        self._known = [
            _known(row) for row in rows if row.kind != OfficeKind.REQUESTER and not _is_over(row, today)
        ]

    def options(self) -> dict[str, list[dict[str, Any]]]:
        """The lists outside the form: under which office one may lie, by code, and the blocks."""
        leads = [each for each in self._known if each.kind in LEADS]
        superiors = [
            {
                "value": each.code,
                "hi": f"{each.names[0]} ({each.code})",
                "en": f"{each.names[1]} ({each.code})",
            }
            | {"also": each.names}
            for each in sorted(leads, key=lambda each: (each.kind != OfficeKind.SDPO, each.names))
        ]
        return {
            "superiors": superiors,
            "blocks": gazetteer.choices("blocks", self._session.district_id),
        }

    def note(self, answers: Mapping[str, Any]) -> None:
        """Reckon with an office that is added, or put under another, as well."""
        if str(answers["code"]) in self._standing:
            self._moved.add(str(answers["code"]))
            return
        self._codes.add(str(answers["code"]))
        self._known.append(
            Known(
                str(answers["kind"]),
                str(answers["code"]),
                (str(answers["name_hi"]), str(answers["name_en"])),
                tuple(_spellings(answers)),
                date.fromisoformat(str(answers["valid_from"])),
            )
        )

    def faults(self, answers: Mapping[str, Any]) -> dict[str, FieldProblem]:
        """What speaks against an office whose answers the form itself takes, by key of the field."""
        kind, found = OfficeKind(str(answers["kind"])), dict[str, FieldProblem]()
        since = date.fromisoformat(str(answers["valid_from"]))
        standing = self._standing.get(str(answers["code"]))
        if standing is not None and _is_named(standing, answers):
            return self._moving(standing, answers, since)
        if str(answers["code"]) in self._codes:
            found["code"] = FieldProblem("office.fault.code", code=answers["code"])
        same = [each for each in self._known if each.kind == kind]
        if kind in ONE_PER_DISTRICT and same:
            found["kind"] = FieldProblem("office.fault.one", name=same[0].names[0])
        found |= self._names(same, answers)
        found |= self._superior(kind, answers, since)
        found |= self._villages(answers, since)
        return found

    def _moving(self, row: AnyRow, answers: Mapping[str, Any], since: date) -> dict[str, FieldProblem]:
        """What speaks against putting a station under another office: its day, its superior, more than that asked."""
        found = {key: FieldProblem("office.fault.only_superior") for key in _LEFT_EMPTY if answers.get(key)}
        found |= self._superior(OfficeKind.THANA, answers, since)
        lead = next((each for each in self._known if each.code == answers.get("superior")), None)
        if lead is not None and lead.id == row.parent_id:
            found["superior"] = FieldProblem("office.fault.superior_same", name=lead.names[0])
        if row.code in self._moved:
            found["code"] = FieldProblem("office.fault.moved_twice", code=row.code)
        try:
            thanas.free_day(self._session, row, since, self._today)
        except thanas.Refused as refused:
            found["valid_from"] = FieldProblem(refused.key, **refused.params)
        return found

    def _names(self, same: list[Known], answers: Mapping[str, Any]) -> dict[str, FieldProblem]:
        """Names and spellings that another office of the kind bears: an address would lie in both."""
        taken = {_plain(text): each for each in same for text in (*each.names, *each.spellings)}
        asked = [(key, str(answers[key])) for key in ("name_hi", "name_en")]
        own = _spellings(answers)
        asked += [("spellings", each) for each in own]
        found = {
            key: FieldProblem("office.fault.name", text=text, name=taken[_plain(text)].names[0])
            for key, text in asked
            if _plain(text) in taken
        }
        plain = [_plain(each) for each in own]
        if len(set(plain)) != len(plain):
            twice = next(each for each in own if plain.count(_plain(each)) > 1)
            found.setdefault("spellings", FieldProblem("office.fault.spelling_twice", text=twice))
        return found

    def _superior(self, kind: OfficeKind, answers: Mapping[str, Any], since: date) -> dict[str, FieldProblem]:
        if kind not in _UNDER:
            return {}
        lead = next((each for each in self._known if each.code == answers.get("superior")), None)
        if lead is None or lead.kind not in _UNDER[kind]:
            return {"superior": FieldProblem(f"office.fault.superior.{kind.value}")}
        if lead.valid_from > since:
            return {"superior": FieldProblem("office.fault.superior_later", name=lead.names[0])}
        return {}

    def _villages(self, answers: Mapping[str, Any], since: date) -> dict[str, FieldProblem]:
        for line in _lines(answers):
            village = village_in(line)
            if village is None:
                return {"villages": FieldProblem("office.fault.village", line=line[:60])}
            if areas.thana_of(self._session, village[0], since) is not None:
                return {"villages": FieldProblem("office.fault.village_taken", name=village[1])}
        return {}


def blank(
    session: Session, actor: Actor, now: datetime, *, kind: str = "", typed: Posted | None = None
) -> OfficeForm:
    """The form: with what was `typed`, else with the kind that was asked for. Raises NotAllowed."""
    guard(actor)
    facts, options = form_facts(now), page_options(Book(session, now))
    values = formjs.initial(form(), facts, options)
    if kind in set(OfficeKind):
        values["kind"] = kind
    if typed is not None:
        values = formjs.read(form(), typed.values, {}, options=options, op=typed.op)
    return OfficeForm(values, facts, options)


def page_options(book: Book) -> dict[str, Any]:
    """The lists of a page, from which one chooses: the further spellings are for a sheet, whose cells name."""
    found = book.options()
    return {**found, "superiors": [{**each, "also": ()} for each in found["superiors"]]}


def form_facts(now: datetime) -> dict[str, Any]:
    """What the rules of the form may read beside its own fields."""
    return {"today": calendars.day(now)}


def add(session: Session, actor: Actor, typed: Posted, now: datetime) -> UUID:
    """Add one office. Raises FormInvalid, NotAllowed."""
    filled = blank(session, actor, now, typed=typed)
    judged = formjs.judge(filled.form, filled.values, filled.facts, filled.options, now)
    answers = judged.kept()
    if problems := judged.problems or Book(session, now).faults(answers):
        raise FormInvalid(filled.values, problems)
    return found(session, actor, answers, now)


def found(session: Session, actor: Actor, answers: Mapping[str, Any], now: datetime) -> UUID:
    """Enter an office whose answers were found right, with the area that it answers for; -> its id.

    A police station of this code that is there comes under another office instead.
    """
    rows = {row.code: row for row in table.offices(session)}
    if (standing := rows.get(str(answers["code"]))) is not None:
        return _put_under(session, actor, standing, rows[str(answers["superior"])], answers, now)
    kind, code, office_id = (
        OfficeKind(str(answers["kind"])),
        str(answers["code"]),
        new_id(session.recorded_at),
    )
    since = date.fromisoformat(str(answers["valid_from"]))
    row = {
        "id": office_id,
        "kind": kind.value,
        "parent_id": _parent(rows, kind, answers),
        "key": f"{_KEYS.get(kind, kind.value)}_{code.lower().replace('-', '_')}",
        "code": code,
        "name_hi": answers["name_hi"],
        "name_en": answers["name_en"],
        "lgd_code": session.district_id if kind in ONE_PER_DISTRICT else None,
        "facts": _facts(answers) if kind is OfficeKind.THANA else {},
        "valid_from": since,
        "valid_to": None,
    }
    table.insert_offices(session, [row])
    table.insert_jurisdiction(session, _area(session, office_id, answers, since))
    detail = {"kind": kind.value, "code": code, "on": since.isoformat()}
    audit.record(session, "admin", "office:found", f"office:{office_id}", actor, now, **detail)
    return office_id


def _put_under(
    session: Session, actor: Actor, row: AnyRow, lead: AnyRow, answers: Mapping[str, Any], now: datetime
) -> UUID:
    day = date.fromisoformat(str(answers["valid_from"]))
    thanas.plan(session, actor, row.key, thanas.Wanted(thanas.UNDER, day, to=lead.key), now)
    return row.id  # type: ignore[no-any-return]


_KEYS = {OfficeKind.THANA: "th"}


def orphaned(answers: Mapping[str, Any], left: Collection[str]) -> dict[str, FieldProblem]:
    """What speaks against an office whose superior of the same sheet was left out, by its code."""
    if answers.get("superior") not in left:
        return {}
    return {"superior": FieldProblem(f"office.fault.superior.{answers['kind']}")}


def take_back(session: Session, actor: Actor, office_id: UUID, now: datetime) -> None:
    """Let an office not come whose day has not come, as long as nothing hangs on it.

    Raises NotAllowed, NotFound for one that is there by now, or has officers or offices under it.
    """
    guard(actor)
    rows = table.offices(session)
    row = next((each for each in rows if each.id == office_id), None)
    if row is None or row.valid_from <= calendars.day(now) or any(each.parent_id == row.id for each in rows):
        raise NotFound
    if not stations.delete_office(session, office_id):
        raise NotFound
    audit.record(
        session, "admin", "office:take_back", f"office:{office_id}", actor, now, kind=row.kind, code=row.code
    )


def guard(actor: Actor) -> None:
    """Raises NotAllowed."""
    actor.require(Permission.OFFICE_KEEP)


def listed(session: Session, actor: Actor, now: datetime) -> Sequence[AnyRow]:
    """Every office that is there or will be, departments apart, by kind and name. Raises NotAllowed."""
    guard(actor)
    today, order = calendars.day(now), list(OfficeKind)
    rows = [
        row for row in table.offices(session) if row.kind != OfficeKind.REQUESTER and not _is_over(row, today)
    ]
    return sorted(rows, key=lambda row: (order.index(row.kind), row.name_hi))


def _parent(rows: Mapping[str, AnyRow], kind: OfficeKind, answers: Mapping[str, Any]) -> UUID | None:
    if kind in _UNDER:
        lead = rows.get(str(answers["superior"]))
        if lead is None:  # the row of a sheet above it was not entered
            raise NotFound
        return lead.id  # type: ignore[no-any-return]
    police = next((row.id for row in rows.values() if row.kind == OfficeKind.SP_OFFICE), None)
    return police if kind is OfficeKind.SDPO else None


def _facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The public facts of a police station."""
    return {
        "receives_verification": not answers.get("no_verifications"),
        "spellings": _spellings(answers),
        "pin": answers.get("pin") or "",
        "block": answers.get("block") or "",
    }


def _area(session: Session, office_id: UUID, answers: Mapping[str, Any], since: date) -> list[dict[str, Any]]:
    """Block and villages that lie in a police station from its first day on."""
    places: list[tuple[str, str, str | None]] = (
        [("block", str(answers["block"]), None)] if answers.get("block") else []
    )
    villages = dict(filter(None, map(village_in, _lines(answers))))
    places += [(areas.VILLAGE, code, name) for code, name in villages.items()]
    return [
        {
            "id": new_id(session.recorded_at),
            "area_kind": kind,
            "area_code": code,
            "name": name,
            "office_id": office_id,
            "valid_from": since,
            "valid_to": None,
        }
        for kind, code, name in places
    ]


def _known(row: AnyRow) -> Known:
    spellings = tuple(row.facts.get("spellings") or ())
    return Known(row.kind, row.code, (row.name_hi, row.name_en), spellings, row.valid_from, row.id)


def _is_over(row: AnyRow, today: date) -> bool:
    return row.valid_to is not None and row.valid_to < today


def _is_named(row: AnyRow, answers: Mapping[str, Any]) -> bool:
    """Whether a row of a sheet means a station that is there: it bears both its names."""
    asked = (answers["kind"], _plain(str(answers["name_hi"])), _plain(str(answers["name_en"])))
    return bool(asked == (row.kind, _plain(row.name_hi), _plain(row.name_en)))


def _spellings(answers: Mapping[str, Any]) -> list[str]:
    parts = str(answers.get("spellings") or "").replace("|", ",").split(",")
    return [text for each in parts if (text := " ".join(each.split()))]


def _lines(answers: Mapping[str, Any]) -> list[str]:
    text = str(answers.get("villages") or "").replace(";", "\n")
    return [each for line in text.splitlines() if (each := line.strip())]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
