"""The ledger of a case against a table that was worked by hand before the code was written (clock_cases.csv).

Its calendar: Sundays off; Deepawali (9 November), Chhath (16 November) and Christmas of 2026. A thana has seven
working days. The columns `case` and `police` hold gross/net working days; `offices` each holding in its order.
"""

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from app.domain.clock import IST, Week, WorkingCalendar
from app.domain.ledger import Event, Order, Terms, ledger, penalty

TABLE = Path(__file__).with_name("clock_cases.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
HOLIDAYS = frozenset({date(2026, 11, 9), date(2026, 11, 16), date(2026, 12, 25)})
KINDS = {"dm": "dm_office", "sp": "sp_office", "dcrb": "dcrb", "t1": "thana", "t2": "thana"}
OFF = {"sat+sun": frozenset({5, 6})}


def moment(day: str, clock: str) -> datetime:
    """An instant as the table writes it: India's clock, or Greenwich's with a Z."""
    zone = UTC if clock.endswith("Z") else IST
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock.removesuffix("Z")), zone)


def ground(text: str) -> tuple[WorkingCalendar, list[Order], int]:
    calendar, orders, statutory = WorkingCalendar(HOLIDAYS), [], 14
    for part in filter(None, text.split("; ")):
        kind, *words = part.split()
        if kind == "H":
            calendar = replace(calendar, holidays=calendar.holidays | {date.fromisoformat(words[0])})
        elif kind == "W":
            week = Week(date.fromisoformat(words[0]), OFF[words[1]], time(10), time(17))
            calendar = replace(calendar, weeks=(week,))
        elif kind == "S":
            statutory = int(words[0])
        else:
            first, last = (date.fromisoformat(day) for day in words[1:3])
            office = None if words[0] == "*" else words[0]
            name = {"P": "pause", "E": "extend"}[kind]
            orders.append(Order(name, office, first, last, int(words[3]) if kind == "E" else 0))
    return calendar, orders, statutory


def recorded(text: str) -> tuple[date, list[Event]]:
    first, *rest = text.split("; ")
    events = []
    for part in rest:
        day, clock, office, kind, *reason = part.split()
        events.append(Event(kind, office, KINDS[office], moment(day, clock), *reason))
    return date.fromisoformat(first.removeprefix("R ")), events


def both(clock) -> str:
    return "-" if clock is None else f"{clock.gross}/{clock.net}"


def told(holding) -> str:
    """A holding as the table writes it."""
    due = f" {holding.due_on}" if holding.due_on else ""
    outcome = f" {holding.outcome}" if holding.outcome not in ("", "sent_on") else ""
    return f"{holding.office} {holding.gross}/{holding.net}{due}{outcome}"


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['no']}_{row['what'].replace(' ', '_')}" for row in ROWS])
def test_every_figure_is_as_it_was_worked_by_hand(row):
    calendar, orders, statutory = ground(row["calendar"])
    received_on, events = recorded(row["events"])
    terms = Terms({"thana": 7}, statutory)
    found = ledger(events, calendar, orders, terms, received_on, moment(*row["at"].split()))
    assert both(found.whole) == row["case"]
    assert both(found.police) == row["police"]
    assert penalty(found.police.net if found.police else 0, statutory) == int(row["penalty"])
    assert "; ".join(told(each) for each in found.holdings) == row["offices"]


@pytest.mark.parametrize("row", ROWS, ids=[row["no"] for row in ROWS])
def test_the_order_in_which_events_of_one_instant_were_stored_changes_nothing(row):
    calendar, orders, statutory = ground(row["calendar"])
    received_on, events = recorded(row["events"])
    at = moment(*row["at"].split())
    terms = Terms({"thana": 7}, statutory)
    straight = ledger(events, calendar, orders, terms, received_on, at)
    turned = ledger(events[::-1], calendar, orders, terms, received_on, at)
    assert (both(turned.whole), both(turned.police)) == (both(straight.whole), both(straight.police))
    assert sorted(map(told, turned.holdings)) == sorted(map(told, straight.holdings))


def test_the_table_holds_forty_cases_and_more():
    assert len(ROWS) >= 40
    assert len({re.sub(r"\W", "", row["what"]) for row in ROWS}) == len(ROWS)
