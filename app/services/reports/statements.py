"""Statements as tables: columns, lines whose figures open their cases, notes; drawn by pages and files alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from app.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.domain.statement import Period
    from app.models.tables.base import AnyRow

TEXT, COUNT, DAYS, PERCENT, RUPEES, DAY = "text", "count", "days", "percent", "rupees", "day"
WORD = "word"  # a code, told by the catalogue


class DoesNotAddUp(DomainError):
    """A statement whose sum does not hold: it is not shown, printed or given out before that is mended."""

    key = "statement.does_not_add_up"


@dataclass(frozen=True, slots=True)
class Name:
    """What a line is about: an office, a step, a department; `kind` is that of an office."""

    name_hi: str
    name_en: str
    name_kind: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its word is `statement.column.<key>`. A figure of it opens its cases where `opens` says so."""

    key: str
    kind: str = COUNT
    opens: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its cells stand under one another by their digits, at the right."""
        return self.kind not in (TEXT, DAY, WORD)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: what it is about, and its cells in the order of the columns. `key` names it in an address.

    Figures of a line that does not open (it counts nothing that is here) lead nowhere.
    """

    key: str
    cells: Sequence[Any]
    is_total: bool = False
    opens: bool = True

    @property
    def is_quiet(self) -> bool:
        """Whether all its figures are none: a page leaves such a line out until it is asked for all."""
        numbers = [cell for cell in self.cells[1:] if isinstance(cell, int)]
        return not self.is_total and bool(numbers) and not any(numbers)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the chart beside a statement; `part` of `count` is told apart (what is late)."""

    name: Name
    count: int
    part: int = 0


class Wait(NamedTuple):
    """So many queries of an office stopped its own clock in the time, for a listed reason."""

    name: Name
    reason: str
    queries: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole statement; its title is `statement.title.<key>`, its notes `statement.note.<name>`."""

    key: str
    period: Period
    as_of: date
    columns: Sequence[Column]
    lines: Sequence[Line]
    made_at: datetime
    notes: Sequence[str] = ()
    orders: Sequence[AnyRow] = ()
    bars: Sequence[Bar] = ()
    figures: dict[str, Any] = field(default_factory=dict)
    waits: Sequence[Wait] = ()
    following: str = ""  # of a page of it: the place behind which the next one begins; empty: none follows


def quantile(counted: dict[int, int], share: float) -> int | None:
    """The least number of days within which this share of the runs ended; None where none did."""
    total, seen = sum(counted.values()), 0
    if not total:
        return None
    for days in sorted(counted):
        seen += counted[days]
        if seen >= share * total:
            return days
    return max(counted)


def percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
