"""Destruction by list: cases past their term are proposed, approved behind a fresh factor, destroyed by the worker.

The certificate is the list itself once it is worked off: numbers and dates, and of each case what became of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import numbers
from app.domain.clock import start_of
from app.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.retention import PREPARES, Kind, Why
from app.domain.roles import Permission, Role
from app.domain.text import fault_in, tidy
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.issuing import paper_queries
from app.models.record import retention_queries as table
from app.models.scope import SystemReason, SystemScope
from app.services.access import stepup
from app.services.district import calendars, terms
from app.services.store import audit, erasure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from app.domain.retention import Term
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

APPROVE = "destruction:approve"  # the act that takes a fresh factor
PROPOSED, REFUSED, APPROVED, DONE = "proposed", "refused", "approved", "done"
LONGEST = 200  # cases of one list: whoever approves has to read it
_SHOWN = 50  # lists
_SLICE = 5  # cases between two looks at what else there is to do
_REASON = (5, 300)  # signs of a refusal's reason
_EVERYWHERE = SystemScope(SystemReason.WORKER)


class NothingPast(DomainError):
    """No case of this class is past its term (422)."""

    key = "retention.problem.nothing"


class StillKept(DomainError):
    """The district keeps this class for more years since the list was made (422)."""

    key = "retention.problem.still_kept"


class ReasonWanted(DomainError):
    """A list is sent back with a reason (422)."""

    key = "retention.problem.reason"


@dataclass(frozen=True, slots=True)
class PastTerm:
    """Of one class: the cases past their term that nothing holds back, up to the length of a list."""

    term: Term
    approver: Role
    cases: Sequence[AnyRow]
    may_propose: bool

    @property
    def is_more(self) -> bool:
        """Whether there are more than a list takes."""
        return len(self.cases) == LONGEST


@dataclass(frozen=True, slots=True)
class Listed:
    """One list with its lines and what became of them, and whether this officer decides it."""

    row: AnyRow
    lines: Sequence[AnyRow]
    may_decide: bool
    counts: dict[str, int]  # state of a line -> how many
    term: Term


def past(session: Session, actor: Actor, now: datetime) -> list[PastTerm]:
    """What is past its term, class by class, for whoever prepares or decides it. Raises NotAllowed."""
    _may(actor, Permission.RETENTION_SEE)
    own = PREPARES.get(actor.post.role, actor.post.role)
    may_propose = actor.may(Permission.RETENTION_PROPOSE)
    return [
        PastTerm(term, own, _past(session, term, own, calendars.day(now)), may_propose)
        for term in terms.of(session).values()
    ]


def lists(session: Session, actor: Actor) -> Sequence[AnyRow]:
    """The lists of the district, newest first. Raises NotAllowed."""
    _may(actor, Permission.RETENTION_SEE)
    return table.lists(session, _SHOWN)


def listed(session: Session, actor: Actor, list_id: UUID) -> Listed:
    """One list. Raises NotAllowed, NotFound."""
    _may(actor, Permission.RETENTION_SEE)
    row = table.list_row(session, list_id)
    if row is None:
        raise NotFound
    lines = table.lines(session, list_id)
    decides = row.state == PROPOSED and _decides(actor, row)
    term = terms.of(session)[Kind(row.kind)]
    return Listed(row, lines, decides, dict(Counter(line.state for line in lines)), term)


def propose(session: Session, actor: Actor, kind: str, now: datetime) -> UUID:
    """Put what is past its term in a class on a list; -> its id. Raises NotAllowed, NothingPast."""
    _may(actor, Permission.RETENTION_PROPOSE)
    if kind not in tuple(Kind):
        raise NothingPast
    term, today, approver = terms.of(session)[Kind(kind)], calendars.day(now), PREPARES[actor.post.role]
    found = _past(session, term, approver, today)
    if not found:
        raise NothingPast
    list_id = new_id(session.recorded_at)
    lines = [_line(list_id, each, term) for each in found]
    serial = paper_queries.next_number(session, actor.post.office_id, "destruction", today.year)
    row: dict[str, Any] = {
        "id": list_id,
        "office_id": actor.post.office_id,
        "number": numbers.destruction_number(
            offices.district(session).code, approver.upper(), today.year, serial
        ),
        "kind": kind,
        "approver": approver,
        "state": PROPOSED,
        "proposed_by": actor.officer_id,
        "proposed_at": now,
        "reason": "",
    }
    digest = _digest(row["number"], kind, lines)
    table.insert_list(session, {**row, "sha256": bytes.fromhex(digest)}, lines)
    _record(session, "propose", list_id, actor, now, kind=kind, cases=len(lines), sha256=digest)
    return list_id


def to_approve(session: Session, actor: Actor, list_id: UUID, now: datetime) -> UUID:
    """Ask for a fresh factor before a list is approved; -> the step-up. Raises NotFound, NotAllowed."""
    return stepup.begin(session, actor, APPROVE, [_item(_open(session, actor, list_id))], now)


def approve(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> UUID:
    """Let the worker destroy what a list names, as it was shown; -> the list.

    Raises NotFound, NotAllowed, Conflict, StillKept, and what `stepup.use` raises where the list is not what it was.
    """
    found = _open(session, actor, list_of(wanted.items[0]))
    stepup.use(session, actor, wanted.id, APPROVE, [_item(found)], now)
    if any(found.term.past_on(line.closed_on) > calendars.day(now) for line in found.lines):
        raise StillKept
    decided = {"state": APPROVED, "decided_by": actor.officer_id, "decided_at": now}
    if not table.set_list(session, found.row.id, PROPOSED, decided):
        raise Conflict
    detail = {"cases": len(found.lines), "sha256": bytes(found.row.sha256).hex()}
    _record(session, "approve", found.row.id, actor, now, **detail, step_up=str(wanted.id))
    return found.row.id  # type: ignore[no-any-return]


def refuse(session: Session, actor: Actor, list_id: UUID, reason: str, now: datetime) -> None:
    """Send a list back with a reason: its cases may be proposed again. Raises ReasonWanted, NotFound, Conflict."""
    found, reason = _open(session, actor, list_id), tidy(reason)
    if fault_in(reason) or not _REASON[0] <= len(reason) <= _REASON[1]:
        raise ReasonWanted
    decided = {"state": REFUSED, "decided_by": actor.officer_id, "decided_at": now, "reason": reason}
    if not table.set_list(session, found.row.id, PROPOSED, decided):
        raise Conflict
    _record(session, "refuse", list_id, actor, now)


def list_of(item: stepup.Item) -> UUID:
    """The list that a step-up is about."""
    return UUID(item.thing.partition(":")[2])


# -- done by the worker ------------------------------------------------------------------------------------


def go_on(database: Database, now: datetime) -> bool:
    """Destroy the next cases of approved lists, and finish what is worked off; -> whether there was anything to do.

    Each case is looked at again in the transaction that destroys it: what is held or under way by now is kept.
    """
    rows = database.read(partial(table.next_lines, limit=_SLICE), _EVERYWHERE)
    for row in rows:
        own = SystemScope(SystemReason.WORKER, row.district_id)
        files = database.write(partial(_destroy, row=row, now=now), own)
        erasure.delete_files(files)
    over = database.read(table.worked_off, _EVERYWHERE)
    for each in over:
        own = SystemScope(SystemReason.WORKER, each.district_id)
        database.write(partial(_finish, list_id=each.id, now=now), own)
    return bool(rows or over)


def _destroy(session: Session, row: AnyRow, now: datetime) -> list[Path]:
    """Destroy one case as its list says, or keep it and say why; -> the files to delete after the commit."""
    if cases.lock(session, row.case_id) is None:
        raise NotFound
    case = table.standing(session, row.case_id)
    assert case is not None  # noqa: S101 - it is locked
    why = _why_kept(case)
    files: list[Path] = []
    if not why:
        destroy = _attachments if row.kind == Kind.ATTACHMENTS else _whole
        files = destroy(session, row.case_id, case, now)
    told = {"state": "kept" if why else "destroyed", "why": why, "files": len(files), "done_at": now}
    return files if table.set_line(session, row.destruction_id, row.case_id, told) else []


def _why_kept(case: AnyRow) -> str:
    if not case.has_key:
        return Why.GONE
    if case.is_held:
        return Why.HELD
    return Why.AT_WORK if case.is_at_work else ""


def _whole(session: Session, case_id: UUID, case: AnyRow, now: datetime) -> list[Path]:
    """The case with its key; and its letter, once no case of the letter has a key any more."""
    files = erasure.erase_case(session, None, case_id, now)
    if table.unlocked_of_letter(session, case.requisition_id):
        return files
    return files + erasure.erase_letter(session, case.requisition_id, now)


def _attachments(session: Session, case_id: UUID, _case: AnyRow, now: datetime) -> list[Path]:
    found = table.files_of_officers(session, case_id)
    for row in found:
        cases.set_document(session, row.id, destroyed_at=now)
    audit.record(
        session,
        f"case:{case_id}",
        "case:weed",
        f"case:{case_id}",
        None,
        now,
        files=[str(r.id) for r in found],
    )
    return [session.documents / row.path for row in found]


def _finish(session: Session, list_id: UUID, now: datetime) -> None:
    """The last line is written: from now on the list is the certificate."""
    if table.set_list(session, list_id, APPROVED, {"state": DONE, "finished_at": now}):
        counts = Counter(line.state for line in table.lines(session, list_id))
        _record(session, "finish", list_id, None, now, destroyed=counts["destroyed"], kept=counts["kept"])


# -- one list ----------------------------------------------------------------------------------------------


def _past(session: Session, term: Term, approver: Role, today: date) -> Sequence[AnyRow]:
    return table.past(
        session,
        start_of(term.closed_before(today)),
        today,
        term.kind,
        LONGEST,
        of_sp=approver is Role.SP,
    )


def _line(list_id: UUID, case: AnyRow, term: Term) -> dict[str, Any]:
    closed_on = calendars.day(case.closed_at)
    return {
        "destruction_id": list_id,
        "case_id": case.id,
        "number": case.number,
        "closed_on": closed_on,
        "past_on": term.past_on(closed_on),
        "state": "listed",
    }


def _open(session: Session, actor: Actor, list_id: UUID) -> Listed:
    """A list that waits for this officer. Raises NotAllowed, NotFound; Conflict for one that is settled."""
    _may(actor, Permission.RETENTION_APPROVE)
    found = listed(session, actor, list_id)
    if found.row.state != PROPOSED:
        raise Conflict
    if not _decides(actor, found.row):
        raise NotAllowed
    return found


def _decides(actor: Actor, row: AnyRow) -> bool:
    """Whoever proposed a list never decides it, whatever post he holds by now."""
    return (
        actor.may(Permission.RETENTION_APPROVE)
        and actor.post.role == row.approver
        and actor.officer_id != row.proposed_by
    )


def _item(found: Listed) -> stepup.Item:
    """What the fresh factor is given for, made anew from the rows."""
    lines = [line._asdict() for line in found.lines]
    digest = _digest(found.row.number, found.row.kind, lines)
    if bytes.fromhex(digest) != bytes(found.row.sha256):
        raise stepup.ContentChanged
    return stepup.Item(f"destruction:{found.row.id}", digest)


def _digest(number: str, kind: str, lines: Sequence[Any]) -> str:
    told = sorted((each["number"], str(each["case_id"]), each["closed_on"].isoformat()) for each in lines)
    return stepup.item("", [number, kind, told]).digest


def _may(actor: Actor, permission: Permission) -> None:
    if not actor.may(permission):
        raise NotAllowed


def _record(
    session: Session, act: str, list_id: UUID, actor: Actor | None, now: datetime, **detail: Any
) -> None:
    audit.record(session, "admin", f"destruction:{act}", f"destruction:{list_id}", actor, now, **detail)
