"""The cases behind a figure of a statement: the same rows that were counted, as far as the reader may see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.clock import start_of
from app.domain.errors import NotAllowed, NotFound
from app.domain.offices import OfficeKind
from app.domain.roles import IN_PERSON, Permission
from app.domain.statement import Period, month
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.reports import figure_queries as table
from app.models.reports import report_queries
from app.models.reports.figure_queries import Letters, Tasks
from app.services.casefile import caselines
from app.services.district import calendars
from app.services.procedure import releases
from app.services.reports import pendency, registers, reports
from app.services.reports.statements import Name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.caselines import CaseLine

PAGE = 50
QUEUES = "queues"  # today's queues have no sheet of their own
_THANA = OfficeKind.THANA.value
_OF_OFFICES = (pendency.KEY, "disposal", QUEUES)  # whose lines are offices


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure: of which statement and time, in which column, on which line (empty: the sum of all)."""

    key: str
    period: Period
    purpose: str
    figure: str
    line: str = ""

    @property
    def line_id(self) -> UUID | None:
        """The line where it is known by an id. Raises NotFound for what is none."""
        try:
            return UUID(self.line) if self.line else None
        except ValueError:
            raise NotFound from None

    @property
    def span(self) -> tuple[datetime, datetime]:
        return start_of(self.period.first), start_of(self.period.last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of cases; `about` is the line of the figure (None: the sum of all).

    `hidden` are out of the reader's sight, `again` stand in it already by another task or run.
    """

    about: Name | None
    lines: list[CaseLine]
    hidden: int
    again: int
    has_more: bool


def behind(session: Session, actor: Actor, asked: Asked, number: int, now: datetime) -> Behind:
    """A page of the cases that a figure counts. Raises NotAllowed; NotFound for a figure that opens nothing."""
    wanted = _RIGHTS.get(asked.key)
    if wanted is None or (find := _FINDERS[asked.key].get(asked.figure)) is None:
        raise NotFound
    actor.require(wanted)
    actor.require(Permission.CASE_SEE)
    rows = find(_Reader(session, actor, calendars.day(now), PAGE + 1, PAGE * number), asked)
    shown = rows[:PAGE]
    ids = list(dict.fromkeys(row.seen for row in shown if row.seen is not None))
    found = {row.id: row for row in cases.lines(session, ids)}
    lines = caselines.of(session, [found[each] for each in ids if each in found], now)
    hidden = sum(row.seen is None for row in shown)
    about = _about(session, asked) if asked.line else None
    return Behind(about, lines, hidden, len(shown) - hidden - len(ids), len(rows) > PAGE)


def _about(session: Session, asked: Asked) -> Name | None:
    """What the line of a figure is called."""
    if asked.key in _OF_OFFICES:
        office = offices.find(session, asked.line_id) if asked.line_id is not None else None
        return None if office is None else Name(office.name_hi, office.name_en, office.kind)
    if asked.key == "stages":
        return Name(*releases.active(session).engine.label(asked.line))
    if asked.key == "departments":
        return Name(registers.department(session, asked.line, asked.period), "")
    return Name(asked.line, asked.line) if asked.key == "duration" else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads which page, on which day."""

    session: Session
    actor: Actor
    today: date
    limit: int
    offset: int

    def clocks(self, where: Sequence[object]) -> Sequence[AnyRow]:
        return table.of_clocks(self.session, where, self.limit, self.offset)  # type: ignore[arg-type]

    def tasks(self, tasks: Tasks) -> Sequence[AnyRow]:
        return table.of_tasks(self.session, tasks, self.limit, self.offset)

    def letters(self, letters: Letters) -> Sequence[AnyRow]:
        return table.of_letters(self.session, letters, self.limit, self.offset)


if TYPE_CHECKING:
    Finder = Callable[[_Reader, Asked], Sequence[AnyRow]]


def _pendency(reader: _Reader, asked: Asked) -> Sequence[AnyRow]:
    where = report_queries.behind(_THANA, asked.line_id, asked.purpose)
    as_of = min(asked.period.last, reader.today)
    return reader.clocks([*where, pendency.conditions(reader.session, asked.period, as_of)[asked.figure]])


def _disposal(reader: _Reader, asked: Asked) -> Sequence[AnyRow]:
    first, last = asked.period.first, asked.period.last
    counted = report_queries.moved(first, last)[asked.figure]
    return reader.clocks([*report_queries.behind(_THANA, asked.line_id, asked.purpose), counted])


def _re_enquiry(reader: _Reader, asked: Asked) -> Sequence[AnyRow]:
    first, until = asked.span
    return table.of_enquiries(reader.session, asked.line_id, first, until, reader.limit, reader.offset)


def _duration(reader: _Reader, asked: Asked) -> Sequence[AnyRow]:
    """The line is a month, as 2026-11."""
    period = month(asked.line)
    if period is None:
        raise NotFound
    last = min(period.last, reader.today)
    return reader.clocks([report_queries.whole_cases(period.first, period.last, last)[asked.figure]])


def _stages(reader: _Reader, asked: Asked) -> Sequence[AnyRow]:
    late = reader.today if asked.figure == "overdue_tasks" else None
    return reader.tasks(Tasks(element_id=asked.line, state="open", due_before=late))


def _officers(reader: _Reader, asked: Asked) -> Sequence[AnyRow]:
    officer_id = asked.line_id
    if officer_id is None:
        raise NotFound
    if reader.actor.post.role in IN_PERSON and officer_id != reader.actor.officer_id:
        raise NotAllowed
    given = Tasks(officer_id=officer_id)
    return reader.tasks(
        {
            "given": replace(given, created=asked.span),
            "done": replace(given, state="done", done=asked.span),
            "pending": replace(given, state="open"),
            "overdue_tasks": replace(given, state="open", due_before=reader.today),
        }[asked.figure]
    )


_OPEN = {"pending": True, "disposed": False}


def _departments(reader: _Reader, asked: Asked) -> Sequence[AnyRow]:
    first, last = asked.period.first, asked.period.last
    name = registers.department(reader.session, asked.line, asked.period) if asked.line else ""
    return reader.letters(Letters(first, last, requester=name, open=_OPEN.get(asked.figure)))


def _receipts(reader: _Reader, asked: Asked) -> Sequence[AnyRow]:
    letter_id = asked.line_id
    if letter_id is None:
        raise NotFound
    first, last = asked.period.first, asked.period.last
    return reader.letters(Letters(first, last, letter_id, open=_OPEN.get(asked.figure)))


def _queues(reader: _Reader, asked: Asked) -> Sequence[AnyRow]:
    held, today = Tasks(office_id=asked.line_id, state="open"), reader.today
    return reader.tasks(
        {
            "queue_late": replace(held, due_before=today),
            "queue_last_day": replace(held, due_on=today),
            "queue_left": replace(held, due_after=today),
            "queue_open": held,
        }[asked.figure]
    )


_FINDERS: dict[str, dict[str, Finder]] = {
    pendency.KEY: dict.fromkeys(pendency.FIGURES, _pendency),
    "disposal": {**dict.fromkeys(("sent", "reported"), _disposal), "re_enquiry": _re_enquiry},
    "duration": dict.fromkeys(("ended", "closing_cases"), _duration),
    "stages": dict.fromkeys(("pending", "overdue_tasks"), _stages),
    "officers": dict.fromkeys(("given", "done", "pending", "overdue_tasks"), _officers),
    "departments": dict.fromkeys(("persons", "disposed", "pending"), _departments),
    "receipts": dict.fromkeys(("case_numbers", "disposed", "pending"), _receipts),
    QUEUES: dict.fromkeys(("queue_late", "queue_last_day", "queue_left", "queue_open"), _queues),
}
_RIGHTS = {QUEUES: Permission.REPORT_SEE} | {
    key: statement.permission for key, statement in reports.STATEMENTS.items() if key in _FINDERS
}
