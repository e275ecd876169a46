"""Which facts a post may read: by their class (P0 to P4), by who wrote them, and by whether the police reported."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.domain.offices import LANES, OfficeKind
from app.domain.rights import MATRIX
from app.domain.roles import SEALED_READERS, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

SENSITIVE, SEALED = "P3", "P4"  # criminal facts, numbers of identity; what two persons alone may read
CLASSES = frozenset({"P0", "P1", "P2", SENSITIVE, SEALED})
NONE: frozenset[str] = frozenset()
#: Whose reading of what is recorded.
WATCHED = frozenset({SENSITIVE, SEALED})

#: The special branch's word is read by the SP and the DM in person; whoever wrote it knows it.
_READS_SEALED = SEALED_READERS | {Role.SPECIAL_BRANCH}


#: Offices whose word has passed the head of their side: of what their units write that cannot be said.
_SPEAKS_FOR_ITS_SIDE = frozenset({OfficeKind.DM_OFFICE, OfficeKind.SP_OFFICE})

#: Answers that have a row of the matrix of their own, whatever their class.
_OWN_ROWS = {"mobile": "see.case.contact", "email": "see.case.contact", "epic_no": "see.case.id_numbers"}
_MASK, _SHOWN_SIGNS = "•••", 4


class Closed(StrEnum):
    """Why a post does not read a note."""

    SPECIAL_BRANCH = "special_branch"
    POLICE = "police"
    UNTIL_REPORT = "until_report"


class Side(StrEnum):
    """Who wrote a fact: whoever opened the case, a step of the DM's office, a step of the police."""

    INTAKE = "intake"
    DM = "dm"
    POLICE = "police"


def side_of_lane(lane: str) -> Side:
    """The side of what is written in a lane of a diagram; a lane nobody knows counts as the stricter one."""
    return Side.DM if LANES.get(lane) is OfficeKind.DM_OFFICE else Side.POLICE


def note_closed_for(role: Role, from_kind: str, *, is_party: bool, reported: bool) -> Closed | None:
    """Why a post does not read the words that an office of this kind wrote to another (P3); None where it does.

    Whose notes lie before it at all says the row scope; whoever writes to an office means its officers (`is_party`:
    the post's own office wrote it, or got it). As with reports the DM's assistant reads nothing that the police
    write, and the section head what a unit writes only once the SP has `reported`; the SP's office speaks to him at
    any time. What the special branch writes no third office reads, but SP and DM in person. (Rights: rows act.query,
    internal_note, criminal_detail, sb_note.)
    """
    if from_kind == OfficeKind.SPECIAL_BRANCH and not is_party and role not in SEALED_READERS:
        return Closed.SPECIAL_BRANCH
    if role is Role.DM_ASSISTANT and from_kind != OfficeKind.DM_OFFICE:
        return Closed.POLICE
    if role is Role.DM_SECTION_HEAD and not reported and from_kind not in _SPEAKS_FOR_ITS_SIDE:
        return Closed.UNTIL_REPORT
    return None


def readable(role: Role, side: Side, *, reported: bool) -> frozenset[str]:
    """The classes of a submission that a post may read; none at all of some.

    The police's reports reach the section head once the SP has `reported`, the assistant never. The assistant reads
    what he entered himself of class P3, a thana's munshi what he writes until it is sent. (Rights: the district's
    matrix, rows field_report, criminal_detail, outcome and sb_note.)
    """
    if role is Role.REQUESTER:
        return NONE  # it reads stages and the papers delivered to it, no answer of a form
    if side is Side.POLICE and (role is Role.DM_ASSISTANT or (role is Role.DM_SECTION_HEAD and not reported)):
        return NONE
    allowed = CLASSES if role in _READS_SEALED else CLASSES - {SEALED}
    if role is Role.THANA_MUNSHI or (role is Role.DM_ASSISTANT and side is not Side.INTAKE):
        return allowed - {SENSITIVE}
    return allowed


def told(role: Role, key: str, value: Any) -> Any:
    """An answer as a post reads it: as it is, all but its last signs masked, or None where it reads none."""
    row = _OWN_ROWS.get(key)
    if row is None or not value:
        return value
    cell = MATRIX[row].get(role)
    if cell is None:
        return None
    return _masked(str(value)) if cell.reach == "M" else value


def read_by(role: Role, values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers of a form as a post reads them, those in rows too; what it does not read is left out."""
    found = {}
    for key, value in values.items():
        if isinstance(value, list):
            found[key] = [read_by(role, each) if isinstance(each, dict) else each for each in value]
        elif (shown := told(role, key, value)) is not None or value is None:
            found[key] = shown
    return found


def _masked(text: str) -> str:
    return _MASK + (text[-_SHOWN_SIGNS:] if len(text) > _SHOWN_SIGNS else "")


def may_open(role: Role, pii: str, side: Side, *, reported: bool) -> bool:
    """Whether a post may open a document of this class. What came with the letter goes with the case, to all."""
    if side is Side.INTAKE and pii != SEALED:
        return True
    if role is Role.THANA_MUNSHI and pii == SENSITIVE:
        return True  # he keeps the thana's papers
    return pii in readable(role, side, reported=reported)
