"""The closed lists of what a diagram may hold: BPMN's elements and attributes, and our extension elements."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.engine.gate.reading import BPMN, BPMNDI, DC, DI, SPIFF

if TYPE_CHECKING:
    from collections.abc import Mapping

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
BIOC = "{http://bpmn.io/schema/bpmn/biocolor/1.0}"
COLOR = "{http://www.omg.org/spec/BPMN/non-normative/color/1.0}"
_COLOURS = frozenset(
    {f"{BIOC}stroke", f"{BIOC}fill", f"{COLOR}background-color", f"{COLOR}border-color", f"{COLOR}color"}
)

_NAMED = frozenset({"id", "name"})
_EXPRESSION = frozenset({"id", f"{XSI}type"})

#: Element -> its attributes. What is not named here is refused: the engine ignores it without a word.
ELEMENTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        f"{BPMN}definitions": _NAMED
        | {"targetNamespace", "exporter", "exporterVersion", f"{XSI}schemaLocation"},
        f"{BPMN}collaboration": _NAMED,
        f"{BPMN}participant": _NAMED | {"processRef"},
        f"{BPMN}process": _NAMED | {"isExecutable"},
        f"{BPMN}laneSet": _NAMED,
        f"{BPMN}lane": _NAMED,
        f"{BPMN}flowNodeRef": frozenset(),
        f"{BPMN}property": _NAMED,
        f"{BPMN}message": _NAMED,
        f"{BPMN}error": _NAMED | {"errorCode"},
        f"{BPMN}documentation": frozenset({"id"}),
        f"{BPMN}extensionElements": frozenset(),
        f"{BPMN}incoming": frozenset(),
        f"{BPMN}outgoing": frozenset(),
        f"{BPMN}startEvent": _NAMED | {"isInterrupting"},
        f"{BPMN}endEvent": _NAMED,
        f"{BPMN}boundaryEvent": _NAMED | {"attachedToRef", "cancelActivity"},
        f"{BPMN}intermediateCatchEvent": _NAMED,
        f"{BPMN}intermediateThrowEvent": _NAMED,
        f"{BPMN}timerEventDefinition": frozenset({"id"}),
        f"{BPMN}timeDate": _EXPRESSION,
        f"{BPMN}timeDuration": _EXPRESSION,
        f"{BPMN}messageEventDefinition": frozenset({"id", "messageRef"}),
        f"{BPMN}errorEventDefinition": frozenset({"id", "errorRef"}),
        f"{BPMN}terminateEventDefinition": frozenset({"id"}),
        f"{BPMN}userTask": _NAMED,
        f"{BPMN}serviceTask": _NAMED,
        f"{BPMN}businessRuleTask": _NAMED,
        f"{BPMN}callActivity": _NAMED | {"calledElement"},
        f"{BPMN}subProcess": _NAMED | {"triggeredByEvent"},
        f"{BPMN}multiInstanceLoopCharacteristics": frozenset({"id", "isSequential"}),
        f"{BPMN}loopDataInputRef": frozenset(),
        f"{BPMN}loopDataOutputRef": frozenset(),
        f"{BPMN}inputDataItem": _NAMED,
        f"{BPMN}outputDataItem": _NAMED,
        f"{BPMN}exclusiveGateway": _NAMED | {"default", "gatewayDirection"},
        f"{BPMN}inclusiveGateway": _NAMED | {"default", "gatewayDirection"},
        f"{BPMN}parallelGateway": _NAMED | {"gatewayDirection"},
        f"{BPMN}sequenceFlow": _NAMED | {"sourceRef", "targetRef"},
        f"{BPMN}conditionExpression": _EXPRESSION,
        f"{BPMN}textAnnotation": frozenset({"id", "textFormat"}),
        f"{BPMN}text": frozenset(),
        f"{BPMN}association": frozenset({"id", "sourceRef", "targetRef", "associationDirection"}),
        f"{BPMN}group": frozenset({"id", "categoryValueRef"}),
        f"{BPMN}category": _NAMED,
        f"{BPMN}categoryValue": frozenset({"id", "value"}),
        f"{BPMNDI}BPMNDiagram": _NAMED | {"documentation", "resolution"},
        f"{BPMNDI}BPMNPlane": frozenset({"id", "bpmnElement"}),
        f"{BPMNDI}BPMNShape": _COLOURS
        | {"id", "bpmnElement", "isHorizontal", "isExpanded", "isMarkerVisible", "isMessageVisible"},
        f"{BPMNDI}BPMNEdge": _COLOURS | {"id", "bpmnElement", "sourceElement", "targetElement"},
        f"{BPMNDI}BPMNLabel": frozenset({"id", "labelStyle", f"{COLOR}color"}),
        f"{BPMNDI}BPMNLabelStyle": frozenset({"id"}),
        f"{DC}Font": frozenset(
            {"name", "size", "isBold", "isItalic", "isUnderline", "isStrikeThrough"},
        ),
        f"{DC}Bounds": frozenset({"x", "y", "width", "height"}),
        f"{DI}waypoint": frozenset({"x", "y"}),
    }
)

#: Elements with a rule of their own (app/engine/gate/element_rules.py), which knows a better remedy.
SCRIPTS = frozenset(
    {
        f"{BPMN}scriptTask",
        f"{BPMN}script",
        *(f"{SPIFF}{name}" for name in ("preScript", "postScript", "messagePayload", "payloadExpression")),
    }
)
UNSEEN_TASKS = frozenset({f"{BPMN}{name}" for name in ("task", "manualTask", "sendTask", "receiveTask")})
DATA = frozenset(
    f"{BPMN}{name}"
    for name in (
        "dataStore",
        "dataStoreReference",
        "dataObject",
        "dataObjectReference",
        "ioSpecification",
        "dataInput",
        "dataOutput",
        "dataInputAssociation",
        "dataOutputAssociation",
    )
)


@dataclass(frozen=True, slots=True)
class Extensions:
    """Our extension vocabulary, read from vocabulary.json, the same file that modeler and lint read."""

    #: Extension element (with namespace) -> its attributes.
    elements: Mapping[str, frozenset[str]]
    #: Extension element that may stand directly in extensionElements -> the BPMN elements it belongs to.
    places: Mapping[str, frozenset[str]]
    #: Property name -> the BPMN elements it belongs to.
    properties: Mapping[str, frozenset[str]]


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


def _bpmn_names(names: list[str]) -> frozenset[str]:
    return frozenset(BPMN + _lower_first(name.removeprefix("bpmn:")) for name in names)


@lru_cache(maxsize=1)
def extensions() -> Extensions:
    """Read the moddle descriptor beside this package."""
    path = Path(__file__).resolve().parent.parent / "vocabulary.json"
    described: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    elements, places = {}, {}
    for kind in described["types"]:
        tag = SPIFF + _lower_first(kind["name"])
        elements[tag] = frozenset(entry["name"] for entry in kind["properties"] if entry.get("isAttr"))
        if "meta" in kind:
            places[tag] = _bpmn_names(kind["meta"]["allowedIn"])
    properties = {entry["name"]: _bpmn_names(entry["allowedIn"]) for entry in described["knownProperties"]}
    return Extensions(elements, places, properties)
