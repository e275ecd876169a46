"""The place-holder language of paper templates: `{x}`, `[[ optional ]]`, `{#list}...{/list}`.

`{x}` stands for a value; outside `[[ ]]` an empty value is an error, inside it the whole phrase is left out.
`{#rows}...{/rows}` repeats for each row, whose names come before those around it. `{answer.<form>.<key>}`
stands for what an officer answered on a form. A value is text and nothing else: what looks like a mark of the
language in it is printed as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.papers.devanagari import printable
from app.papers.errors import PaperRefused

Values = Mapping[str, str]
Rows = Mapping[str, Sequence[Values]]

_MAX_LENGTH = 20_000
_NAME = r"[a-z][a-z0-9_]*|answer\.[A-Za-z_][A-Za-z0-9_-]*\.[A-Za-z_][A-Za-z0-9_-]*"
_TOKEN = re.compile(rf"\[\[|\]\]|\{{(?P<mark>[#/]?)(?P<name>{_NAME})\}}|[{{}}]")


class TextFault(ValueError):
    """A template that cannot be read; `rule` names its text in the catalogue, `at` the place."""

    def __init__(self, rule: str, at: int, near: str) -> None:
        super().__init__(f"{rule} at {at}: {near}")
        self.rule, self.at, self.near = rule, at, near


@dataclass(frozen=True, slots=True)
class Literal:
    text: str


@dataclass(frozen=True, slots=True)
class Holder:
    name: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """An optional phrase: left out whole when a value in it is empty."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    name: str
    parts: tuple[Part, ...]


Part = Literal | Holder | Phrase | Repeat


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the filled text, and the place-holder it came from (None: the template's own words)."""

    text: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """One place-holder as a template uses it: `inside` which list, and whether [[ ]] guards it."""

    name: str
    optional: bool
    inside: str | None = None
    is_list: bool = False


def parse(text: str) -> tuple[Part, ...]:
    """Read a template. Raises TextFault with the place of the first fault."""
    if len(text) > _MAX_LENGTH:
        raise TextFault("text_too_long", _MAX_LENGTH, text[:20])
    return _Reader(text).read()


class _Reader:
    """Reads one template; a phrase holds no phrase, a list holds no list, so three levels are the deepest."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_TOKEN.finditer(text))
        self._next = 0
        self._at = 0

    def read(self) -> tuple[Part, ...]:
        return self._parts(None, frozenset())

    def _parts(self, until: str | None, open_kinds: frozenset[str]) -> tuple[Part, ...]:
        parts: list[Part] = []
        opened_at = self._at
        while self._next < len(self._tokens):
            token = self._tokens[self._next]
            if token.start() > self._at:
                parts.append(Literal(self._text[self._at : token.start()]))
            self._next += 1
            self._at = token.end()
            if token.group() == until:
                return tuple(parts)
            parts.append(self._part(token, open_kinds))
        if until is not None:
            raise TextFault("text_not_closed", opened_at, until)
        if self._at < len(self._text):
            parts.append(Literal(self._text[self._at :]))
        return tuple(parts)

    def _part(self, token: re.Match[str], open_kinds: frozenset[str]) -> Part:
        said, name = token.group(), token.group("name")
        if said == "[[":
            self._refuse_nested("[[", token, open_kinds)
            return Phrase(self._parts("]]", open_kinds | {"[["}))
        if name and token.group("mark") == "#":
            self._refuse_nested("{#", token, open_kinds)
            return Repeat(name, self._parts(f"{{/{name}}}", open_kinds | {"{#"}))
        if name and not token.group("mark"):
            return Holder(name)
        raise TextFault("text_stray_mark", token.start(), self._text[token.start() : token.start() + 20])

    def _refuse_nested(self, kind: str, token: re.Match[str], open_kinds: frozenset[str]) -> None:
        if kind in open_kinds:
            raise TextFault("text_nested", token.start(), self._text[token.start() : token.start() + 20])


def uses(parts: Sequence[Part]) -> Iterator[Use]:
    """Yield every place-holder and list of a template, in order, with what stands around it."""
    yield from _uses(parts, optional=False, inside=None)


def _uses(parts: Sequence[Part], *, optional: bool, inside: str | None) -> Iterator[Use]:
    for part in parts:
        match part:
            case Holder(name):
                yield Use(name, optional, inside)
            case Phrase(inner):
                yield from _uses(inner, optional=True, inside=inside)
            case Repeat(name, inner):
                yield Use(name, optional, inside, is_list=True)
                yield from _uses(inner, optional=optional, inside=name)
            case Literal():
                pass


def pieces(parts: Sequence[Part], values: Values, rows: Rows | None = None) -> list[Piece]:
    """Fill a template; each piece remembers its place-holder. Raises PaperRefused for an empty one."""
    return list(_filled(parts, values, rows or {}))


def fill(template: str, values: Values, rows: Rows | None = None) -> str:
    """Fill a template to plain text. Raises TextFault and PaperRefused."""
    return "".join(piece.text for piece in pieces(parse(template), values, rows))


def _filled(parts: Sequence[Part], values: Values, rows: Rows) -> Iterator[Piece]:
    for part in parts:
        match part:
            case Literal(text):
                yield Piece(text)
            case Holder(name):
                yield Piece(_value(name, values), name)
            case Phrase(inner):
                if _complete(inner, values, rows):
                    yield from _filled(inner, values, rows)
            case Repeat(name, inner):
                for number, row in enumerate(rows.get(name, ()), start=1):
                    yield from _filled(inner, {**values, "sr": str(number), **row}, {})


def _value(name: str, values: Values) -> str:
    value = printable(values.get(name, "")).strip()
    if not value:
        raise PaperRefused("papers.empty_placeholder", name=name)
    return value


def _complete(parts: Sequence[Part], values: Values, rows: Rows) -> bool:
    """Say whether nothing in an optional phrase is empty."""
    for part in parts:
        match part:
            case Holder(name) if not printable(values.get(name, "")).strip():
                return False
            case Repeat(name) if not rows.get(name):
                return False
    return True
