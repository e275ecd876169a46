"""One act on many tasks: each by the rules of a single one and in a transaction of its own, told item by item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import DomainError, NotAllowed, NotFound, TaskAlreadyDone, Unavailable
from app.models.casefile import case_queries as cases
from app.services.casefile import sentletters
from app.services.desk import holding
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.desk.holding import Doer, Gift
    from app.services.store.database import Database

#: How many tasks one act takes: as many as the longest page of the inbox shows.
MOST = 100


class NothingChosen(DomainError):
    """No task was chosen that may be acted on (422)."""

    key = "error.nothing_chosen"


#: Why a single task was left out, in words that fit a list.
_WHY: tuple[tuple[type[DomainError], str], ...] = (
    (holding.ReasonMissing, "colleague"),
    (holding.NobodyChosen, "post"),
    (TaskAlreadyDone, "done"),
    (NotAllowed, "allowed"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one task: done, or why not: one of many.why.* in the catalogue, as colleague, done, sight."""

    case_number: str  # empty for a task that this officer cannot see any more
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Acting:
    """An act that is under way on so many tasks: each is done when its item is asked for, and not before."""

    total: int
    items: Iterator[Item]
    left: list[Item]  # what was left out before it began
    is_finished_alone: bool = False  # also when nobody reads any more what becomes of it


@dataclass(frozen=True, slots=True)
class Gifts:
    """Tasks that may be given away together, who could do all of them, and those that stay where they are."""

    gifts: list[Gift]
    doers: list[Doer]
    refused: list[Item]


def claim(database: Database, actor: Actor, task_ids: Iterable[UUID], now: datetime) -> list[Item]:
    """Take tasks in one's own name; what a colleague holds stays with him, for that takes a reason of its own."""
    return _each(
        database, actor, task_ids, lambda session, task_id: holding.claim(session, actor, task_id, now)
    )


def numbers(session: Session, task_ids: Iterable[UUID], most: int) -> list[str]:
    """The numbers of the cases of these tasks, each once; what is out of sight has none. Raises NothingChosen."""
    found = {}
    for task_id in some(task_ids):
        item = told(session, task_id, None)
        found[item.case_number] = True
    known = [number for number in found if number]
    if not known or len(known) > most:
        raise NothingChosen
    return known


def gifts(session: Session, actor: Actor, task_ids: Iterable[UUID], now: datetime) -> Gifts:
    """What there is to know before tasks are given to one other officer. Raises NothingChosen."""
    found: list[Gift] = []
    refused: list[Item] = []
    for task_id in some(task_ids):
        try:
            found.append(holding.gift(session, actor, task_id, now))
        except DomainError as error:
            refused.append(told(session, task_id, error))
    return Gifts(found, _doers_of_all(found), refused)


def give(
    database: Database,
    actor: Actor,
    task_ids: Iterable[UUID],
    officer_id: UUID | None,
    reason: str,
    now: datetime,
) -> list[Item]:
    """Give tasks to one officer, for one listed reason. Raises NobodyChosen, ReasonMissing, before any is given."""
    if officer_id is None:
        raise holding.NobodyChosen
    if reason not in holding.REASONS:
        raise holding.ReasonMissing

    def give_one(session: Session, task_id: UUID) -> None:
        task = holding.find(session, task_id)
        if task.assigned_to != officer_id:  # the enquiry went with another of its tasks a moment ago
            holding.reassign(session, actor, task_id, officer_id, reason, now)

    return _each(database, actor, task_ids, give_one)


def each(
    database: Database, actor: Actor, task_ids: Iterable[UUID], act: Callable[[UUID], object]
) -> list[Item]:
    """Do an act, which has transactions of its own, on each task; what is refused is told. Raises NothingChosen."""
    return list(one_by_one(database, actor, some(task_ids), act))


def one_by_one(
    database: Database, actor: Actor, task_ids: Iterable[UUID], act: Callable[[UUID], object]
) -> Iterator[Item]:
    """The same, each when it is asked for. Raises Unavailable; what was told before then is done."""
    return (_one(database, actor, task_id, act) for task_id in task_ids)


def ended(
    database: Database, actor: Actor, act_id: UUID, items: Iterator[Item], now: datetime
) -> Iterator[Item]:
    """The same; behind the last one nothing joins the letters of this act. One that stops half way stays open."""
    yield from items
    database.write(lambda session: sentletters.end(session, actor, act_id, now), actor_scope(actor))


def _each(
    database: Database, actor: Actor, task_ids: Iterable[UUID], act: Callable[[Session, UUID], object]
) -> list[Item]:
    scope = actor_scope(actor)
    return each(
        database,
        actor,
        task_ids,
        lambda task_id: database.write(lambda session: act(session, task_id), scope),
    )


def _one(database: Database, actor: Actor, task_id: UUID, act: Callable[[UUID], object]) -> Item:
    problem: DomainError | None = None
    try:
        act(task_id)
    except Unavailable:
        raise
    except DomainError as error:
        problem = error
    return database.read(lambda session: told(session, task_id, problem), actor_scope(actor))


def told(session: Session, task_id: UUID, error: DomainError | None) -> Item:
    """What became of a task: done, or why it was refused. Nothing is told of one that is out of sight."""
    why = "" if error is None else getattr(error, "why", "") or _reason(error)
    try:
        return Item(_number(session, task_id), why)
    except NotFound:
        return Item("", why and "sight")


def _number(session: Session, task_id: UUID) -> str:
    case = cases.find(session, holding.find(session, task_id).case_id)
    if case is None:
        raise NotFound
    return str(case.number)


def _reason(error: DomainError) -> str:
    return next((why for kind, why in _WHY if isinstance(error, kind)), "other")


def some(task_ids: Iterable[UUID], most: int = MOST) -> list[UUID]:
    """Each task once. Raises NothingChosen for none, or for more than a page shows."""
    found = list(dict.fromkeys(task_ids))
    if not found or len(found) > most:
        raise NothingChosen
    return found


def _doers_of_all(found: Sequence[Gift]) -> list[Doer]:
    """The officers who could do every one of the tasks."""
    able = [{each.officer_id for each in gift.doers} for gift in found]
    return [each for each in found[0].doers if all(each.officer_id in one for one in able)] if found else []
