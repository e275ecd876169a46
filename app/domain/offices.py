"""Kinds of office, which lane of a diagram belongs to which, and how a unit's office is found."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.domain.roles import Permission, Role, roles_done_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from uuid import UUID

    from app.domain.roles import Actor


class OfficeKind(StrEnum):
    DM_OFFICE = "dm_office"
    SP_OFFICE = "sp_office"
    SDPO = "sdpo"
    CIRCLE = "circle"
    THANA = "thana"
    DCRB = "dcrb"
    SPECIAL_BRANCH = "special_branch"
    REQUESTER = "requester"
    ADMINISTRATION = "administration"


class UnitKind(StrEnum):
    """What enquires in a case: offices of the district, and other districts, to which the SP's office writes."""

    THANA = "thana"
    DCRB = "dcrb"
    SPECIAL_BRANCH = "special_branch"
    OTHER_DISTRICT = "other_district"


class Endorser(StrEnum):
    """Who endorses a thana's enquiry: its SHO, or, where he enquired himself, the office above him."""

    SHO = "sho"
    ABOVE = "above"


#: Units whose answers are sealed: for SP and DM alone.
SEALED_UNITS = frozenset({UnitKind.SPECIAL_BRANCH})

#: Lane name (machine key in the diagram) -> kind of the office that works in it.
LANES: dict[str, OfficeKind] = {
    "dm_office": OfficeKind.DM_OFFICE,
    "sp_office": OfficeKind.SP_OFFICE,
    "sdpo": OfficeKind.SDPO,
    "thana": OfficeKind.THANA,
    "dcrb": OfficeKind.DCRB,
    "special_branch": OfficeKind.SPECIAL_BRANCH,
}

#: Role -> the kinds of office it sits in: a task of the role lies in a lane of one of them.
ROLE_OFFICES: dict[Role, frozenset[OfficeKind]] = {
    Role.DM: frozenset({OfficeKind.DM_OFFICE}),
    Role.ADM: frozenset({OfficeKind.DM_OFFICE}),
    Role.DM_SECTION_HEAD: frozenset({OfficeKind.DM_OFFICE}),
    Role.DM_ASSISTANT: frozenset({OfficeKind.DM_OFFICE}),
    Role.SP: frozenset({OfficeKind.SP_OFFICE}),
    Role.SP_READER: frozenset({OfficeKind.SP_OFFICE}),
    Role.DCRB: frozenset({OfficeKind.DCRB}),
    Role.SPECIAL_BRANCH: frozenset({OfficeKind.SPECIAL_BRANCH}),
    Role.SDPO: frozenset({OfficeKind.SDPO}),
    Role.CIRCLE_INSPECTOR: frozenset({OfficeKind.CIRCLE, OfficeKind.SDPO}),
    Role.SHO: frozenset({OfficeKind.THANA}),
    Role.THANA_MUNSHI: frozenset({OfficeKind.THANA}),
    Role.ENQUIRY_OFFICER: frozenset({OfficeKind.THANA}),
}

#: Roles that may have an office of their own, nearer to the unit than that of their lane.
NEARER: dict[Role, OfficeKind] = {Role.CIRCLE_INSPECTOR: OfficeKind.CIRCLE}

#: The kinds of office under one of which a police station lies.
LEADS = (OfficeKind.SDPO, OfficeKind.CIRCLE)

POLICE = frozenset(OfficeKind) - {OfficeKind.DM_OFFICE, OfficeKind.REQUESTER, OfficeKind.ADMINISTRATION}


def is_police(kind: str) -> bool:
    """Whether an office of this kind is one of the police's."""
    return kind in POLICE


#: In which kinds of office a post may give an open task to another officer; a post that is not here, in its own
#: office alone. (Rights: the district's matrix, row act.reassign.)
_GIVES_WORK_IN: dict[Role, frozenset[OfficeKind]] = {
    Role.DM: frozenset({OfficeKind.DM_OFFICE}),
    Role.ADM: frozenset({OfficeKind.DM_OFFICE}),
    Role.SP: POLICE,
    Role.SP_READER: POLICE,
}


def may_give(actor: Actor, role: Role, office_id: UUID, kind: str) -> bool:
    """Whether the officer may give an open task of this role and office to another officer of that office.

    The section head disposes of his section alone: his own work and the assistants'.
    """
    post = actor.post
    if not actor.may(Permission.TASK_REASSIGN):
        return False
    if post.role in _GIVES_WORK_IN:
        return kind in _GIVES_WORK_IN[post.role]
    is_section = post.role is Role.DM_SECTION_HEAD
    return office_id == post.office_id and (not is_section or role in roles_done_by(post))


#: Kinds of which a district has exactly one; the others are found from the unit.
ONE_PER_DISTRICT = frozenset(
    {OfficeKind.DM_OFFICE, OfficeKind.SP_OFFICE, OfficeKind.DCRB, OfficeKind.SPECIAL_BRANCH}
)


def nearest(
    office_id: UUID,
    kind: OfficeKind,
    parent_of: Callable[[UUID], UUID | None],
    kind_of: Callable[[UUID], OfficeKind],
) -> UUID | None:
    """The office itself when it is of the kind, else its nearest ancestor of the kind (thana -> circle -> SDPO)."""
    seen: set[UUID] = set()
    current: UUID | None = office_id
    while current is not None and current not in seen:
        if kind_of(current) is kind:
            return current
        seen.add(current)
        current = parent_of(current)
    return None


def name_on(name: tuple[str, str], facts: Mapping[str, Any], day: date) -> tuple[str, str]:
    """What an office was called on a day, in Hindi and English: `facts` keep each former name with its last day."""
    former = sorted(facts.get("former") or (), key=lambda each: str(each["until"]))
    return next(((each["hi"], each["en"]) for each in former if day.isoformat() <= each["until"]), name)
