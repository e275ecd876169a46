"""The charge of an officer who is gone: whoever may relieve him certifies the list of pending work in his place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Actor, Permission, Post, Role
from app.domain.text import tidy
from app.models.desk import charges as table
from app.services.access import standins
from app.services.desk import charge
from app.services.district import calendars
from app.services.staff import postings
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.desk.charge import Charge
    from app.services.staff.postings import Place, StaffLine
    from app.services.store.database import Database

_LATELY = timedelta(days=31)  # for so long the charge of a relieved officer can be certified
_SHOWN = 20  # certified lists of an office


class Why(StrEnum):
    """Why an officer does not hand over himself."""

    SUSPENDED = "suspended"
    DIED = "died"
    RELIEVED = "relieved"  # before he handed over
    ILL = "ill"
    AWAY = "away"  # called, and did not come


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form holds: why, and on which order; no day where nothing readable was typed."""

    why: str
    order_no: str
    order_on: date | None


@dataclass(frozen=True, slots=True)
class Certified:
    """A list taken in the place of an officer: when, why, on which order, and who certified it."""

    charge: Charge
    absent: Actor
    why: str
    order_no: str
    order_on: date
    at: datetime
    by_hi: str
    by_en: str
    rank: str
    role: str
    acting: StandIn | None  # for whom he certified it


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


def certified_in(session: Session, actor: Actor, where: Place) -> Sequence[AnyRow]:
    """The newest certified lists of the posts of an office, for who certifies there."""
    return table.of_office(session, where.id, _SHOWN) if may(actor) else ()


def certify(
    database: Database, actor: Actor, posting_id: UUID, list_id: UUID, typed: Typed, now: datetime
) -> UUID:
    """Keep the list of an absent officer's post under this id, certified in his place; -> the id.

    The same id sent again changes nothing: the list stays as it stood, and is recorded once. Raises
    postings.Refused, NotAllowed, NotFound, OwnPost.
    """
    row = database.read(lambda session: of_posting(session, actor, posting_id), actor_scope(actor))
    problems = _problems(typed, now)
    if problems:
        raise postings.Refused(problems)
    absent = _in_his_place(actor, row)

    def look(session: Session) -> tuple[Charge, dict[str, object]]:
        found = charge.of_post(session, absent, now)
        return found, charge.to_keep(session, found, now)

    found, content = database.read(look, actor_scope(absent))
    kept = {
        "id": list_id,
        "posting_id": posting_id,
        "why": typed.why,
        "order_no": tidy(typed.order_no),
        "order_on": typed.order_on,
        "content": content,
        "certified_by": actor.officer_id,
        "certifier_office_id": actor.post.office_id,
        "certifier_role": actor.post.role,
        "at": now,
    }
    about = {"officer": str(row.officer_id), "post": row.role, "why": typed.why, "list": str(list_id)}
    thing = f"office:{row.office_id}"

    def keep(session: Session) -> None:
        if table.insert_list(session, kept):
            audit.record(session, "admin", "charge:certify", thing, actor, now, **about, **found.sums)

    database.write(keep, actor_scope(actor))
    return list_id


def _problems(typed: Typed, now: datetime) -> dict[str, str]:
    problems = postings.problems_of_order(typed.order_no)
    if typed.why not in set(Why):
        problems["why"] = "charge.problem.why"
    if typed.order_on is None or typed.order_on > calendars.day(now):
        problems["order_on"] = "charge.problem.order_on"
    return problems


def certified(session: Session, actor: Actor, posting_id: UUID, list_id: UUID) -> Certified:
    """A list as it stood, with the names that this officer may see. Raises NotFound, NotAllowed, OwnPost."""
    posting = of_posting(session, actor, posting_id)
    row = table.find(session, list_id)
    if row is None or row.posting_id != posting_id:
        raise NotFound
    act = standins.act(row.certified_by, row.certifier_office_id, row.at, row.certifier_role)
    return Certified(
        charge.reopened(session, row.content, posting.officer_id, posting.office_id, row.at),
        _in_his_place(actor, posting),
        row.why,
        row.order_no,
        row.order_on,
        row.at,
        row.certifier_hi,
        row.certifier_en,
        row.certifier_rank,
        row.certifier_role,
        standins.find(session, [act]).get(act),
    )


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
