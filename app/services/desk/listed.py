"""What a task is signed with as one of a list: a clean decision as its form proposes it, a search as it was kept.

A search is filled in by its officer, box by box, and kept; the list then signs exactly what he kept. One that found
something, or left something out, is signed by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.domain.antecedents import Verdict
from app.domain.findings import Unit
from app.domain.offices import UnitKind
from app.models.antecedents import crimes
from app.models.desk import draft_queries as drafts
from app.models.desk import inbox_queries as inbox
from app.services.papers import paperplan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.desk.sheets import Sheet

#: The form whose rows an entry of the crime register may be.
_RECORDS = "search_records"
#: The box that the buttons of a search stand for, and what it says of one that is reported.
DECISION = "action"
_REPORTED = "report"


def _nothing_in_the_records(answers: Mapping[str, Any]) -> bool:
    """Every record asked for was seen, and none of them named the person."""
    search = Unit(UnitKind.DCRB, "", search=answers)
    found = answers.get("cases") or answers.get("court_searched") == "found"
    return search.looked and search.says_no_record and not search.is_incomplete and not found


def _nothing_adverse(answers: Mapping[str, Any]) -> bool:
    """The special branch knows nothing, and has no more to say."""
    is_reported = answers.get(DECISION) == _REPORTED
    return is_reported and answers.get("sb_result") == "nothing_adverse" and not answers.get("sb_note")


#: The forms of a search, and when one has found nothing.
_CLEAN: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    _RECORDS: _nothing_in_the_records,
    "write_special_report": _nothing_adverse,
}
SEARCHES = tuple(_CLEAN)


def reported(posted: Posted) -> Posted:
    """A search as it was posted to be kept for the list: it is to be reported, not to be sent back."""
    return replace(posted, values={**posted.values, DECISION: [_REPORTED]}, op="submit")


def values_of(sheet: Sheet) -> dict[str, Any] | None:
    """What the task is signed with as one of a list; None for one that is opened by itself.

    Whether the form passes, and whether an entry of the crime register speaks against it, its caller asks.
    """
    if sheet.task.form in paperplan.DECIDING:
        return sheet.prepared() if sheet.draft is None else None
    is_clean = _CLEAN.get(sheet.task.form)
    kept = sheet.kept()
    return kept if is_clean is not None and kept and is_clean(sheet.clean(kept)) else None


def is_contradicted(session: Session, actor: Actor, sheet: Sheet) -> bool:
    """Whether an entry of the crime register is said to be this person's, or may be; the own office's word counts."""
    if sheet.task.form != _RECORDS:
        return False
    rows = crimes.hits_of(session, sheet.case.id)
    own = {row.accused_id: row.verdict for row in rows if row.office_id == actor.post.office_id}
    said = {**{row.accused_id: row.verdict for row in rows}, **own}
    return any(verdict != Verdict.OTHER for verdict in said.values())


def begun_searches(session: Session, actor: Actor, queue: inbox.Queue, most: int) -> Sequence[AnyRow]:
    """The open tasks of a queue whose search this officer has begun to fill in, most urgent first."""
    begun = drafts.of_open_tasks(session, actor.officer_id, SEARCHES, most)
    if not begun:
        return ()
    condition = inbox.Condition(task_ids=tuple(begun))
    return inbox.rows(session, queue, condition, inbox.Keyset("due", None, most))


def next_free(session: Session, sheet: Sheet) -> UUID | None:
    """The most urgent task of the same step and queue that is in nobody's name."""
    task = sheet.task
    queue = inbox.Queue(task.office_id, (task.role,), None)
    condition = inbox.Condition(element_id=task.element_id, is_free=True)
    found = inbox.rows(session, queue, condition, inbox.Keyset("due", None, 1))
    return found[0].id if found else None


__all__ = [
    "DECISION",
    "SEARCHES",
    "begun_searches",
    "is_contradicted",
    "next_free",
    "reported",
    "values_of",
]
