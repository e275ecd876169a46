"""All cases of a letter scrutinised and forwarded in one act: one form for all, each checked as a single one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import FormInvalid, NotAllowed, NotFound
from app.domain.roles import Role, roles_done_by
from app.formjs import Posted
from app.models.casefile import case_queries as cases
from app.models.desk import holding_queries as table
from app.services.access import separation
from app.services.casefile import sentletters
from app.services.casefile.facts import SCRUTINY
from app.services.desk import holding, many, sheets, tasks
from app.services.desk.many import Acting, Item
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app import formjs
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

#: The form of the scrutiny, and the decision of it that forwards.
FORM = SCRUTINY
DECISION, FORWARD = "action", "forward"


@dataclass(frozen=True, slots=True)
class Filled:
    """The form of the first case, with what stands in it and what its rules read."""

    form: formjs.Form
    values: Mapping[str, Any]
    facts: Mapping[str, Any]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Cases of a letter that wait for their scrutiny: how many may be forwarded together, which not, and the form."""

    letter: AnyRow
    count: int
    left: list[Item]
    filled: Filled | None = None  # None where no case waits
    act_id: UUID | None = None  # what the act is called (`sentletters.act`)
    own_entries: Sequence[str] = ()  # numbers of those whose persons the officer entered himself


def may(actor: Actor) -> bool:
    """Whether the scrutiny is among the tasks of the officer's post."""
    return Role.DM_SECTION_HEAD in roles_done_by(actor.post)


def waiting(
    session: Session, actor: Actor, requisition_id: UUID, now: datetime, posted: Posted | None = None
) -> Waiting:
    """What the page of the act shows, with what was typed where a check failed. Raises NotAllowed, NotFound."""
    letter, clean, left = _sorted(session, actor, requisition_id, now)
    if not clean:
        return Waiting(letter, 0, left)
    sheet = sheets.read(session, actor, clean[0].id, now)
    typed = sheet.initial() if posted is None else sheet.typed(posted, {})
    values = {**typed, DECISION: FORWARD}
    filled = Filled(sheet.form, values, sheet.facts, sheet.options)
    act_id = sentletters.act(session, actor, FORM, now)
    entered = separation.entered_by(session, actor, [row.case_id for row in clean])
    own = [row.number for row in clean if row.case_id in entered]
    return Waiting(letter, len(clean), left, filled, act_id, own)


def forward(
    database: Database, actor: Actor, requisition_id: UUID, act_id: UUID | None, posted: Posted, now: datetime
) -> Acting:
    """Forward all that is clean, with these answers for each, case by case as it is asked for: with one letter.

    `act_id` is what the page called the act; None: each goes with a letter of its own. Pressed twice, or taken up
    again after it stopped, it goes on with what still waits.
    Raises FormInvalid before any is forwarded, NotAllowed, NotFound.
    """
    answers = Posted({**posted.values, DECISION: [FORWARD]})
    scope = actor_scope(actor)
    _, clean, left = database.read(lambda session: _sorted(session, actor, requisition_id, now), scope)
    if not clean:
        return Acting(0, iter(()), left)
    database.read(lambda session: _check(session, actor, clean[0].id, answers, now), scope)
    items = many.one_by_one(
        database,
        actor,
        [row.id for row in clean],
        lambda task_id: tasks.complete(database, actor, task_id, answers, [], now, act_id),
    )
    if act_id is not None:
        items = many.ended(database, actor, act_id, items, now)
    return Acting(len(clean), items, left)


def _check(session: Session, actor: Actor, task_id: UUID, answers: Posted, now: datetime) -> None:
    """What is wrong with the answers is told before the first case moves, and leaves no draft behind."""
    sheet = sheets.read(session, actor, task_id, now)
    values = sheet.typed(answers, {})
    if problems := sheet.judge(values, now).problems:
        raise FormInvalid(values, problems)


def _sorted(
    session: Session, actor: Actor, requisition_id: UUID, now: datetime
) -> tuple[AnyRow, list[AnyRow], list[Item]]:
    """The letter, the tasks that may be done together, and the others with the reason."""
    letter = cases.requisition_row(session, requisition_id)
    if letter is None:
        raise NotFound  # first: who may not forward learns of no letter beyond those he sees
    if not may(actor):
        raise NotAllowed
    clean, left = [], []
    for row in table.of_letter(session, requisition_id, FORM):
        if holding.holds(row, now) and row.claimed_by != actor.officer_id:
            left.append(Item(row.number, "colleague"))
        elif _is_begun(session, actor, row, now):
            left.append(Item(row.number, "begun"))
        else:
            clean.append(row)
    return letter, clean, left


def _is_begun(session: Session, actor: Actor, row: AnyRow, now: datetime) -> bool:
    """Whether the officer has written something of his own into the form of this case."""
    if row.claimed_by != actor.officer_id:
        return False
    return sheets.read(session, actor, row.id, now).draft is not None
