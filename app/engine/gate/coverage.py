"""Does a decision table answer whatever may come, and never twice? By its literal cells alone."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from app.engine.gate.tables import literals_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.engine.gate.tables import Row, Table

#: Policies that give null, or a list without answers, when no row applies.
NEEDS_AN_ANSWER = frozenset({"UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER"})
MAX_SITUATIONS = 20_000

Domain = tuple[Any, ...] | None


def is_covered(table: Table, domains: Sequence[Domain]) -> bool:
    """Say whether some row, or a default, answers every situation; `domains` are the closed lists known.

    A UNIQUE table of one input whose cells are all literals is itself the closed list of its codes.
    """
    if table.policy not in NEEDS_AN_ANSWER or all(output.has_default for output in table.outputs):
        return True
    if any(_is_catch_all(row) for row in table.rows):
        return True
    only_codes = all(
        test is not None and literals_of(test) is not None for row in table.rows for test in row.tests
    )
    if table.policy == "UNIQUE" and len(table.columns) == 1 and only_codes:
        return bool(table.rows)
    return _every_situation(table, domains)


def overlapping(table: Table) -> tuple[int, int] | None:
    """Return two rows, counted from 1, that certainly apply at once though only one may; None without."""
    if table.policy != "UNIQUE":
        return None
    for later in range(1, len(table.rows)):
        for earlier in range(later):
            if _apply_at_once(table.rows[earlier], table.rows[later]):
                return earlier + 1, later + 1
    return None


def _is_catch_all(row: Row) -> bool:
    return all(test == ("any",) for test in row.tests)


def _apply_at_once(one: Row, other: Row) -> bool:
    return all(_share_a_value(left, right) for left, right in zip(one.tests, other.tests, strict=False))


def _share_a_value(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    if ("any",) in (left, right) or left == right:
        return True
    first, second = literals_of(left), literals_of(right)
    return first is not None and second is not None and bool(set(first) & set(second))


def _every_situation(table: Table, domains: Sequence[Domain]) -> bool:
    closed = [domain for domain in domains if domain is not None]
    size = 1
    for domain in closed:
        size *= len(domain)
    if len(closed) < len(table.columns) or not 0 < size <= MAX_SITUATIONS:
        return False
    return all(
        any(
            all(_takes(test, value) for test, value in zip(row.tests, situation, strict=False))
            for row in table.rows
        )
        for situation in product(*closed)
    )


def _takes(test: Any, value: Any) -> bool:
    if test is None:
        return False
    if test == ("any",):
        return True
    if test[0] == "none":
        refused = literals_of(("any_of", *test[1:]))
        return refused is not None and value not in refused
    taken = literals_of(test)
    return taken is not None and value in taken
