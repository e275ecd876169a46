"""How the product keeps each row of the rights matrix: by a permission, a step of the route, a rule, or not yet."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.rights import MATRIX
from app.domain.roles import GRANTS, Role, opens

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.roles import Actor

#: Rows that are steps of the route: whoever may do the row does these. The diagram names the role of each.
STEPS: dict[str, tuple[str, ...]] = {
    "act.answer_defect": ("answer_defects",),
    "act.forward_to_sp": ("scrutinise",),
    "act.route_to_thana": ("route",),
    "act.accept_case": ("accept_enquiry",),
    "act.assign_eo": ("accept_enquiry",),
    "act.other_district_reply": ("record_reply",),
    "act.enquire": ("visit", "revisit"),
    "act.endorse": ("endorse_enquiry", "endorse_above"),
    "act.register_check": ("check_registers", "search_records", "write_special_report"),
    "act.sdpo_review": ("review_findings",),
    "act.sb_report": ("write_special_report",),
    "act.sp_decide": ("recommend",),
    "act.dm_decide": ("decide",),
    "act.re_enquiry": ("review_findings", "recommend", "decide"),
    "act.hearing": ("hold_hearing", "hold_hearing_by_sp"),
    "act.dispatch": ("dispatch", "dispatch_by_sp"),
}
#: Rows by which a post does a step of its own office that lies in another post's queue, from the page of the case: it
#: comes into nobody else's inbox, and an absent clerk stops no case.
STEPPED_INTO = (
    "act.forward_to_sp",
    "act.route_to_thana",
    "act.other_district_reply",
    "act.register_check",
    "act.dispatch",
)
CLEAR_ONLY = "clear_only"  # of a case whose paper tells no fact
_STEPS_IN_ON = frozenset({"", "S", CLEAR_ONLY})  # words of a cell that are kept where a post steps in
#: Rows that follow from a rule of one room, not from a permission of their own, and where the rule stands.
RULES: dict[str, str] = {
    "see.case.contact": "app.domain.secrecy: answers with a row of their own",
    "see.case.id_numbers": "app.domain.secrecy: answers with a row of their own, masked where the matrix says so",
    "see.field_report": "app.domain.secrecy: what the police have written; app.services.casework.inspections",
    "see.criminal_detail": "app.domain.secrecy: class P3",
    "see.sb_note": "app.domain.secrecy and app.models.scope: class P4",
    "see.outcome": "app.domain.secrecy: the steps that settle it are the police's",
    "act.upload": "a file goes with the form of a task or of an intake, or with a department's letter and list",
    "act.duplicate_decision": "the form of a candidate asks it of whoever enters one",
    "act.query": "whoever opens a case writes to its offices in his own office's name",
    "act.sign": "a form that signs is sent by whoever does its step, with a fresh code",
    "act.return": "a decision on the form of a step",
    "act.verify_paper": "a public page",
    "adm.replay": "app.services.deployment.replays: whoever may change or approve a procedure",
}
#: Rows of acts that the product does not have yet, and what is missing. A permission that names such a row in
#: GRANTS takes it out of here.
WAITING: dict[str, str] = {}
#: Words of the matrix that the screens cannot keep yet in rows that are otherwise there: such a cell opens nothing.
GAPS: dict[tuple[str, Role], str] = {
    ("see.case.identity", Role.AUDITOR): "by first letters, on the pages of the record",
    ("see.case.documents", Role.AUDITOR): "a scan cannot be masked",
    ("see.paper", Role.AUDITOR): "by its number; the paper itself names the person",
    ("see.internal_note", Role.AUDITOR): "what an office writes for itself alone is not inspected",
    ("see.case.contact", Role.REQUESTER): "its pages name its candidates, and tell no more of them",
}


class Kept(StrEnum):
    """What a post is told of one act."""

    YES = "yes"
    NOT_YET = "not_yet"
    NO = "no"


def granted(row: str, role: Role) -> bool:
    """Whether a permission of the product stands on this cell of the matrix, in the kind of post that it asks for."""
    cell = MATRIX[row].get(role)
    return any(
        opens(cell, grant, by_order=True)
        for grant in GRANTS.values()
        if row in grant.rows and grant.is_for(role)
    )


def stepping_in(role: Role, element_id: str) -> str | None:
    """By which word of its cell a post may step into a step of its office; None where it may not.

    "" asks for nothing more, `S` that the enquiry is in his name (his row scope sees to it), CLEAR_ONLY what it says.
    """
    cells = (MATRIX[row].get(role) for row in STEPPED_INTO if element_id in STEPS[row])
    return next((cell.narrow for cell in cells if cell is not None and cell.narrow in _STEPS_IN_ON), None)


def may_do(actor: Actor, role: Role, office_id: UUID, named: UUID | None, element_id: str) -> bool:
    """Whether a task is his to do: of his own queue, or one of his office that the matrix names him for."""
    if actor.does(role, office_id, named):
        return True
    steps_in = stepping_in(actor.post.role, element_id) is not None
    return steps_in and office_id == actor.post.office_id and named in (None, actor.officer_id)


def kept(row: str, role: Role) -> Kept:
    """Whether this post has what the matrix gives it by this row."""
    if MATRIX[row].get(role) is None:
        return Kept.NO
    if row in WAITING or (row, role) in GAPS:
        return Kept.NOT_YET
    return Kept.YES
