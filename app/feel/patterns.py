"""Regular expressions of XPath, matched by a machine of our own: Python's `re` may run for years on one pattern.

A pattern becomes a short program; a state (place in the program, place in the text) is never tried twice, so that
matching takes at most their product in steps. Only a back-reference needs more, and then the step bound ends it.
"""

from __future__ import annotations

from typing import Any

from app.feel.errors import Exhausted
from app.feel.limits import MAX_PATTERN_STEPS, MAX_STRING


class Pattern:
    """A compiled pattern."""

    def __init__(self, program: list[tuple[Any, ...]], groups: int, *, memo: bool) -> None:
        self._program, self._groups, self._memo = program, groups, memo

    def search(self, text: str) -> list[int] | None:
        """The places of the first match: begin and end of the whole and of each group, -1 if unset.

        Raises Exhausted when it takes too many steps.
        """
        return self._search(text, 0, _Meter())

    def replace(self, text: str, replacement: str) -> str:
        """Every match replaced; `$1` is a group, `$0` the match.

        Raises ValueError if the pattern matches the empty text, Exhausted past a bound.
        """
        parts, position = [], 0
        for places in self._all(text):
            parts += [text[position : places[0]], _expand(replacement, text, places)]
            position = places[1]
        result = "".join(parts) + text[position:]
        if len(result) > MAX_STRING:
            raise Exhausted
        return result

    def split(self, text: str) -> list[str]:
        """The text between the matches. Raises ValueError if the pattern matches the empty text."""
        parts, position = [], 0
        for places in self._all(text):
            parts.append(text[position : places[0]])
            position = places[1]
        return [*parts, text[position:]]

    def _all(self, text: str) -> list[list[int]]:
        if self.search("") is not None:
            raise ValueError("the pattern matches the empty text")
        found, position, meter = [], 0, _Meter()
        while (places := self._search(text, position, meter)) is not None:
            found.append(places)
            position = max(places[1], position + 1)
        return found

    def _search(self, text: str, start: int, meter: _Meter) -> list[int] | None:
        seen: set[tuple[int, int]] = set()
        for begin in range(start, len(text) + 1):
            places = self._run(text, begin, seen, meter)
            if places is not None:
                return places
        return None

    def _run(self, text: str, begin: int, seen: set[tuple[int, int]], meter: _Meter) -> list[int] | None:
        waiting = [(0, begin, [begin, -1] + [-1] * (2 * self._groups))]
        while waiting:
            at, position, places = waiting.pop()
            meter.spend()
            if self._memo:
                if (at, position) in seen:
                    continue
                seen.add((at, position))
            operation = self._program[at]
            if operation[0] == "end":
                return [places[0], position, *places[2:]]
            waiting.extend(_HANDLERS[operation[0]](operation, at, position, text, places))
        return None


class _Meter:
    """The steps that one matching may take."""

    def __init__(self) -> None:
        self._left = MAX_PATTERN_STEPS

    def spend(self) -> None:
        """One step. Raises Exhausted after the last."""
        self._left -= 1
        if self._left < 0:
            raise Exhausted


_States = list[tuple[int, int, list[int]]]


def _do_one(operation: Any, at: int, position: int, text: str, places: list[int]) -> _States:
    fits = position < len(text) and operation[1](text[position])
    return [(at + 1, position + 1, places)] if fits else []


def _do_fork(operation: Any, _at: int, position: int, _text: str, places: list[int]) -> _States:
    return [(operation[2], position, places), (operation[1], position, places)]


def _do_jump(operation: Any, _at: int, position: int, _text: str, places: list[int]) -> _States:
    return [(operation[1], position, places)]


def _do_mark(operation: Any, at: int, position: int, _text: str, places: list[int]) -> _States:
    marked = places.copy()
    marked[operation[1]] = position
    return [(at + 1, position, marked)]


def _do_where(operation: Any, at: int, position: int, text: str, places: list[int]) -> _States:
    return [(at + 1, position, places)] if operation[1](text, position) else []


def _do_back(operation: Any, at: int, position: int, text: str, places: list[int]) -> _States:
    begin, end = places[2 * operation[1] : 2 * operation[1] + 2]
    said = text[begin:end] if begin >= 0 <= end else ""
    here = text[position : position + len(said)]
    same = said.lower() == here.lower() if operation[2] else said == here
    return [(at + 1, position + len(said), places)] if same else []


_HANDLERS = {
    "one": _do_one,
    "fork": _do_fork,
    "jump": _do_jump,
    "mark": _do_mark,
    "where": _do_where,
    "back": _do_back,
}


def _expand(replacement: str, text: str, places: list[int]) -> str:
    """Raises ValueError for a `$` or backslash that stands for nothing."""
    parts, position = [], 0
    while position < len(replacement):
        character = replacement[position]
        following = replacement[position + 1 : position + 2]
        if character == "\\" and following in ("\\", "$") and following:
            parts.append(following)
            position += 2
        elif character == "$" and following.isdecimal():
            group = int(following)
            begin, end = places[2 * group : 2 * group + 2] if 2 * group < len(places) else (-1, -1)
            parts.append(text[begin:end] if begin >= 0 else "")
            position += 2
        elif character in "\\$":
            raise ValueError(f"unexpected {character} in the replacement")
        else:
            parts.append(character)
            position += 1
    return "".join(parts)
