"""What comes back from another district of the installation: its report, entered by itself where it is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.desk import notification_queries as notifications
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.models.issuing import paper_queries as papers
from app.models.scope import CaseScope
from app.services.casefile import neighbours, submissions
from app.services.casefile.facts import REPLY, CaseFacts
from app.services.desk import finishing
from app.services.district import calendars
from app.services.intake import lettersacross
from app.services.procedure import releases
from app.services.store import documents, keys
from app.services.workflow import instances

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.documents import File

_SCAN = "od_scan"
_RECALLED = "जिस जिले ने पूछा था, उसने पत्र वापस ले लिया।"


@dataclass(frozen=True, slots=True)
class Answer:
    """A report as it crosses: the answers of the form that waits for it, and the paper itself."""

    values: dict[str, Any]
    paper: File


# -- in the district that was asked ------------------------------------------------------------------------


def number_of(session: Session, errand: AnyRow) -> str:
    """The number of the case that was made of a letter. Raises NotFound."""
    return str(_case_of(session, errand).number)


def given(session: Session, errand: AnyRow) -> Answer | None:
    """The report that the SP has signed; None where the case was closed without one."""
    case = _case_of(session, errand)
    paper = next((row for row in reversed(papers.of_case(session, case.id)) if row.status == "issued"), None)
    document = filed.find(session, paper.document_id) if paper is not None else None
    if paper is None or document is None:
        return None
    request = lettersacross.asked(session, errand)
    letter, known = lettersacross.opened(session, request), CaseFacts(session, case, errand.at)
    rows = [_row(session, each.facts) for each in known.found.printable if each.kind == "fir"]
    result = _result(known.answer("recommend").get("sp_outcome"), rows)
    period = {name: getattr(letter, name) for name in ("period_from", "period_to") if getattr(letter, name)}
    values = {
        "od_state": "received",
        "od_office": f"पुलिस अधीक्षक, {offices.district(session).name_hi}",
        "od_memo_no": paper.memo_number or paper.number,
        "od_date": calendars.day(paper.issued_at).isoformat(),
        "od_result": result,
        **period,
        **({"cases": rows} if result == "record_found" else {}),
    }
    return Answer(values, documents.read(session, document))


def _case_of(session: Session, errand: AnyRow) -> AnyRow:
    request = lettersacross.asked(session, errand)
    case = cases.find(session, request.case_id) if request.case_id is not None else None
    if case is None:
        raise NotFound
    return case


def _result(outcome: Any, rows: list[dict[str, Any]]) -> str:
    if outcome == "not_resident":
        return "not_resident"
    return "record_found" if rows or outcome in ("adverse", "attention") else "no_record"


def _row(session: Session, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A criminal case in the words of another district, which knows no station of this one by its id."""
    found = {name: value for name, value in facts.items() if name != "thana"}
    office = offices.find(session, UUID(facts["thana"])) if facts.get("thana") else None
    if office is not None:
        found |= {"district": str(session.district_id), "thana_other": office.name_hi}
    return found


def end(session: Session, request: AnyRow, at: datetime) -> None:
    """End the case that was made of a letter which was recalled."""
    own = session.narrowed(CaseScope(session.district_id, request.case_id))
    case = cases.lock(own, request.case_id)
    if case is None or case.status != "open":
        return
    act = dict.fromkeys(("element_id", "element_path", "form"), "withdraw")
    none = dict.fromkeys(("user_task_id", "enquiry_id", "supersedes_id", "answered_by"))
    submissions.keep(own, case, {**act, **none, "at": at}, {"reason": _RECALLED})
    instances.withdraw(own, case, releases.load(own, case.release_id), instances.Act(at))


# -- in the district that asked ----------------------------------------------------------------------------


def put(session: Session, row: AnyRow, case: AnyRow, answer: Answer, at: datetime) -> None:
    """Enter the report at the step that waits for it; one that comes too late is kept and told as late."""
    own = session.narrowed(CaseScope(session.district_id, case.id))
    waiting = workflow.tasks_of(own, case.id)
    task = next((each for each in waiting if each.enquiry_id == row.enquiry_id and each.form == REPLY), None)
    state = neighbours.ANSWERED if task is not None else neighbours.LATE
    if not neighbours.tell(own, case, row, {neighbours.SENT}, state, at, ended_at=at):
        return
    values = {
        **answer.values,
        "od_received": calendars.day(at).isoformat(),
        _SCAN: [_keep(own, row, case, answer, at)],
    }
    tell_office(own, row, at)
    if task is not None:
        release = releases.load(own, case.release_id)
        context = submissions.Context(own, None, case, task, release.form(REPLY), values, {}, at)
        finishing.finish(context, release)


def _keep(session: Session, row: AnyRow, case: AnyRow, answer: Answer, at: datetime) -> dict[str, Any]:
    """Keep their paper in the case, sealed with its key; -> what the answer says of it.

    It goes by the letter's id, so that one that comes again is the same.
    """
    key = keys.unlock(session, case.data_key_id)
    paper = documents.Paper(_SCAN, answer.paper.name, answer.paper.media_type, answer.paper.data)
    documents.put(session.documents, documents.new_path(row.id), documents.seal_file(key, row.id, paper.data))
    owner = {"data_key_id": case.data_key_id, "case_id": case.id, "created_at": at, "created_by": None}
    kept = documents.row(row.id, paper, key, pii="P3", **owner)
    filed.insert_documents(session, [kept])
    return {"id": str(row.id), "name": paper.name, "size": kept["size"], "media_type": paper.media_type}


def tell_office(session: Session, row: AnyRow, at: datetime) -> None:
    """Tell the reader of the SP that asked what became of his letter."""
    enquiry = cases.enquiry_row(session, row.enquiry_id)
    if enquiry is not None:
        notifications.add(session, enquiry.office_id, Role.SP_READER, row.case_id, "neighbour", at)
