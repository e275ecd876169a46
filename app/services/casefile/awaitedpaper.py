"""What a case waits for when no office has it: its paper, and how that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models.execution import workflow_queries as workflow
from app.models.issuing import ownpapers
from app.models.issuing import paper_queries as papers
from app.models.issuing.stoppedpapers import FOR_A_KEY

if TYPE_CHECKING:
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_MAKING = ("issue_report", "issue_corrected")  # kinds of the jobs that make papers
BY_HAND = "by_hand"  # a paper that has its number and waits for its officer's own signature


def awaited(session: Session, case: AnyRow, officer_id: UUID | None = None) -> str:
    """What a case waits for when no office has it: its paper, and how that stands; empty when it waits for none.

    paper (it is being made) | by_hand (it waits for its officer's own signature) | own (for that of this officer) |
    no_key (nothing could sign it: it goes on once something does) | stopped (it could not be made).
    """
    job = workflow.paper_job(session, case.id, _MAKING)
    if job is None:
        return ""
    if job.state == "failed":
        return "no_key" if job.error == FOR_A_KEY else "stopped"
    for row in papers.of_case(session, case.id):
        prepared = ownpapers.prepared_of(session, row.id) if row.status == "allotted" else None
        if prepared is not None and prepared.state == ownpapers.WAITING:
            return "own" if prepared.officer_id == officer_id else BY_HAND
    return "paper"
