"""The charge of an officer who is gone: whoever may relieve him certifies the list of pending work in his place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import NotAllowed
from app.domain.roles import Actor, Permission, Post, Role
from app.services.desk import charge
from app.services.district import calendars
from app.services.staff import postings
from app.services.store import audit
from app.services.store.drafts import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.desk.charge import Charge
    from app.services.staff.postings import Place, StaffLine
    from app.services.store.database import Database

_LATELY = timedelta(days=31)  # for so long the charge of a relieved officer can be certified


class Why(StrEnum):
    """Why an officer does not hand over himself."""

    SUSPENDED = "suspended"
    DIED = "died"
    RELIEVED = "relieved"  # before he handed over
    ILL = "ill"
    AWAY = "away"  # called, and did not come


@dataclass(frozen=True, slots=True)
class Certified:
    """A list taken in the place of an officer, why, and on which order."""

    charge: Charge
    absent: Actor
    why: str
    order_no: str


def may(actor: Actor) -> bool:
    """Whether an officer certifies the charge of others at all: nobody does who sees no case."""
    return actor.may(Permission.CHARGE_CERTIFY)


def of_posting(session: Session, actor: Actor, posting_id: UUID) -> AnyRow:
    """A posting whose charge this officer may certify. Raises NotAllowed, NotFound, OwnPost."""
    if not may(actor):
        raise NotAllowed
    return postings.posted(session, actor, posting_id)


def relieved(session: Session, actor: Actor, where: Place, now: datetime) -> Sequence[StaffLine]:
    """Who left a post of this office lately, and whose charge this officer may certify."""
    if not may(actor):
        return ()
    today = calendars.day(now)
    found = postings.staff(session, actor, where, now - _LATELY)
    return [
        each for each in found if each.may_relieve and each.valid_to is not None and each.valid_to < today
    ]


def certify(
    database: Database, actor: Actor, posting_id: UUID, why: str, order_no: str, now: datetime
) -> Certified:
    """The list of an absent officer's post, recorded as certified in his place, for what reason.

    Raises postings.Refused, NotAllowed, NotFound, OwnPost.
    """
    row = database.read(lambda session: of_posting(session, actor, posting_id), actor_scope(actor))
    problems = postings.problems_of_order(order_no)
    if why not in set(Why):
        problems["why"] = "charge.problem.why"
    if problems:
        raise postings.Refused(problems)
    absent = _in_his_place(actor, row)
    found = database.read(lambda session: charge.of_post(session, absent, now), actor_scope(absent))
    sums = {"tasks": len(found.tasks), "late": found.late, "notes": len(found.notes)}
    about = {"officer": str(row.officer_id), "post": row.role, "why": why}
    thing = f"office:{row.office_id}"
    database.write(
        lambda session: audit.record(session, "admin", "charge:certify", thing, actor, now, **about, **sums),
        actor_scope(actor),
    )
    return Certified(found, absent, why, order_no.strip())


def _in_his_place(actor: Actor, row: AnyRow) -> Actor:
    """The absent officer at his post, as a list of it reads him; nothing is recorded in his name."""
    post = Post(
        row.id, row.office_id, row.office_kind, row.office_hi, row.office_en, Role(row.role), row.kind
    )
    return replace(
        actor,
        officer_id=row.officer_id,
        name_hi=row.name_hi,
        name_en=row.name_en,
        rank=row.rank,
        post=post,
        posts=(post,),
        session_id=None,
    )
