"""The replay of a proposal on past cases: asked for, watched, and told in words and on the diagrams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app import engine
from app.domain.errors import ReleaseRefused
from app.domain.offices import LANES
from app.domain.roles import Permission
from app.domain.text import whole_number
from app.services.deployment import release_proposals as proposals
from app.services.deployment import replays
from app.services.procedure import procedures
from app.web.deployment.titles import titles
from app.web.frame import confirmations, diagrams, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.deployment.replays import Report, StepFigures

bp = Blueprint("replays", __name__)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step whose figures change: its name, the office that does it, and the figures of all cases."""

    step: str
    office: str
    figures: StepFigures


@dataclass(frozen=True, slots=True)
class Stop:
    """Where cases stop: the step, and how many of them."""

    step: str
    count: int


class _Names:
    """Steps by their names, of the release in the making and of the one in force: a step may be in one only."""

    def __init__(self, *releases: Mapping[str, bytes]) -> None:
        self._known: dict[str, engine.UserTaskDefinition] = {}
        for contents in reversed(releases):
            for name in sorted(contents):
                if name.endswith(".bpmn"):
                    self._known |= {one.element_id: one for one in engine.steps(contents[name])}

    def step(self, element_id: str) -> str:
        known = self._known.get(element_id)
        return language.choose(known.name_hi, known.name_en) if known is not None else element_id

    def office(self, element_id: str) -> str:
        known = self._known.get(element_id)
        kind = LANES.get(known.lane) if known is not None else None
        return language.word("office_kind", kind) if kind is not None else ""

    def lines(self, report: Report) -> list[StepLine]:
        ordered = [*self._known, *(report.steps.keys() - self._known.keys())]
        return [
            StepLine(self.step(each), self.office(each), report.steps[each])
            for each in ordered
            if each in report.steps and report.steps[each].is_changed
        ]

    def stops(self, counts: Mapping[str, int]) -> list[Stop]:
        return [Stop(self.step(each), counts[each]) for each in sorted(counts, key=lambda one: -counts[one])]


@bp.get("/modeler/proposals/<uuid:proposal_id>/replay")
@requires(Permission.PROCESS_SEE)
def show(proposal_id: UUID) -> ResponseReturnValue:
    return _page(proposal_id)


def _page(proposal_id: UUID, status: int = 200, fault: str = "") -> ResponseReturnValue:
    found, contents, current = transaction.read(
        lambda rows: (
            proposals.view(rows, g.actor, proposal_id),
            proposals.files(rows, proposal_id),
            procedures.in_force(rows),
        )
    )
    last = transaction.read(lambda rows: replays.newest(rows, proposal_id, contents))
    names = _Names(contents, current.contents)
    lines = names.lines(last.report) if last is not None else []
    return page(
        "modeler/replay.html",
        status,
        proposal=found,
        replay=last,
        months=replays.MONTHS,
        lines=lines,
        stuck=names.stops(last.report.stuck_at) if last is not None else [],
        halted=names.stops(last.report.halted_at) if last is not None else [],
        named=_named(last.report, names) if last is not None else {},
        drawings=_drawings(contents, last.report) if lines and last is not None else [],
        opens_cases=g.actor.may(Permission.CASE_SEE),
        fault=fault,
        notes=confirmations.take_notes(),
    )


def _named(report: Report, names: _Names) -> dict[str, list[tuple[str, str]]]:
    """Verdict -> some cases by number, with the step at which each stops."""
    return {
        verdict: [(number, names.step(element_id) if element_id else "") for number, element_id, _ in found]
        for verdict, found in report.named.items()
        if found
    }


def _drawings(contents: Mapping[str, bytes], report: Report) -> list[diagrams.Drawing]:
    """The diagrams in which a step counts otherwise."""
    changed = {each: figures for each, figures in report.steps.items() if figures.is_changed}
    touched = [
        (name, data)
        for name, data in sorted(contents.items(), reverse=True)
        if name.endswith(".bpmn") and any(one.element_id in changed for one in engine.steps(data))
    ]
    return diagrams.of_replay(touched, titles(contents), changed)


@bp.post("/modeler/proposals/<uuid:proposal_id>/replay")
@requires(Permission.PROCESS_SEE)
def begin(proposal_id: UUID) -> ResponseReturnValue:
    """Ask for a replay; the worker does it, and the page tells how far it is."""
    actor, now = transaction.actor(), transaction.now()
    typed = whole_number(request.form.get("months", ""))
    months = typed if typed in replays.MONTHS else 0
    try:
        replays.ask(transaction.database(), actor, proposal_id, months, now)
    except ReleaseRefused:
        return _page(proposal_id, 422, language.say("replay.faults_first"))
    return redirect(url_for("replays.show", proposal_id=proposal_id), code=303)


@bp.post("/modeler/proposals/<uuid:proposal_id>/replay/cancel")
@requires(Permission.PROCESS_SEE)
def cancel(proposal_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: replays.cancel(rows, actor, proposal_id, now))
    return redirect(url_for("replays.show", proposal_id=proposal_id), code=303)
