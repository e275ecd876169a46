"""The dry run of a proposal on its page: made-up cases on every way, what stopped them and which steps none met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from app.domain.roles import Permission
from app.services.deployment import release_proposals as proposals
from app.services.deployment import trials
from app.services.jobs import jobs
from app.web import findings, language, transaction
from app.web.access import requires
from app.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("trials", __name__)


@bp.get("/modeler/proposals/<uuid:proposal_id>/trial")
@requires(Permission.PROCESS_SEE)
def show(proposal_id: UUID) -> ResponseReturnValue:
    """Lead made-up cases through the files as they are; nothing is kept but what came of it."""
    found, contents = transaction.read(
        lambda rows: (proposals.view(rows, g.actor, proposal_id), proposals.files(rows, proposal_id))
    )
    if problems := proposals.problems(transaction.database(), contents):
        return page("modeler/trial.html", proposal=found, trial=None, problems=findings.told(problems))
    trial = trials.run(contents, jobs.RESULTS)
    return page(
        "modeler/trial.html",
        proposal=found,
        trial=trial,
        problems=findings.told(trials.problems(contents, trial)),
        unmet=[language.choose(*said) for said in trials.labels(contents, trial.unmet)],
    )
