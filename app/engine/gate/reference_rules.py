"""Rules about what a diagram names outside itself: forms, services, decisions, called processes, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import BPMN, SPIFF, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.release import Release

#: A person must be able to follow the calls; the engine's tree has a depth that it does not survive.
MAX_CALL_DEPTH = 4


def form_missing(release: Release) -> Iterator[Finding]:
    """Refuse a user task, or the start of a case, without a form: there would be nothing to fill in."""
    for diagram, scope, node in release.nodes("userTask", "startEvent"):
        starts_a_case = scope.parent is None and scope.id in release.known.start_processes
        if (node.kind == "userTask" or starts_a_case) and not node.properties.get("formKey"):
            yield Finding(diagram.file, node.id)


def form_unknown(release: Release) -> Iterator[Finding]:
    """Refuse a form that the release does not hold: the task could never be opened."""
    for diagram, _, node in release.nodes("userTask", "startEvent"):
        key = node.properties.get("formKey")
        if key and key not in release.known.forms:
            yield Finding(diagram.file, node.id, {"form": key[:64]})


def form_refused(release: Release) -> Iterator[Finding]:
    """Refuse a form that does not load, in the words of its own room: it could never be filled in."""
    for key, form in release.known.forms.items():
        for fault in form.faults:
            yield Finding(f"{key}.form", fault.path, fault.params, says=fault.key)


def field_dropped(release: Release) -> Iterator[Finding]:
    """Refuse to drop a field that a paper, a statement or a table needs: they would be empty from now on."""
    for key, fields in release.known.required_fields.items():
        form = release.known.forms.get(key)
        held = set() if form is None else set(form.fields)
        if form is not None and form.faults:
            continue
        for name in sorted(set(fields) - held):
            yield Finding(f"{key}.form", name, {"form": key, "field": name})


def service_missing(release: Release) -> Iterator[Finding]:
    """Refuse a service task whose operation nobody performs: the case would wait for ever."""
    for diagram, _, node in release.nodes("serviceTask"):
        operator = node.extension("serviceTaskOperator")
        kind = "" if operator is None else str(operator.get("id") or "")
        if kind not in release.known.job_kinds:
            params = {"kind": kind[:64], "kinds": ", ".join(sorted(release.known.job_kinds))}
            yield Finding(diagram.file, node.id, params)


def service_result(release: Release) -> Iterator[Finding]:
    """Refuse a result under another name than the task's own: one producer, one key."""
    for diagram, _, node in release.nodes("serviceTask"):
        operator = node.extension("serviceTaskOperator")
        name = "" if operator is None else str(operator.get("resultVariable") or "")
        if name and name != node.id:
            yield Finding(diagram.file, node.id, {"name": name[:64]})


def decision_missing(release: Release) -> Iterator[Finding]:
    """Refuse a rule task whose decision is in no table of the release."""
    decisions = {
        str(decision.get("id"))
        for root in release.decision_roots.values()
        for decision in root
        if str(decision.tag).endswith("}decision")
    }
    for diagram, _, node in release.nodes("businessRuleTask"):
        name = text_of(node.extension("calledDecisionId"))
        if name not in decisions:
            yield Finding(diagram.file, node.id, {"decision": name[:64]})


def called_missing(release: Release) -> Iterator[Finding]:
    """Refuse a call of a process that the release does not hold."""
    for diagram, _, node in release.nodes("callActivity"):
        name = str(node.element.get("calledElement") or "")
        if name not in release.processes:
            yield Finding(diagram.file, node.id, {"process": name[:64]})


def called_in_circle(release: Release) -> Iterator[Finding]:
    """Refuse processes that call each other, or too deep: every case would grow without end."""
    for name, calls in release.calls.items():
        for scope, node in calls:
            if name in release.processes and _depth(release, name, (scope.process.id,)) > MAX_CALL_DEPTH:
                yield Finding(scope.file, node.id, {"process": name, "limit": MAX_CALL_DEPTH})


def message_unknown(release: Release) -> Iterator[Finding]:
    """Refuse to wait for a message that nobody sends."""
    known = ", ".join(sorted(release.known.messages))
    for diagram, _, node in release.nodes("boundaryEvent", "intermediateCatchEvent"):
        names = {message.get("id"): message.get("name") for message in diagram.root.findall(f"{BPMN}message")}
        for definition in node.element.findall(f"{BPMN}messageEventDefinition"):
            if names.get(definition.get("messageRef")) not in release.known.messages:
                yield Finding(diagram.file, node.id, {"messages": known})


def parameter_name(release: Release) -> Iterator[Finding]:
    """Refuse parameters without name or value, or named twice: the service would not get what is drawn."""
    for diagram, _, node in release.nodes("serviceTask"):
        seen: set[str] = set()
        for parameter in node.element.iter(f"{SPIFF}parameter"):
            name = str(parameter.get("id") or "")
            if not name or name in seen or not parameter.get("value"):
                yield Finding(diagram.file, node.id, {"name": name[:64]})
            seen.add(name)


def _depth(release: Release, name: str, above: tuple[str, ...]) -> int:
    """Return how deep calls go below and including `name`; beyond the limit when they go in a circle."""
    if name in above or len(above) > MAX_CALL_DEPTH:
        return MAX_CALL_DEPTH + 1
    below = [called for called, calls in release.calls.items() if any(s.process.id == name for s, _ in calls)]
    depths = [_depth(release, called, (*above, name)) for called in below if called in release.processes]
    return 1 + max(depths, default=0)
