"""Who acted for whom: in acting charge, as a substitute or by delegation, and the officer whose post it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from app.domain.posts import REGULAR
from app.domain.roles import DELEGATE, Permission, Role, covers, permissions_of
from app.models.staff import officer_queries as table
from app.services.district import calendars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


class Act(NamedTuple):
    """Who did something, in which office, on which day, as which role; no role where none was recorded."""

    officer_id: UUID
    office_id: UUID
    day: date
    role: str = ""


@dataclass(frozen=True, slots=True)
class StandIn:
    """In what kind of post somebody acted that is not regularly his; whose it was, if it was one officer's."""

    kind: str  # charge | substitute | delegate
    role: str  # of the post that he acted for
    name_hi: str = ""
    name_en: str = ""


def act(officer_id: UUID | None, office_id: UUID | None, at: datetime | None, role: str = "") -> Act | None:
    """An act as `find` looks for it; None where nobody, or no office, is known."""
    if officer_id is None or office_id is None or at is None:
        return None
    return Act(officer_id, office_id, calendars.day(at), role)


def find(session: Session, acts: Iterable[Act | None]) -> Mapping[Act | None, StandIn]:
    """Of these acts those that somebody did for another: act -> for whom.

    One query where nobody among them ever acted for another. Where the role was not recorded, a post of his own
    in the same office is taken to be the one he acted in.
    """
    wanted = {each for each in acts if each is not None}
    posts = table.posts_of(session, {each.officer_id for each in wanted}) if wanted else ()
    acting = {row.officer_id for row in posts if row.kind != REGULAR}
    asked = [each for each in wanted if each.officer_id in acting]
    if not asked:
        return {}
    holders = table.regular_posts_in(session, {each.office_id for each in asked})
    found = {each: _of(each, posts, holders) for each in asked}
    return {each: stand_in for each, stand_in in found.items() if stand_in is not None}


def by_right(
    session: Session, done: Iterable[tuple[UUID | None, datetime | None]], right: Permission
) -> Mapping[tuple[UUID | None, datetime | None], StandIn]:
    """The same of acts of unrecorded office: (officer, time) -> for whom, by the post that gave him the right."""
    wanted = {(who, at) for who, at in done if who is not None and at is not None}
    posts = table.posts_of(session, {who for who, _ in wanted}) if wanted else ()
    acts: dict[tuple[UUID, datetime], Act] = {}
    for who, at in wanted:
        day = calendars.day(at)
        his = [row for row in posts if row.officer_id == who and _is_on(row, day)]
        able = [row for row in his if right in permissions_of(Role(row.role), row.kind)]
        if able and all(row.kind != REGULAR for row in able):
            acts[who, at] = Act(who, able[0].office_id, day, able[0].role)
    found = find(session, acts.values())
    return {each: found[did] for each, did in acts.items() if did in found}


def _of(did: Act, posts: Sequence[AnyRow], holders: Sequence[AnyRow]) -> StandIn | None:
    his = [
        row for row in posts if row.officer_id == did.officer_id and _holds(row, did) and _fits(row, did.role)
    ]
    if not his or any(_is_his_own(row, did.role) for row in his):
        return None
    post = max(reversed(his), key=lambda row: row.role == did.role)  # before one that only covers the role
    role = did.role if post.kind == DELEGATE else post.role
    others = [
        row for row in holders if row.officer_id != did.officer_id and _holds(row, did) and row.role == role
    ]
    name = (others[0].name_hi, others[0].name_en) if len(others) == 1 else ("", "")
    return StandIn(post.kind, role, *name)


def _fits(row: AnyRow, role: str) -> bool:
    return not role or covers(Role(row.role), row.kind, Role(role))


def _is_his_own(row: AnyRow, role: str) -> bool:
    """Whether what he did was the work of a post of his own: a regular one, or one that an order only adds to."""
    if row.kind == DELEGATE:
        return not role or covers(Role(row.role), REGULAR, Role(role))
    return row.kind == REGULAR  # type: ignore[no-any-return]


def _holds(row: AnyRow, did: Act) -> bool:
    return row.office_id == did.office_id and _is_on(row, did.day)


def _is_on(row: AnyRow, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)
