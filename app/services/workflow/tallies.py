"""The sums per step: kept with every act, so that a page over the district counts nothing; told anew on demand."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.models.reports import tally_queries as table
from app.models.tables.tallies import BEYOND, LONGEST, TOOK, column_of
from app.services.district import calendars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_MOST = 90  # per cent of the steps that are as fast as the second figure says


@dataclass(frozen=True, slots=True)
class Days:
    """A number of working days; `is_more`: so many at least."""

    days: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How many steps were done, and in how many working days half of them, and nine of ten, were."""

    done: int
    median: Days
    most: Days


def keep(
    session: Session,
    case: AnyRow,
    gone: Iterable[AnyRow],
    opened: Iterable[Mapping[str, Any]],
    done: Iterable[AnyRow],
    at: datetime,
) -> None:
    """Count what one act changed: tasks that went (`done`: those that an officer finished), and that came."""
    calendar, today = calendars.of(session), calendars.day(at)
    standing: Counter[tuple[Any, ...]] = Counter()
    for row in gone:
        standing[row.office_id, row.element_id, case.purpose, case.release_id, row.due_on] -= 1
    for new in opened:
        standing[new["office_id"], new["element_id"], case.purpose, case.release_id, new["due_on"]] += 1
    for key in sorted((key for key, more in standing.items() if more), key=str):
        table.add_standing(session, key, standing[key])
    for row in done:
        took = calendar.days_between(calendars.day(row.created_at), today)
        key = (row.office_id, row.element_id, case.purpose, case.release_id, today.replace(day=1))
        table.add_pace(session, key, column_of(took))


def change_release(
    session: Session, case: AnyRow, tasks: Iterable[AnyRow], release_id: UUID, was: Mapping[UUID, str]
) -> None:
    """Count all tasks of a case, open and done, for the release that it runs on from now on.

    `was`: the step that a task stood at before, where the release has changed it.
    """
    calendar = calendars.of(session)
    changes: Counter[tuple[Any, ...]] = Counter()
    for row in tasks:
        if row.state == "open":
            column, on = "", row.due_on
        elif row.state == "done":
            day = calendars.day(row.done_at)
            took = calendar.days_between(calendars.day(row.created_at), day)
            column, on = column_of(took), day.replace(day=1)
        else:
            continue
        before = was.get(row.id, row.element_id)
        for element_id, where, more in ((before, case.release_id, -1), (row.element_id, release_id, 1)):
            changes[(column, row.office_id, element_id, case.purpose, where, on)] += more
    for (column, *key), more in sorted(changes.items(), key=str):
        if column and more:
            table.add_pace(session, tuple(key), column, more)
        elif more:
            table.add_standing(session, tuple(key), more)


def pace(counts: Mapping[str, int]) -> Pace | None:
    """The figures of one histogram, by its columns; None where nothing was done."""
    done = sum(counts.values())
    return Pace(done, _rank(counts, done * 50), _rank(counts, done * _MOST)) if done else None


def histogram(took: Iterable[int]) -> dict[str, int]:
    """The columns of single durations in working days."""
    return Counter(map(column_of, took))


def _rank(counts: Mapping[str, int], share: int) -> Days:
    """The nearest rank: the least number of days in which so many hundredths of all were done."""
    so_far = 0
    for days, name in enumerate(TOOK):
        so_far += counts.get(name, 0)
        if so_far * 100 >= share:
            return (
                Days(days)
                if days <= LONGEST
                else Days((LONGEST, *BEYOND)[days - LONGEST - 1] + 1, is_more=True)
            )
    raise AssertionError("a share of all is reached")


def recount(session: Session) -> int:
    """Tell both sums anew from the tasks and put them right; -> how many rows differed."""
    stored, true = table.stored_standing(session), table.true_standing(session)
    differing = [key for key in stored.keys() | true.keys() if stored.get(key, 0) != true.get(key, 0)]
    for key in differing:
        table.add_standing(session, key, true.get(key, 0) - stored.get(key, 0))
    return len(differing) + _recount_pace(session)


def _recount_pace(session: Session) -> int:
    calendar = calendars.of(session)
    true: defaultdict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in table.done_tasks(session):
        on: date = calendars.day(row.done_at)
        took = calendar.days_between(calendars.day(row.created_at), on)
        key = (row.office_id, row.element_id, row.purpose, row.release_id, on.replace(day=1))
        true[key][column_of(took)] += 1
    stored = {
        key: {name: count for name, count in counts.items() if count}
        for key, counts in table.stored_pace(session).items()
    }
    differing = [key for key in stored.keys() | true.keys() if stored.get(key, {}) != true.get(key, {})]
    for key in differing:
        table.replace_pace(session, key, true.get(key, Counter()))
    return len(differing)
