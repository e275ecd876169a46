"""A decision table of a proposal: days per purpose and rules as a table to fill in, and a box to try it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app import engine
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.services.deployment import release_proposals as proposals
from app.web.deployment import findings, tryouts
from app.web.deployment.proposals import keep
from app.web.deployment.titles import titles
from app.web.frame import confirmations, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.engine import Grid

bp = Blueprint("decisions", __name__)


@bp.get("/modeler/proposals/<uuid:proposal_id>/tables/<name>")
@requires(Permission.PROCESS_SEE)
def show(proposal_id: UUID, name: str) -> ResponseReturnValue:
    found, contents = transaction.read(
        lambda rows: (proposals.view(rows, g.actor, proposal_id), proposals.files(rows, proposal_id))
    )
    if name not in contents or not name.endswith(".dmn"):
        raise NotFound
    grids = engine.grids(contents[name])
    problems = findings.told(proposals.problems(transaction.database(), contents))
    return page(
        "modeler/decision.html",
        proposal=found,
        file=found.file(name),
        title=titles(contents)[name],
        grids=[(grid, _shown(grid)) for grid in grids],
        everything=request.args.get("all") == "yes",
        problems=[each for each in problems if each.file == name],
        tries={grid.decision: tryouts.asked(contents, name, grid) for grid in grids},
        tried=_tried(contents[name], grids),
        notes=confirmations.take_notes(),
    )


def _shown(grid: Grid) -> list[int]:
    """The places of the columns to show: counts of days alone, where there are such and not all was asked for."""
    counts = [
        at for at, column in enumerate(grid.columns) if column.kind == "output" and column.type == "number"
    ]
    return counts if counts and request.args.get("all") != "yes" else list(range(len(grid.columns)))


def _tried(data: bytes, grids: Sequence[Grid]) -> dict[str, Any] | None:
    """What the decision says to the answers in the address; None when nothing was asked."""
    decision = request.args.get("decision", "")
    if not decision:
        return None
    answers = {path: request.args.get(path, "") for path in engine.asked(data, decision)}
    try:
        said = engine.ask(data, decision, answers)
    except (engine.DecisionFailed, engine.DecisionRefused):
        return {"decision": decision, "answers": answers, "fault": language.say("decision.no_answer")}
    if not isinstance(said, dict):
        said = {decision: said} if said is not None else {}
    fault = "" if said else language.say("decision.no_rule")
    names = {
        key: label
        for grid in grids
        if grid.decision == decision
        for key, label in tryouts.outputs(grid).items()
    }
    told = {names.get(key, key): tryouts.shown(value, f"{decision}.{key}") for key, value in said.items()}
    return {"decision": decision, "answers": answers, "said": told, "fault": fault}


@bp.post("/modeler/proposals/<uuid:proposal_id>/tables/<name>")
@requires(Permission.PROCESS_CHANGE)
def change(proposal_id: UUID, name: str) -> ResponseReturnValue:
    """Keep every cell that the page showed; a file that another saved meanwhile is shown beside this one."""
    contents = transaction.read(lambda rows: proposals.files(rows, proposal_id))
    if name not in contents or not name.endswith(".dmn"):
        raise NotFound
    texts = {
        field.removeprefix("cell-"): " ".join(text.split())
        for field, text in request.form.items()
        if field.startswith("cell-")
    }
    lost = keep(proposal_id, name, engine.change_cells(contents[name], texts))
    if lost is not None:
        return lost
    address = url_for(
        "decisions.show", proposal_id=proposal_id, name=name, all=request.form.get("all") or None
    )
    return redirect(address, code=303)
