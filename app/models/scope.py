"""Which rows a caller may see: every statement on a table carries `visible(table, scope)`, which fails closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, false, or_, select, true

from app.domain.offices import SEALED_UNITS
from app.domain.rights import MATRIX
from app.domain.roles import (
    DISTRICT_WIDE,
    IN_PERSON,
    OVER_THANAS,
    SEALED_READERS,
    WITHOUT_CASES,
    Role,
)
from app.domain.secrecy import SEALED
from app.models.callers import (
    ACROSS,
    WALL,
    CaseScope,
    OfficerScope,
    PublicScope,
    Scope,
    SystemReason,
    SystemScope,
    within_walls,
)
from app.models.session import Session
from app.models.tables.cases import case, enquiry, letter_department
from app.models.tables.offices import office
from app.models.tables.papers import certificate, delivery
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Table


def visible(table: Table, scope: Scope) -> ColumnElement[bool]:
    """The condition under which rows of `table` may be seen; nothing is visible without a scope."""
    kind = str(table.info["scope"])
    match scope:
        case SystemScope(district_id=None):
            return true()
        case SystemScope(district_id=district_id):
            return _own_district(table, district_id)
        case OfficerScope():
            return _OFFICER[kind](table, scope)
        case CaseScope():
            return _CASE[kind](table, scope)
        case PublicScope(digest=digest) if table.name == "certificate":
            return or_(*(table.c[name] == digest for name in ("token_digest", "birth_digest", "sha256")))
        case _:
            return false()


def _own_district(table: Table, district_id: Any) -> ColumnElement[bool]:
    column: ColumnElement[Any] = table.c.id if table.name == "district" else table.c.district_id
    condition: ColumnElement[bool] = column == district_id
    return condition


def _in_district(table: Table, scope: Any) -> ColumnElement[bool]:
    return _own_district(table, scope.district_id)


def _never(_table: Table, _scope: Any) -> ColumnElement[bool]:
    return false()


# -- one case --------------------------------------------------------------------------------------------


def _of_case(table: Table, scope: CaseScope) -> ColumnElement[bool]:
    if table.name == "case":
        return and_(table.c.district_id == scope.district_id, table.c.id == scope.case_id)
    own = table.c.case_id == scope.case_id
    if "requisition_id" in table.c:  # a paper of the letter belongs to each of its cases
        own = or_(own, table.c.requisition_id == _letter_of(scope))
    return and_(table.c.district_id == scope.district_id, own)


def _letter_of(scope: CaseScope) -> Any:
    return (
        select(case.c.requisition_id)
        .where(case.c.district_id == scope.district_id, case.c.id == scope.case_id)
        .scalar_subquery()
    )


#: Letters that our offices sent about the persons of a requisition.
_SENT = "sent_letter"


def _letter_of_case(table: Table, scope: CaseScope) -> ColumnElement[bool]:
    of_letter = table is letter_department or table.name in (_SENT, "requisition_version")
    letter = table.c.requisition_id if of_letter else table.c.id
    return and_(table.c.district_id == scope.district_id, letter == _letter_of(scope))


def _stream_of_case(table: Table, scope: CaseScope) -> ColumnElement[bool]:
    return and_(table.c.district_id == scope.district_id, table.c.stream == scope.stream)


_CASE: dict[str, Callable[[Table, Any], ColumnElement[bool]]] = {
    "case": _of_case,
    "letter": _letter_of_case,
    "office": _in_district,
    "district": _in_district,
    "officer": _never,
    "audit": _stream_of_case,
    "register": _never,
    "system": _never,
}


# -- an officer in his post ------------------------------------------------------------------------------


def _case_of_officer(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """District offices see every case; a thana those with an enquiry of its own; an officer those in his name."""
    if scope.role in WITHOUT_CASES:
        return false()
    own = table.c.district_id == scope.district_id
    if scope.role is Role.REQUESTER:
        return and_(own, _of_department(table, scope))
    own = and_(own, _addressed(table, scope))
    if scope.role in SEALED_READERS:
        return own
    if scope.role in DISTRICT_WIDE:
        return and_(own, _unsealed(table))
    case_id = table.c.id if table.name == "case" else table.c.case_id
    seen: ColumnElement[bool] = (
        exists().where(enquiry.c.case_id == case_id, *_own_enquiries(scope)).correlate(table)
    )
    if scope.role is Role.SDPO:
        seen = or_(seen, case_id.in_(_reviewed(scope)))
    return and_(own, _narrowed(table, scope, seen))


def _addressed(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """What is written to some offices alone, or not sent yet, whatever else an officer reads of a case."""
    if table.name == "note":
        return _notes_for(table, scope)
    if table.name == "department_memo":
        return true() if scope.role in _WRITTEN_TO else false()
    if table.name == "document" and scope.role in DISTRICT_WIDE:
        # What a department has not sent yet is its own.
        return or_(table.c.draft_id.is_(None), ~_enclosed(table, _begun(table, scope)))
    return true()


#: Whom a department writes to; no unit that enquires reads it.
_WRITTEN_TO = frozenset({Role.DM, Role.ADM, Role.DM_SECTION_HEAD, Role.DM_ASSISTANT})


def _notes_for(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """Those of one's own office; who supervises reads every office's, but for what it writes for itself alone."""
    ours: ColumnElement[bool] = table.c.from_office_id == scope.office_id
    if scope.role in _SEES_EVERY_NOTE:
        return or_(ours, table.c.from_office_id != table.c.to_office_id)
    return or_(ours, table.c.to_office_id == scope.office_id)


def _of_department(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """Of its cases a department reads whom they are about and the papers delivered to it; no answer, no enquiry."""
    letters = _asked_by(scope)
    cases = select(case.c.id).where(
        case.c.district_id == scope.district_id, case.c.requisition_id.in_(letters)
    )
    here = (delivery.c.district_id == scope.district_id, delivery.c.office_id == scope.office_id)
    match table.name:
        case "case":
            return table.c.requisition_id.in_(letters)
        case "applicant" | "search_key":
            return table.c.case_id.in_(cases)
        case "delivery" | "department_memo":
            return table.c.office_id == scope.office_id
        case "certificate":
            return table.c.id.in_(select(delivery.c.certificate_id).where(*here))
        case "document":
            delivered = (
                select(certificate.c.document_id)
                .join(
                    delivery,
                    and_(
                        delivery.c.district_id == certificate.c.district_id,
                        delivery.c.certificate_id == certificate.c.id,
                    ),
                )
                .where(*here)
            )
            own_upload = and_(table.c.case_id.is_(None), table.c.created_by == scope.officer_id)
            return or_(table.c.id.in_(delivered), own_upload, _enclosed(table, _written_by(table, scope)))
    return false()


def _written_by(table: Table, scope: OfficerScope) -> Any:
    """The letters that a department writes in its account, until the DM's office has accepted them."""
    mine = table.metadata.tables["lodgement"].c
    return select(mine.id).where(
        mine.district_id == scope.district_id, mine.office_id == scope.office_id, mine.state != "accepted"
    )


def _begun(table: Table, scope: OfficerScope) -> Any:
    """The letters that departments have begun and not sent, or put away."""
    begun = table.metadata.tables["lodgement"].c
    return select(begun.id).where(
        begun.district_id == scope.district_id, begun.state.in_(("draft", "returned", "dropped"))
    )


def _enclosed(table: Table, lodgements: Any) -> ColumnElement[bool]:
    """The files that lie with such letters, or with a person of their lists."""
    own, rows = (table.metadata.tables[name].c for name in ("roster", "roster_row"))
    lists = select(own.id).where(own.lodgement_id.in_(lodgements), own.requisition_id.is_(None))
    persons = select(rows.id).where(rows.roster_id.in_(lists))
    return or_(table.c.draft_id.in_(lodgements), table.c.draft_id.in_(persons))


def _asked_by(scope: OfficerScope) -> Any:
    """The letters of the officer's department."""
    return select(letter_department.c.requisition_id).where(
        letter_department.c.district_id == scope.district_id,
        letter_department.c.office_id == scope.office_id,
    )


def _own_enquiries(scope: OfficerScope) -> tuple[ColumnElement[bool], ...]:
    in_person = (enquiry.c.officer_id == scope.officer_id,) if scope.role in IN_PERSON else ()
    place = enquiry.c.office_id == scope.office_id
    if scope.role in OVER_THANAS:
        place = or_(place, enquiry.c.office_id.in_(below(scope)), enquiry.c.id.in_(_to_endorse(scope)))
    return (enquiry.c.district_id == scope.district_id, place, *in_person)


def _to_endorse(scope: OfficerScope) -> Any:
    """The enquiries that lie open with the officer's office, whatever station is under it by now."""
    own = user_task.c
    return select(own.enquiry_id).where(
        own.district_id == scope.district_id,
        own.office_id == scope.office_id,
        own.state == "open",
        own.enquiry_id.is_not(None),
    )


def below(scope: OfficerScope) -> Any:
    """The offices under the officer's own, and those under them (subdivision, circle, thana)."""
    between = office.alias()
    under = select(between.c.id).where(
        between.c.district_id == scope.district_id, between.c.parent_id == scope.office_id
    )
    return select(office.c.id).where(
        office.c.district_id == scope.district_id,
        or_(office.c.parent_id == scope.office_id, office.c.parent_id.in_(under)),
    )


def _reviewed(scope: OfficerScope) -> Any:
    """The cases whose review lay, or lies, with the officer's office: who judges reads all units."""
    return select(user_task.c.case_id).where(
        user_task.c.district_id == scope.district_id,
        user_task.c.office_id == scope.office_id,
        user_task.c.role == Role.SDPO,
        user_task.c.enquiry_id.is_(None),
    )


def _unsealed(table: Table) -> ColumnElement[bool]:
    """What is not of the special branch, row by row; where a case stands is no secret."""
    if table.name in ("answer", "finding", "failed_visit", "hit"):
        unit = enquiry.alias()
        return ~(
            exists()
            .where(
                unit.c.district_id == table.c.district_id,
                unit.c.id == table.c.enquiry_id,
                unit.c.unit_kind.in_(SEALED_UNITS),
            )
            .correlate(table)
        )
    return _open_papers(table) if table.name == "document" else true()


def _open_papers(table: Table) -> ColumnElement[bool]:
    return table.c.pii != SEALED


def _narrowed(table: Table, scope: OfficerScope, seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """What one unit may not read of another's: answers, findings, visits, enquiries; papers go with the head."""
    if table.name in ("enquiry", "answer", "finding", "failed_visit", "hit"):
        return _of_units(table, scope, seen)
    if table.name == "document":
        own_upload = and_(table.c.case_id.is_(None), table.c.created_by == scope.officer_id)
        return or_(and_(seen, _open_papers(table), _papers_of(table, scope)), own_upload)
    if table.name == "certificate":
        return and_(seen, true() if scope.role in _HEADS else false())
    return seen


def _of_units(table: Table, scope: OfficerScope, seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """What the officer's own units have said; who reviews a case reads the others' too."""
    if table.name == "enquiry":
        mine = and_(*_own_enquiries(scope))
    else:
        mine = table.c.enquiry_id.in_(select(enquiry.c.id).where(*_own_enquiries(scope)))
    if scope.role is Role.SDPO:
        of_others = true() if table.name == "enquiry" else table.c.enquiry_id.is_not(None)
        mine = or_(mine, and_(table.c.case_id.in_(_reviewed(scope)), of_others, _unsealed(table)))
    if table.name == "hit":
        return and_(seen, or_(mine, table.c.office_id == scope.office_id))
    if table.name != "answer":
        return mine
    own_steps = select(user_task.c.id).where(
        user_task.c.district_id == scope.district_id,
        user_task.c.office_id == scope.office_id,
        user_task.c.enquiry_id.is_(None),
    )
    return and_(seen, or_(mine, table.c.form.in_(_ABOUT_THE_PERSON), table.c.user_task_id.in_(own_steps)))


#: Acts that tell who is to be verified: entered, and why it was corrected.
_ABOUT_THE_PERSON = ("intake", "correct_case")
#: What two offices write to each other is read by both, and by those who supervise them.
_SEES_EVERY_NOTE = frozenset({Role.DM, Role.ADM, Role.SP, Role.SP_READER, Role.SDPO})
_HEADS = frozenset({Role.SHO, Role.SDPO})
#: Who searches records gets what tells the person from his namesakes, and no more.
_SEARCHERS = frozenset({Role.DCRB, Role.SPECIAL_BRANCH})
_FOR_SEARCHERS = ("photo", "attestation_form", "person_attestation_form")


def _papers_of(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    if scope.role in _SEARCHERS:
        return table.c.field.in_(_FOR_SEARCHERS)
    return true() if scope.role in _HEADS else table.c.field != "issued_paper"


def _letter_of_officer(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    if scope.role is Role.REQUESTER:
        return and_(_in_district(table, scope), _letter_of_department(table, scope))
    lists = and_(_in_district(table, scope), _of_register(table, scope))
    if table.name == _SENT and scope.role not in DISTRICT_WIDE | WITHOUT_CASES:
        return and_(_in_district(table, scope), _received(table, scope))
    if scope.role not in DISTRICT_WIDE:
        return lists
    return or_(lists, and_(_in_district(table, scope), _handed_over(table, scope)))


def _received(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """The letters to the officer's office, and those to the offices that he supervises."""
    here: ColumnElement[bool] = table.c.to_office_id == scope.office_id
    return or_(here, table.c.to_office_id.in_(below(scope))) if scope.role in OVER_THANAS else here


#: Lists that belong to no letter, by what their rows are about -> the row of the matrix of whoever keeps them.
_REGISTERS = {"crimes": "act.crime_register_import", "offices": "adm.masters"}


def _of_register(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """Lists that belong to no letter: for whoever hands them in, and whoever approves them."""
    mine = [subject for subject, row in _REGISTERS.items() if scope.role in MATRIX[row]]
    if not mine or table.name not in ("roster", "roster_row"):
        return false()
    own = table.metadata.tables["roster"].c
    is_ours = own.subject.in_(mine)
    if table.name == "roster":
        return is_ours
    return table.c.roster_id.in_(select(own.id).where(own.district_id == scope.district_id, is_ours))


def _letter_of_department(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """Its letters; and what it writes in its account, with the lists of it, until the DM's office has accepted it."""
    written = _written_by(table, scope)
    match table.name:
        case "requisition":
            return table.c.id.in_(_asked_by(scope))
        case "letter_department" | "reply":
            return table.c.requisition_id.in_(_asked_by(scope))
        case "lodgement":
            return table.c.office_id == scope.office_id
        case "roster":
            return and_(table.c.lodgement_id.in_(written), table.c.requisition_id.is_(None))
        case "roster_row":
            return table.c.roster_id.in_(_lists(table, written))
    return false()


def _handed_over(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """What a department has begun and not sent is nobody's but its own."""
    open_ = _begun(table, scope)
    match table.name:
        case "lodgement":
            return table.c.state.not_in(("draft", "dropped"))
        case "roster":
            return or_(table.c.requisition_id.is_not(None), table.c.lodgement_id.not_in(open_))
        case "roster_row":
            return table.c.roster_id.not_in(_lists(table, open_))
    return true()


def _lists(table: Table, lodgements: Any) -> Any:
    """The lists of such letters that were not received yet, and those of no letter."""
    own = table.metadata.tables["roster"].c
    of_none = or_(own.lodgement_id.in_(lodgements), own.lodgement_id.is_(None))
    return select(own.id).where(of_none, own.requisition_id.is_(None))


def counted(table: Table, scope: Scope) -> ColumnElement[bool]:
    """The rows of offices whose work the scope may count; of a table whose own scope asks for more."""
    return _counts_of(table, scope) if isinstance(scope, OfficerScope) else false()


def _counts_of(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """Counts hold no names: those who supervise see those of all whom they supervise, everybody else his office's."""
    if scope.role in DISTRICT_WIDE | WITHOUT_CASES:
        return _in_district(table, scope)
    place = table.c.office_id == scope.office_id
    if scope.role in OVER_THANAS:
        place = or_(place, table.c.office_id.in_(below(scope)))
    return and_(table.c.district_id == scope.district_id, place)


#: What is written to one office, and to no office over it.
_TO_ONE_OFFICE = frozenset({"notification"})


def _of_office(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    if table.name in _TO_ONE_OFFICE and scope.role in OVER_THANAS:
        return and_(table.c.district_id == scope.district_id, table.c.office_id == scope.office_id)
    return _counts_of(table, scope)


def _of_person(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    return and_(table.c.district_id == scope.district_id, table.c.officer_id == scope.officer_id)


def _record_for(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """The record as far as the matrix reaches: the district's, the acts of one's own office, one's own acts."""
    cell = MATRIX["see.audit_trail"].get(scope.role)
    if cell is None or scope.role in WITHOUT_CASES:
        return false()
    own = _in_district(table, scope)
    if cell.reach == "O":
        own = and_(own, table.c.office_id == scope.office_id)
    return and_(own, table.c.actor_id == scope.officer_id) if cell.reach == "S" else own


def _register_for(table: Table, scope: OfficerScope) -> ColumnElement[bool]:
    """The crime register of the district, for posts that search antecedents; which of it is a rule of services."""
    return _in_district(table, scope) if scope.role in MATRIX["act.search_antecedents"] else false()


_OFFICER: dict[str, Callable[[Table, Any], ColumnElement[bool]]] = {
    "case": _case_of_officer,
    "letter": _letter_of_officer,
    "office": _of_office,
    "district": _in_district,
    "officer": _of_person,
    "audit": _record_for,
    "register": _register_for,
    "system": _never,
}

__all__ = [
    "ACROSS",
    "WALL",
    "CaseScope",
    "OfficerScope",
    "PublicScope",
    "Scope",
    "Session",
    "SystemReason",
    "SystemScope",
    "below",
    "counted",
    "visible",
    "within_walls",
]
