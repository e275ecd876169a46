"""Destruction by list: records past their term are proposed, approved behind a code, destroyed by the worker.

The certificate is the list itself once it is worked off: numbers and dates, and of each case what became of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from app.domain import numbers
from app.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.retention import PREPARES, EntryKind
from app.domain.roles import Permission, Role
from app.domain.text import tidy, words_refused
from app.models.district import office_queries as offices
from app.models.issuing import paper_queries
from app.models.record import retention_queries as table
from app.models.scope import SystemReason, SystemScope
from app.services.access import stepup
from app.services.antecedents import oldentries
from app.services.casework import oldcases
from app.services.district import calendars, terms
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.retention import Term
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.antecedents.crimebook import Entry
    from app.services.store.database import Database

APPROVE = "destruction:approve"  # the act that takes a fresh factor
PROPOSED, REFUSED, APPROVED, DONE = "proposed", "refused", "approved", "done"
LONGEST = 200  # lines of one list: whoever approves has to read it
_CASES, _ENTRIES = "cases", "entries"
_SHOWN = 50  # lists
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
    """Of one class: what is past its term and nothing holds back, up to the length of a list."""

    term: Term
    approver: Role
    cases: Sequence[AnyRow]  # or entries of the crime register
    may_propose: bool

    @property
    def of(self) -> str:
        """What the class holds: cases, or entries of the crime register."""
        return _of(self.term.kind)

    @property
    def thanas(self) -> Sequence[tuple[AnyRow, int]]:
        """Of entries: a row of each thana, and how many are its own."""
        if self.of == _CASES:
            return ()
        counts, of = Counter(row.office_id for row in self.cases), {row.office_id: row for row in self.cases}
        return [(row, counts[office_id]) for office_id, row in of.items()]

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
    term: Term | None  # none where the district has taken the years of the class back
    entries: Mapping[UUID, Entry]  # of the crime register, that are there still

    @property
    def of(self) -> str:
        """What the list names: cases, or entries of the crime register."""
        return _of(self.row.kind)


def past(session: Session, actor: Actor, now: datetime) -> list[PastTerm]:
    """What is past its term, class by class, for whoever prepares or decides it. Raises NotAllowed."""
    actor.require(Permission.RETENTION_SEE)
    own = PREPARES.get(actor.post.role, actor.post.role)
    may_propose, today = actor.may(Permission.RETENTION_PROPOSE), calendars.day(now)
    return [
        PastTerm(term, own, _matter(term.kind).past(session, term, own, today, LONGEST), may_propose)
        for term in _own_terms(session, own)
    ]


def lists(session: Session, actor: Actor) -> Sequence[AnyRow]:
    """The lists of the district, newest first. Raises NotAllowed."""
    actor.require(Permission.RETENTION_SEE)
    return table.lists(session, _SHOWN)


def listed(session: Session, actor: Actor, list_id: UUID) -> Listed:
    """One list. Raises NotAllowed, NotFound."""
    actor.require(Permission.RETENTION_SEE)
    row = table.list_row(session, list_id)
    if row is None:
        raise NotFound
    matter = _matter(row.kind)
    lines = matter.lines(session, list_id)
    decides = row.state == PROPOSED and _decides(actor, row)
    counts = dict(Counter(line.state for line in lines))
    return Listed(
        row,
        lines,
        decides,
        counts,
        _term(session, Role(row.approver), row.kind),
        matter.opened(session, lines),
    )


def propose(session: Session, actor: Actor, kind: str, now: datetime) -> UUID:
    """Put what is past its term in a class on a list; -> its id. Raises NotAllowed, NothingPast."""
    actor.require(Permission.RETENTION_PROPOSE)
    today, approver, matter = calendars.day(now), PREPARES[actor.post.role], _matter(kind)
    term = _term(session, approver, kind)
    found = matter.past(session, term, approver, today, LONGEST) if term is not None else ()
    if term is None or not found:
        raise NothingPast
    list_id = new_id(session.recorded_at)
    lines = [matter.line(list_id, each, term) for each in found]
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
    table.insert_list(session, {**row, "sha256": bytes.fromhex(digest)})
    matter.insert(session, lines)
    _record(session, "propose", list_id, actor, now, kind=kind, cases=len(lines), sha256=digest)
    return list_id


def to_approve(session: Session, actor: Actor, list_id: UUID, now: datetime) -> UUID:
    """Ask for a fresh factor before a list is approved; -> the step-up. Raises NotFound, NotAllowed."""
    return stepup.begin(session, actor, APPROVE, [_item(_open(session, actor, list_id))], now)


def approve(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> UUID:
    """Let the worker destroy what a list names, as it was shown; -> the list.

    Raises NotFound, NotAllowed, Conflict, StillKept, and what `stepup.use` raises where the list is not what it was.
    """
    found = _open(session, actor, wanted.items[0].id)
    stepup.use(session, actor, wanted.id, APPROVE, [_item(found)], now)
    term, today = found.term, calendars.day(now)
    if term is None or any(term.past_on(line.closed_on) > today for line in found.lines):
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
    if fault := words_refused(reason):
        raise ReasonWanted(fault)
    if not _REASON[0] <= len(reason) <= _REASON[1]:
        raise ReasonWanted
    decided = {"state": REFUSED, "decided_by": actor.officer_id, "decided_at": now, "reason": reason}
    if not table.set_list(session, found.row.id, PROPOSED, decided):
        raise Conflict
    _record(session, "refuse", list_id, actor, now)


# -- done by the worker ------------------------------------------------------------------------------------


def go_on(database: Database, now: datetime) -> bool:
    """Destroy what comes next of approved lists, finish what is worked off; -> whether there was anything to do."""
    found = [matter.go_on(database, now) for matter in _MATTERS.values()]
    over = database.read(table.worked_off, _EVERYWHERE)
    for each in over:
        own = SystemScope(SystemReason.WORKER, each.district_id)
        database.write(partial(_finish, row=each, now=now), own)
    return any(found) or bool(over)


def _finish(session: Session, row: AnyRow, now: datetime) -> None:
    """The last line is written: from now on the list is the certificate."""
    if table.set_list(session, row.id, APPROVED, {"state": DONE, "finished_at": now}):
        counts = Counter(line.state for line in _matter(row.kind).lines(session, row.id))
        _record(session, "finish", row.id, None, now, destroyed=counts["destroyed"], kept=counts["kept"])


# -- one list ----------------------------------------------------------------------------------------------


class Matter(Protocol):
    """What a list is about: cases, or entries of the crime register."""

    def past(
        self, session: Session, term: Term, approver: Role, today: date, limit: int, /
    ) -> Sequence[AnyRow]: ...
    def line(self, list_id: UUID, row: AnyRow, term: Term, /) -> dict[str, Any]: ...
    def told(self, each: Mapping[str, Any], /) -> tuple[Any, ...]: ...
    def insert(self, session: Session, lines: Sequence[Mapping[str, Any]], /) -> None: ...
    def lines(self, session: Session, destruction_id: UUID, /) -> Sequence[AnyRow]: ...
    def opened(self, session: Session, found: Sequence[AnyRow], /) -> Mapping[UUID, Any]: ...
    def go_on(self, database: Database, now: datetime, /) -> bool: ...


_MATTERS: dict[str, Matter] = {_CASES: oldcases, _ENTRIES: oldentries}


def _of(kind: str) -> str:
    return _ENTRIES if kind in tuple(EntryKind) else _CASES


def _matter(kind: str) -> Matter:
    return _MATTERS[_of(kind)]


def _term(session: Session, approver: Role, kind: str) -> Term | None:
    """The years of a class that belongs to this approver; None where it is not his, or has no term."""
    return next((each for each in _own_terms(session, approver) if each.kind == kind), None)


def _own_terms(session: Session, approver: Role) -> list[Term]:
    """The classes that an officer approves: the register of crimes is the SP's alone."""
    own = [*terms.of(session).values()]
    return [*own, *terms.of(session, terms.ENTRIES).values()] if approver is Role.SP else own


def _open(session: Session, actor: Actor, list_id: UUID) -> Listed:
    """A list that waits for this officer. Raises NotAllowed, NotFound; Conflict for one that is settled."""
    actor.require(Permission.RETENTION_APPROVE)
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
    told = sorted(map(_matter(kind).told, lines))
    return stepup.item("", [number, kind, told]).digest


def _record(
    session: Session, act: str, list_id: UUID, actor: Actor | None, now: datetime, **detail: Any
) -> None:
    audit.record(session, "admin", f"destruction:{act}", f"destruction:{list_id}", actor, now, **detail)
