"""Releases ready to run: parsed once per content, shared by all cases and threads, never changed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app import feel
from app.domain.errors import RouteStuck
from app.engine.decisions import Decision, DecisionFailed, DecisionModel, DecisionRefused
from app.engine.decisions import load as load_decisions
from app.engine.diagram import read
from app.engine.elements import Diagram, UserTaskDefinition
from app.engine.expressions import expression
from app.engine.parser import DiagramRefused, parse
from app.engine.specs import DecisionStep, JobStep
from app.engine.values import plain, revive
from app.engine.xml import XmlRefused, load_xml

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

_KEPT = 16  # releases held ready; a district runs two or three at a time
_ready: OrderedDict[bytes, Release] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Release:
    """One release, ready to run; made by `load_release` only.

    `diagrams`: process id -> the file's bytes. `user_tasks` stand in the order of the route, those of a called
    process where it is called. `start_form`: the form that a case begins with. `routing_reads`: top-level key
    -> the fields of it that expressions and decisions of the release read; only these are worth handing over.
    """

    sha256: bytes
    diagrams: Mapping[str, bytes]
    user_tasks: Mapping[str, UserTaskDefinition]
    start_form: str
    routing_reads: Mapping[str, frozenset[str]]
    specs: Mapping[str, Any]
    decisions: Mapping[str, DecisionModel]
    _labels: Mapping[str, tuple[str, str]]
    _elements: Mapping[str, frozenset[str]]

    @property
    def processes(self) -> tuple[str, ...]:
        """The ids of the processes, in the order of their file names."""
        return tuple(self.diagrams)

    def label(self, element_id: str) -> tuple[str, str]:
        """Return the Hindi and the English label of an element or process; the id where it has none."""
        return self._labels.get(element_id, (element_id, element_id))

    def elements(self, process_id: str) -> frozenset[str]:
        """Return the ids of all elements drawn in a process, its sub-processes included."""
        return self._elements.get(process_id, frozenset())

    def host(self, event_id: str) -> str:
        """Return the step on which a boundary event rides; nothing for any other element."""
        nodes = (node for xml in self.diagrams.values() for plane in read(xml).planes for node in plane.nodes)
        return next((node.host for node in nodes if node.id == event_id), "")

    def given_days(self, known: Mapping[str, Any]) -> dict[str, float]:
        """Return how many working days each user task is given, by what decisions have said; else 1."""
        return {each: _days(task.days_text, known) for each, task in self.user_tasks.items()}

    def decision(self, decision_id: str) -> DecisionModel:
        """Return the model that holds a decision. Raises RouteStuck `decision_missing`."""
        model = self.decisions.get(decision_id)
        if model is None:
            raise RouteStuck("decision_missing", decision=decision_id)
        return model

    def decide(self, decision_id: str, context: Mapping[str, Any]) -> Any:
        """Ask a decision outside any case; plain values in and out, None when no rule fits.

        Raises RouteStuck (`decision_missing`, `decision_failed`).
        """
        try:
            return plain(self.decision(decision_id).decide(decision_id, revive(dict(context))))
        except DecisionFailed as failed:
            raise RouteStuck("decision_failed", decision=decision_id, reason=failed.code) from failed


def _days(text: str, known: Mapping[str, Any]) -> float:
    try:
        found = feel.evaluate(expression(text).tree, revive(dict(known)), {}) if text else None
    except feel.FeelError:
        found = None
    return float(found) if isinstance(found, Decimal | int) and not isinstance(found, bool) else 1.0


@lru_cache(maxsize=32)
def decisions_of(data: bytes) -> tuple[Decision, ...]:
    """Return the decisions of a DMN file; none of one that cannot be used, for the gate says why."""
    try:
        return load_decisions(data).decisions
    except (DecisionRefused, XmlRefused):
        return ()


def load_release(sha256: bytes, files: Mapping[str, bytes]) -> Release:
    """Return the release of this content, parsed at most once per process.

    `files`: file name -> bytes, the release's .bpmn and .dmn files among them. Raises XmlRefused,
    DiagramRefused or DecisionRefused; a deployed release raises none of them, the gate has seen to it.
    """
    with _lock:
        known = _ready.get(sha256)
        if known is not None:
            _ready.move_to_end(sha256)
            return known
    made = _make(sha256, files)
    with _lock:
        _ready[sha256] = made
        while len(_ready) > _KEPT:
            _ready.popitem(last=False)
    return made


def _make(sha256: bytes, files: Mapping[str, bytes]) -> Release:
    roots = {name: load_xml(files[name]) for name in sorted(files) if name.endswith(".bpmn")}
    diagrams = {name: Diagram(root) for name, root in roots.items()}
    decisions = {
        decision.id: model
        for model in (load_decisions(files[name]) for name in sorted(files) if name.endswith(".dmn"))
        for decision in model.decisions
    }
    reads = _reads(diagrams, decisions)
    specs = parse(roots)
    whole = {path[0] for path in _paths(diagrams, decisions) if len(path) == 1}
    _keep_what_is_read(specs.values(), reads, whole)
    drawn = {one.process_id: one for one in diagrams.values()}
    tasks = list(_in_route_order(drawn))
    return Release(
        sha256=sha256,
        diagrams=MappingProxyType({one.process_id: files[name] for name, one in diagrams.items()}),
        user_tasks=MappingProxyType({task.element_id: task for task in tasks}),
        start_form=next((drawn[name].start_form() for name in _not_called(drawn)), ""),
        routing_reads=MappingProxyType(reads),
        specs=MappingProxyType(specs),
        decisions=MappingProxyType(decisions),
        _labels=MappingProxyType(_labels(drawn.values())),
        _elements=MappingProxyType(
            {
                one.process_id: frozenset(str(element.get("id")) for element in one.elements())
                for one in drawn.values()
            }
        ),
    )


def _labels(drawn: Iterable[Diagram]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for one in drawn:
        found = {**one.labels(), **found}
    return found


def _in_route_order(drawn: Mapping[str, Diagram]) -> Iterator[UserTaskDefinition]:
    """Yield all user tasks: of processes that nobody calls first, each called process where it is called."""
    seen: set[str] = set()
    for name in (*_not_called(drawn), *drawn):
        yield from _tasks_of(name, drawn, seen)


def _not_called(drawn: Mapping[str, Diagram]) -> list[str]:
    """Return the processes that a case may begin with: those that no other calls."""
    called = {str(step.get("calledElement")) for one in drawn.values() for step in one.steps()}
    return [name for name in drawn if name not in called]


def _tasks_of(name: str, drawn: Mapping[str, Diagram], seen: set[str]) -> Iterator[UserTaskDefinition]:
    if name in seen or name not in drawn:
        return
    seen.add(name)
    for step in drawn[name].steps():
        if step.tag.endswith("}userTask"):
            yield drawn[name].user_task(step)
        else:
            yield from _tasks_of(str(step.get("calledElement")), drawn, seen)


def _reads(
    diagrams: Mapping[str, Diagram], decisions: Mapping[str, DecisionModel]
) -> dict[str, frozenset[str]]:
    """Gather which fields of which top-level keys the release reads.

    A path through gathered answers (`reports.visit.resident`) reads the field of the step that brought it.
    """
    gathered = {output for one in diagrams.values() for _, output in one.collections()}
    found: dict[str, set[str]] = {}
    for path in _paths(diagrams, decisions):
        own = path[1:] if path[0] in gathered and len(path) > 1 else path
        found.setdefault(own[0], set()).update(own[1:2])
    return {name: frozenset(fields) for name, fields in found.items()}


def _paths(
    diagrams: Mapping[str, Diagram], decisions: Mapping[str, DecisionModel]
) -> Iterator[tuple[str, ...]]:
    for file, one in diagrams.items():
        for element_id, text in one.texts():
            try:
                yield from expression(text).reads
            except feel.FeelError as error:
                raise DiagramRefused(file, element_id, error.key) from error
        for _, decision_id in one.decisions():
            if decision_id in decisions:
                yield from decisions[decision_id].inputs(decision_id)
        for collection, _ in one.collections():
            yield (collection,)


def _keep_what_is_read(
    specs: Iterable[Any], reads: Mapping[str, frozenset[str]], whole: Container[str]
) -> None:
    """Tell every decision and job which fields of its answer the case keeps: all, where it is read whole."""
    for spec in specs:
        for task_spec in spec.task_specs.values():
            if isinstance(task_spec, DecisionStep | JobStep) and task_spec.name not in whole:
                task_spec.kept = reads.get(task_spec.name, frozenset())
