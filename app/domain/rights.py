"""The rights matrix of the district: for every act of the product, what each post may do. The one list of rights.

Reach of a cell: A whole district, O own office or unit, S what is in one's own name, M masked, C counts only,
Y may act, - no. A word after the colon narrows it (`after_sp`, `two_person`); the screen "who may what" says each
in words.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Its first line names the columns: the roles, then whoever holds a printed paper.
_MATRIX = """
row dm adm dm_section_head dm_assistant sp sp_reader dcrb special_branch sdpo circle_inspector sho thana_munshi
    enquiry_officer supervisor_view process_admin user_admin auditor requester public
see.case.identity A A A A A A S S O O O O S M - - S:with_ticket O -
see.case.contact A A A A A A - - O O O O S - - - - O -
see.case.id_numbers M M M A M M - - - - M - S - - - - - -
see.case.documents A A A A A A S:photo+attestation S:photo+attestation O O O O S - - - S:with_ticket
    O:own_uploads -
see.field_report A A A:after_sp - A A - - O O O O S - - - S:with_ticket - -
see.criminal_detail A A A:after_sp - A A S S O O O S:own_draft S - - - S:with_ticket - -
see.sb_note A - - - A - - S - - - - - - - - - - -
see.internal_note O O O O O O O O O O O O O - - - S:with_ticket - -
see.outcome A A A A:issued_only A A S S O O O - S C - - A O:after_issue Y:valid_or_not
see.tracking A A A A A A S S O O O O S A:no_names A:no_names - A O:stage_only -
see.audit_trail A A O - A O O:own_office_acts O:own_office_acts O:own_office_acts O:own_office_acts
    O:own_office_acts - S:own_acts - - - A:names_masked - -
see.clock_ledger A A A O A A O O O O O O S A:no_names - - A O:stage_only -
see.who_opened A - - - A - - - - - - - - - - - A:names_masked - -
see.draft_paper A A A:after_sp A:clear_only A A - - - - - - - - - - - - -
see.paper A A A A:clear_only A A - - O - O:own_thana - - - - - S:with_ticket O:after_issue Y:valid_or_not
act.claim Y Y Y Y Y Y Y:S Y:S Y:O Y:O Y:O Y:O Y:S - - - - - -
act.search_cases A A A A A A S S O O O O S - - - A:numbers_only O -
act.register_case - - Y Y - - - - - - - - - - - - - Y:draft -
act.duplicate_decision - - Y Y - - - - - - - - - - - - - - -
act.upload Y Y Y Y Y Y Y:S Y:S Y:O Y:O Y:O Y:O Y:S - - - - Y:own_uploads -
act.answer_defect - - Y Y - - - - - - - - - - - - - Y -
act.query Y Y Y Y Y Y Y:S Y:S Y:O Y:O Y:O Y:O Y:S - - - - Y:to_dm_office -
act.edit_case_before_forward - - Y Y - - - - - - - - - - - - - - -
act.edit_after_forward Y Y Y - - - - - - - - - - - - - - - -
act.forward_to_sp Y Y Y - - - - - - - - - - - - - - - -
act.route_to_thana - - - - Y Y - - - - - - - - - - - - -
act.accept_case - - - - - - - - - - Y:O - - - - - - - -
act.other_district_reply - - - - Y Y - - - - - - - - - - - - -
act.assign_eo - - - - Y:by_reassigning Y:by_reassigning - - - - Y:O - - - - - - - -
act.enquire - - - - - - - - - - Y:self_if_EO - Y - - - - - -
act.endorse - - - - - - - - Y:O_if_sho_enquired Y:O_if_sho_enquired Y:O_not_own_enquiry - - - - - - - -
act.register_check - - - - - - Y Y - - Y:O Y:O Y:S - - - - - -
act.search_antecedents - - - - Y Y Y Y:S Y:O Y:O Y:O Y:O Y:S - - - - - -
act.hit_decision - - - - Y - Y Y:S Y:O - Y:O Y:O_draft Y:S - - - - - -
act.sdpo_review - - - - - - - - Y:O - - - - - - - - - -
act.sb_report - - - - - - - Y:S - - - - - - - - - - -
act.sp_decide - - - - Y - - - - - - - - - - - - - -
act.dm_decide Y Y:if_delegated - - - - - - - - - - - - - - - - -
act.hearing Y Y:if_delegated Y:prepare - Y:SP_signed Y:prepare - - - - - - - - - - - - -
act.sign Y Y:if_delegated - - Y - Y:S Y:S Y:O Y:O Y:O Y:O_registers Y:S - - - - - -
act.sign_list Y Y:if_delegated - - Y - Y:S Y:S - - - - - - - - - - -
act.return Y Y Y Y:draft Y Y Y:S Y:S Y:O Y:O Y:O - Y:S - - - - - -
act.re_enquiry Y Y - - Y - - - Y:O - - - - - - - - - -
act.reassign Y:in_DM_office Y:in_DM_office Y:in_section - Y:in_police Y:in_police - - Y:O - Y:O - - - - - - - -
act.withdraw Y Y Y - - - - - - - - - - - - - - Y:request -
act.revoke Y - - - Y:SP_signed - - - - - - - - - - - - - -
act.supersede Y Y:if_delegated Y:prepare - Y:SP_signed Y:prepare - - - - - - - - - - - - -
act.reprint Y Y Y:with_reason Y:clear_only Y Y:SP_signed - - - - - - - - - - - - -
act.dispatch - - Y Y:clear_only - Y:SP_signed - - - - - - - - - - - - -
act.reply Y Y:if_delegated Y - - - - - - - - - - - - - - - -
act.verify_paper Y Y Y Y Y Y Y Y Y Y Y Y Y Y Y Y Y Y Y
act.extend_due Y:in_DM_office - - - Y:in_police - - - - - - - - - - - - - -
act.bulk_import - - Y Y - - - - - - - - - - - - - Y:draft -
act.crime_register_import - - - - Y:approver - Y:maker - - - - - - - - - - - -
act.export Y Y Y - Y Y - - O - O - - C - - A:audit_only - -
act.inspection_ticket Y - - - - - - - - - - - - - - - Y:with_ticket - -
act.annotate_record Y - - - Y - - - - - - - - - - - Y - -
act.break_glass Y Y - - Y Y - - Y:O - Y:O - - - - - - - -
rep.pendency A A A O A A O O O O O O S C - - A - -
rep.outcome_stats A A - - A A - - O - O - - C - - A - -
rep.officer_performance A A - - A A - - O O O - S:own - - - - - -
rep.certificate_register A A A A:kind_hidden A A - - - - O:own_thana - - - - - A:names_masked O -
rep.registers A A A A:kind_hidden A A - - - - - - - - - - A:names_masked - -
rep.weekly_summary C C - - C - - - C - - - - C - - - - -
adm.users - - - - - - - - - - - - - - - Y:two_person - - -
adm.postings Y:two_person - Y:in_DM_office - Y:two_person Y:in_police - - - - Y:O - - - - Y:two_person - - -
adm.charge Y - Y:in_DM_office - Y Y:in_police - - - - Y:O - - - - Y:two_person - - -
adm.charge_certify Y - Y:in_DM_office - Y Y:in_police - - - - Y:O - - - - - - - -
adm.masters - - - - - - - - - - - - - - Y - - - -
adm.jurisdiction_propose - - - - - Y - - Y:O Y:O Y:O - - - - - - - -
adm.jurisdiction_approve - - - - Y:approver - - - - - - - - - - - - - -
adm.holidays Y:approver Y:approver - - - - - - - - - - - - Y:maker - - - -
adm.settings Y:approver Y:if_delegated - - Y:approver - - - - - - - - - Y:maker - - - -
adm.number_series Y:approver - - - Y:approver - - - - - - - - - Y:maker - - - -
adm.process - - - - - - - - - - - - - - Y:maker - - - -
adm.process_publish Y:approver Y:if_delegated - - Y:approver - - - - - - - - - - - - - -
adm.replay Y Y:if_delegated - - Y - - - - - - - - - Y:numbers_only - - - -
adm.move_cases Y:approver Y:if_delegated - - Y:approver - - - - - - - - - Y:maker_numbers_only - - - -
adm.route_values Y:approver - - - Y:approver - - - - - - - - - Y:maker_numbers_only - - - -
adm.incidents Y - - - Y - - - - - - - - - Y:numbers_only - - - -
adm.health - - - - - - - - - - - - - - Y Y Y - -
adm.api_tokens Y:approver - - - - - - - - - - - - - - Y:maker - O -
adm.audit_log - - - - - - - - - - - - - - - - A - -
adm.audit_verify Y - - - Y - - - - - - - - - - - Y - -
adm.retention Y:approver - Y:prepare - Y:SP_signed Y:prepare - - - - - - - - - - - - -
adm.backup - - - - - - - - - - - - - - - Y:run_only - - -
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one post may do by one row: how far it reaches, and the word that narrows it, or nothing."""

    reach: str
    narrow: str = ""


def _cell(text: str) -> Cell | None:
    if text == "-":
        return None
    reach, _, narrow = text.partition(":")
    return Cell(reach, narrow)


def _read(table: str) -> dict[str, dict[str, Cell]]:
    """Row -> column -> cell. A row begins at the margin; what is indented goes on."""
    head, *rows = (line.split(" ") for line in table.strip().replace("\n    ", " ").splitlines())
    found: dict[str, dict[str, Cell]] = {}
    for row, *cells in rows:
        named = dict(zip(head[1:], map(_cell, cells), strict=True))
        found[row] = {column: cell for column, cell in named.items() if cell is not None}
    return found


#: Row -> role -> cell; a role that is not there may nothing by that row.
MATRIX = _read(_MATRIX)
