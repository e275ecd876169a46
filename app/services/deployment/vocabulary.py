"""What may be chosen where a route is drawn: forms and their fields, roles by office, jobs, decisions, processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from app import engine, formjs
from app.domain.offices import LANES, ROLE_OFFICES
from app.services.jobs.jobs import RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Choice = dict[str, Any]
MESSAGES = ("case_withdrawn",)
#: Values that the system itself brings, of which a condition may ask.
_OF_THE_CASE = (
    {"path": "case.purpose", "type": "string"},
    {"path": "case.sample", "type": "number"},
    {"path": "rounds", "type": "number"},
)


def choices(files: Mapping[str, bytes]) -> dict[str, Any]:
    """All that a diagram of these files can name, in plain values for a page.

    A form, decision or diagram that cannot be read brings no fields; the gate says why.
    """
    return {
        "forms": forms(files),
        "lanes": list(LANES),
        "roles": roles(),
        "services": services(),
        "decisions": decisions(files),
        "processes": list(_processes(files)),
        "messages": list(MESSAGES),
        "values": list(_OF_THE_CASE),
    }


def services() -> list[str]:
    """The jobs that a service task may leave to the machine."""
    return list(RESULTS)


def roles() -> dict[str, list[str]]:
    """Lane -> the roles whose tasks may lie in it."""
    return {
        lane: [role.value for role, kinds in ROLE_OFFICES.items() if kind in kinds]
        for lane, kind in LANES.items()
    }


def forms(files: Mapping[str, bytes]) -> list[Choice]:
    """The forms by their keys, with their titles and what a condition may ask of them."""
    return [
        {"key": name.removesuffix(".form"), **_title(data), "fields": list(_fields(data))}
        for name, data in sorted(files.items())
        if name.endswith(".form")
    ]


def decisions(files: Mapping[str, bytes]) -> list[Choice]:
    """The decisions by their ids, with their names and what a condition may ask of each."""
    return list(_decisions(files))


def titles(files: Mapping[str, bytes]) -> dict[str, tuple[str, str]]:
    """File -> what it is called in Hindi and English; files that bear no name of their own are left out."""
    found = {f"{form['key']}.form": (form["hi"], form["en"]) for form in forms(files)}
    for name, data in files.items():
        one = {name: data}
        named = next(iter([*_decisions(one), *_processes(one)]), None)
        if named is not None:
            found[name] = (named["hi"], named["en"])
    return {name: both for name, both in found.items() if any(both)}


def _title(data: bytes) -> Choice:
    try:
        said = orjson.loads(data).get("properties") or {}
    except (ValueError, AttributeError):
        said = {}
    return {"hi": str(said.get("label_hi") or ""), "en": str(said.get("label_en") or "")}


def _fields(data: bytes) -> Iterator[Choice]:
    """Fields that are one plain value; lists are no matter of a condition."""
    try:
        form = formjs.load(data)
    except formjs.FormRefused:
        return
    types = formjs.field_types(form)
    for field in form.fields:
        kind = types.get(field.key)
        if kind is None or field.key != field.path or kind.columns is not None:
            continue
        if kind.pii in {"P0", "P1"} or kind.codes is not None:
            yield {
                "key": field.key,
                "hi": field.label_hi,
                "en": field.label_en,
                "type": kind.type,
                "options": [
                    {"value": one.value, "hi": one.text.hi, "en": one.text.en} for one in field.options
                ],
            }


def _decisions(files: Mapping[str, bytes]) -> Iterator[Choice]:
    for name, data in sorted(files.items()):
        if name.endswith(".dmn"):
            for decision in engine.decisions_of(data):
                yield {
                    "id": decision.id,
                    "hi": decision.name,
                    "en": decision.label_en,
                    "fields": [
                        {
                            "key": one.name,
                            "hi": one.label,
                            "en": "",
                            "type": one.type,
                            "options": _allowed(one.allowed),
                        }
                        for one in decision.outputs
                        if one.name
                    ],
                }


def _allowed(values: tuple[Any, ...] | None) -> list[Choice]:
    return [{"value": value, "hi": value, "en": value} for value in values or () if isinstance(value, str)]


def _processes(files: Mapping[str, bytes]) -> Iterator[Choice]:
    for name, data in sorted(files.items()):
        if name.endswith(".bpmn"):
            try:
                found = engine.describe(name, data)
            except engine.XmlRefused:
                continue
            for own, thing in found.items():
                if thing.kind == "process":
                    yield {"id": own, "hi": thing.label_hi, "en": thing.label_en}
