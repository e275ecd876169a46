"""The charge of a post: all that waits in it, as one list that whoever leaves and whoever comes both sign."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import bands
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
class Sum:
    """How many tasks wait at one step, or in one officer's name, and how many of them are late."""

    name_hi: str
    name_en: str
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What waits in a post: its tasks by the day they are due, queries to be answered.

    Of a post that names officers for enquiries also what stands in their names: who takes over the post answers for
    it from that day on.
    """

    tasks: Sequence[Line]
    notes: Sequence[notes.Waiting]
    is_more: bool
    of_officers: Sequence[Line]
    is_more_of_officers: bool

    @property
    def steps(self) -> Sequence[Sum]:
        return _sums(self.tasks, "step")

    @property
    def officers(self) -> Sequence[Sum]:
        return _sums(self.of_officers, "claimed_by")

    @property
    def late(self) -> int:
        return sum(_is_late(line) for line in self.tasks)

    @property
    def late_of_officers(self) -> int:
        return sum(_is_late(line) for line in self.of_officers)

    @property
    def own(self) -> int:
        """How many tasks are in the officer's own name."""
        return sum(task.is_mine for task in self.tasks)

    @property
    def sums(self) -> dict[str, int]:
        """What the record tells of the list."""
        counted = {"tasks": len(self.tasks), "late": self.late, "notes": len(self.notes)}
        return counted | ({"of_officers": len(self.of_officers)} if self.of_officers else {})


def _is_late(line: Line) -> bool:
    return line.age.kind == "late"


def _sums(lines: Sequence[Line], by: str) -> list[Sum]:
    """The sums of the lines by the words of one of their columns, the greatest first."""
    words = [(line, (getattr(line, f"{by}_hi"), getattr(line, f"{by}_en"))) for line in lines]
    all_ = Counter(names for _, names in words)
    late = Counter(names for line, names in words if _is_late(line))
    return [Sum(*names, count, late[names]) for names, count in all_.most_common()]


def take(database: Database, actor: Actor, now: datetime) -> Charge:
    """The list of the post in which the officer acts, recorded with its sums. Raises NotAllowed."""
    actor.require(Permission.INBOX_SEE)
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
    theirs, is_more_of_theirs = inbox.of_officers(session, actor, MOST, now)
    return Charge(
        [_line(task) for task in tasks],
        notes.waiting(session, actor, now),
        is_more,
        [_line(task) for task in theirs],
        is_more_of_theirs,
    )


def _line(task: InboxRow) -> Line:
    return Line(**{name: getattr(task, name) for name in Line.__slots__})


# -- kept, to be opened again ----------------------------------------------------------------------------

_WORDS = ("case_number", "purpose_hi", "purpose_en", "step_hi", "step_en")
_OF_NOTE = ("case_number", "office_kind", "office_hi", "office_en", "is_late")


def to_keep(session: Session, found: Charge, now: datetime) -> dict[str, Any]:
    """The list as it is kept: nobody's name, for a case that is erased must be so here too."""
    held = {row.id: row for row in table.held(session, [line.task_id for line in _all(found)])}

    def kept(lines: Sequence[Line]) -> list[dict[str, Any]]:
        return [_kept_line(line, held.get(line.task_id), now) for line in lines]

    return {
        "tasks": kept(found.tasks),
        "notes": [_kept_note(each) for each in found.notes],
        "more": found.is_more,
        "of_officers": kept(found.of_officers),
        "more_of_officers": found.is_more_of_officers,
    }


def _all(found: Charge) -> list[Line]:
    return [*found.tasks, *found.of_officers]


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
    theirs = kept.get("of_officers", [])  # lists of before 1 December 2026 have none
    every = [*kept["tasks"], *theirs]
    names = _names(session, [*every, *kept["notes"]])
    people = watch_queries.people(session, {UUID(each["holder"]) for each in every if each["holder"]})
    acts = {each["task"]: _act(each, officer_id, office_id, at) for each in every}
    acting = standins.find(session, acts.values())
    days = bands.places(calendars.of(session), calendars.day(at))

    def line(each: Mapping[str, Any]) -> Line:
        holder_id = UUID(each["holder"]) if each["holder"] else None
        holder = people.get(holder_id) if holder_id is not None else None
        due_on = date.fromisoformat(each["due"])
        name = names.get(each["case_number"], keys.NO_NAME)
        return Line(
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

    return Charge(
        [line(each) for each in kept["tasks"]],
        [_reopened_note(each, names) for each in kept["notes"]],
        bool(kept["more"]),
        [line(each) for each in theirs],
        bool(kept.get("more_of_officers")),
    )


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


def _names(session: Session, kept: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The words of each person that the reader may see, by the number of the case; none of one that was erased."""
    numbers = {each["case_number"] for each in kept}
    return {
        row.number: keys.open_name(session, row.data_key_id, row.applicant_id, row.name, wrapped=row.wrapped)
        for row in table.persons(session, numbers)
    }
