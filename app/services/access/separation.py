"""Who enquired never endorses, reviews, recommends or decides, in whatever post he comes.

The rule is about the person: charge, substitution or a transfer after the enquiry changes nothing in it. Two things
are told, and forbid nothing: that the candidate is a namesake, and that whoever scrutinises him has entered him.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain import keeping, names
from app.domain.errors import DomainError, NotAllowed
from app.domain.roles import JUDGES, Role
from app.domain.secrecy import SENSITIVE
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.issuing import paper_queries as papers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

ENDORSEMENT = "endorse_enquiry"
VISIT = "visit"
ENTRY = "intake"  # the form of a person
_FEWEST_WORDS = 2  # one word in common (कुमार, देवी) tells nothing


class OwnEnquiry(DomainError):
    """What he would endorse or judge is what he enquired himself; somebody else does it."""

    key = "error.own_enquiry"


def guard(session: Session, actor: Actor, task: AnyRow) -> None:
    """Refuse the task to whoever enquired in its case, or for its unit. Raises OwnEnquiry; NotAllowed (`is_open_to`).

    Reads what every sheet and every act has read already.
    """
    if not is_open_to(session, actor, task):
        raise NotAllowed
    is_judged = task.enquiry_id is None and Role(task.role) in JUDGES
    if not is_judged and (task.form != ENDORSEMENT or task.enquiry_id is None):
        return
    named = {(row.id, row.officer_id) for row in cases.enquiries_of(session, task.case_id)}
    wrote = {
        (row.enquiry_id, row.answered_by)
        for row in cases.latest_answers(session, task.case_id)
        if row.form == VISIT
    }
    if any(
        officer == actor.officer_id and task.enquiry_id in (None, unit) for unit, officer in named | wrote
    ):
        raise OwnEnquiry("error.own_enquiry_judged" if is_judged else OwnEnquiry.key)


def is_open_to(session: Session, actor: Actor, task: AnyRow) -> bool:
    """Whether whoever steps into a colleague's step may do it in this case: some only where the paper is clear."""
    if actor.does(Role(task.role), task.office_id, task.assigned_to):
        return True
    if keeping.stepping_in(actor.post.role, task.element_id) != keeping.CLEAR_ONLY:
        return True
    issued = papers.of_case(session, task.case_id)
    rows = [filed.find(session, each.document_id) for each in issued if each.document_id is not None]
    return bool(rows) and all(row is not None and row.pii != SENSITIVE for row in rows)


def has_entered(session: Session, actor: Actor, case_id: UUID) -> bool:
    """Whether the officer himself entered the person of a case: told to him who scrutinises it, before he forwards.

    It forbids nothing: the matrix gives a section head both, and an absent clerk stops no case.
    """
    answers = cases.latest_answers(session, case_id)
    return any(row.form == ENTRY and row.answered_by == actor.officer_id for row in answers)


def entered_by(session: Session, actor: Actor, case_ids: Sequence[UUID]) -> set[UUID]:
    """As `has_entered`, of many cases at once: those whose persons the officer entered himself."""
    return cases.answered_by(session, actor.officer_id, ENTRY, case_ids)


def is_namesake(actor: Actor, *theirs: str) -> bool:
    """Whether one of these, the candidate or his father, is called as the officer is: relatives, or the same.

    It is told to him alone, and forbids nothing: many are called so.
    """
    own = {_sound(actor.name_hi), _sound(actor.name_en)} - {()}
    return bool(own & {_sound(name) for name in theirs if name})


def _sound(name: str) -> tuple[str, ...]:
    heard = tuple(names.skeleton(word) for word in names.words(name))
    return heard if len(heard) >= _FEWEST_WORDS else ()
