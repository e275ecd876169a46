"""A table that answers not everything, or twice, is told with an input at which it shows."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.gate.coverage import overlapping, uncovered
from app.engine.gate.tables import Column, Output, Row, Table, told
from app.feel import parse, parse_unary_tests

YES_OR_NO = (True, False)


def table(*cells: str, kinds: str = "number", policy: str = "UNIQUE") -> Table:
    """Rows of cells, parted by a bar; the kinds of the columns likewise."""
    types = kinds.split(" | ")
    rows = [row.split(" | ") for row in cells]
    return Table(
        "days.dmn",
        "days",
        policy,
        tuple(
            Column(f"c{at}", f"दिन {at}", parse("days"), kind, None) for at, kind in enumerate(types, start=1)
        ),
        (Output("o", "o", "string", has_default=False),),
        tuple(Row(f"r{at}", tuple(map(parse_unary_tests, row)), (None,)) for at, row in enumerate(rows)),
        frozenset(),
    )


@pytest.mark.parametrize(
    ("given", "domains", "shown"),
    [
        (table("< 5", "[5..10]", "> 10"), [None], ""),
        (table("< 5", "(5..10]", "> 10"), [None], "दिन 1 = 5"),
        (table("< 5", "[6..10]", "> 10"), [None], "दिन 1 = 5.5"),
        (table("< 5", "[5..10]"), [None], "दिन 1 = 11"),
        (
            table("< 5 | true", ">= 5 | -", kinds="number | boolean"),
            [None, YES_OR_NO],
            "दिन 1 = 4; दिन 2 = false",
        ),
        (
            table('"a" | -', '"b" | true', kinds="string | boolean"),
            [("a", "b"), YES_OR_NO],
            'दिन 1 = "b"; दिन 2 = false',
        ),
        (table('"a"', 'not("a")', kinds="string"), [None], 'दिन 1 = "…"'),
        (table('"a"', "-", kinds="string", policy="FIRST"), [None], ""),
    ],
)
def test_an_input_without_an_answer_is_shown(given: Table, domains: list[Any], shown: str) -> None:
    gap = uncovered(given, domains)
    assert ("" if gap is None else told(given, gap)) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (table("< 5", "[5..10]", "> 10"), None),
        (table("<= 5", "[5..10]", "> 10"), (1, 2, "दिन 1 = 5")),
        (table("< 5 | -", "[1..3] | true", kinds="number | boolean"), (1, 2, "दिन 1 = 2; दिन 2 = true")),
        (table('"a", "b"', '"c"', '"b"', kinds="string"), (1, 3, 'दिन 1 = "b"')),
        (table('"a"', 'not("a")', kinds="string"), None),
        (table('"a"', 'not("b")', kinds="string"), (1, 2, 'दिन 1 = "a"')),
        (table("< 5", "[1..3]", policy="FIRST"), None),
    ],
)
def test_an_input_with_two_answers_is_shown(given: Table, shown: tuple[int, int, str] | None) -> None:
    found = overlapping(given)
    assert (None if found is None else (found[0], found[1], told(given, found[2]))) == shown


def test_a_table_too_large_to_be_asked_row_by_row_needs_one_for_whatever_is_left() -> None:
    columns = 15
    every = [f"{' | '.join(['-'] * at + ['true'] + ['-'] * (columns - at - 1))}" for at in range(columns)]
    none = " | ".join(["false"] * columns)
    large = table(*every, none, kinds=" | ".join(["boolean"] * columns), policy="FIRST")
    assert uncovered(large, [YES_OR_NO] * columns) == (None,) * columns
    assert uncovered(table(*every, "-", kinds="boolean", policy="FIRST"), [YES_OR_NO]) is None
    holes = table(*every, kinds=" | ".join(["boolean"] * columns), policy="FIRST")
    assert uncovered(holes, [YES_OR_NO] * columns) == (False,) * columns
