"""What a department writes about its own case from its account, and the DM's office before which it comes.

Nothing of it moves the case by itself: an answer to defects and a wish to withdraw are laid into the form of the step
that the DM's office sends, and from there the route goes on as ever, the clock with it. What comes when its case is
over, or its defects are answered, is noted as come too late: it lies with the case and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from app import formjs
from app.config import ROOT
from app.domain import numbers
from app.domain.errors import Conflict, DomainError, FormInvalid, NotFound
from app.domain.ids import new_id
from app.domain.offices import OfficeKind
from app.domain.roles import Permission, Role
from app.domain.text import tidy, words_refused
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.desk import notification_queries as notifications
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.models.intake import memos as table
from app.models.scope import CaseScope
from app.services.casefile.facts import SCRUTINY
from app.services.casework import withdrawals
from app.services.district import calendars
from app.services.store import audit, documents, drafts, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database
    from app.services.store.documents import Upload

ANSWER, PAPER, WITHDRAWAL, QUERY = "answer", "paper", "withdrawal", "query"
SENT, TAKEN, NOTED, RETURNED, BACK = "sent", "taken", "noted", "returned", "back"
#: Why what was sent fits no more: its case is over, or its defects are answered.
OVER, ANSWERED = "over", "answered"
NOTICE = "memo"
_DEFECTS = "answer_defects"  # the step that waits for a department's answer, and its form
_FILES = "docs"
_PLACE = "from_department"  # under what a further paper lies with the case
_SHORTEST, _LONGEST, _SHOWN = 5, 1000, 100
_DESK = (Role.DM_SECTION_HEAD, Role.DM_ASSISTANT)


class TooLate(Conflict):
    """What was sent no longer fits where the case stands: no defect is open, or the case is over (409)."""

    key = "memo.too_late"


class ReplyMissing(DomainError):
    """A question is answered in words, and a memo returned with a reason (422)."""

    key = "memo.reply_missing"


@dataclass(frozen=True, slots=True)
class Memo:
    """A memo as both sides read it; `files` by name, with the document's id as long as it waits."""

    id: UUID
    kind: str
    state: str
    case_number: str
    name_hi: str
    name_en: str
    office_kind: str
    office_hi: str
    office_en: str
    letter_no: str
    letter_date: date | None
    text: str
    answers: list[dict[str, str]]
    files: list[tuple[str, str]]  # id, name
    reply: str
    sent_at: datetime
    settled_at: datetime | None
    late: str = ""  # OVER or ANSWERED, as long as it waits


@dataclass(frozen=True, slots=True)
class MemoForm:
    """The form of a memo as its page shows it, for which case."""

    number: str
    form: formjs.Form
    values: dict[str, Any]
    facts: dict[str, Any]
    options: dict[str, Any]
    defects: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class CasePage:
    """What a department sees of one case of its own beside its letter: what it wrote, and whom it may ask."""

    number: str
    requisition_id: UUID
    kinds: list[str]  # what it may send now
    memos: list[Memo]
    desk: Sequence[AnyRow]


@cache
def form() -> formjs.Form:
    """The form of a memo: the product's own, no part of a release, since no step of the route fills it."""
    return formjs.load((ROOT / "forms" / "registers" / "memo.form").read_bytes())


# -- the department ----------------------------------------------------------------------------------------


def of_case(session: Session, actor: Actor, number: str, now: datetime) -> CasePage:
    """One case of the department's. Raises NotFound for another's, NotAllowed."""
    case = _case(session, actor, number)
    found = [_memo(session, row) for row in table.of_case(session, case.id)]
    office_id = offices.only_of_kind(session, OfficeKind.DM_OFFICE, calendars.day(now))
    desk = table.desk(session, office_id, _DESK, calendars.day(now)) if office_id is not None else []
    return CasePage(case.number, case.requisition_id, _kinds(session, case), found, desk)


def blank(
    session: Session, actor: Actor, number: str, now: datetime, kind: str = "", typed: Posted | None = None
) -> MemoForm:
    """The form, with what was `typed` or the officer's own draft. Raises NotFound, NotAllowed, TooLate."""
    case = _case(session, actor, number)
    kinds, facts = _kinds(session, case), {"today": calendars.day(now), "created_at": calendars.local(now)}
    told = _defects(session, case) if ANSWER in kinds else []
    draft = drafts.find(session, actor, _place(case))
    staged = draft.staged if draft is not None else {}
    if typed is not None:
        values = formjs.read(form(), typed.values, staged, op=typed.op)
    else:
        values = formjs.initial(form(), facts, {}) | {
            "answers": [{"defect": each["defect"]} for each in told]
        }
        values |= {"kind": kind if kind in kinds else kinds[0]}
        values = formjs.with_files(form(), {**values, **(draft.values if draft is not None else {})}, staged)
    return MemoForm(case.number, form(), values, facts, {}, told)


def send(
    database: Database, actor: Actor, number: str, posted: Posted, uploads: Sequence[Upload], now: datetime
) -> UUID:
    """Send a memo to the DM's office, with its files; what was typed is kept where something is wrong.

    Raises FormInvalid, NotFound, NotAllowed, TooLate for what does not fit where the case stands.
    """
    scope = actor_scope(actor)
    case = database.read(lambda session: _case(session, actor, number), scope)
    filled = database.read(lambda session: blank(session, actor, number, now, typed=posted), scope)
    draft, refused = drafts.stage(database, actor, _place(case), form(), filled.values, uploads, now)
    values = formjs.with_files(form(), filled.values, draft.staged)
    judged = formjs.judge(form(), values, filled.facts, {}, now)
    if problems := {**judged.problems, **refused}:
        raise FormInvalid(values, problems)
    answers = judged.kept()

    def put(session: Session) -> UUID:
        if answers["kind"] not in _kinds(session, case):
            raise TooLate
        return _insert(session, actor, case, draft, answers, now)

    return database.write(put, scope)


def _insert(
    session: Session,
    actor: Actor,
    case: AnyRow,
    draft: drafts.Draft,
    answers: Mapping[str, Any],
    now: datetime,
) -> UUID:
    memo_id, key = new_id(session.recorded_at), keys.unlock(session, case.data_key_id)
    files = [[each["id"], each["name"]] for each in draft.staged.get(_FILES, ())]
    facts = {name: answers.get(name) for name in ("letter_no", "letter_date", "text", "answers")}
    table.insert_memo(
        session,
        {
            "id": memo_id,
            "case_id": case.id,
            "office_id": actor.post.office_id,
            "kind": answers["kind"],
            "state": SENT,
            "facts": keys.seal_json(key, f"memo|facts|{memo_id}", {**facts, "files": files}),
            "sent_by": actor.officer_id,
            "sent_at": now,
        },
    )
    for each in filed.of_draft(session, draft.id):
        filed.set_document(session, each.id, draft_id=memo_id)
    drafts.delete(session, draft.id)
    office_id = offices.only_of_kind(session, OfficeKind.DM_OFFICE, calendars.day(now))
    if office_id is not None:
        notifications.add_once(session, office_id, Role.DM_ASSISTANT, case.id, NOTICE, now)
    _record(session, actor, case.id, "memo:send", memo_id, answers["kind"], now)
    return memo_id


def take_back(session: Session, actor: Actor, memo_id: UUID, now: datetime) -> str:
    """Take a memo back that nobody has taken in hand; -> the case's number. Raises NotFound, NotAllowed, Conflict."""
    actor.require(Permission.MEMO_SEND)
    row = _row(session, memo_id)
    if not table.settle_memo(
        session, row.id, {"state": BACK, "settled_by": actor.officer_id, "settled_at": now}
    ):
        raise Conflict
    _drop_files(session, row, now)
    _record(session, actor, row.case_id, "memo:take_back", row.id, row.kind, now)
    return str(row.number)


def _case(session: Session, actor: Actor, number: str) -> AnyRow:
    """A case of the department's by its number. Raises NotFound, NotAllowed."""
    actor.require(Permission.MEMO_SEND)
    known = numbers.parse_case_number(number)
    case = cases.find_number(session, known) if known is not None else None
    if case is None:
        raise NotFound
    return case


def _kinds(session: Session, case: AnyRow) -> list[str]:
    """What a department may send where its case stands: a question always, the rest while it is under way."""
    if case.status != "open":
        return [QUERY]
    waits = _answering(session, case.id) is not None
    return [*([ANSWER] if waits else []), PAPER, WITHDRAWAL, QUERY]


def _answering(session: Session, case_id: UUID) -> AnyRow | None:
    """The open task that waits for the department's answer to defects."""
    own = session.narrowed(CaseScope(session.district_id, case_id))
    return next((task for task in workflow.tasks_of(own, case_id) if task.form == _DEFECTS), None)


def _defects(session: Session, case: AnyRow) -> list[dict[str, str]]:
    """What the DM's office found lacking, in the words in which it returned the papers."""
    own = session.narrowed(CaseScope(session.district_id, case.id))
    row = cases.last_answer(own, case.id, SCRUTINY)
    if row is None:
        return []
    told = keys.open_json(keys.unlock(session, case.data_key_id), f"answer|values|{row.id}", row.values)
    rows = told.get("defects") or ()
    return [{"defect": str(each["code"]), "text": str(each.get("text") or "")} for each in rows]


def _place(case: AnyRow) -> drafts.Place:
    return drafts.Place(f"memo:{case.id.hex}", data_key_id=case.data_key_id)


# -- the DM's office -----------------------------------------------------------------------------------------


def waiting(session: Session, actor: Actor) -> list[Memo]:
    """What departments have sent and nobody has settled, the oldest first. Raises NotAllowed."""
    actor.require(Permission.MEMO_TAKE)
    return [_memo(session, row) for row in table.waiting(session, _SHOWN)]


def waiting_count(session: Session, actor: Actor) -> int:
    """How many wait; none for whoever does not settle them."""
    return table.waiting_count(session) if actor.may(Permission.MEMO_TAKE) else 0


def look(session: Session, actor: Actor, memo_id: UUID) -> Memo:
    """One of them, and whether it comes too late. Raises NotFound, NotAllowed."""
    actor.require(Permission.MEMO_TAKE)
    row = _row(session, memo_id)
    return replace(_memo(session, row), late=_lateness(session, row))


def take(session: Session, actor: Actor, memo_id: UUID, reply: str, now: datetime) -> AnyRow | None:
    """Take a memo in hand: lay it into the form of its step, put a paper with the case, or answer a question.

    -> the open task into whose form an answer was laid. Raises NotFound, NotAllowed, TooLate, ReplyMissing, Conflict.
    """
    actor.require(Permission.MEMO_TAKE)
    row = _row(session, memo_id)
    task = _answering(session, row.case_id) if row.kind == ANSWER else None
    if _lateness(session, row):
        raise TooLate
    said = _reply(reply) if row.kind == QUERY else None
    key = keys.unlock(session, row.data_key_id)
    _settle(session, actor, row, TAKEN, said, now)
    facts = keys.open_json(key, f"memo|facts|{row.id}", row.facts)
    if task is not None:
        values = {"answer_letter_no": facts["letter_no"], "answer_letter_date": facts["letter_date"]}
        place = drafts.Place(_DEFECTS, user_task_id=task.id, data_key_id=row.data_key_id)
        _lay(session, actor, row, place, {**values, "answers": facts["answers"]}, _FILES, now)
    elif row.kind == WITHDRAWAL:
        _lay_withdrawal(session, actor, row, facts, now)
    elif row.kind == PAPER:
        _attach(session, row, now)
    _record(session, actor, row.case_id, "memo:take", row.id, row.kind, now)
    return task


def note(session: Session, actor: Actor, memo_id: UUID, reply: str, now: datetime) -> None:
    """Note that a memo came when its case was over, or its defects answered: its files lie with the case from now on.

    The department reads so, with a `reply` where one is given. Raises NotFound, NotAllowed, ReplyMissing for one of a
    few letters, Conflict for a memo that can still be taken in hand.
    """
    actor.require(Permission.MEMO_TAKE)
    row = _row(session, memo_id)
    if not _lateness(session, row):
        raise Conflict
    _settle(session, actor, row, NOTED, _reply(reply) if reply.strip() else None, now)
    _attach(session, row, now)
    _record(session, actor, row.case_id, "memo:note", row.id, row.kind, now)


def _attach(session: Session, row: AnyRow, now: datetime) -> None:
    """Let the files of a memo lie with its case."""
    documents.attach(session, row.id, {"case_id": row.case_id, "field": _PLACE}, {_FILES: "P3"}, now)


def _lateness(session: Session, row: AnyRow) -> str:
    """Why a memo that waits fits no more where its case stands; empty where it fits."""
    if row.kind == QUERY or row.state != SENT:
        return ""
    if row.status != "open":
        return OVER
    return ANSWERED if row.kind == ANSWER and _answering(session, row.case_id) is None else ""


def _lay_withdrawal(
    session: Session, actor: Actor, row: AnyRow, facts: Mapping[str, Any], now: datetime
) -> None:
    actor.require(Permission.CASE_WITHDRAW)
    values = {"withdraw_letter": facts["letter_no"], "withdraw_date": facts["letter_date"]}
    place = withdrawals.place_of(row.case_id, row.data_key_id)
    said = {**values, "reason": str(facts["text"])[: withdrawals.LONGEST_REASON], "scope": "case"}
    _lay(session, actor, row, place, said, "letter_scan", now)


def _lay(
    session: Session,
    actor: Actor,
    row: AnyRow,
    place: drafts.Place,
    values: Mapping[str, Any],
    field: str,
    now: datetime,
) -> None:
    """Let what the department wrote stand in the officer's own draft of a form, with its files."""
    draft = drafts.find(session, actor, place)
    kept = {**(draft.values if draft is not None else {}), **values}
    draft = drafts.save(session, actor, place, kept, now)
    for each in filed.of_draft(session, row.id):
        filed.set_document(session, each.id, draft_id=draft.id, field=field, created_by=actor.officer_id)


def give_back(session: Session, actor: Actor, memo_id: UUID, reason: str, now: datetime) -> None:
    """Return a memo with a reason; its files are destroyed. Raises ReplyMissing, NotFound, NotAllowed, Conflict."""
    actor.require(Permission.MEMO_TAKE)
    row = _row(session, memo_id)
    _settle(session, actor, row, RETURNED, _reply(reason), now)
    _drop_files(session, row, now)
    _record(session, actor, row.case_id, "memo:return", row.id, row.kind, now)


def _settle(session: Session, actor: Actor, row: AnyRow, state: str, said: str | None, now: datetime) -> None:
    key = keys.unlock(session, row.data_key_id)
    reply = keys.seal(key, f"memo|reply|{row.id}", said.encode()) if said is not None else None
    by = {"settled_by": actor.officer_id, "settled_at": now}
    if not table.settle_memo(session, row.id, {"state": state, "reply": reply, **by}):
        raise Conflict


def _reply(text: str) -> str:
    said = tidy(text)[:_LONGEST]
    if fault := words_refused(said):
        raise ReplyMissing(fault)
    if len(said) < _SHORTEST:
        raise ReplyMissing
    return said


# -- both ----------------------------------------------------------------------------------------------------


def _row(session: Session, memo_id: UUID) -> AnyRow:
    row = table.find(session, memo_id)
    if row is None:
        raise NotFound
    return row


def _memo(session: Session, row: AnyRow) -> Memo:
    key = keys.unlock(session, row.data_key_id)
    facts = keys.open_json(key, f"memo|facts|{row.id}", row.facts)
    reply = keys.open_sealed(key, f"memo|reply|{row.id}", row.reply).decode() if row.reply else ""
    name = keys.open_name(session, row.data_key_id, row.applicant_id, row.name)
    day = facts.get("letter_date")
    return Memo(
        row.id,
        row.kind,
        row.state,
        row.number,
        name["hi"],
        name["en"],
        row.office_kind,
        row.office_hi,
        row.office_en,
        str(facts.get("letter_no") or ""),
        date.fromisoformat(day) if day else None,
        str(facts.get("text") or ""),
        list(facts.get("answers") or ()),
        [(str(each[0]) if row.state == SENT else "", str(each[1])) for each in facts["files"]],
        reply,
        row.sent_at,
        row.settled_at,
    )


def _drop_files(session: Session, row: AnyRow, now: datetime) -> None:
    for each in filed.of_draft(session, row.id):
        filed.set_document(session, each.id, destroyed_at=now)


def _record(
    session: Session, actor: Actor, case_id: UUID, act: str, memo_id: UUID, kind: str, now: datetime
) -> None:
    audit.record(session, f"case:{case_id}", act, f"memo:{memo_id}", actor, now, kind=kind)
