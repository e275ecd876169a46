"""The table that is printed, and bench/results.json, which says the same to a program."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

Database = Literal["sqlite", "postgresql", "none"]


@dataclass(frozen=True)
class Row:
    """One line: a value, and the budget that it must keep. `holds` is None where a line only informs."""

    row: str
    database: Database
    value: float
    unit: str
    budget: float | None = None
    holds: bool | None = None


def at_most(row: str, database: Database, value: float, unit: str, budget: float) -> Row:
    return Row(row, database, round(value, 4), unit, budget, value <= budget)


def at_least(row: str, database: Database, value: float, unit: str, budget: float) -> Row:
    return Row(row, database, round(value, 4), unit, budget, value >= budget)


def told(row: str, database: Database, value: float, unit: str) -> Row:
    """Make a row without a budget: what the ratios were formed from."""
    return Row(row, database, round(value, 4), unit)


def line(row: Row) -> str:
    verdict = {True: "holds", False: "MISSED", None: ""}[row.holds]
    budget = "" if row.budget is None else f"{row.budget:g} {row.unit}"
    return f"{row.row:<58} {row.database:<10} {row.value:>10.4g} {row.unit:<9} {budget:>16}  {verdict}"


def heading() -> str:
    return f"{'row':<58} {'database':<10} {'value':>10} {'unit':<9} {'budget':>16}"


def write(rows: list[Row], path: Path) -> None:
    path.write_text(
        json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
