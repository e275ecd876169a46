"""The charge of a post: all that waits in it, as one list that whoever leaves and whoever comes both sign."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import bands
from app.domain.errors import NotAllowed
from app.domain.roles import Permission
from app.models.desk import charges as table
from app.models.record import watch_queries
from app.services.access import standins
from app.services.casefile import notes
from app.services.desk import holding, inbox
from app.services.district import calendars
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.clock import Age
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.desk.inbox import InboxRow
    from app.services.store.database import Database

MOST = 1000  # tasks of one list; nobody hands over more than he could count


@dataclass(frozen=True, slots=True)
class Line:
    """A task of the list: whose case, what is to be done, by when, and in whose name it is."""

    task_id: UUID
    case_number: str
    name_hi: str
    name_en: str
    purpose_hi: str
    purpose_en: str
    step_hi: str
    step_en: str
    due_on: date
    age: Age
    claimed_by_hi: str
    claimed_by_en: str
    is_mine: bool
    acting: StandIn | None  # for whom its holder acts


@dataclass(frozen=True, slots=True)
class Step:
    """How many tasks wait at one step, and how many of them are late."""

    step_hi: str
    step_en: str
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What waits in a post: its tasks by the day they are due, the sums by step, queries to be answered."""

    tasks: Sequence[Line]
    steps: Sequence[Step]
    notes: Sequence[notes.Waiting]
    is_more: bool

    @property
    def late(self) -> int:
        return sum(each.late for each in self.steps)

    @property
    def own(self) -> int:
        """How many tasks are in the officer's own name."""
        return sum(task.is_mine for task in self.tasks)

    @property
    def sums(self) -> dict[str, int]:
        """What the record tells of the list."""
        return {"tasks": len(self.tasks), "late": self.late, "notes": len(self.notes)}


def take(database: Database, actor: Actor, now: datetime) -> Charge:
    """The list of the post in which the officer acts, recorded with its sums. Raises NotAllowed."""
    if not actor.may(Permission.INBOX_SEE):
        raise NotAllowed
    found = database.read(lambda session: of_post(session, actor, now), actor_scope(actor))
    database.write(
        lambda session: audit.record(
            session, "access", "charge:list", f"office:{actor.post.office_id}", actor, now, **found.sums
        ),
        actor_scope(actor),
    )
    return found


def of_post(session: Session, actor: Actor, now: datetime) -> Charge:
    """What waits in the post in which the officer acts; nothing is recorded."""
    tasks: list[InboxRow] = []
    after, is_more = "", True
    while is_more and len(tasks) < MOST:
        part = inbox.page(session, actor, inbox.InboxQuery(size=inbox.SIZES[-1], after=after), now)
        tasks += part.rows
        after, is_more = part.next_after, bool(part.next_after)
    return _summed([_line(task) for task in tasks], notes.waiting(session, actor, now), is_more=is_more)


def _summed(lines: Sequence[Line], waiting: Sequence[notes.Waiting], *, is_more: bool) -> Charge:
    all_ = Counter((line.step_hi, line.step_en) for line in lines)
    late = Counter((line.step_hi, line.step_en) for line in lines if line.age.kind == "late")
    steps = [Step(*names, count, late[names]) for names, count in all_.most_common()]
    return Charge(lines, steps, waiting, is_more)


def _line(task: InboxRow) -> Line:
    return Line(**{name: getattr(task, name) for name in Line.__slots__})


# -- kept, to be opened again ----------------------------------------------------------------------------

_WORDS = ("case_number", "purpose_hi", "purpose_en", "step_hi", "step_en")
_OF_NOTE = ("case_number", "office_kind", "office_hi", "office_en", "is_late")


def to_keep(session: Session, found: Charge, now: datetime) -> dict[str, Any]:
    """The list as it is kept: nobody's name, for a case that is erased must be so here too."""
    held = {row.id: row for row in table.held(session, [line.task_id for line in found.tasks])}
    return {
        "tasks": [_kept_line(line, held.get(line.task_id), now) for line in found.tasks],
        "notes": [_kept_note(each) for each in found.notes],
        "more": found.is_more,
    }


def _kept_line(line: Line, row: AnyRow | None, now: datetime) -> dict[str, Any]:
    holder = None
    if row is not None and (row.assigned_to is not None or holding.holds(row, now)):
        holder = row.claimed_by or row.assigned_to
    return {
        "task": str(line.task_id),
        "due": line.due_on.isoformat(),
        "holder": str(holder) if holder is not None else "",
        "role": row.role if row is not None else "",
        **{name: getattr(line, name) for name in _WORDS},
    }


def _kept_note(note: notes.Waiting) -> dict[str, Any]:
    return {
        "at": note.at.isoformat(),
        "due": note.due_on.isoformat() if note.due_on is not None else "",
        **{name: getattr(note, name) for name in _OF_NOTE},
    }


def reopened(
    session: Session, kept: Mapping[str, Any], officer_id: UUID, office_id: UUID, at: datetime
) -> Charge:
    """The list of an officer's post as it stood, with the names that the reader may see today."""
    names = _names(session, kept)
    holders = {UUID(each["holder"]) for each in kept["tasks"] if each["holder"]}
    people = watch_queries.people(session, holders)
    acts = {each["task"]: _act(each, officer_id, office_id, at) for each in kept["tasks"]}
    acting = standins.find(session, acts.values())
    days = bands.places(calendars.of(session), calendars.day(at))
    lines = []
    for each in kept["tasks"]:
        holder_id = UUID(each["holder"]) if each["holder"] else None
        holder = people.get(holder_id) if holder_id is not None else None
        due_on = date.fromisoformat(each["due"])
        name = names.get(each["case_number"], keys.NO_NAME)
        line = Line(
            task_id=UUID(each["task"]),
            name_hi=name["hi"],
            name_en=name["en"],
            due_on=due_on,
            age=days[due_on].age,
            claimed_by_hi=holder.name_hi if holder is not None else "",
            claimed_by_en=holder.name_en if holder is not None else "",
            is_mine=holder_id == officer_id,
            acting=acting.get(acts[each["task"]]),
            **{part: each[part] for part in _WORDS},
        )
        lines.append(line)
    waiting = [_reopened_note(each, names) for each in kept["notes"]]
    return _summed(lines, waiting, is_more=bool(kept["more"]))


def _act(kept: Mapping[str, Any], officer_id: UUID, office_id: UUID, at: datetime) -> standins.Act | None:
    holder_id = UUID(kept["holder"]) if kept["holder"] else None
    return None if holder_id == officer_id else standins.act(holder_id, office_id, at, kept["role"])


def _reopened_note(kept: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> notes.Waiting:
    name = names.get(kept["case_number"], keys.NO_NAME)
    return notes.Waiting(
        name_hi=name["hi"],
        name_en=name["en"],
        at=datetime.fromisoformat(kept["at"]),
        due_on=date.fromisoformat(kept["due"]) if kept["due"] else None,
        **{part: kept[part] for part in _OF_NOTE},
    )


def _names(session: Session, kept: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The words of each person that the reader may see, by the number of the case; none of one that was erased."""
    numbers = {each["case_number"] for part in ("tasks", "notes") for each in kept[part]}
    return {
        row.number: keys.open_name(session, row.data_key_id, row.applicant_id, row.name, wrapped=row.wrapped)
        for row in table.persons(session, numbers)
    }
