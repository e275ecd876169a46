"""The list of all cases that a post may see, narrowed by what a case is and where it lies; never by a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.rights import MATRIX
from app.domain.roles import DISTRICT_WIDE
from app.domain.secrecy import SENSITIVE, Side, readable
from app.models.casefile import case_queries as cases
from app.models.casefile import caselist_queries as table
from app.models.reports import tally_queries as tallies
from app.services.casefile import caselines
from app.services.district import calendars
from app.services.procedure import releases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor, Role
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.caselines import CaseLine
    from app.services.procedure.releases import Loaded

Wanted = table.Wanted
A_PAGE = 25
#: More are not counted: the number would cost more than it tells. Fewer where tasks or steps of each are looked up.
MOST, MOST_LOOKED_UP = 100_000, 1000
STATUSES = ("open", "issued", "closed", "withdrawn")
TIMES = ("late", "last_day", "left")
AGES = ("7", "14", "30")  # open for more than so many working days
#: Whose word stays within the special branch, the SP and the DM: nobody filters by it.
_SEALED_LANE = "special_branch"
_TICK = ((table.YES, "हाँ", "Yes"), (table.NO, "नहीं", "No"))


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `total` is of all pages; with `is_more` there are at least so many."""

    lines: list[CaseLine]
    total: int
    is_more: bool
    next_after: UUID | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: codes with their names, offices of which this post may see something."""

    purposes: Sequence[tuple[str, str, str]]
    steps: Sequence[tuple[str, str, str]]
    offices: Sequence[AnyRow]
    answers: Sequence[Answers]


@dataclass(frozen=True, slots=True)
class Answers:
    """The choices of a routing field at a step: (value, in Hindi, in English); of a tick yes and no."""

    element_id: str
    field: str
    step: tuple[str, str]
    label: tuple[str, str]
    options: Sequence[tuple[str, str, str]]


def listing(session: Session, wanted: Wanted, after: UUID | None, now: datetime) -> Listing:
    """The cases received last that fit, a page of them."""
    today = calendars.day(now)
    ids = table.page(session, wanted, today, after, A_PAGE + 1)
    shown = ids[:A_PAGE]
    rows = {row.id: row for row in cases.lines(session, shown)}
    is_looked_up = bool(wanted.element_id or wanted.office_id is not None or any(wanted.answer))
    most = MOST_LOOKED_UP if is_looked_up else MOST
    total = table.count(session, wanted, today, most + 1)
    return Listing(
        caselines.of(session, [rows[each] for each in shown if each in rows], now),
        min(total, most),
        total > most,
        shown[-1] if len(ids) > A_PAGE else None,
    )


def opened_until(session: Session, days: int, now: datetime) -> date:
    """The last day of receipt of what is more than so many working days old."""
    return calendars.of(session).earliest_within(calendars.day(now), days) - timedelta(days=1)


def choices(session: Session, actor: Actor) -> Choices:
    """What this post may narrow the list by."""
    loaded = releases.active(session)
    return Choices(
        sorted((code, one.hi, one.en) for code, one in loaded.purposes.items()),
        [(each, *loaded.engine.label(each)) for each in loaded.engine.user_tasks],
        tallies.offices(session),
        [*_answers(loaded, actor.post.role), *_decisions(loaded, actor.post.role)],
    )


def _answers(loaded: Loaded, role: Role) -> Iterator[Answers]:
    """The routing fields with a closed list, by step, whose answers this post reads in every case of the district."""
    cell = MATRIX["see.outcome"].get(role)
    if cell is None or cell.reach != "A" or role not in DISTRICT_WIDE:
        return
    for element_id, task in loaded.engine.user_tasks.items():
        read = loaded.engine.routing_reads.get(element_id, frozenset())
        classes = readable(role, loaded.side_of_step(element_id), reported=False)
        if task.lane == _SEALED_LANE or task.form not in loaded.forms:
            continue
        for field in loaded.form(task.form).fields:
            options = [(one.value, one.text.hi, one.text.en) for one in field.options]
            options = options or (list(_TICK) if field.feel_type == "boolean" else [])
            if field.key in read and field.pii in classes and options:
                label = (field.label_hi, field.label_en)
                yield Answers(element_id, field.key, loaded.engine.label(element_id), label, options)


def _decisions(loaded: Loaded, role: Role) -> Iterator[Answers]:
    """The routing values with a closed list that the decision tables give, for posts that read what they rest on."""
    cell = MATRIX["see.outcome"].get(role)
    if cell is None or cell.reach != "A" or SENSITIVE not in readable(role, Side.POLICE, reported=False):
        return
    route = loaded.engine
    for key, read in sorted(route.routing_reads.items()):
        for output in route.decisions[key].outputs(key) if key in route.decisions else ():
            options = [(each, each, each) for each in output.allowed or () if isinstance(each, str)]
            options = options or (list(_TICK) if output.type == "boolean" else [])
            if output.name in read and options:
                yield Answers(key, output.name, route.label(key), (output.label, ""), options)
