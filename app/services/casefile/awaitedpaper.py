"""What a case waits for when no office has it: its paper, and how that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models.execution import workflow_queries as workflow
from app.models.issuing import ownpapers
from app.models.issuing import paper_queries as papers
from app.models.issuing.stoppedpapers import FOR_A_KEY

if TYPE_CHECKING:
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_MAKING = ("issue_report", "issue_corrected")  # kinds of the jobs that make papers
BY_HAND = "by_hand"  # a paper that has its number and waits for its officer's own signature


def awaited(session: Session, case: AnyRow) -> str:
    """What a case waits for when no office has it: its paper, and how that stands; empty when it waits for none.

    paper (it is being made) | by_hand (it waits for its officer's own signature) | no_key (nothing could sign it: it
    goes on once something does) | stopped (it could not be made).
    """
    job = workflow.paper_job(session, case.id, _MAKING)
    if job is None:
        return ""
    if job.state == "failed":
        return "no_key" if job.error == FOR_A_KEY else "stopped"
    prepared = (
        ownpapers.prepared_of(session, row.id)
        for row in papers.of_case(session, case.id)
        if row.status == "allotted"
    )
    waits = any(row is not None and row.state == ownpapers.WAITING for row in prepared)
    return BY_HAND if waits else "paper"
