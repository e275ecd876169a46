"""Which values an expression may read at a place: what the system gives, and what each step answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.decisions import DecisionModel
from app.engine.gate.known import UNIT, FieldReads
from app.engine.gate.reading import BPMN, PRODUCERS, text_of
from app.engine.gate.results import ANY, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.engine.decisions import Output
    from app.engine.gate.known import FormReads
    from app.engine.gate.reading import Node
    from app.engine.gate.release import Release

#: Facts that are forms of the intake; they are read with the fields of that form.
INTAKE_FORMS = ("requisition", "intake")


def visible(release: Release, process_id: str) -> Mapping[str, FieldReads]:
    """Return the top-level keys that a process may read, with their types."""
    return release.once(f"names in {process_id}", lambda: _visible(release, process_id))


def _visible(release: Release, process_id: str) -> Mapping[str, FieldReads]:
    found = _given_by_the_host(release)
    if process_id in release.for_units:
        found["unit"] = UNIT
    for name in _heard_in(release, process_id):
        found |= _answers_in(release, name)
    return found


def _heard_in(release: Release, process_id: str) -> set[str]:
    """Return the processes whose answers are there: its own, its callers', and those of its plain calls."""
    heard = set(release.callers.get(process_id, {process_id}))
    for name, calls in release.calls.items():
        if any(node.loop is None and scope.process.id in heard for scope, node in calls):
            heard.add(name)
    return heard


def _answers_in(release: Release, process_id: str) -> dict[str, FieldReads]:
    """Return what the steps of one process leave behind, gathered answers included."""
    found = {}
    for _, scope, node in release.nodes():
        if scope.process.id == process_id and node.kind in PRODUCERS:
            found[node.id] = answer_of(release, node)
        if scope.process.id == process_id and node.loop is not None:
            found[text_of(node.loop.find(f"{BPMN}loopDataOutputRef"))] = _gathered(release, node)
    return found


def _gathered(release: Release, call: Node) -> FieldReads:
    """Return the type of the list that a repeated call gathers: the output item, or all that a unit said."""
    called = str(call.element.get("calledElement") or "")
    said = {
        node.id: answer_of(release, node)
        for _, scope, node in release.nodes(*PRODUCERS)
        if scope.process.id == called
    }
    item = None if call.loop is None else call.loop.find(f"{BPMN}outputDataItem")
    name = "" if item is None else str(item.get("id"))
    return FieldReads("list", item=said.get(name, FieldReads("context", columns={**said, "unit": UNIT})))


def answer_of(release: Release, node: Node) -> FieldReads:
    """Return the type of the value that a step leaves under its id."""
    if node.kind == "userTask":
        return form_context(release.known.forms.get(node.properties.get("formKey", "")))
    if node.kind == "serviceTask":
        operator = node.extension("serviceTaskOperator")
        kind = "" if operator is None else str(operator.get("id") or "")
        return FieldReads("context", columns=release.known.job_results.get(kind, {}))
    return decision_answer(release, text_of(node.extension("calledDecisionId")))


def decision_answer(release: Release, decision_id: str) -> FieldReads:
    """Return the type of a decision's answer: a context of its outputs, or the value of its only one."""
    model = release.models.get(release.decision_files.get(decision_id, ""))
    if not isinstance(model, DecisionModel):
        return ANY
    outputs = model.outputs(decision_id)
    if len(outputs) == 1:
        return _output(outputs[0])
    return FieldReads("context", columns={output.name: _output(output) for output in outputs})


def form_context(form: FormReads | None) -> FieldReads:
    """Return the type of a form's answer; of a form that is not there nothing is claimed."""
    if form is None or form.faults:
        return ANY
    return FieldReads("context", columns=form.fields)


def _given_by_the_host(release: Release) -> dict[str, FieldReads]:
    known = release.known
    found = {**known.system, **known.facts}
    for key in INTAKE_FORMS:
        found.setdefault(key, form_context(known.forms.get(key)))
    return found


def _output(output: Output) -> FieldReads:
    allowed = output.allowed
    closed = allowed is not None and all(isinstance(value, str) for value in allowed)
    codes = frozenset(str(value) for value in allowed or ()) if closed else None
    name = output.type
    if name == "Any" and closed:
        name = TEXT.type
    return FieldReads(name, codes=codes)
