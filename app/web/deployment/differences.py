"""The table of what changed between two releases, in words: everything by its name, conditions as sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.offices import LANES
from app.domain.roles import Role
from app.web.frame import language
from app.web.frame.language import say, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.engine import Described
    from app.services.procedure.comparisons import Difference, FileDifference
    from app.web.deployment.sentences import Sentences


_READ_ALOUD = frozenset({"condition", "days", "timer"})
#: Parts that name a file of the release, and how the name of that file ends.
_FILES = {"form": "form", "called": "bpmn", "decision": "dmn"}


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
    """The rows of one file; `title` is what it is called."""

    name: str
    title: str
    what: str
    lines: list[Line]
    moved: int


def table(found: Sequence[FileDifference], names: Sentences) -> list[Part]:
    """What `comparisons.compare` found, ready to be shown; `names` are those of both releases."""
    return [
        Part(
            each.name,
            names.titles.get(each.name, each.name),
            word("difference", each.what),
            [_line(line, each, names) for line in each.lines],
            each.moved,
        )
        for each in found
    ]


def _line(line: Difference, file: FileDifference, names: Sentences) -> Line:
    labels = {own: _label(one) for own, one in file.names.items()}
    label = _value(line.kind, language.choose(line.label_hi, line.label_en), labels, names)
    kind = language.known(f"difference.kind.{line.kind}") or line.kind
    said = f"difference.{line.beside}" if line.beside else "difference.thing"
    thing = say(said, kind=kind, name=label or line.element_id)
    if line.what != "changed":
        return Line(line.what, thing, word("difference", line.what), "", "")
    return Line(
        line.what,
        thing,
        line.part if line.is_column else language.known(f"difference.field.{line.part}") or line.part,
        _value(line.part, line.before, labels, names),
        _value(line.part, line.after, labels, names),
    )


def _label(one: Described) -> str:
    """What a thing is called in the middle of a line; of one without a name, what it is and where it stands."""
    label = language.choose(one.label_hi, one.label_en)
    if not one.beside:
        return label
    return say(f"difference.{one.beside}", kind=word("difference.kind", one.kind), name=label)


def _value(field: str, value: str, labels: Mapping[str, str], names: Sentences) -> str:
    """A text in words; one that has none is told as it is."""
    said = ""
    if field == "paper":
        said = language.known(f"paper_text.name.{value}") or language.known(f"paper_text.words.{value}")
    elif field == "role" and value in set(Role):
        said = word("role", value)
    elif field == "lane" and value in LANES:
        said = word("office_kind", LANES[value])
    elif field in {"source", "target", "default", "attached"}:
        said = labels.get(value, "")
    elif field in _READ_ALOUD:
        said = getattr(names, field)(value)
    elif field in _FILES:
        said = names.titles.get(f"{value}.{_FILES[field]}", "")
    elif field == "service" and value:
        said = language.known(f"job.{value}")
    return said or value
