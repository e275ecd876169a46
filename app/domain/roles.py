"""Who may do what: roles, the posts officers hold, and the permissions of each role. Deny by default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import NotAllowed
from app.domain.rights import MATRIX

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.rights import Cell


class Role(StrEnum):
    DM = "dm"
    ADM = "adm"
    DM_SECTION_HEAD = "dm_section_head"
    DM_ASSISTANT = "dm_assistant"
    SP = "sp"
    SP_READER = "sp_reader"
    DCRB = "dcrb"
    SPECIAL_BRANCH = "special_branch"
    SDPO = "sdpo"
    CIRCLE_INSPECTOR = "circle_inspector"
    SHO = "sho"
    THANA_MUNSHI = "thana_munshi"
    ENQUIRY_OFFICER = "enquiry_officer"
    SUPERVISOR_VIEW = "supervisor_view"
    PROCESS_ADMIN = "process_admin"
    USER_ADMIN = "user_admin"
    AUDITOR = "auditor"
    REQUESTER = "requester"


#: A post may also do the tasks of the posts it leads, so that an absent munshi never stops a thana.
COVERS: dict[Role, frozenset[Role]] = {
    Role.SHO: frozenset({Role.THANA_MUNSHI}),
    Role.DM_SECTION_HEAD: frozenset({Role.DM_ASSISTANT}),
    Role.SDPO: frozenset({Role.CIRCLE_INSPECTOR}),
}
#: Kind of a posting by a dated order of delegation, beside the officer's regular one.
DELEGATE = "delegate"
#: Whose tasks a post does by delegation; his role stays his own, and so does what he may read.
DELEGATED: dict[Role, frozenset[Role]] = {Role.ADM: frozenset({Role.DM})}

#: Roles whose sight is the whole district; every other case role sees its own office's or its own cases.
DISTRICT_WIDE = frozenset(
    {Role.DM, Role.ADM, Role.DM_SECTION_HEAD, Role.DM_ASSISTANT, Role.SP, Role.SP_READER}
)

#: Roles that see only the cases assigned to them in person.
IN_PERSON = frozenset({Role.ENQUIRY_OFFICER})

#: Roles over several thanas: they see the enquiries of all of them.
OVER_THANAS = frozenset({Role.SDPO, Role.CIRCLE_INSPECTOR})

#: Whose tasks settle what the units have told: review, recommendation, hearing, decision.
JUDGES = frozenset({Role.SDPO, Role.SP, Role.DM})

#: Who reads what the special branch has written; its own officers read it besides.
SEALED_READERS = frozenset({Role.SP, Role.DM})

#: Roles that never see a case: they keep the system, not its contents.
WITHOUT_CASES = frozenset({Role.PROCESS_ADMIN, Role.USER_ADMIN, Role.SUPERVISOR_VIEW, Role.AUDITOR})


#: Ranks of the police as they are written, from the lowest that enquires; a purpose names the least by its code.
_RANKS = {"ASI": ("स०अ०नि०", 1), "SI": ("पु०अ०नि०", 2), "INSPECTOR": ("पु०नि०", 3)}
_HEIGHTS = dict(_RANKS.values())
_ABBREVIATION = 3  # letters of a code that is one


def rank_words(rank: str) -> tuple[str, str]:
    """A rank in Hindi, as it is written, and in English; one that is unknown has no English word."""
    code = next((code for code, (written, _) in _RANKS.items() if written == rank), "")
    return rank, code if len(code) <= _ABBREVIATION else code.title()


def may_enquire(rank: str, least: str) -> bool:
    """Whether an officer of this rank may enquire where a purpose asks for `least`; an unknown rank may."""
    _, needed = _RANKS.get(least, ("", 0))
    return _HEIGHTS.get(rank, needed) >= needed


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lives without a sign of its officer, and in all (ASVS 7.3)."""

    idle: timedelta
    whole: timedelta


_OFFICER = SessionLimits(timedelta(minutes=30), timedelta(hours=10))
#: Whoever keeps the system can do most harm; a thana's desk is shared by several.
_SHORT = SessionLimits(timedelta(minutes=15), timedelta(hours=8))
SESSION_LIMITS: dict[Role, SessionLimits] = {
    role: _SHORT if role in WITHOUT_CASES | {Role.THANA_MUNSHI, Role.REQUESTER} else _OFFICER for role in Role
}


def session_limits(role: Role) -> SessionLimits:
    return SESSION_LIMITS[role]


class Permission(StrEnum):
    """What an act of the product is called; grammar `noun:verb`."""

    INBOX_SEE = "inbox:see"
    TASK_COMPLETE = "task:complete"
    TASK_REASSIGN = "task:reassign"
    CASE_SEE = "case:see"
    CASE_OPENED = "case:opened"
    NOTE_KEEP = "note:keep"
    CASE_SEARCH = "case:search"
    CASE_REGISTER = "case:register"
    CASE_WITHDRAW = "case:withdraw"
    ENQUIRY_LEAVE_OUT = "enquiry:leave_out"
    HEARING_PREPARE = "hearing:prepare"
    NEIGHBOUR_RECEIVE = "neighbour:receive"
    NEIGHBOUR_ASK = "neighbour:ask"
    CASE_CORRECT = "case:correct"
    CASE_CORRECT_EARLY = "case:correct_early"
    CASE_CORRECT_LATE = "case:correct_late"
    ROSTER_TAKE = "roster:take"
    ROSTER_KEEP = "roster:keep"
    DOCUMENT_SEE = "document:see"
    REQUISITION_SEE = "requisition:see"
    AUDIT_SEE = "audit:see"
    PAPER_SEE = "paper:see"
    PAPER_OPEN = "paper:open"
    PAPER_DRAFT = "paper:draft"
    PAPER_REGISTER = "paper:register"
    PAPER_SIGN = "paper:sign"
    LIST_SIGN = "list:sign"
    PAPER_REPRINT = "paper:reprint"
    PAPER_REVOKE = "paper:revoke"
    PAPER_CORRECT = "paper:correct"
    PAPER_REPLY = "paper:reply"
    PAPER_SUPERSEDE = "paper:supersede"
    TRACKING_SEE = "tracking:see"
    REPORT_SEE = "report:see"
    PROCESS_SEE = "process:see"
    PROCESS_CHANGE = "process:change"
    PROCESS_APPROVE = "process:approve"
    MOVE_SEE = "move:see"
    MOVE_ASK = "move:ask"
    MOVE_APPROVE = "move:approve"
    OFFICER_REPORT = "report:officers"
    REGISTER_SEE = "register:see"
    BASELINE_SET = "baseline:set"
    POLICY_SEE = "policy:see"
    POLICY_PROPOSE = "policy:propose"
    POLICY_APPROVE = "policy:approve"
    SERIES_SEE = "series:see"
    SERIES_PROPOSE = "series:propose"
    SERIES_APPROVE = "series:approve"
    EVENTS_EXPORT = "events:export"
    STATEMENT_TAKE = "statement:take"
    OUTCOME_REPORT = "report:outcomes"
    WEEKLY_SUMMARY = "report:weekly"
    CALENDAR_SEE = "calendar:see"
    CALENDAR_CHANGE = "calendar:change"
    CALENDAR_APPROVE = "calendar:approve"
    AREA_SEE = "area:see"
    AREA_APPROVE = "area:approve"
    CRIME_SEARCH = "crime:search"
    CRIME_MATCH = "crime:match"
    CRIME_DECIDE = "crime:decide"
    CRIME_KEEP = "crime:keep"
    CRIME_LISTS = "crime:lists"
    CRIME_APPROVE = "crime:approve"
    CLOCK_SEE = "clock:see"
    CLOCK_ORDER = "clock:order"
    RETENTION_SEE = "retention:see"
    RETENTION_PROPOSE = "retention:propose"
    RETENTION_APPROVE = "retention:approve"
    SUBJECT_EXPORT = "subject:export"
    EMERGENCY_OPEN = "emergency:open"
    RECORD_READ = "record:read"
    RECORD_SEARCH = "record:search"
    RECORD_CHECK = "record:check"
    RECORD_EXPORT = "record:export"
    RECORD_ANNOTATE = "record:annotate"
    SECURITY_LOG = "record:security"
    CASE_MASKED = "case:masked"
    BACKUP_SEE = "backup:see"
    INSPECTION_GIVE = "inspection:give"
    INSPECTION_READ = "inspection:read"
    ADMIN_SEE = "admin:see"
    INCIDENT_RETRY = "incident:retry"
    VALUES_SEE = "values:see"
    VALUES_PROPOSE = "values:propose"
    VALUES_APPROVE = "values:approve"
    ENTRY_CODE = "entry:allow"
    POSTING_CHANGE = "posting:change"
    CHARGE_CERTIFY = "charge:certify"
    DEPARTMENT_KEEP = "department:keep"
    THANA_KEEP = "thana:keep"
    OFFICE_KEEP = "office:keep"
    MEMO_SEND = "memo:send"
    MEMO_TAKE = "memo:take"
    DEPARTMENT_SEE = "department:see"
    DEPARTMENT_PAPER = "department:paper"
    DEPARTMENT_FIND = "department:find"
    DEPARTMENT_LODGE = "department:lodge"
    PROGRAM_KEEP = "program:keep"
    PROGRAM_WATCH = "program:watch"
    ACCOUNT_OWN = "account:own"


@dataclass(frozen=True, slots=True)
class Grant:
    """Where the matrix gives a permission: by any of these rows, in cells of this reach.

    A cell that the matrix narrows by a word gives it only where the product keeps to that word (`keeps`); any other
    gives nothing. A new permission needs its line in GRANTS and nothing else. `of_requester`: it opens a screen of
    the requesting departments, who have screens of their own, and nobody else's; `of_all`: a screen of both.
    """

    rows: tuple[str, ...]
    keeps: frozenset[str] = frozenset()
    reach: str = "AOSY"
    of_requester: bool = False
    of_all: bool = False

    def is_for(self, role: Role) -> bool:
        """Whether its screens are among those of the role."""
        return self.of_all or self.of_requester is (role is Role.REQUESTER)


def _grant(
    *rows: str, keeps: str = "", reach: str = "AOSY", of_requester: bool = False, of_all: bool = False
) -> Grant:
    return Grant(rows, frozenset(keeps.split()), reach, of_requester, of_all)


#: Narrowing that only a post by a dated order of delegation fulfils.
IF_DELEGATED = "if_delegated"
_OWN_OFFICE = "O S"
#: Which row of the rights matrix (app.domain.rights) gives which permission.
GRANTS: dict[Permission, Grant] = {
    Permission.INBOX_SEE: _grant("act.claim", keeps=_OWN_OFFICE),
    Permission.TASK_COMPLETE: _grant("act.claim", keeps=_OWN_OFFICE),
    Permission.TASK_REASSIGN: _grant(
        "act.reassign", "act.assign_eo", keeps="O in_DM_office in_section in_police by_reassigning"
    ),
    Permission.CASE_SEE: _grant("see.case.identity"),
    Permission.CASE_OPENED: _grant("see.who_opened"),
    Permission.NOTE_KEEP: _grant("see.internal_note"),
    Permission.EMERGENCY_OPEN: _grant("act.break_glass", keeps="O"),
    Permission.CASE_SEARCH: _grant("act.search_cases"),
    Permission.CASE_REGISTER: _grant("act.register_case"),
    Permission.CASE_CORRECT: _grant("act.edit_case_before_forward", "act.edit_after_forward"),
    Permission.CASE_CORRECT_EARLY: _grant("act.edit_case_before_forward"),
    Permission.CASE_CORRECT_LATE: _grant("act.edit_after_forward"),
    Permission.CASE_WITHDRAW: _grant("act.withdraw"),
    Permission.ENQUIRY_LEAVE_OUT: _grant("act.sp_decide"),
    Permission.HEARING_PREPARE: _grant("act.hearing", keeps="prepare"),
    Permission.NEIGHBOUR_RECEIVE: _grant("act.route_to_thana"),
    Permission.NEIGHBOUR_ASK: _grant("act.other_district_reply"),
    Permission.ROSTER_TAKE: _grant("act.bulk_import"),
    Permission.ROSTER_KEEP: _grant("act.bulk_import", keeps="draft", of_all=True),
    Permission.DOCUMENT_SEE: _grant("see.case.documents", keeps="photo+attestation"),
    Permission.REQUISITION_SEE: _grant("see.case.identity", reach="A"),
    Permission.AUDIT_SEE: _grant("see.audit_trail", keeps="own_office_acts own_acts"),
    Permission.RECORD_READ: _grant("see.audit_trail", "see.who_opened", keeps="names_masked", reach="A"),
    Permission.RECORD_SEARCH: _grant("act.search_cases", keeps="numbers_only", reach="A"),
    Permission.RECORD_CHECK: _grant("adm.audit_verify"),
    Permission.RECORD_EXPORT: _grant("act.export", keeps="audit_only", reach="A"),
    Permission.RECORD_ANNOTATE: _grant("act.annotate_record"),
    Permission.SECURITY_LOG: _grant("adm.audit_log"),
    Permission.CASE_MASKED: _grant("see.case.identity", reach="M"),
    Permission.INSPECTION_GIVE: _grant("act.inspection_ticket"),
    Permission.INSPECTION_READ: _grant("act.inspection_ticket", keeps="with_ticket"),
    Permission.BACKUP_SEE: _grant("adm.backup", keeps="run_only"),
    Permission.PAPER_SEE: _grant("see.paper", reach="A"),
    # One paper on its page, within the row scope and the class that a post opens: the assistant's are the clear ones.
    Permission.PAPER_OPEN: _grant("see.paper", keeps="own_thana clear_only"),
    Permission.PAPER_DRAFT: _grant("see.draft_paper", keeps="after_sp clear_only"),
    Permission.PAPER_REGISTER: _grant("rep.certificate_register", keeps="kind_hidden names_masked own_thana"),
    Permission.PAPER_SIGN: _grant("act.dm_decide", "act.sp_decide", keeps=IF_DELEGATED),
    Permission.LIST_SIGN: _grant("act.sign_list", keeps=f"S {IF_DELEGATED}"),
    Permission.PAPER_REPRINT: _grant("act.reprint", keeps="with_reason clear_only SP_signed"),
    Permission.PAPER_REVOKE: _grant("act.revoke", keeps="SP_signed"),
    Permission.PAPER_CORRECT: _grant("act.supersede", keeps=f"SP_signed prepare {IF_DELEGATED}"),
    Permission.PAPER_REPLY: _grant("act.reply", keeps=IF_DELEGATED),
    Permission.PAPER_SUPERSEDE: _grant("act.supersede", keeps=f"SP_signed {IF_DELEGATED}"),
    Permission.TRACKING_SEE: _grant("see.tracking", keeps="no_names"),
    Permission.REPORT_SEE: _grant("rep.pendency", reach="AOSC"),
    Permission.PROCESS_SEE: _grant(
        "adm.process", "adm.process_publish", keeps=f"maker approver {IF_DELEGATED}"
    ),
    Permission.PROCESS_CHANGE: _grant("adm.process", keeps="maker"),
    Permission.PROCESS_APPROVE: _grant("adm.process_publish", keeps=f"approver {IF_DELEGATED}"),
    Permission.MOVE_SEE: _grant("adm.move_cases", keeps=f"maker_numbers_only approver {IF_DELEGATED}"),
    Permission.MOVE_ASK: _grant("adm.move_cases", keeps="maker_numbers_only"),
    Permission.MOVE_APPROVE: _grant("adm.move_cases", keeps=f"approver {IF_DELEGATED}"),
    Permission.AREA_SEE: _grant("adm.jurisdiction_propose", "adm.jurisdiction_approve", keeps="O approver"),
    Permission.AREA_APPROVE: _grant("adm.jurisdiction_approve", keeps="approver"),
    # A free search is for those whom the matrix narrows by no word; the others search for the person of a case.
    Permission.CRIME_SEARCH: _grant("act.search_antecedents", reach="Y"),
    Permission.CRIME_MATCH: _grant("act.search_antecedents", keeps=_OWN_OFFICE, reach="Y"),
    Permission.CRIME_DECIDE: _grant("act.hit_decision", keeps=f"{_OWN_OFFICE} O_draft", reach="Y"),
    Permission.CRIME_KEEP: _grant("act.crime_register_import", keeps="maker"),
    Permission.CRIME_LISTS: _grant("act.crime_register_import", keeps="maker approver"),
    Permission.CRIME_APPROVE: _grant("act.crime_register_import", keeps="approver"),
    Permission.OFFICER_REPORT: _grant("rep.officer_performance", keeps="own"),
    Permission.REGISTER_SEE: _grant("rep.registers", keeps="kind_hidden names_masked"),
    Permission.BASELINE_SET: _grant("adm.settings", keeps=f"approver {IF_DELEGATED}"),
    Permission.POLICY_SEE: _grant("adm.settings", keeps=f"maker approver {IF_DELEGATED}"),
    Permission.POLICY_PROPOSE: _grant("adm.settings", keeps="maker"),
    Permission.POLICY_APPROVE: _grant("adm.settings", keeps=f"approver {IF_DELEGATED}"),
    Permission.SERIES_SEE: _grant("adm.number_series", keeps="maker approver"),
    Permission.SERIES_PROPOSE: _grant("adm.number_series", keeps="maker"),
    Permission.SERIES_APPROVE: _grant("adm.number_series", keeps="approver"),
    Permission.EVENTS_EXPORT: _grant("act.export", reach="Y"),
    # What a post counts on a page goes out as a file with his name beneath; the log of events is the district's.
    Permission.STATEMENT_TAKE: _grant("rep.pendency", "act.export", reach="AOSC"),
    Permission.OUTCOME_REPORT: _grant("rep.outcome_stats", reach="AOSC"),
    Permission.SUBJECT_EXPORT: _grant("act.export", reach="Y"),
    Permission.WEEKLY_SUMMARY: _grant("rep.weekly_summary", reach="C"),
    Permission.CALENDAR_SEE: _grant("rep.pendency", "adm.holidays", keeps="maker approver", reach="AOSCY"),
    Permission.CALENDAR_CHANGE: _grant("adm.holidays", keeps="maker"),
    Permission.CALENDAR_APPROVE: _grant("adm.holidays", keeps="approver"),
    Permission.CLOCK_SEE: _grant("see.clock_ledger", keeps="no_names"),
    Permission.CLOCK_ORDER: _grant("act.extend_due", keeps="in_police in_DM_office"),
    Permission.RETENTION_SEE: _grant("adm.retention", keeps="approver prepare SP_signed"),
    Permission.RETENTION_PROPOSE: _grant("adm.retention", keeps="prepare"),
    Permission.RETENTION_APPROVE: _grant("adm.retention", keeps="approver SP_signed"),
    Permission.ADMIN_SEE: _grant("adm.health", "adm.incidents", keeps="numbers_only"),
    Permission.INCIDENT_RETRY: _grant("adm.incidents", keeps="numbers_only"),
    Permission.VALUES_SEE: _grant("adm.route_values", keeps="maker_numbers_only approver"),
    Permission.VALUES_PROPOSE: _grant("adm.route_values", keeps="maker_numbers_only"),
    Permission.VALUES_APPROVE: _grant("adm.route_values", keeps="approver"),
    Permission.ENTRY_CODE: _grant("adm.users", keeps="two_person"),
    Permission.POSTING_CHANGE: _grant(
        "adm.postings", "adm.charge", keeps="two_person in_DM_office in_police O"
    ),
    Permission.CHARGE_CERTIFY: _grant("adm.charge_certify", keeps="in_DM_office in_police O"),
    Permission.DEPARTMENT_KEEP: _grant("adm.masters"),
    Permission.THANA_KEEP: _grant("adm.masters"),
    Permission.OFFICE_KEEP: _grant("adm.masters"),
    # Stage and due day are what a department is told of a clock; the papers delivered to it are its register.
    Permission.DEPARTMENT_SEE: _grant(
        "see.tracking", "see.case.identity", "see.clock_ledger", keeps="stage_only", of_requester=True
    ),
    Permission.DEPARTMENT_PAPER: _grant(
        "see.paper", "rep.certificate_register", keeps="after_issue", of_requester=True
    ),
    Permission.DEPARTMENT_FIND: _grant("act.search_cases", of_requester=True),
    Permission.DEPARTMENT_LODGE: _grant("act.register_case", keeps="draft", of_requester=True),
    Permission.MEMO_SEND: _grant(
        "act.answer_defect",
        "act.withdraw",
        "see.case.documents",
        keeps="request own_uploads",
        of_requester=True,
    ),
    Permission.MEMO_TAKE: _grant("act.answer_defect"),
    Permission.PROGRAM_KEEP: _grant("adm.api_tokens", of_requester=True),
    Permission.PROGRAM_WATCH: _grant("adm.api_tokens", keeps="maker approver"),
}
#: What everybody has who signs in, in whatever post.
_EVERYBODY = frozenset({Permission.ACCOUNT_OWN})


def opens(cell: Cell | None, grant: Grant, *, by_order: bool = False) -> bool:
    """Whether a cell of the matrix gives a permission, to a post by order of delegation or to any other."""
    if cell is None or cell.reach not in grant.reach:
        return False
    if cell.narrow == IF_DELEGATED and not by_order:
        return False
    return not cell.narrow or cell.narrow in grant.keeps


def _permissions(role: Role, *, by_order: bool = False) -> frozenset[Permission]:
    return _EVERYBODY | {
        permission
        for permission, grant in GRANTS.items()
        if grant.is_for(role)
        and any(opens(MATRIX[row].get(role), grant, by_order=by_order) for row in grant.rows)
    }


#: What each role may do in an ordinary post, and in one by order of delegation.
PERMISSIONS = {role: _permissions(role) for role in Role}
_BY_ORDER = {role: _permissions(role, by_order=True) for role in Role}


def permissions_of(role: Role, kind: str) -> frozenset[Permission]:
    """What a post of this role and kind of posting may do."""
    return (_BY_ORDER if kind == DELEGATE else PERMISSIONS)[role]


@dataclass(frozen=True, slots=True)
class Post:
    """A dated posting as it stands today: the office, the role in it, and the kind of charge."""

    posting_id: UUID
    office_id: UUID
    office_kind: str
    office_hi: str
    office_en: str
    role: Role
    kind: str = "regular"  # regular | charge | substitute | delegate


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer acting now, in one of his posts. Rights come from the post, never from the person."""

    district_id: int
    officer_id: UUID
    name_hi: str
    name_en: str
    rank: str
    post: Post
    posts: tuple[Post, ...]
    session_id: UUID | None = None
    language: str = "hi"

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.post.role, self.post.kind)

    def require(self, permission: Permission) -> None:
        """Raises NotAllowed where he has not this right."""
        self.require_one_of(permission)

    def require_one_of(self, *permissions: Permission) -> None:
        """Raises NotAllowed where he has none of these rights."""
        if not any(map(self.may, permissions)):
            raise NotAllowed

    def does(self, role: Role, office_id: UUID, named: UUID | None) -> bool:
        """Whether a task of this role and office is his to do; one that is done in person, if he was named for it."""
        if office_id != self.post.office_id or role not in roles_done_by(self.post):
            return False
        return role not in IN_PERSON or named in (None, self.officer_id)


def roles_done_by(post: Post) -> frozenset[Role]:
    """The roles whose tasks an officer in this post may do: his own, those he covers, those delegated to him."""
    by_order = DELEGATED.get(post.role, frozenset()) if post.kind == DELEGATE else frozenset()
    return _done_by(post.role) | by_order


def doers_of(role: Role) -> tuple[frozenset[Role], frozenset[Role]]:
    """The roles whose officers may do a task of this role: in any post, and in one by order of delegation alone."""
    always = frozenset(each for each in Role if role in _done_by(each))
    return always, frozenset(each for each, theirs in DELEGATED.items() if role in theirs) - always


def covers(role: Role, kind: str, wanted: Role) -> bool:
    """Whether a post of this role and kind does the tasks of another role, or of its own."""
    return wanted in _done_by(role) or (kind == DELEGATE and wanted in DELEGATED.get(role, frozenset()))


def _done_by(role: Role) -> frozenset[Role]:
    return frozenset({role}) | COVERS.get(role, frozenset())
