"""Who may post whom: where, to which roles, which roles nobody holds at one time, and when two have to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.offices import POLICE, ROLE_OFFICES, OfficeKind
from app.domain.rights import MATRIX
from app.domain.roles import DELEGATE, DELEGATED, WITHOUT_CASES, Role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from app.domain.roles import Actor

REGULAR, CHARGE, SUBSTITUTE = "regular", "charge", "substitute"
KINDS = (REGULAR, CHARGE, SUBSTITUTE, DELEGATE)
#: What a grant of these roles takes, whoever makes it: a second person.
GUARDED = frozenset({Role.DM, Role.SP}) | WITHOUT_CASES
TWO_PERSONS = "two_person"
#: Where each role sits; those who keep or watch the system have a place of their own.
SEATS: dict[Role, frozenset[OfficeKind]] = {
    **ROLE_OFFICES,
    **dict.fromkeys(WITHOUT_CASES, frozenset({OfficeKind.ADMINISTRATION})),
    Role.SUPERVISOR_VIEW: frozenset({OfficeKind.ADMINISTRATION, OfficeKind.DM_OFFICE}),
    Role.REQUESTER: frozenset({OfficeKind.REQUESTER}),
}
#: Whose post must be held in each office for a case to go its way.
NEEDED: dict[OfficeKind, tuple[Role, ...]] = {
    OfficeKind.DM_OFFICE: (Role.DM, Role.DM_SECTION_HEAD),
    OfficeKind.SP_OFFICE: (Role.SP, Role.SP_READER),
    OfficeKind.DCRB: (Role.DCRB,),
    OfficeKind.SPECIAL_BRANCH: (Role.SPECIAL_BRANCH,),
    OfficeKind.SDPO: (Role.SDPO,),
    OfficeKind.THANA: (Role.SHO,),
    OfficeKind.ADMINISTRATION: (Role.USER_ADMIN, Role.PROCESS_ADMIN),
}
_DM_OFFICE = frozenset({OfficeKind.DM_OFFICE})
_IN_DM_OFFICE = frozenset(role for role, kinds in SEATS.items() if kinds == _DM_OFFICE)
_IN_POLICE = frozenset(role for role, kinds in SEATS.items() if kinds <= POLICE)
#: Whom a post may post: an office head those below him, the heads of both offices everybody in their line.
_BELOW: dict[Role, frozenset[Role]] = {
    Role.DM: _IN_DM_OFFICE,
    Role.DM_SECTION_HEAD: frozenset({Role.DM_ASSISTANT}),
    Role.SP: _IN_POLICE,
    Role.SP_READER: _IN_POLICE - {Role.SP, Role.SP_READER},
    Role.SHO: frozenset({Role.THANA_MUNSHI, Role.ENQUIRY_OFFICER}),
    Role.USER_ADMIN: frozenset(SEATS),
}
_ASKING = frozenset({Role.REQUESTER})
#: Whose reach ends at his own office.
_OWN_OFFICE = frozenset({Role.SHO, Role.DM_SECTION_HEAD})


def row_of(kind: str) -> str:
    """The row of the rights matrix that a posting of this kind stands on."""
    return "adm.postings" if kind == REGULAR else "adm.charge"


def roles_below(actor: Actor) -> frozenset[Role]:
    """The roles to which an officer in this post may post somebody."""
    return _BELOW.get(actor.post.role, frozenset())


def may_post(actor: Actor, role: Role, office_id: UUID, office_kind: str, kind: str) -> bool:
    """Whether an officer may post somebody else, or relieve him, in this role, office and kind of posting."""
    if kind not in KINDS or actor.post.role not in MATRIX[row_of(kind)]:
        return False
    if kind == DELEGATE and role not in DELEGATED:
        return False
    if actor.post.role in _OWN_OFFICE and office_id != actor.post.office_id:
        return False
    return role in roles_below(actor) and OfficeKind(office_kind) in SEATS[role]


def takes_two(actor: Actor, role: Role, kind: str) -> bool:
    """Whether what this officer orders takes effect only when a second person has agreed."""
    cell = MATRIX[row_of(kind)].get(actor.post.role)
    return role in GUARDED or (cell is not None and cell.narrow == TWO_PERSONS)


def may_agree(actor: Actor) -> bool:
    """Whether an officer is one of those whose orders take two: these agree to one another's."""
    cell = MATRIX["adm.postings"].get(actor.post.role)
    return cell is not None and cell.narrow == TWO_PERSONS


def go_together(roles: Iterable[Role]) -> bool:
    """Whether one officer may hold these roles at one time.

    Who keeps the system never works on its cases, and who asks for a verification has no part in one.
    """
    held = set(roles)
    return held <= WITHOUT_CASES or held <= _ASKING or not held & (WITHOUT_CASES | _ASKING)
