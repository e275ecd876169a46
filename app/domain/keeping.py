"""How the product keeps each row of the rights matrix: by a permission, a step of the route, a rule, or not yet."""

from __future__ import annotations

from enum import StrEnum

from app.domain.rights import MATRIX
from app.domain.roles import GRANTS, Role, opens

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
    "act.re_enquiry": ("recommend", "decide"),
    "act.hearing": ("hold_hearing", "hold_hearing_by_sp"),
    "act.dispatch": ("dispatch", "dispatch_by_sp"),
}
#: Rows that follow from a rule of one room, not from a permission of their own, and where the rule stands.
RULES: dict[str, str] = {
    "see.case.contact": "app.domain.secrecy: answers with a row of their own",
    "see.case.id_numbers": "app.domain.secrecy: answers with a row of their own, masked where the matrix says so",
    "see.field_report": "app.domain.secrecy: what the police have written",
    "see.criminal_detail": "app.domain.secrecy: class P3",
    "see.sb_note": "app.domain.secrecy and app.models.scope: class P4",
    "see.outcome": "app.domain.secrecy: the steps that settle it are the police's",
    "act.upload": "a file goes with the form of a task or of an intake",
    "act.duplicate_decision": "the form of a candidate asks it of whoever enters one",
    "act.query": "whoever opens a case writes to its offices in his own office's name",
    "act.sign": "a form that signs is sent by whoever does its step, with a fresh code",
    "act.return": "a decision on the form of a step",
    "act.verify_paper": "a public page",
    "adm.replay": "app.services.deployment.replays: whoever may change or approve a procedure",
}
#: Rows of acts that the product does not have yet, and what is missing. A permission that names such a row in
#: GRANTS takes it out of here.
WAITING: dict[str, str] = {
    "see.internal_note": "no note sheet of an office",
    "see.draft_paper": "no preview of a paper",
    "rep.outcome_stats": "no such report",
    "adm.number_series": "series follow the calendar year by themselves",
    "adm.backup": "by the command line of the machine only",
}
#: Words of the matrix that the screens cannot keep yet in rows that are otherwise there: such a cell opens nothing.
GAPS: dict[tuple[str, Role], str] = {
    ("see.case.identity", Role.AUDITOR): "no ticket of inspection",
    ("see.case.documents", Role.AUDITOR): "no ticket of inspection",
    ("see.field_report", Role.AUDITOR): "no ticket of inspection",
    ("see.criminal_detail", Role.AUDITOR): "no ticket of inspection",
    ("see.outcome", Role.DM_ASSISTANT): "that a paper is issued stands in the register",
    ("see.outcome", Role.SUPERVISOR_VIEW): "counted without outcomes",
    ("see.paper", Role.DM_ASSISTANT): "the register does not hand out papers",
    ("see.paper", Role.SDPO): "the paper lies with its case, not in the register",
    ("see.paper", Role.SHO): "the paper lies with its case, not in the register",
    ("see.paper", Role.AUDITOR): "no ticket of inspection",
    ("act.export", Role.SDPO): "the log of events is the district's",
    ("act.export", Role.SHO): "the log of events is the district's",
    ("act.export", Role.SUPERVISOR_VIEW): "counts go out with each statement",
    ("adm.settings", Role.ADM): "DM or SP approve settings, and enter the figures from before the product",
    ("act.extend_due", Role.DM): "an order of the SP alone stops or lengthens enquiries",
    ("rep.certificate_register", Role.SHO): "the register is the district's",
    ("act.forward_to_sp", Role.DM): "the section head forwards",
    ("act.forward_to_sp", Role.ADM): "the section head forwards",
    ("act.route_to_thana", Role.SP): "the reader marks",
    ("act.other_district_reply", Role.SP): "the reader enters it",
    ("act.assign_eo", Role.SP): "by giving the task to another, with a reason",
    ("act.assign_eo", Role.SP_READER): "by giving the task to another, with a reason",
    ("act.assign_eo", Role.SDPO): "by giving the task to another, with a reason",
    ("act.assign_eo", Role.CIRCLE_INSPECTOR): "the SHO names the officer",
    ("act.register_check", Role.SP_READER): "DCRB searches",
    ("act.register_check", Role.ENQUIRY_OFFICER): "the munshi or the SHO checks the registers",
    ("act.re_enquiry", Role.SDPO): "by the SP, on his word",
    ("act.hearing", Role.DM_SECTION_HEAD): "nothing is prepared beforehand",
    ("act.hearing", Role.SP_READER): "nothing is prepared beforehand",
    ("act.dispatch", Role.DM_ASSISTANT): "the section head dispatches",
    ("see.case.contact", Role.REQUESTER): "its pages name its candidates, and tell no more of them",
    ("see.case.documents", Role.REQUESTER): "it hands its papers to the DM's office",
    ("see.clock_ledger", Role.REQUESTER): "stage and due day stand on its own pages",
    ("act.search_cases", Role.REQUESTER): "its letters are a list of their own",
    ("act.answer_defect", Role.REQUESTER): "the DM's assistant enters its answer",
    ("act.query", Role.REQUESTER): "it is asked by letter",
    ("act.withdraw", Role.REQUESTER): "the DM's office enters its letter",
    ("rep.certificate_register", Role.REQUESTER): "the papers delivered to it are a list of their own",
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


def kept(row: str, role: Role) -> Kept:
    """Whether this post has what the matrix gives it by this row."""
    if MATRIX[row].get(role) is None:
        return Kept.NO
    if row in WAITING or (row, role) in GAPS:
        return Kept.NOT_YET
    return Kept.YES
