"""Does a decision table answer whatever may come, and never twice? An input that shows it where not."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

from app.engine.gate.tables import literals_of
from app.feel import FeelError, evaluate_unary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.engine.gate.tables import Row, Table

#: Policies that give null, or a list without answers, when no row applies.
NEEDS_AN_ANSWER = frozenset({"UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER"})
#: Of a table of more than these it is not said that every input has its row: it needs one for whatever is left.
MAX_SITUATIONS = 20_000
#: A text that no cell names: it stands for whatever else may come.
OTHER = "…"

_ANY = ("any",)
_LEAST, _MOST = Decimal("-Infinity"), Decimal("Infinity")

Domain = tuple[Any, ...] | None
#: A value for each input of a table.
Situation = tuple[Any, ...]
#: Numbers from one to another; whether these two belong to them.
Span = tuple[Decimal, bool, Decimal, bool]
_EVERY: Span = (_LEAST, False, _MOST, False)


def uncovered(table: Table, domains: Sequence[Domain]) -> Situation | None:
    """Return an input that no row, and no default, may answer; None when every one is answered.

    `domains` are the closed lists known. A column whose cells compare with numbers is closed as well: at each of
    them, between them and beyond them all numbers fare alike. A UNIQUE table of one input whose cells are all
    literals is itself the closed list of its codes.
    """
    if table.policy not in NEEDS_AN_ANSWER or all(output.has_default for output in table.outputs):
        return None
    if any(_is_catch_all(row.tests) for row in table.rows):
        return None
    only_codes = all(
        test is not None and literals_of(test) is not None for row in table.rows for test in row.tests
    )
    if table.policy == "UNIQUE" and len(table.columns) == 1 and only_codes and table.rows:
        return None
    search = _Search(table, domains)
    gap = search.gap(0, tuple(row.tests for row in table.rows))
    unknown = tuple(OTHER if domain is None else None for domain in domains)
    return gap or (None if search.is_certain else unknown)


def overlapping(table: Table) -> tuple[int, int, Situation] | None:
    """Return two rows, counted from 1, that apply at once though only one may, and to what; None without."""
    if table.policy != "UNIQUE":
        return None
    for later in range(1, len(table.rows)):
        for earlier in range(later):
            shared = _both(table.rows[earlier], table.rows[later])
            if shared is not None:
                return earlier + 1, later + 1, shared
    return None


class _Search:
    """Looks for an input without an answer, input by input; rows that the values so far have ruled out drop out."""

    def __init__(self, table: Table, domains: Sequence[Domain]) -> None:
        self._values = [
            domain or _worth([row.tests[at] for row in table.rows if at < len(row.tests)])
            for at, domain in enumerate(domains)
        ]
        closed = [
            domain is not None or (column.type == "number" and _is_of_numbers(table, at))
            for at, (column, domain) in enumerate(zip(table.columns, domains, strict=False))
        ]
        self.is_certain = all(closed) and 0 < prod(map(len, self._values)) <= MAX_SITUATIONS
        self._seen: set[tuple[int, tuple[tuple[Any, ...], ...]]] = set()

    def gap(self, at: int, rows: tuple[tuple[Any, ...], ...]) -> Situation | None:
        """Return values for the inputs from this one on that none of these rows takes."""
        if any(_is_catch_all(tests[at:]) for tests in rows) or (at, rows) in self._seen:
            return None
        if not rows:
            return tuple(values[-1] for values in self._values[at:])
        if len(self._seen) > MAX_SITUATIONS:
            self.is_certain = False
            return None
        for value in self._values[at] if at < len(self._values) else ():
            rest = self.gap(at + 1, tuple(tests for tests in rows if _takes(tests[at], value)))
            if rest is not None:
                return value, *rest
        self._seen.add((at, rows))
        return None


def _is_catch_all(tests: Sequence[Any]) -> bool:
    return all(test == _ANY for test in tests)


def _both(one: Row, other: Row) -> Situation | None:
    """Return an input to which both rows apply, as far as their constants show one."""
    shared = []
    for left, right in zip(one.tests, other.tests, strict=False):
        found = None if left is None or right is None else _shared(left, right)
        if found is None:
            return None
        shared.append(found[0])
    return tuple(shared)


def _shared(left: Any, right: Any) -> tuple[Any] | None:
    """Return a value that two cells take; cells that are written alike take the same, whatever it is."""
    first, second = _spans(left), _spans(right)
    if first is not None and second is not None and (left, right) != (_ANY, _ANY):
        return next(((each,) for a in first for b in second if (each := _within(a, b)) is not None), None)
    for one, other in ((left, right), (right, left)):
        listed = literals_of(one)
        if listed is not None:
            return next(((each,) for each in listed if _takes(other, each)), None)
    return (OTHER,) if left == right or _ANY in (left, right) else None


def _within(one: Span, other: Span) -> Decimal | None:
    """Return a number of two spans."""
    start, holds_start = max((one[0], not one[1]), (other[0], not other[1]))
    end, holds_end = min((one[2], one[3]), (other[2], other[3]))
    if start == end and not holds_start and holds_end:
        return start
    if start >= end:
        return None
    if _LEAST in (start, end) or _MOST in (start, end):
        return end - 1 if start == _LEAST else start + 1
    return (start + end) / 2


def _worth(tests: Sequence[Any]) -> tuple[Any, ...]:
    """Return the values of an input that may fare otherwise than others, by what its cells name."""
    spans = [span for test in tests for span in _spans(test) or () if test != _ANY]
    ends = sorted({end for start, _, stop, _ in spans for end in (start, stop) if end.is_finite()})
    if ends:
        between = [(a + b) / 2 for a, b in pairwise(ends)]
        return (*between, *ends, ends[0] - 1, ends[-1] + 1)
    named = {each for test in tests for each in (_named(test) if test is not None else ())}
    return (*sorted(named, key=str), OTHER)


def _named(test: Any) -> tuple[Any, ...]:
    """Return the literals that a cell lists, or leaves out."""
    return literals_of(("any_of", *test[1:])) or ()


def _is_of_numbers(table: Table, at: int) -> bool:
    return all(at < len(row.tests) and _spans(row.tests[at]) is not None for row in table.rows)


@lru_cache(maxsize=4096)
def _spans(test: Any) -> tuple[Span, ...] | None:
    """Return the numbers that a cell takes; None for one that does more than compare with numbers."""
    if test == _ANY:
        return (_EVERY,)
    if test is None or test[0] != "any_of":
        return None
    found = [_span(part) for part in test[1:]]
    return None if None in found else tuple(span for span in found if span is not None)


def _span(part: Any) -> Span | None:
    match part:
        case ("is", ("num", text)):
            return Decimal(text), True, Decimal(text), True
        case ("is", ("range", holds_start, ("num", start), ("num", end), holds_end)):
            return Decimal(start), holds_start, Decimal(end), holds_end
        case ("test", "<" | "<=" as sign, ("num", text)):
            return _LEAST, False, Decimal(text), sign == "<="
        case ("test", ">" | ">=" as sign, ("num", text)):
            return Decimal(text), sign == ">=", _MOST, False
    return None


def _takes(test: Any, value: Any) -> bool:
    """Say whether a cell certainly takes a value; one that reads more than the input is not certain to."""
    if test is None:
        return False
    if test == _ANY:
        return True
    listed, spans = literals_of(test), _spans(test)
    if spans is not None and isinstance(value, Decimal):
        return any(_within(span, (value, True, value, True)) is not None for span in spans)
    if listed is not None:
        return value in listed
    try:
        return evaluate_unary(test, value, {}) is True
    except FeelError:
        return False
