"""What a diagram or a decision says, element by element, in plain texts: two of them can then be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.engine.elements import BPMN, SPIFF, Diagram, properties
from app.engine.xml import load_xml, local_name, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
#: Elements that a reader of the drawing knows as things; all others belong to one of them.
_THINGS = frozenset(
    {
        *("process", "lane", "userTask", "serviceTask", "businessRuleTask", "callActivity", "subProcess"),
        *("startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"),
        *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "sequenceFlow", "textAnnotation"),
    }
)
_NOTE = 60  # signs of a note by which it is called
_ATTRIBUTES = {
    "sourceRef": "source",
    "targetRef": "target",
    "attachedToRef": "attached",
    "cancelActivity": "interrupts",
    "default": "default",
    "calledElement": "called",
}
_PROPERTIES = {
    "formKey": "form",
    "candidateRole": "role",
    "days": "days",
    "instructions_en": "instructions_en",
}


@dataclass(frozen=True, slots=True)
class Described:
    """One thing: its kind, what it is called, its texts by name, and where it is drawn.

    A text of a table's cell is named by the label of its column; `is_table` says so. What is drawn without a name is
    called by the nearest thing that has one, and `beside` says how: after it, before it, on it.
    """

    kind: str
    label_hi: str
    label_en: str
    texts: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    is_table: bool = False
    beside: str = ""  # after | before | on


def describe(name: str, data: bytes) -> dict[str, Described]:
    """Return what a .bpmn or .dmn file says, by element id. Raises XmlRefused."""
    root = load_xml(data)
    return _decisions(root) if name.endswith(".dmn") else _diagram(root)


def _diagram(root: _Element) -> dict[str, Described]:
    if root.find(f"{BPMN}process") is None:
        return {}
    lanes = {
        (reference.text or "").strip(): str(lane.get("name") or "")
        for lane in root.iter(f"{BPMN}lane")
        for reference in lane.iterfind(f"{BPMN}flowNodeRef")
    }
    labels, places = Diagram(root).labels(), _places(root)
    besides = dict(_besides(root, labels))
    found = {}
    for element in root.iter(f"{BPMN}*"):
        kind, own = local_name(element), str(element.get("id") or "")
        if kind in _THINGS and own:
            texts = dict(_texts(element, lanes))
            hindi, english = labels.get(own, (str(element.get("name") or ""),) * 2)
            beside = ""
            if not (hindi or english):
                note = texts["note"][:_NOTE]
                hindi, english, beside = besides.get(own, (note, note, ""))
            found[own] = Described(kind, hindi, english, texts, places.get(own, ""), beside=beside)
    return found


def _besides(
    root: _Element, labels: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """What each thing without a name is called by: flows by both their ends, others by the nearest named thing.

    Yields id -> Hindi, English, and how it stands to that thing.
    """
    flows = [
        (str(flow.get("id")), str(flow.get("sourceRef")), str(flow.get("targetRef")))
        for flow in root.iter(f"{BPMN}sequenceFlow")
    ]
    before: dict[str, list[str]] = {}
    behind: dict[str, list[str]] = {}
    for _, source, target in flows:
        before.setdefault(target, []).append(source)
        behind.setdefault(source, []).append(target)
    hosts = {str(one.get("id")): str(one.get("attachedToRef")) for one in root.iter(f"{BPMN}boundaryEvent")}
    for flow, source, target in flows:
        ends = [_named([source], before, labels), _named([target], behind, labels)]
        texts = [" → ".join(each[language] for each in ends if each) for language in (0, 1)]
        yield flow, (texts[0], texts[1], "")
    for own in before.keys() | behind.keys() | hosts.keys():
        for how, names in (
            ("on", _named([hosts[own]] if own in hosts else [], {}, labels)),
            ("after", _named(before.get(own, []), before, labels)),
            ("before", _named(behind.get(own, []), behind, labels)),
        ):
            if names:
                yield own, (*names, how)
                break


def _named(
    starts: list[str], ways: Mapping[str, list[str]], labels: Mapping[str, tuple[str, str]]
) -> tuple[str, str] | None:
    """The nearest thing with a name along these ways, the things to begin with first; None where there is none."""
    seen, waiting = set(starts), list(starts)
    while waiting:
        own = waiting.pop(0)
        if any(labels.get(own, ())):
            return labels[own]
        more = [each for each in ways.get(own, []) if each not in seen]
        seen.update(more)
        waiting += more
    return None


def _texts(element: _Element, lanes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    own = properties(element)
    yield "name_hi", str(element.get("name") or "")
    yield "name_en", own.get("label_en", "")
    yield from ((said, own.get(name, "")) for name, said in _PROPERTIES.items())
    yield from ((said, str(element.get(name) or "")) for name, said in _ATTRIBUTES.items())
    yield "lane", lanes.get(str(element.get("id")), "")
    extensions = f"{BPMN}extensionElements/{SPIFF}"
    yield "instructions_hi", text_at(element, f"{extensions}instructionsForEndUser")
    yield "decision", text_at(element, f"{extensions}calledDecisionId")
    operator = element.find(f"{extensions}serviceTaskOperator")
    yield "service", "" if operator is None else str(operator.get("id") or "")
    yield "condition", text_at(element, f"{BPMN}conditionExpression")
    yield (
        "timer",
        text_at(element, f"{BPMN}timerEventDefinition/{BPMN}timeDate")
        or text_at(element, f"{BPMN}timerEventDefinition/{BPMN}timeDuration"),
    )
    loop = f"{BPMN}multiInstanceLoopCharacteristics"
    yield "collection", text_at(element, f"{loop}/{BPMN}loopDataInputRef")
    yield "note", text_at(element, f"{BPMN}text")


def _places(root: _Element) -> dict[str, str]:
    """Return where each thing is drawn, as one text that differs when it was moved or bent."""
    found = {}
    for kind in ("BPMNShape", "BPMNEdge"):
        for drawn in root.iter(f"{_DI}{kind}"):
            numbers = [str(value) for part in drawn for value in part.attrib.values()]
            found[str(drawn.get("bpmnElement"))] = " ".join(numbers)
    return found


def _decisions(root: _Element) -> dict[str, Described]:
    found = {}
    for decision in root.iterfind("{*}decision"):
        name, label = str(decision.get("name") or ""), str(decision.get("label") or "")
        table = decision.find("{*}decisionTable")
        policy = "" if table is None else str(table.get("hitPolicy") or "UNIQUE")
        logic = {"policy": policy, "logic": text_at(decision, "{*}literalExpression/{*}text")}
        found[str(decision.get("id"))] = Described("decision", name, label or name, logic)
        if table is not None:
            found |= _columns(table)
            found |= dict(_rules(table))
    return found


def _columns(table: _Element) -> dict[str, Described]:
    found = {}
    for column in table.iterfind("*"):
        if local_name(column) in {"input", "output"}:
            said = str(column.get("label") or column.get("name") or "")
            asks = text_at(column, "{*}inputExpression/{*}text") or str(column.get("name") or "")
            values = text_at(column, "{*}inputValues/{*}text") or text_at(column, "{*}outputValues/{*}text")
            found[str(column.get("id"))] = Described(
                local_name(column), said, said, {"asks": asks, "values": values}
            )
    return found


def _rules(table: _Element) -> Iterator[tuple[str, Described]]:
    columns = [
        str(column.get("label") or column.get("name") or column.get("id"))
        for kind in ("input", "output")
        for column in table.iterfind("{*}" + kind)
    ]
    for number, rule in enumerate(table.iterfind("{*}rule"), start=1):
        cells = [
            text_at(cell, "{*}text")
            for kind in ("inputEntry", "outputEntry")
            for cell in rule.iterfind("{*}" + kind)
        ]
        hindi, _, english = (part.strip() for part in text_at(rule, "{*}description").partition("|"))
        texts = dict(zip(columns, cells, strict=False))
        label = (hindi or str(number), english or hindi or str(number))
        yield str(rule.get("id")), Described("rule", *label, texts, is_table=True)
