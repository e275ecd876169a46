"""Whose clock ran: recorded events told as what each office held, for how long, and why it stood still.

Three kinds of clock. An office's runs from the day a case reaches it to the day it sends the case on. The whole
case's runs from the receipt of the letter to the end. The police's, the SP's statutory one, runs on every day on
which an office of the police holds the case, from its receipt at his office; it alone feeds the notional penalty.

Days are working days in IST. The day on which something begins does not count, the day on which it ends does: so no
day counts twice, and two runs that touch are one. A pause of the department's or a hearing stops the office and the
whole case; a query that another office has not answered stops the office that asked, and no other clock. An order of
the SP stops the offices that enquire; the whole case stands only while every office that holds it stands, and the
statutory clock never does: nobody stops the law's clock by his own order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.domain.clock import IST
from app.domain.offices import OfficeKind, is_police

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from app.domain.clock import WorkingCalendar

#: Days after the first of a pair up to and including the second.
Span = tuple[date, date]

PAUSE, EXTEND = "pause", "extend"
#: For what an SP may stop or lengthen enquiries: a closed list, each with the number of a dated order.
REASONS = ("election", "festival", "law_and_order", "disaster", "examination", "court_order")
#: For what an office's own clock stands while another owes it an answer by a named day: a closed list, each with the
#: query as its proof. The case's clock and the law's go on: offices do not stop those among themselves.
QUERIES = frozenset({"query_papers", "query_jurisdiction", "query_record", "query_identity"})
#: Offices that an order for the whole district reaches: those that enquire.
ENQUIRING = frozenset({OfficeKind.THANA, OfficeKind.DCRB, OfficeKind.SPECIAL_BRANCH})
#: Notional penalty of the Right to Public Services rules: for each working day beyond the statutory, and at most.
PENALTY_A_DAY, PENALTY_CAP = 250, 5000  # rupees
_DAY = timedelta(days=1)
_RANK = {"resume": 0, "stop": 1, "start": 2, "pause": 3}  # of events of one instant, as a step records them
_ANSWERED = (
    4  # a query is asked and answered while the office has the case, never by the step that sends it on
)


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded event of an office's clock: start | pause | resume | stop."""

    kind: str
    office: Any
    office_kind: str
    at: datetime
    reason: str = ""
    element: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A dated order of the SP: enquiries of an office (None: of the district) stand, or get days more.

    It holds from its first day to its last, both included; `days` are what an extension gives.
    """

    kind: str
    office: Any
    first: date
    last: date
    days: int = 0
    reason: str = ""
    number: str = ""

    def covers(self, office: Any, kind: str) -> bool:
        return self.office == office if self.office is not None else kind in ENQUIRING


@dataclass(frozen=True, slots=True)
class Terms:
    """What the decision table allows: working days by kind of office, the SP's statutory ones (0: none), the whole's.

    `of_receipt` holds the days of single runs, by office and instant of receipt; they stand before those of the kind.
    """

    allowed: Mapping[str, int]
    statutory: int = 0
    whole: int | None = None
    of_receipt: Mapping[tuple[Any, datetime], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a clock stood: after `since`, up to and including `until` (None: it still stands)."""

    since: date
    until: date | None
    reason: str
    proof: str  # the step that shows it, or the number of the order
    days: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What an office held: received at an instant, sent on at another (None: it has the case still)."""

    office: Any
    office_kind: str
    received_at: datetime
    received_on: date
    sent_at: datetime | None
    sent_on: date | None
    outcome: str  # sent_on | passed_on | withdrawn; empty while it is there
    gross: int
    net: int
    due_on: date | None
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """Gross days from the first day to the last, net days of those on which it ran, and why it did not."""

    since: date
    until: date
    gross: int
    net: int
    pauses: tuple[Pause, ...] = ()
    due_on: date | None = None  # of the whole: moved by what was ended of its listed pauses, by no order
    runs: tuple[tuple[date, date, int], ...] = ()  # of the police's: first and last day, and the days it ran
    is_running: bool = True


@dataclass(frozen=True, slots=True)
class Ledger:
    holdings: tuple[Holding, ...]
    whole: Clock
    police: Clock | None  # None: the case never reached the police


def penalty(net: int, statutory: int) -> int:
    """The notional penalty in rupees, for information only."""
    over = max(0, net - statutory) if statutory else 0
    return min(PENALTY_CAP, PENALTY_A_DAY * over)


def ledger(
    events: Iterable[Event],
    calendar: WorkingCalendar,
    orders: Sequence[Order],
    terms: Terms,
    received_on: date,
    at: datetime,
) -> Ledger:
    """Tell the events of a case up to an instant. A case that has ended is told as of its end."""
    book = _Book(calendar, tuple(orders), terms, _day(at))
    for event in sorted(events, key=lambda event: (event.at, _rank(event))):
        book.read(event)
    return book.closed(received_on)


def _rank(event: Event) -> int:
    return _ANSWERED if event.kind == "resume" and event.reason in QUERIES else _RANK[event.kind]


@dataclass(slots=True)
class _Open:
    """An office's run while it is read."""

    start: Event
    end: Event | None = None
    pauses: list[tuple[Event, Event | None]] | None = None

    @property
    def first(self) -> date:
        return _day(self.start.at)

    def last(self, today: date) -> date:
        """The last day; a clock that was set back ends on the day it began."""
        return max(self.first, _day(self.end.at) if self.end is not None else today)


def _end(pauses: list[tuple[Event, Event | None]], event: Event) -> None:
    """End the pause for the same reason that is open; else the last one."""
    open_ones = [
        at for at, (begun, over) in enumerate(pauses) if over is None and begun.reason == event.reason
    ]
    place = open_ones[-1] if open_ones else len(pauses) - 1
    pauses[place] = (pauses[place][0], event)


class _Book:
    """Reads events in their order."""

    def __init__(
        self, calendar: WorkingCalendar, orders: tuple[Order, ...], terms: Terms, today: date
    ) -> None:
        self._calendar, self._orders, self._terms, self._today = calendar, orders, terms, today
        self._runs: list[_Open] = []
        self._strays: dict[Any, Event] = {}  # a stop that its start follows: the clock was set back

    def read(self, event: Event) -> None:
        run = next(
            (run for run in reversed(self._runs) if run.start.office == event.office and run.end is None),
            None,
        )
        if event.kind == "start":
            self._runs.append(_Open(event, self._strays.pop(event.office, None), []))
        elif run is None and event.kind != "stop":
            return  # of a run that has ended
        elif run is None:
            self._strays[event.office] = event
        elif event.kind == "stop":
            run.end = event
        elif run.pauses is not None and event.kind == "pause":
            run.pauses.append((event, None))
        elif run.pauses:
            _end(run.pauses, event)

    def closed(self, received_on: date) -> Ledger:
        holdings = tuple(self._holding(run) for run in self._runs)
        listed = [pause for run in self._runs for pause in self._listed(run) if pause.reason not in QUERIES]
        until = self._today
        standing = [(pause.since, pause.until or until) for pause in listed]
        stopped = [*standing, *self._all_stand()]
        gross = self._days([(received_on, until)])
        net = gross - self._days(_within(_union(stopped), (received_on, until)))
        ordered = self._by_orders(self._all_stand())
        return Ledger(
            holdings,
            Clock(
                received_on, until, gross, net, (*listed, *ordered), self._due_of_whole(received_on, listed)
            ),
            self._police(),
        )

    def _due_of_whole(self, received_on: date, pauses: list[Pause]) -> date | None:
        if self._terms.whole is None:
            return None
        ended = _union([(pause.since, pause.until) for pause in pauses if pause.until is not None])
        return without(self._calendar, ended).add_days(received_on, self._terms.whole)

    def _holding(self, run: _Open) -> Holding:
        span = (run.first, run.last(self._today))
        office, kind = run.start.office, run.start.office_kind
        listed = self._listed(run)
        stood = self._stood(run)
        pauses = [(pause.since, pause.until or self._today) for pause in listed]
        gross = self._days([span])
        allowed = self._terms.of_receipt.get((office, run.start.at), self._terms.allowed.get(kind))
        ended = span[1] if run.end is not None else None
        calendar = without(self._calendar, waited(listed))
        return Holding(
            office,
            kind,
            run.start.at,
            run.first,
            run.end.at if run.end is not None else None,
            ended,
            "" if run.end is None else run.end.reason or "sent_on",
            gross,
            gross - self._days(_within(_union([*pauses, *stood]), span)),
            None
            if allowed is None
            else due(
                calendar,
                self._orders,
                (office, kind),
                (run.first, ended),
                allowed,
            ),
            (*listed, *self._by_orders(stood, (office, kind))),
        )

    def _listed(self, run: _Open) -> list[Pause]:
        """The pauses for a listed reason that were recorded while the office held the case."""
        found = []
        for begun, over in run.pauses or ():
            until = _day(over.at) if over is not None else None if run.end is None else run.last(self._today)
            since = _day(begun.at)
            days = self._calendar.days_between(since, until or self._today)
            found.append(Pause(since, until, begun.reason, begun.element, days))
        return found

    def _stood(self, run: _Open) -> list[Span]:
        """On which days of a run an order stopped the office."""
        spans = _stopped_by(self._orders, (run.start.office, run.start.office_kind))
        return _within(spans, (run.first, run.last(self._today)))

    def _all_stand(self) -> list[Span]:
        """The days on which orders stopped every office that held the case."""
        stood = _union([span for run in self._runs for span in self._stood(run)])
        if not stood:
            return []
        running = [
            span
            for run in self._runs
            for span in _minus([(run.first, run.last(self._today))], self._stood(run))
        ]
        return _minus(stood, _union(running))

    def _by_orders(self, spans: list[Span], office: tuple[Any, str] | None = None) -> list[Pause]:
        """The orders behind these days, each with the days that it took."""
        found = []
        for order in self._orders:
            if order.kind != PAUSE or (office is not None and not order.covers(*office)):
                continue
            for since, until in _within(spans, (order.first - _DAY, order.last)):
                days = self._calendar.days_between(since, until)
                if days:
                    found.append(Pause(since, until, order.reason, order.number, days))
        return found

    def _police(self) -> Clock | None:
        runs = [run for run in self._runs if is_police(run.start.office_kind)]
        if not runs:
            return None
        spans = _union([(run.first, run.last(self._today)) for run in runs])
        pauses = [pause for run in runs for pause in self._listed(run) if pause.reason not in QUERIES]
        stood = _union([(pause.since, pause.until or self._today) for pause in pauses])
        ran = [(*span, self._days(_minus([span], stood))) for span in spans]
        since, until = spans[0][0], spans[-1][1]
        return Clock(
            since,
            until,
            self._calendar.days_between(since, until),
            sum(days for *_, days in ran),
            tuple(pauses),
            runs=tuple(ran),
            is_running=any(run.end is None for run in runs),
        )

    def _days(self, spans: Iterable[Span]) -> int:
        return sum(self._calendar.days_between(*span) for span in spans)


def waited(pauses: Iterable[Pause]) -> list[Span]:
    """The days that queries took which are answered: by so much an office's due day moves."""
    ended = [(each.since, each.until) for each in pauses if each.reason in QUERIES and each.until is not None]
    return _union(ended)


def due(
    calendar: WorkingCalendar,
    orders: Sequence[Order],
    office: tuple[Any, str],
    span: tuple[date, date | None],
    allowed: int,
) -> date:
    """The day by which an office (its key and kind) is to send a case on that it has had for this span.

    Days on which an order stops it do not count; an extension counts when it was in force while the case was there.
    """
    received, ended = span
    standing = standing_calendar(calendar, tuple(orders), *office)
    day = standing.add_days(received, allowed)
    for order in orders:
        is_met = order.last >= received and (ended is None or order.first <= ended)
        if order.kind == EXTEND and order.covers(*office) and is_met:
            day = standing.add_days(day, order.days)
    return day


@lru_cache(maxsize=512)
def standing_calendar(
    calendar: WorkingCalendar, orders: tuple[Order, ...], office: Any, kind: str
) -> WorkingCalendar:
    """The calendar of an office: days on which an order stops it are no working days there."""
    return without(calendar, _stopped_by(orders, (office, kind)))


def without(calendar: WorkingCalendar, spans: Iterable[Span]) -> WorkingCalendar:
    """The calendar with the working days of these spans off."""
    days = {since + _DAY * n for since, until in spans for n in range(1, (until - since).days + 1)}
    return replace(calendar, holidays=calendar.holidays | days) if days else calendar


def _stopped_by(orders: Iterable[Order], office: tuple[Any, str]) -> list[Span]:
    return _union(
        [
            (order.first - _DAY, order.last)
            for order in orders
            if order.kind == PAUSE and order.covers(*office)
        ]
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(IST).date()


# -- spans of days ---------------------------------------------------------------------------------------


def _union(spans: Iterable[Span]) -> list[Span]:
    """The same days in spans that neither meet nor overlap, in order."""
    found: list[Span] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]) or list(spans)[:1]:
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return found


def _within(spans: Iterable[Span], bounds: Span) -> list[Span]:
    cut = [(max(since, bounds[0]), min(until, bounds[1])) for since, until in spans]
    return [span for span in cut if span[0] < span[1]]


def _minus(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """The days of `spans` that are in none of `others`, which are a union."""
    left = list(spans)
    for since, until in others:
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, since)), (max(first, until), last))
            if piece[0] < piece[1]
        ]
    return left
