"""Regular expressions of XPath turned into programs for the machine of `patterns`."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.feel.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    Test = Callable[[str], bool]

_MAX_PROGRAM = 5_000
_MAX_REPEAT = 1_000
_BLOCKS = {
    "IsBasicLatin": (0x0000, 0x007F),
    "IsLatin-1Supplement": (0x0080, 0x00FF),
    "IsLatinExtended-A": (0x0100, 0x017F),
    "IsGreek": (0x0370, 0x03FF),
    "IsCyrillic": (0x0400, 0x04FF),
    "IsDevanagari": (0x0900, 0x097F),
}
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_PLAIN_ESCAPES = frozenset("\\|.-^?*+{}()[]$")
_COUNTS = re.compile(r"\{(\d{1,4})(,(\d{0,4}))?\}", re.ASCII)
_CATEGORY = re.compile(r"\{([A-Za-z0-9-]+)\}", re.ASCII)


def _is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] not in "PZC"


def _is_space(character: str) -> bool:
    return character in " \t\n\r"


def _is_initial(character: str) -> bool:
    return character in "_:" or unicodedata.category(character)[0] == "L"


def _is_name(character: str) -> bool:
    return character in "_:-.·" or unicodedata.category(character)[0] in "LMN"


_CLASSES: dict[str, Test] = {"d": _is_digit, "w": _is_word, "s": _is_space, "i": _is_initial, "c": _is_name}


def _opposite(test: Test) -> Test:
    return lambda character: not test(character)


@lru_cache(maxsize=256)
def compile_pattern(source: str, flags: str) -> Pattern:
    """The machine of a pattern with flags out of `smixq`. Raises ValueError for a pattern that is none."""
    if not set(flags) <= set("smixq"):
        raise ValueError(f"unknown flag in {flags!r}")
    return _Compiler(source, flags).compile()


class _Compiler:
    """Recursive descent over the pattern; fragments are programs with jumps relative to their own start."""

    def __init__(self, source: str, flags: str) -> None:
        if "q" in flags:
            source = "".join("\\" + char if char in _PLAIN_ESCAPES else char for char in source)
        self._source = _without_spaces(source) if "x" in flags and "q" not in flags else source
        self._flags = flags
        self._position = 0
        self._groups = 0
        self._closed: set[int] = set()
        self._depth = 0
        self._memo = True

    def compile(self) -> Pattern:
        program = self._either()
        if self._position < len(self._source):
            raise ValueError("a bracket closes what none has opened")
        return Pattern([*_absolute(program), ("end",)], self._groups, memo=self._memo)

    def _peek(self) -> str:
        return self._source[self._position : self._position + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise ValueError("the pattern ends too early")
        self._position += 1
        return character

    def _either(self) -> list[tuple[Any, ...]]:
        program = self._sequence()
        while self._peek() == "|":
            self._take()
            other = self._sequence()
            program = [("fork", 1, len(program) + 2), *program, ("jump", len(other) + 1), *other]
        return program

    def _sequence(self) -> list[tuple[Any, ...]]:
        program: list[tuple[Any, ...]] = []
        while self._peek() not in ("", "|", ")"):
            program += self._repeated(self._single())
            if len(program) > _MAX_PROGRAM:
                raise ValueError("the pattern is too large")
        return program

    def _repeated(self, body: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        low, high = self._quantity()
        if (low, high) == (1, 1):
            return body
        lazy = self._peek() == "?"
        if lazy:
            self._take()
        if len(body) * max(low, high or 0) > _MAX_PROGRAM:
            raise ValueError("the pattern is too large")
        optional = [_fork(1, len(body) + 1, lazy=lazy), *body]
        if high is not None:
            return body * low + _nested(optional, high - low, lazy=lazy)
        loop = [_fork(1, len(body) + 2, lazy=lazy), *body, ("jump", -len(body) - 1)]
        return body * low + loop

    def _quantity(self) -> tuple[int, int | None]:
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self._peek())
        if simple:
            self._take()
            return simple
        if self._peek() != "{":
            return 1, 1
        match = _COUNTS.match(self._source, self._position)
        if match is None:
            raise ValueError("a count must be {n}, {n,} or {n,m}")
        self._position = match.end()
        low = int(match[1])
        high = low if match[2] is None else int(match[3]) if match[3] else None
        if low > _MAX_REPEAT or (high is not None and not low <= high <= _MAX_REPEAT):
            raise ValueError("a count out of bounds")
        return low, high

    def _single(self) -> list[tuple[Any, ...]]:
        character = self._take()
        if character == "(":
            return self._group()
        if character in "^$":
            return [("where", self._anchor(character))]
        if character == ".":
            return [("one", (lambda _: True) if "s" in self._flags else (lambda char: char not in "\n\r"))]
        if character == "\\" and self._peek().isdecimal():
            return [("back", self._reference(), "i" in self._flags)]
        if character in "*+?{})]":
            raise ValueError(f"nothing before {character}")
        return [("one", self._bracketed() if character == "[" else self._folded(self._class(character)))]

    def _class(self, character: str) -> Test:
        if character == "\\":
            return self._escape()
        return lambda char: char == character

    def _group(self) -> list[tuple[Any, ...]]:
        self._depth += 1
        if self._depth > 50:  # noqa: PLR2004  # each level costs frames of Python's stack
            raise ValueError("the pattern is too deep")
        number = 0
        if self._source.startswith("?:", self._position):
            self._position += 2
        else:
            self._groups += 1
            number = self._groups
        program = self._either()
        if self._take() != ")":
            raise ValueError("a bracket is not closed")
        self._depth -= 1
        self._closed.add(number)
        return [("mark", 2 * number), *program, ("mark", 2 * number + 1)] if number else program

    def _reference(self) -> int:
        number = int(self._take())
        while self._peek().isdecimal() and int(f"{number}{self._peek()}") <= self._groups:
            number = int(f"{number}{self._take()}")
        if number not in self._closed or not number:
            raise ValueError("a reference to a group that is not closed yet")
        self._memo = False
        return number

    def _anchor(self, character: str) -> Callable[[str, int], bool]:
        lines = "m" in self._flags
        if character == "^":
            return lambda text, at: at == 0 or (lines and text[at - 1] == "\n" and at < len(text))
        return lambda text, at: at == len(text) or (lines and text[at] == "\n")

    def _escape(self) -> Test:
        character = self._take()
        if character.lower() in _CLASSES:
            test = _CLASSES[character.lower()]
            return test if character.islower() else _opposite(test)
        if character in "pP":
            test = self._category()
            return test if character == "p" else _opposite(test)
        if character not in _ESCAPED and character not in _PLAIN_ESCAPES:
            raise ValueError(f"unknown escape \\{character}")
        wanted = _ESCAPED.get(character, character)
        return lambda char: char == wanted

    def _category(self) -> Test:
        match = _CATEGORY.match(self._source, self._position)
        if match is None:
            raise ValueError("a category must be \\p{Name}")
        self._position = match.end()
        name = match[1]
        if name in _BLOCKS:
            first, last = _BLOCKS[name]
            return lambda char: first <= ord(char) <= last
        if name[0] not in "LMNPZSC" or len(name) > 2:  # noqa: PLR2004
            raise ValueError(f"unknown category {name}")
        return lambda char: unicodedata.category(char).startswith(name)

    def _bracketed(self) -> Test:
        negated = self._peek() == "^"
        if negated:
            self._take()
        tests: list[Test] = []
        minus: Test | None = None
        while self._peek() != "]" or not tests:
            if self._source.startswith("-[", self._position) and tests:
                self._position += 2
                minus = self._bracketed()
                break
            tests.append(self._folded(self._bracket_item()))
        if self._take() != "]":
            raise ValueError("a bracket is not closed")
        return _charset(tests, minus, negated=negated)

    def _bracket_item(self) -> Test:
        first = self._take()
        if first == "[":
            raise ValueError("a bracket within brackets must be escaped")
        if first == "\\":
            start = self._peek()
            test = self._escape()
            if start.lower() in _CLASSES or start in "pP":
                return test
            first = _ESCAPED.get(start, start)
        if self._peek() != "-" or self._source[self._position + 1 : self._position + 2] in ("]", "["):
            return lambda char: char == first
        self._take()
        last = self._take()
        if last == "\\":
            last = _ESCAPED.get(self._peek(), self._peek())
            self._take()
        if last < first:
            raise ValueError("a range runs backwards")
        return lambda char: first <= char <= last

    def _folded(self, test: Test) -> Test:
        if "i" not in self._flags:
            return test
        return lambda char: test(char) or test(char.lower()) or test(char.upper())


def _charset(tests: list[Test], minus: Test | None, *, negated: bool) -> Test:
    def holds(character: str) -> bool:
        inside = any(test(character) for test in tests) != negated
        return inside and not (minus is not None and minus(character))

    return holds


def _fork(first: int, second: int, *, lazy: bool) -> tuple[Any, ...]:
    return ("fork", second, first) if lazy else ("fork", first, second)


def _nested(optional: list[tuple[Any, ...]], times: int, *, lazy: bool) -> list[tuple[Any, ...]]:
    """`x{0,times}`: each further round only after the one before."""
    program: list[tuple[Any, ...]] = []
    for _ in range(times):
        body = [*optional[1:], *program]
        program = [_fork(1, len(body) + 1, lazy=lazy), *body]
    return program


def _absolute(program: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    fixed: list[tuple[Any, ...]] = []
    for place, operation in enumerate(program):
        if operation[0] == "fork":
            fixed.append(("fork", place + operation[1], place + operation[2]))
        elif operation[0] == "jump":
            fixed.append(("jump", place + operation[1]))
        else:
            fixed.append(operation)
    return fixed


def _without_spaces(source: str) -> str:
    """Flag `x`: white space goes, except within brackets."""
    kept, depth, escaped = [], 0, False
    for character in source:
        if not escaped:
            depth += (character == "[") - (character == "]")
        if depth > 0 or character not in " \t\n\r":
            escaped = character == "\\" and not escaped
            kept.append(character)
    return "".join(kept)
