"""Who signs a paper, and as what: the head of an office, whoever has his charge, or whoever signs for him."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from app import papers
from app.domain.errors import NotFound
from app.domain.posts import CHARGE
from app.domain.roles import Role
from app.models.district import office_queries as offices
from app.models.staff import officer_queries as officers
from app.models.staff import posting_queries as postings
from app.services.access import standins
from app.services.district import calendars

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.papers import Capacity

Side = Literal["dm", "sp"]
HEADS: dict[Side, Role] = {"dm": Role.DM, "sp": Role.SP}


def of_side(
    session: Session, texts: papers.Texts, side: Side, officer_id: UUID | None, at: datetime
) -> papers.Signer:
    """Whoever signed for the DM's or the SP's office at a time, by the posts that he had in it on that day."""
    office_id = offices.only_of_kind(session, f"{side}_office", calendars.day(at))
    return of_office(session, texts, side, (officer_id, office_id), at)


def of_office(
    session: Session,
    texts: papers.Texts,
    side: Side,
    who: tuple[UUID | None, UUID | None],
    at: datetime,
    otherwise: Capacity = "for",
) -> papers.Signer:
    """The same for `who`, an officer in an office; `otherwise` is what one signs as who had neither post there.

    An ADM by delegation signs as what he is, for the DM.
    """
    officer_id, office_id = who
    name, head = papers.Words(*officers.names(session, officer_id)), HEADS[side]
    capacity = capacity_of(session, officer_id, office_id, at, head)
    if capacity is None and side == "dm" and _has(session, officer_id, office_id, at, Role.ADM):
        dm = texts.setting("dm_designation_letter")
        on_behalf = papers.acting(texts, "for", dm)
        return papers.Signer(side, name, texts.setting("adm_designation"), on_behalf=on_behalf)
    return papers.Signer(side, name, capacity=capacity or otherwise)


def head_of(session: Session, texts: papers.Texts, side: Side, at: datetime) -> papers.Signer:
    """The officer who headed the DM's or the SP's office at a time, as what he did. Raises NotFound."""
    day = calendars.day(at)
    office_id = offices.only_of_kind(session, f"{side}_office", day)
    for row in postings.of_office(session, office_id, day) if office_id is not None else ():
        if row.role == HEADS[side] and row.valid_from <= day:
            return of_office(session, texts, side, (row.officer_id, office_id), at)
    raise NotFound


def capacity_of(
    session: Session, officer_id: UUID | None, office_id: UUID | None, at: datetime, head: Role
) -> Capacity | None:
    """As what an officer signs in the post of a head: it is his, he has its charge, or he fills in for its holder.

    None: he had no such post in this office on that day.
    """
    if not _has(session, officer_id, office_id, at, head):
        return None
    act = standins.act(officer_id, office_id, at, head)
    stand_in = standins.find(session, [act]).get(act)
    if stand_in is None:
        return "head"
    return "charge" if stand_in.kind == CHARGE else "for"


def _has(session: Session, officer_id: UUID | None, office_id: UUID | None, at: datetime, role: Role) -> bool:
    if officer_id is None or office_id is None:
        return False
    return role in officers.roles_in(session, officer_id, office_id, calendars.day(at))
