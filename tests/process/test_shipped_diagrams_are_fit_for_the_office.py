"""The shipped diagrams: whose each step is, in both languages, and drawn so that a person can read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest

from app.domain.offices import LANES
from app.domain.roles import Role
from app.engine.xml import load_xml
from tests.sources import ROOT
from tests.walking import shipped_release

if TYPE_CHECKING:
    from lxml.etree import _Element

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"

FRAMES = {"participant", "lane", "subProcess"}
DIAGRAMS = sorted(path.name for path in (ROOT / "processes").glob("*.bpmn"))
each_diagram = pytest.mark.parametrize("name", DIAGRAMS)


@dataclass(frozen=True)
class Box:
    id: str
    kind: str
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def holds(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )


@cache
def root(name: str) -> _Element:
    return load_xml((ROOT / "processes" / name).read_bytes())


def kinds(name: str) -> dict[str, str]:
    return {
        element.get("id", ""): element.tag.rpartition("}")[2]
        for element in root(name).iter(f"{BPMN}*")
        if element.get("id")
    }


def box(element: _Element, name: str, kind: str) -> Box:
    bounds = element.find(f"{DC}Bounds")
    assert bounds is not None
    return Box(name, kind, *(float(bounds.get(one, "nan")) for one in ("x", "y", "width", "height")))


def shapes(name: str) -> list[Box]:
    known = kinds(name)
    drawn = root(name).iter(f"{BPMNDI}BPMNShape")
    return [box(one, one.get("bpmnElement", ""), known[one.get("bpmnElement", "")]) for one in drawn]


def labels(name: str) -> list[Box]:
    return [
        box(label, label.getparent().get("bpmnElement"), "label")
        for label in root(name).iter(f"{BPMNDI}BPMNLabel")
    ]


def lines(name: str) -> dict[str, list[tuple[float, float]]]:
    return {
        edge.get("bpmnElement", ""): [
            (float(p.get("x", "")), float(p.get("y", ""))) for p in edge.iter(f"{DI}waypoint")
        ]
        for edge in root(name).iter(f"{BPMNDI}BPMNEdge")
    }


def test_every_step_lies_in_an_office_and_has_a_role_a_form_and_days() -> None:
    for task in shipped_release().user_tasks.values():
        assert task.lane in LANES, task.element_id
        assert Role(task.role)
        assert (ROOT / "forms" / f"{task.form}.form").exists(), task.form
        assert task.days_text


def test_steps_come_in_the_order_of_the_route() -> None:
    assert list(shipped_release().user_tasks) == [
        *("scrutinise", "answer_defects", "route"),
        *("accept_enquiry", "visit", "check_registers", "endorse_enquiry", "endorse_above", "revisit"),
        *("search_records", "write_special_report", "record_reply", "supply_papers"),
        *("review_findings", "recommend", "hold_hearing_by_sp"),
        *("decide", "hold_hearing", "dispatch", "dispatch_by_sp"),
    ]


def test_a_case_begins_with_the_intake_form() -> None:
    assert shipped_release().start_form == "intake"


def test_every_step_has_a_name_and_instructions_in_both_languages() -> None:
    for task in shipped_release().user_tasks.values():
        texts = (task.name_hi, task.name_en, task.instructions_hi, task.instructions_en)
        assert all(texts), task.element_id
        assert task.name_hi != task.name_en
        assert len(task.instructions_hi) <= 120, "one short sentence"


def test_every_step_is_watched_by_a_timer_that_reminds() -> None:
    for name in DIAGRAMS:
        watched = {
            event.get("attachedToRef")
            for event in root(name).iter(f"{BPMN}boundaryEvent")
            if event.get("cancelActivity") == "false"
            and event.find(f"{BPMN}timerEventDefinition") is not None
        }
        assert watched == {task.get("id") for task in root(name).iter(f"{BPMN}userTask")}


def test_the_release_hands_over_no_more_than_it_reads() -> None:
    reads = shipped_release().routing_reads
    assert reads["scrutinise"] == {"action"}
    assert reads["visit"] == reads["revisit"] == {"resident"}
    assert "name" not in {field for fields in reads.values() for field in fields}
    assert "dispatch" not in reads
    assert reads["route"] == {"need_sdpo"}
    assert reads["write_special_report"] == {"action"}, "nothing that is sealed routes a case"


@each_diagram
def test_no_two_shapes_lie_on_each_other(name: str) -> None:
    solid = [one for one in shapes(name) if one.kind not in FRAMES | {"boundaryEvent"}]
    assert [(a.id, b.id) for a, b in combinations(solid, 2) if a.overlaps(b)] == []


@each_diagram
def test_no_label_lies_on_a_shape_or_on_another_label(name: str) -> None:
    solid = [one for one in shapes(name) if one.kind not in FRAMES]
    texts = labels(name)
    assert [(a.id, b.id) for a in texts for b in solid if a.overlaps(b)] == []
    assert [(a.id, b.id) for a, b in combinations(texts, 2) if a.overlaps(b)] == []


@each_diagram
def test_flows_run_straight_and_through_no_shape_but_their_own(name: str) -> None:
    solid = [one for one in shapes(name) if one.kind not in FRAMES | {"boundaryEvent"}]
    ends = {
        flow.get("id"): {flow.get("sourceRef"), flow.get("targetRef")}
        for flow in root(name).iter(f"{BPMN}sequenceFlow")
    }
    hosts = {one.get("id"): one.get("attachedToRef") for one in root(name).iter(f"{BPMN}boundaryEvent")}
    for flow, points in lines(name).items():
        own = ends[flow] | {hosts.get(one) for one in ends[flow]}
        for (x1, y1), (x2, y2) in pairwise(points):
            assert x1 == x2 or y1 == y2, f"{flow} is not orthogonal"
            stretch = Box(flow, "flow", min(x1, x2), min(y1, y2), abs(x1 - x2) or 0.1, abs(y1 - y2) or 0.1)
            assert [one.id for one in solid if one.id not in own and one.overlaps(stretch)] == []


@each_diagram
def test_every_shape_lies_in_the_lane_that_lists_it(name: str) -> None:
    drawn = {one.id: one for one in shapes(name)}
    for lane in root(name).iter(f"{BPMN}lane"):
        for reference in lane.iterfind(f"{BPMN}flowNodeRef"):
            listed = (reference.text or "").strip()
            assert drawn[lane.get("id", "")].holds(drawn[listed]), (
                f"{listed} is drawn outside {lane.get('name')}"
            )


@each_diagram
def test_the_pool_holds_everything(name: str) -> None:
    everything = [*shapes(name), *labels(name)]
    pool = next(one for one in everything if one.kind == "participant")
    assert [one.id for one in everything if not pool.holds(one)] == []
