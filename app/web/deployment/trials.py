"""The dry run of a proposal on its page: asked for, watched, stopped; what stopped cases, which steps none met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, url_for

from app.domain.errors import ReleaseRefused
from app.domain.roles import Permission
from app.services.deployment import dryruns, trials
from app.services.deployment import release_proposals as proposals
from app.web.deployment import findings
from app.web.deployment.titles import titles
from app.web.frame import language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("trials", __name__)


@bp.get("/modeler/proposals/<uuid:proposal_id>/trial")
@requires(Permission.PROCESS_SEE)
def show(proposal_id: UUID) -> ResponseReturnValue:
    return _page(proposal_id)


def _page(proposal_id: UUID, status: int = 200, refused: ReleaseRefused | None = None) -> ResponseReturnValue:
    found, contents = transaction.read(
        lambda rows: (proposals.view(rows, g.actor, proposal_id), proposals.files(rows, proposal_id))
    )
    run = transaction.read(lambda rows: dryruns.newest(rows, proposal_id, contents))
    trial = run.found if run is not None and run.is_of_now else None
    problems = refused.problems if refused is not None else trials.problems(contents, trial) if trial else []
    return page(
        "modeler/trial.html",
        status,
        proposal=found,
        titles=titles(contents),
        run=run,
        trial=trial,
        is_refused=refused is not None,
        problems=findings.told(problems),
        unmet=[language.choose(*said) for said in trials.labels(contents, trial.unmet)] if trial else [],
    )


@bp.post("/modeler/proposals/<uuid:proposal_id>/trial")
@requires(Permission.PROCESS_SEE)
def begin(proposal_id: UUID) -> ResponseReturnValue:
    """Ask for a dry run; the worker has it done, and the page tells how far it is."""
    try:
        dryruns.ask(transaction.database(), transaction.actor(), proposal_id, transaction.now())
    except ReleaseRefused as refused:
        return _page(proposal_id, 422, refused)
    return redirect(url_for("trials.show", proposal_id=proposal_id), code=303)


@bp.post("/modeler/proposals/<uuid:proposal_id>/trial/cancel")
@requires(Permission.PROCESS_SEE)
def cancel(proposal_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: dryruns.cancel(rows, actor, proposal_id, now))
    return redirect(url_for("trials.show", proposal_id=proposal_id), code=303)
