"""Scenarios of a proposal on plain pages: the list with how each fares, one with the way that is expected of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app import engine
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.domain.text import whole_number
from app.services.deployment import examples, scenarios
from app.services.deployment import release_proposals as proposals
from app.services.deployment.scenarios import SCENARIOS
from app.services.procedure import releases
from app.web.deployment import findings
from app.web.deployment.proposals import keep
from app.web.frame import confirmations, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.deployment.release_proposals import Proposal
    from app.services.deployment.scenarios import Scenario

bp = Blueprint("scenarios", __name__)
_MOST_TIMES = 99


@bp.get("/modeler/proposals/<uuid:proposal_id>/scenarios")
@requires(Permission.PROCESS_SEE)
def show(proposal_id: UUID) -> ResponseReturnValue:
    return _list(proposal_id)


def _list(proposal_id: UUID, status: int = 200, fault: str = "") -> ResponseReturnValue:
    found, contents = _read(proposal_id)
    faulty = bool(proposals.problems(transaction.database(), contents))
    return page(
        "modeler/scenarios.html",
        status,
        proposal=found,
        file=_file(found),
        scenarios=_of(contents),
        judged={} if faulty else examples.judged(contents),
        problems=[] if faulty else findings.told(scenarios.problems(contents)),
        is_faulty=faulty,
        steps=_labels(contents) if not faulty else {},
        fault=fault,
        typed=request.form,
        notes=confirmations.take_notes(),
    )


@bp.post("/modeler/proposals/<uuid:proposal_id>/scenarios")
@requires(Permission.PROCESS_CHANGE)
def add(proposal_id: UUID) -> ResponseReturnValue:
    """Add a scenario made from a past case that came to the chosen step."""
    actor, now = transaction.actor(), transaction.now()
    step = request.form.get("step", "")
    try:
        data = examples.draw(transaction.database(), actor, proposal_id, step, _names(), now)
    except proposals.Refused as refused:
        return _list(proposal_id, 422, language.refusal(refused))
    found, _ = _read(proposal_id)
    if _file(found) is None:
        transaction.write(lambda rows: proposals.add_file(rows, actor, proposal_id, SCENARIOS, data, now))
        return redirect(url_for("scenarios.show", proposal_id=proposal_id), code=303)
    return _keep(proposal_id, data)


@bp.post("/modeler/proposals/<uuid:proposal_id>/scenarios/accept")
@requires(Permission.PROCESS_CHANGE)
def accept(proposal_id: UUID) -> ResponseReturnValue:
    """Expect of every scenario the way that it goes on the changed route."""
    _, contents = _read(proposal_id)
    if SCENARIOS not in contents or proposals.problems(transaction.database(), contents):
        return _list(proposal_id, 422)
    return _keep(proposal_id, examples.as_they_go(contents))


@bp.get("/modeler/proposals/<uuid:proposal_id>/scenarios/<key>")
@requires(Permission.PROCESS_SEE)
def one(proposal_id: UUID, key: str) -> ResponseReturnValue:
    return _one(proposal_id, key)


def _one(proposal_id: UUID, key: str, status: int = 200, fault: str = "") -> ResponseReturnValue:
    found, contents = _read(proposal_id)
    labels = _labels(contents)
    ends = [
        end for name, data in sorted(contents.items()) if name.endswith(".bpmn") for end in engine.ends(data)
    ]
    scenario = examples.one_of(contents, key)
    return page(
        "modeler/scenario.html",
        status,
        proposal=found,
        file=_file(found),
        scenario=scenario,
        steps={**labels, **{each: each for each in scenario.steps if each not in labels}},
        acts=[(labels.get(act.step, act.step), _told(act)) for act in scenario.acts],
        ends={end: language.choose(*_release(contents).label(end)) for end in ends},
        typed=request.form,
        fault=fault,
        most=_MOST_TIMES,
    )


def _told(act: scenarios.Act) -> str:
    """What is answered at a step, as the route reads it."""
    own: dict[str, Any] = act.routing.get(act.step) or {}
    return ", ".join(f"{name} = {value}" for name, value in own.items() if value is not None)


@bp.post("/modeler/proposals/<uuid:proposal_id>/scenarios/<key>")
@requires(Permission.PROCESS_CHANGE)
def change(proposal_id: UUID, key: str) -> ResponseReturnValue:
    """Keep the names of a scenario and the way that is expected of it."""
    _, contents = _read(proposal_id)
    before = examples.one_of(contents, key)
    steps = {}
    for step in {**_labels(contents), **before.steps}:
        typed = whole_number(request.form.get(f"times-{step}", "").strip() or "0")
        if typed is None or typed > _MOST_TIMES:
            return _one(proposal_id, key, 422, language.say("scenario.times_wrong", most=_MOST_TIMES))
        steps[step] = typed
    names, end = _names(), request.form.get("end", "")
    if not all(names):
        return _one(proposal_id, key, 422, language.say("scenario.names_wrong"))
    return _keep(proposal_id, scenarios.write(scenarios.changed(_of(contents), key, names, steps, end)))


@bp.post("/modeler/proposals/<uuid:proposal_id>/scenarios/<key>/delete")
@requires(Permission.PROCESS_CHANGE)
def delete(proposal_id: UUID, key: str) -> ResponseReturnValue:
    _, contents = _read(proposal_id)
    gone = examples.one_of(contents, key)
    return _keep(proposal_id, scenarios.write([each for each in _of(contents) if each.key != gone.key]))


def _keep(proposal_id: UUID, data: bytes) -> ResponseReturnValue:
    lost = keep(proposal_id, SCENARIOS, data)
    return lost or redirect(url_for("scenarios.show", proposal_id=proposal_id), code=303)


def _names() -> tuple[str, str]:
    hindi, english = (
        " ".join(request.form.get(each, "").split())[: examples.LONGEST_NAME]
        for each in ("name_hi", "name_en")
    )
    return hindi, english


def _read(proposal_id: UUID) -> tuple[Proposal, dict[str, bytes]]:
    return transaction.read(
        lambda rows: (proposals.view(rows, g.actor, proposal_id), proposals.files(rows, proposal_id))
    )


def _file(found: Proposal) -> proposals.File | None:
    try:
        return found.file(SCENARIOS)
    except NotFound:
        return None


def _of(contents: dict[str, bytes]) -> Sequence[Scenario]:
    return examples.of(contents)


def _release(contents: dict[str, bytes]) -> engine.Release:
    return engine.load_release(releases.fingerprint(contents), contents)


def _labels(contents: dict[str, bytes]) -> dict[str, str]:
    """Every step of the route by its name, in the order of the route."""
    steps = [
        one
        for name, data in sorted(contents.items(), reverse=True)
        if name.endswith(".bpmn")
        for one in engine.steps(data)
    ]
    return {one.element_id: language.choose(one.name_hi, one.name_en) for one in steps}
