"""Which facts a post may read: by their class (P0 to P4), by who wrote them, and by whether the police reported."""

from __future__ import annotations

from enum import StrEnum

from app.domain.offices import LANES, OfficeKind
from app.domain.roles import SEALED_READERS, Role

SENSITIVE, SEALED = "P3", "P4"  # criminal facts, numbers of identity; what two persons alone may read
CLASSES = frozenset({"P0", "P1", "P2", SENSITIVE, SEALED})
NONE: frozenset[str] = frozenset()
#: Whose reading of what is recorded.
WATCHED = frozenset({SENSITIVE, SEALED})

#: The special branch's word is read by the SP and the DM in person; whoever wrote it knows it.
_READS_SEALED = SEALED_READERS | {Role.SPECIAL_BRANCH}


class Side(StrEnum):
    """Who wrote a fact: whoever opened the case, a step of the DM's office, a step of the police."""

    INTAKE = "intake"
    DM = "dm"
    POLICE = "police"


def side_of_lane(lane: str) -> Side:
    """The side of what is written in a lane of a diagram; a lane nobody knows counts as the stricter one."""
    return Side.DM if LANES.get(lane) is OfficeKind.DM_OFFICE else Side.POLICE


def readable(role: Role, side: Side, *, reported: bool) -> frozenset[str]:
    """The classes of a submission that a post may read; none at all of some.

    The police's reports reach the section head once the SP has `reported`, the assistant never. The assistant reads
    what he entered himself of class P3, a thana's munshi what he writes until it is sent. (Rights: the district's
    matrix, rows field_report, criminal_detail, outcome and sb_note.)
    """
    if side is Side.POLICE and (role is Role.DM_ASSISTANT or (role is Role.DM_SECTION_HEAD and not reported)):
        return NONE
    allowed = CLASSES if role in _READS_SEALED else CLASSES - {SEALED}
    if role is Role.THANA_MUNSHI or (role is Role.DM_ASSISTANT and side is not Side.INTAKE):
        return allowed - {SENSITIVE}
    return allowed


def may_open(role: Role, pii: str, side: Side, *, reported: bool) -> bool:
    """Whether a post may open a document of this class. What came with the letter goes with the case, to all."""
    if side is Side.INTAKE and pii != SEALED:
        return True
    if role is Role.THANA_MUNSHI and pii == SENSITIVE:
        return True  # he keeps the thana's papers
    return pii in readable(role, side, reported=reported)
