"""Whole diagrams drawn by a program, with all that the gate asks for; random ones, sound by the way they are built.

A block has one way in and one way out. What parts in a gateway of one kind meets in its twin of the same kind, so a
block of blocks is sound again. Conditions read the step before them, so that every choice is free; they are written
as FEEL and Python read alike, for the stock engine's sake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPACES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in {
        "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
        "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
        "dc": "http://www.omg.org/spec/DD/20100524/DC",
        "di": "http://www.omg.org/spec/DD/20100524/DI",
        "xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "spiffworkflow": "http://spiffworkflow.org/bpmn/schema/1.0/core",
    }.items()
)
_SIZES = {"Event": (36, 36), "Gateway": (50, 50)}
FAR = '"2099-01-01T00:00:00Z"'


@dataclass
class Shape:
    kind: str
    attributes: dict[str, str]
    properties: dict[str, str]
    inside: str
    within: str


@dataclass
class Plan:
    """A diagram of one process and one lane; `shapes` and `flows` are drawn in the order of their making."""

    name: str
    shapes: dict[str, Shape] = field(default_factory=dict)
    flows: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def add(self, kind: str, shape_id: str, within: str = "", inside: str = "", **attributes: str) -> str:
        """Add a shape with its labels; a property goes by its own name (`formKey`), the rest are attributes."""
        properties = {"label_en": shape_id.replace("_", " ").capitalize()} | {
            name: attributes.pop(name) for name in ("formKey", "candidateRole") if name in attributes
        }
        self.shapes[shape_id] = Shape(kind, attributes, properties, inside, within)
        return shape_id

    def step(self, shape_id: str, within: str = "") -> str:
        return self.add("userTask", shape_id, within, formKey="step", candidateRole="dm_assistant")

    def job(self, shape_id: str, within: str = "") -> str:
        inside = '<spiffworkflow:serviceTaskOperator id="remind"><spiffworkflow:parameters />'
        inside += "</spiffworkflow:serviceTaskOperator>"
        return self.add("serviceTask", shape_id, within, inside)

    def timer(self, shape_id: str, on: str, when: str, within: str = "", *, interrupts: bool = False) -> str:
        at = (
            f'<bpmn:timerEventDefinition id="{shape_id}_at"><bpmn:timeDate xsi:type="bpmn:tFormalExpression">'
        )
        at += f"{escape(when)}</bpmn:timeDate></bpmn:timerEventDefinition>"
        cancel = str(interrupts).lower()
        return self.add("boundaryEvent", shape_id, within, at, attachedToRef=on, cancelActivity=cancel)

    def letter(self, shape_id: str, on: str, within: str = "") -> str:
        by = f'<bpmn:messageEventDefinition id="{shape_id}_by" messageRef="case_withdrawn_message" />'
        return self.add("boundaryEvent", shape_id, within, by, attachedToRef=on)

    def flow(self, *shape_ids: str, condition: str = "") -> None:
        """Draw flows from shape to shape; `condition` is that of the only one."""
        for source, target in pairwise(shape_ids):
            self.flows[f"{source}_to_{target}"] = source, target, condition

    def xml(self, kinds: Mapping[str, str] | None = None) -> bytes:
        """The file; `kinds` puts gateways of another kind in place of some.

        A choice takes its first flow without a condition for the default; where it has none, its last one. A gateway
        that opens all its ways has neither.
        """
        kinds = {shape_id: shape.kind for shape_id, shape in self.shapes.items()} | dict(kinds or {})
        owned = "".join(f"<bpmn:flowNodeRef>{one}</bpmn:flowNodeRef>" for one in self.shapes)
        heard = '<bpmn:message id="case_withdrawn_message" name="case_withdrawn" />'
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions {_SPACES} id="definitions"'
            ' targetNamespace="http://bpmn.io/schema/bpmn">\n'
            '  <bpmn:collaboration id="collaboration">'
            f'<bpmn:participant id="pool" name="जिला" processRef="{self.name}" /></bpmn:collaboration>\n'
            f'  <bpmn:process id="{self.name}" name="सत्यापन" isExecutable="true">\n'
            f"    {_properties({'label_en': 'Verification'})}\n"
            f'    <bpmn:laneSet id="lanes"><bpmn:lane id="lane_dm_office" name="dm_office">{owned}</bpmn:lane>'
            "</bpmn:laneSet>\n"
            f"{self._inside('', kinds)}  </bpmn:process>\n  {heard}\n{self._drawing()}</bpmn:definitions>\n"
        ).encode()

    def _inside(self, within: str, kinds: Mapping[str, str]) -> str:
        shapes = (self._shape(one, kinds) for one, shape in self.shapes.items() if shape.within == within)
        flows = (
            self._flow(one, kinds)
            for one, (source, _, _) in self.flows.items()
            if self.shapes[source].within == within
        )
        return "".join((*shapes, *flows))

    def _shape(self, shape_id: str, kinds: Mapping[str, str]) -> str:
        shape, kind = self.shapes[shape_id], kinds[shape_id]
        attributes = {"id": shape_id, "name": f"चरण {shape_id}"} | shape.attributes
        usual = self.default_of(shape_id, kind)
        if usual:
            attributes["default"] = usual
        ends = [
            f"<bpmn:{end}>{flow_id}</bpmn:{end}>"
            for end, place in (("incoming", 1), ("outgoing", 0))
            for flow_id, flow in self.flows.items()
            if flow[place] == shape_id
        ]
        said = _properties(shape.properties, shape.inside if shape.inside.startswith("<spiff") else "")
        inside = "" if shape.inside.startswith("<spiff") else shape.inside
        inner = self._inside(shape_id, kinds) if kind == "subProcess" else ""
        given = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
        return f"    <bpmn:{kind} {given}>{said}{''.join(ends)}{inner}{inside}</bpmn:{kind}>\n"

    def default_of(self, shape_id: str, kind: str) -> str:
        """The default flow of a gateway of this kind; empty for one that needs none."""
        ways = {one: condition for one, (source, _, condition) in self.flows.items() if source == shape_id}
        if kind not in {"exclusiveGateway", "inclusiveGateway"} or len(ways) < 2:
            return ""
        return next((one for one, condition in ways.items() if not condition), list(ways)[-1])

    def _flow(self, flow_id: str, kinds: Mapping[str, str]) -> str:
        source, target, condition = self.flows[flow_id]
        usual = self.default_of(source, kinds[source])
        is_asked = bool(condition and usual and usual != flow_id)
        asked = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
        asked += f"{escape(condition)}</bpmn:conditionExpression>"
        return (
            f'    <bpmn:sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">'
            f"{asked if is_asked else ''}</bpmn:sequenceFlow>\n"
        )

    def _drawing(self) -> str:
        boxes: dict[str, tuple[int, int, int, int]] = {}
        for place, (shape_id, shape) in enumerate(self.shapes.items()):
            size = next((size for ending, size in _SIZES.items() if shape.kind.endswith(ending)), (120, 80))
            boxes[shape_id] = 240 + place * 180, 180 - size[1] // 2, *size
        width = 300 + len(boxes) * 180
        around = {"pool": (120, 80, width, 200), "lane_dm_office": (150, 80, width - 30, 200)}
        shapes = "".join(
            f'      <bpmndi:BPMNShape id="{one}_shape" bpmnElement="{one}"><dc:Bounds x="{x}" y="{y}" width="{w}"'
            f' height="{h}" /></bpmndi:BPMNShape>\n'
            for one, (x, y, w, h) in (around | boxes).items()
        )
        edges = "".join(
            f'      <bpmndi:BPMNEdge id="{one}_edge" bpmnElement="{one}">'
            f'<di:waypoint x="{boxes[source][0]}" y="180" /><di:waypoint x="{boxes[target][0]}" y="180" />'
            "</bpmndi:BPMNEdge>\n"
            for one, (source, target, _) in self.flows.items()
        )
        return (
            '  <bpmndi:BPMNDiagram id="drawing"><bpmndi:BPMNPlane id="plane" bpmnElement="collaboration">\n'
            f"{shapes}{edges}  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>\n"
        )


def _properties(said: Mapping[str, str], more: str = "") -> str:
    each = "".join(
        f"<spiffworkflow:property name={quoteattr(name)} value={quoteattr(value)} />"
        for name, value in said.items()
    )
    return (
        f"<bpmn:extensionElements><spiffworkflow:properties>{each}</spiffworkflow:properties>{more}"
        "</bpmn:extensionElements>"
    )


@dataclass(frozen=True)
class Block:
    """A part of a process: `kind` is step, row, again, inside, impatient, reminded, or a gateway's."""

    kind: str
    parts: tuple[Block, ...] = ()


STEP = Block("step")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")


def _of(kinds: list[str], parts: st.SearchStrategy[Block], least: int, most: int) -> st.SearchStrategy[Block]:
    many = st.lists(parts, min_size=least, max_size=most).map(tuple)
    return st.builds(Block, st.sampled_from(kinds), many)


blocks = st.recursive(
    st.sampled_from([STEP, STEP, Block("reminded"), Block("impatient")]),
    lambda parts: (
        _of(["row", "parallelGateway"], parts, 2, 3)
        # With two ways, one of them the default, an inclusive gateway chooses one like an exclusive one.
        | _of(["exclusiveGateway", "inclusiveGateway"], parts, 3, 3)
        | _of(["again", "inside"], parts, 1, 1)
    ),
    max_leaves=7,
)


@dataclass
class Builder:
    """Draws blocks into a plan; `twins`: gateway -> (kind of its block, whether it parts or meets)."""

    plan: Plan
    twins: dict[str, tuple[str, str]] = field(default_factory=dict)

    def build(self, block: Block) -> Plan:
        """Draw a whole process around a block."""
        self.plan.add("startEvent", "begin", formKey="intake")
        first, last = self._draw(block, "")
        self.plan.add("endEvent", "finish")
        self.plan.flow("begin", first)
        self.plan.flow(last, "finish")
        return self.plan

    def _new(self, word: str) -> str:
        return f"{word}_{len(self.plan.shapes)}"

    def _draw(self, block: Block, within: str) -> tuple[str, str]:
        """Draw a block; -> (its first shape, its last)."""
        if block.kind in GATEWAYS:
            return self._parted(block, within)
        draw = {
            "row": self._row,
            "again": self._again,
            "inside": self._inside,
            "impatient": self._impatient,
        }
        if block.kind in draw:
            return draw[block.kind](block, within)
        step = self.plan.step(self._new("do"), within)
        if block.kind == "reminded":
            late = self.plan.timer(f"{step}_late", step, FAR, within)
            told = self.plan.add("endEvent", f"{step}_told", within)
            self.plan.flow(late, self.plan.job(f"{step}_tell", within), told)
        return step, step

    def _row(self, block: Block, within: str) -> tuple[str, str]:
        drawn = [self._draw(part, within) for part in block.parts]
        for (_, last), (first, _) in pairwise(drawn):
            self.plan.flow(last, first)
        return drawn[0][0], drawn[-1][1]

    def _parted(self, block: Block, within: str) -> tuple[str, str]:
        """Draw a step that is asked, a gateway, its branches, and the twin in which they meet."""
        judge = self.plan.step(self._new("judge"), within)
        fork = self.plan.add(block.kind, self._new("part"), within)
        branches = [self._draw(part, within) for part in block.parts]
        meet = self.plan.add(block.kind, self._new("meet"), within)
        self.plan.flow(judge, fork)
        for number, (first, last) in enumerate(branches):
            asked = f"{judge}.count in ({number}, {number + 1}, 9)" if number else ""
            self.plan.flow(fork, first, condition=asked)
            self.plan.flow(last, meet)
        self.twins |= {fork: (block.kind, "parts"), meet: (block.kind, "meets")}
        return judge, meet

    def _again(self, block: Block, within: str) -> tuple[str, str]:
        """Draw a loop: a block, a step that is asked, and a way back."""
        enter = self.plan.add("exclusiveGateway", self._new("enter"), within)
        first, last = self._draw(block.parts[0], within)
        judge = self.plan.step(self._new("judge"), within)
        leave = self.plan.add("exclusiveGateway", self._new("leave"), within)
        out = self.plan.add("exclusiveGateway", self._new("out"), within)
        self.plan.flow(enter, first)
        self.plan.flow(last, judge, leave, out)
        self.plan.flow(leave, enter, condition=f"{judge}.count in (1, 2)")
        self.twins |= {enter: ("again", "meets"), leave: ("again", "parts")}
        return enter, out

    def _inside(self, block: Block, within: str) -> tuple[str, str]:
        """Draw a sub-process, and a letter that takes it away."""
        frame = self.plan.add("subProcess", self._new("frame"), within)
        begin = self.plan.add("startEvent", f"{frame}_begin", frame)
        first, last = self._draw(block.parts[0], frame)
        self.plan.flow(begin, first)
        self.plan.flow(last, self.plan.add("endEvent", f"{frame}_end", frame))
        return frame, self._met(frame, self.plan.letter(f"{frame}_gone", frame, within), within)

    def _impatient(self, _block: Block, within: str) -> tuple[str, str]:
        """Draw a step that a timer takes away."""
        step = self.plan.step(self._new("do"), within)
        return step, self._met(
            step, self.plan.timer(f"{step}_over", step, FAR, within, interrupts=True), within
        )

    def _met(self, step: str, event: str, within: str) -> str:
        meet = self.plan.add("exclusiveGateway", self._new("meet"), within)
        self.plan.flow(step, meet)
        self.plan.flow(event, meet)
        return meet


def built(name: str, block: Block) -> Builder:
    """A process of this name around a block."""
    builder = Builder(Plan(name))
    builder.build(Block("row", (STEP, block)))
    return builder
