"""Small BPMN files for the tests that draw them: shapes and flows written in a line each."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

_OPEN = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core">'
)
_SIZES = {"Event": (36, 36), "Gateway": (50, 50), "Reference": (50, 60)}


@dataclass
class Sketch:
    """A process put together shape by shape; every shape stands right of the one before."""

    elements: list[str] = field(default_factory=list)
    drawings: list[str] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)
    at: float = 100

    def node(self, kind: str, element_id: str, name: str = "", english: str = "", **more: str) -> Sketch:
        """Add a flow node; `inside` is its content, `di` attributes of its shape, the rest its attributes."""
        inside, di = more.pop("inside", ""), more.pop("di", "")
        attributes = "".join(f' {key}="{escape(value)}"' for key, value in more.items())
        label = ""
        if english:
            label = (
                "<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property"
                f' name="label_en" value="{escape(english)}"/></spiffworkflow:properties></bpmn:extensionElements>'
            )
        self.elements.append(
            f'<bpmn:{kind} id="{element_id}" name="{escape(name)}"{attributes}>{label}{inside}</bpmn:{kind}>'
        )
        width, height = next((size for ending, size in _SIZES.items() if kind.endswith(ending)), (130, 80))
        self.shape(element_id, self.at, 200 - height / 2, width, height, di)
        self.at += width + 60
        return self

    def shape(self, element_id: str, *bounds: float, di: str = "") -> Sketch:
        x, y, width, height = bounds[:4]
        more = f" {di or (bounds[4] if len(bounds) > 4 else '')}"
        self.drawings.append(
            f'<bpmndi:BPMNShape id="{element_id}_s" bpmnElement="{element_id}"{more}>'
            f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
        )
        return self

    def flow(
        self, source: str, target: str, name: str = "", kind: str = "sequenceFlow", inside: str = ""
    ) -> Sketch:
        """Add a flow with a corner in it."""
        flow_id = f"{source}_to_{target}"
        self.elements.append(
            f'<bpmn:{kind} id="{flow_id}" name="{escape(name)}" sourceRef="{source}" targetRef="{target}">'
            f"{inside}</bpmn:{kind}>"
        )
        self.drawings.append(
            f'<bpmndi:BPMNEdge id="{flow_id}_e" bpmnElement="{flow_id}"><di:waypoint x="10" y="10"/>'
            '<di:waypoint x="60" y="10"/><di:waypoint x="60" y="90"/></bpmndi:BPMNEdge>'
        )
        return self

    def lane(self, element_id: str, name: str) -> Sketch:
        self.lanes.append(f'<bpmn:lane id="{element_id}" name="{escape(name)}"/>')
        return self.shape(element_id, 30, 100, 900, 220)

    def xml(self) -> bytes:
        lanes = f'<bpmn:laneSet id="lanes">{"".join(self.lanes)}</bpmn:laneSet>' if self.lanes else ""
        return (
            f'{_OPEN}<bpmn:collaboration id="both"><bpmn:participant id="pool" name="पूल" processRef="p"/>'
            f'</bpmn:collaboration><bpmn:process id="p" name="प्रक्रिया">{lanes}{"".join(self.elements)}</bpmn:process>'
            f'<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="plane" bpmnElement="both">'
            f"{''.join(self.drawings)}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
        ).encode()


def straight(name: str = "भ्रमण", english: str = "Visit") -> Sketch:
    """Begin, one task, end."""
    sketch = Sketch().node("startEvent", "begin", "आरंभ").node("userTask", "visit", name, english)
    return sketch.node("endEvent", "finish", "समाप्त").flow("begin", "visit").flow("visit", "finish")
