"""Two releases side by side: what was added, taken out and changed, thing by thing and text by text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import orjson

from app import engine
from app.engine import Described
from app.services.procedure.releases import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

What = Literal["added", "removed", "changed"]
_LONGEST, _BEFORE = 300, 60  # signs of a text that a table of changes shows, and how many before what differs


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the table: the thing, and, where it was changed, which text from what to what.

    `part` is a name of ours, or with `is_column` the label of a table's column.
    """

    what: What
    kind: str
    element_id: str
    label_hi: str
    label_en: str
    part: str = ""
    before: str = ""
    after: str = ""
    is_column: bool = False
    beside: str = ""  # the label is that of the thing after, before or on which it stands


@dataclass(frozen=True, slots=True)
class FileDifference:
    """What differs in one file; `moved` counts things that only stand elsewhere in the drawing."""

    name: str
    kind: str
    what: What
    lines: list[Difference]
    moved: int = 0
    names: Mapping[str, Described] = field(default_factory=dict)  # of whatever a line may point at

    @property
    def marks(self) -> dict[str, What]:
        """Element id -> what happened to it: an element of several changed texts counts once."""
        return {line.element_id: line.what for line in self.lines}


def compare(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[FileDifference]:
    """Every file that differs, by name; a file that cannot be read is told to have changed, and no more."""
    found = []
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            before, after = _described(name, old.get(name)), _described(name, new.get(name))
            lines = list(_lines(before, after))
            moved = sum(
                before[each].place != after[each].place and before[each].texts == after[each].texts
                for each in before.keys() & after.keys()
            )
            what: What = "added" if name not in old else "removed" if name not in new else "changed"
            if lines or moved or what != "changed" or not (before and after):
                found.append(FileDifference(name, kind_of(name), what, lines, moved, {**before, **after}))
    return found


def _described(name: str, data: bytes | None) -> dict[str, Described]:
    if data is None:
        return {}
    try:
        if kind_of(name) in {"process", "decision"}:
            return engine.describe(name, data)
        content = orjson.loads(data)
        if kind_of(name) == "scenario":
            return dict(_scenarios(content))
        return dict(_form(content) if kind_of(name) == "form" else _papers(content))
    except (engine.XmlRefused, ValueError, AttributeError, KeyError, TypeError):
        return {}


def _lines(old: Mapping[str, Described], new: Mapping[str, Described]) -> Iterator[Difference]:
    for own in [*new, *(each for each in old if each not in new)]:
        before, after = old.get(own), new.get(own)
        shown = after or before
        assert shown is not None  # noqa: S101 - the id is of one of the two
        said = (shown.kind, own, shown.label_hi, shown.label_en)
        if before is None or after is None:
            yield Difference("removed" if after is None else "added", *said, beside=shown.beside)
            continue
        for name in dict.fromkeys([*before.texts, *after.texts]):
            was, becomes = before.texts.get(name, ""), after.texts.get(name, "")
            if was != becomes:
                yield Difference("changed", *said, name, *_around(was, becomes), shown.is_table, shown.beside)


def _around(was: str, becomes: str) -> tuple[str, str]:
    """Both texts from shortly before the place where they part: of a long one its beginning would look the same."""
    if max(len(was), len(becomes)) <= _LONGEST:
        return was, becomes
    pairs = enumerate(zip(was, becomes, strict=False))
    alike = next((at for at, (before, after) in pairs if before != after), min(len(was), len(becomes)))
    start = was.rfind(" ", 0, max(0, alike - _BEFORE)) + 1
    return _cut(was, start), _cut(becomes, start)


def _cut(text: str, start: int) -> str:
    end = start + _LONGEST
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


# -- forms, paper texts and scenarios ----------------------------------------------------------------------


_FORM_TEXTS = ("type", "label", "text", "description")


def _form(content: Any) -> Iterator[tuple[str, Described]]:
    """The components of a form, by their path of keys."""
    said = content.get("properties") or {}
    title = (str(said.get("label_hi") or ""), str(said.get("label_en") or ""))
    yield "", Described("form", *title, {"name_hi": title[0], "name_en": title[1]})
    yield from _components(content.get("components") or [], "")


def _components(components: list[Any], path: str) -> Iterator[tuple[str, Described]]:
    for component in components:
        own = path + str(component.get("path") or component.get("key") or component.get("id") or "?")
        properties = component.get("properties") or {}
        label = str(component.get("label") or component.get("text") or component.get("key") or "")
        texts = {name: str(component.get(name) or "") for name in _FORM_TEXTS}
        for rule, value in {
            **(component.get("validate") or {}),
            **(component.get("conditional") or {}),
        }.items():
            texts[rule] = _plain(value)
        texts |= {name: _plain(value) for name, value in properties.items()}
        texts["values"] = ", ".join(str(each.get("value")) for each in component.get("values") or [])
        yield own, Described("field", label, str(properties.get("label_en") or label), texts)
        yield from _components(component.get("components") or [], f"{own}.")


def _papers(content: Any) -> Iterator[tuple[str, Described]]:
    """The texts of every paper, each language for itself, by the place of the paper."""
    for section, entries in content.items():
        if isinstance(entries, dict):
            for name, entry in entries.items():
                texts = entry if isinstance(entry, dict) else {"text": entry}
                said = {part: _plain(text) for part, text in texts.items()}
                yield f"{section}.{name}", Described("paper", name, name, said)
        else:
            yield section, Described("paper", section, section, {"text": _plain(entries)})


def _scenarios(content: Any) -> Iterator[tuple[str, Described]]:
    """Every scenario: its names, the way that is expected, and what is answered on it."""
    for one in content["scenarios"]:
        names = (str(one["name_hi"]), str(one["name_en"]))
        texts = {
            name: _spaced(one.get(name)) for name in ("steps", "end", "acts", "data", "facts", "results")
        }
        yield (
            str(one["key"]),
            Described("scenario", *names, {"name_hi": names[0], "name_en": names[1], **texts}),
        )


def _spaced(value: Any) -> str:
    """Plain JSON with room for a line to break."""
    return _plain(value).replace(",", ", ").replace(":", ": ")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
