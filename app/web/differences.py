"""The table of what changed between two releases, in words: roles, offices and forms by their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.offices import LANES
from app.domain.roles import Role
from app.web import language
from app.web.language import say, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.services.procedure.comparisons import Difference, FileDifference


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: the thing, what of it, as it was, as it becomes."""

    what: str
    thing: str
    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one file."""

    name: str
    what: str
    lines: list[Line]
    moved: int


def table(found: Sequence[FileDifference]) -> list[Part]:
    """What `comparisons.compare` found, ready to be shown."""
    return [
        Part(each.name, word("difference", each.what), [_line(line, each) for line in each.lines], each.moved)
        for each in found
    ]


def _line(line: Difference, file: FileDifference) -> Line:
    labels = {own: language.choose(*names) for own, names in file.names.items()}
    label = _value(line.kind, language.choose(line.label_hi, line.label_en), labels)
    kind = language.known(f"difference.kind.{line.kind}") or line.kind
    thing = say("difference.thing", kind=kind, name=label or line.element_id)
    if line.what != "changed":
        return Line(line.what, thing, word("difference", line.what), "", "")
    return Line(
        line.what,
        thing,
        line.part if line.is_column else language.known(f"difference.field.{line.part}") or line.part,
        _value(line.part, line.before, labels),
        _value(line.part, line.after, labels),
    )


def _value(field: str, value: str, labels: Mapping[str, str]) -> str:
    if field == "role" and value in set(Role):
        return word("role", value)
    if field == "lane" and value in LANES:
        return word("office_kind", LANES[value])
    if field in {"source", "target", "default", "attached"}:
        return labels.get(value) or value
    return value
