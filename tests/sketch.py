"""Small diagrams for tests of the engine, written as one writes them on paper; no shapes, no labels."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    ' id="definitions" targetNamespace="http://bpmn.io/schema/bpmn">'
)


def process(name: str, *parts: str, lane: str = "sp_office", messages: Iterable[str] = ()) -> bytes:
    """One process; every user task of the parts lies in `lane`."""
    body = "".join(parts)
    tasks = [piece.split('"', 1)[0] for piece in body.split('<bpmn:userTask id="')[1:]]
    lanes = "".join(f"<bpmn:flowNodeRef>{task}</bpmn:flowNodeRef>" for task in tasks)
    heard = "".join(f'<bpmn:message id="{one}_message" name="{one}" />' for one in messages)
    return (
        f'{_HEAD}<bpmn:process id="{name}" isExecutable="true">'
        f'<bpmn:laneSet id="{name}_lanes"><bpmn:lane id="{name}_lane" name="{lane}">{lanes}</bpmn:lane>'
        f"</bpmn:laneSet>{body}</bpmn:process>{heard}</bpmn:definitions>"
    ).encode()


def start(name: str = "begin") -> str:
    return f'<bpmn:startEvent id="{name}" />'


def end(name: str = "finish", kind: str = "") -> str:
    inner = f'<bpmn:{kind} id="{name}_kind" />' if kind else ""
    return f'<bpmn:endEvent id="{name}">{inner}</bpmn:endEvent>'


def user(name: str, days: str = "") -> str:
    said = {"formKey": "step", "candidateRole": "sp_reader"} | ({"days": days} if days else {})
    held = "".join(
        f"<spiffworkflow:property name={quoteattr(k)} value={quoteattr(v)} />" for k, v in said.items()
    )
    return (
        f'<bpmn:userTask id="{name}"><bpmn:extensionElements><spiffworkflow:properties>{held}'
        "</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"
    )


def job(name: str, kind: str = "remind", **params: str) -> str:
    given = "".join(
        f"<spiffworkflow:parameter id={quoteattr(k)} type={quoteattr('any')} value={quoteattr(v)} />"
        for k, v in params.items()
    )
    return (
        f'<bpmn:serviceTask id="{name}"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="{kind}">'
        f"<spiffworkflow:parameters>{given}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )


def rule(name: str, decision: str = "") -> str:
    return (
        f'<bpmn:businessRuleTask id="{name}"><bpmn:extensionElements><spiffworkflow:calledDecisionId>'
        f"{decision or name}</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>"
    )


def choice(name: str, default: str = "", kind: str = "exclusive") -> str:
    """A gateway; `default` is the step that its default flow leads to."""
    usual = f' default="{name}_to_{default}"' if default else ""
    return f'<bpmn:{kind}Gateway id="{name}"{usual} />'


def both(name: str) -> str:
    return f'<bpmn:parallelGateway id="{name}" />'


def timer(name: str, on: str, when: str, *, interrupts: bool = False, kind: str = "timeDate") -> str:
    cancel = "" if interrupts else ' cancelActivity="false"'
    return (
        f'<bpmn:boundaryEvent id="{name}"{cancel} attachedToRef="{on}"><bpmn:timerEventDefinition id="{name}_at">'
        f'<bpmn:{kind} xsi:type="bpmn:tFormalExpression">{escape(when)}</bpmn:{kind}>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def pause(name: str, when: str, kind: str = "timeDate") -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="{name}"><bpmn:timerEventDefinition id="{name}_at">'
        f'<bpmn:{kind} xsi:type="bpmn:tFormalExpression">{escape(when)}</bpmn:{kind}>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


def letter(name: str, on: str, message: str, *, interrupts: bool = True) -> str:
    cancel = "" if interrupts else ' cancelActivity="false"'
    return (
        f'<bpmn:boundaryEvent id="{name}"{cancel} attachedToRef="{on}">'
        f'<bpmn:messageEventDefinition id="{name}_by" messageRef="{message}_message" /></bpmn:boundaryEvent>'
    )


def call(name: str, called: str, over: str = "", *, one_by_one: bool = False) -> str:
    """A call; `over` names the collection, and then the answers are gathered in `reports`."""
    loop = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(one_by_one).lower()}">'
        f"<bpmn:loopDataInputRef>{over}</bpmn:loopDataInputRef>"
        "<bpmn:loopDataOutputRef>reports</bpmn:loopDataOutputRef>"
        '<bpmn:inputDataItem id="unit" name="unit" /><bpmn:outputDataItem id="report" name="report" />'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    return (
        f'<bpmn:callActivity id="{name}" calledElement="{called}">{loop if over else ""}</bpmn:callActivity>'
    )


def sub(name: str, *parts: str) -> str:
    return f'<bpmn:subProcess id="{name}">{"".join(parts)}</bpmn:subProcess>'


def flows(*ways: str) -> str:
    """Flows as `a > b > c`."""
    found = []
    for way in ways:
        names = way.split(" > ")
        found += [
            f'<bpmn:sequenceFlow id="{a}_to_{b}" sourceRef="{a}" targetRef="{b}" />'
            for a, b in pairwise(names)
        ]
    return "".join(found)


def when(way: str, condition: str) -> str:
    """One flow with its condition: `when("gate > step", 'x.y = 1')`."""
    a, b = way.split(" > ")
    return (
        f'<bpmn:sequenceFlow id="{a}_to_{b}" sourceRef="{a}" targetRef="{b}">'
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
