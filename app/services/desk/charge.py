"""The charge of a post: all that waits in it, as one list that whoever leaves and whoever comes both sign."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import NotAllowed
from app.domain.roles import Permission
from app.services.casefile import notes
from app.services.desk import inbox
from app.services.store import audit
from app.services.store.drafts import actor_scope

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.desk.inbox import InboxRow
    from app.services.store.database import Database

MOST = 1000  # tasks of one list; nobody hands over more than he could count


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

    tasks: list[InboxRow]
    steps: list[Step]
    notes: list[notes.Waiting]
    is_more: bool

    @property
    def late(self) -> int:
        return sum(each.late for each in self.steps)

    @property
    def own(self) -> int:
        """How many tasks are in the officer's own name."""
        return sum(task.is_mine for task in self.tasks)


def take(database: Database, actor: Actor, now: datetime) -> Charge:
    """The list of the post in which the officer acts, recorded with its sums. Raises NotAllowed."""
    if not actor.may(Permission.INBOX_SEE):
        raise NotAllowed
    found = database.read(lambda session: of_post(session, actor, now), actor_scope(actor))
    sums = {"tasks": len(found.tasks), "late": found.late, "notes": len(found.notes)}
    database.write(
        lambda session: audit.record(
            session, "access", "charge:list", f"office:{actor.post.office_id}", actor, now, **sums
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
    all_ = Counter((task.step_hi, task.step_en) for task in tasks)
    late = Counter((task.step_hi, task.step_en) for task in tasks if task.age.kind == "late")
    steps = [Step(*names, count, late[names]) for names, count in all_.most_common()]
    return Charge(tasks, steps, notes.waiting(session, actor, now), is_more)
