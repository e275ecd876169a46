"""Honest diagrams bent at random: the gate always has an answer, and what it lets through loads and runs."""

from __future__ import annotations

import copy
from collections import Counter
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.domain.errors import RouteStuck
from app.engine import load_release
from app.engine.gate import check
from tests.process import plans, stock, world
from tests.sources import ROOT
from tests.walking import begin, release

if TYPE_CHECKING:
    from random import Random

    from lxml.etree import _Element

    from tests.process.plans import Plan

SOUND = sorted(path.name for path in (world.HERE / "sound").glob("*.bpmn"))
UNITS = {"units": [{"id": "u1"}, {"id": "u2"}]}
#: Values that an attribute may take by mistake or malice; ids of the corpus among them.
STRANGE = [
    "",
    "scrutinise",
    "decide",
    "start",
    "done",
    "Start",
    "End",
    "NaN",
    "-1",
    "true",
    "false",
    "typename",
]


def bend(root: _Element, draw: st.DrawFn) -> None:
    """One change: take away, double, rename, rewire, or put something strange in its place."""
    elements = [element for element in root.iter() if element is not root]
    element = draw(st.sampled_from(elements))
    parent = element.getparent()
    act = draw(st.sampled_from(["remove", "double", "attribute", "drop", "text", "swap"]))
    if act == "remove":
        parent.remove(element)
    elif act == "double":
        parent.append(copy.deepcopy(element))
    elif act == "text":
        element.text = draw(st.sampled_from([*STRANGE, "1 < 2", "scrutinise.action", "units"]))
    elif act == "swap":
        other = draw(st.sampled_from(elements))
        element.tag = other.tag
    elif element.attrib:
        name = draw(st.sampled_from(sorted(element.attrib)))
        if act == "drop":
            del element.attrib[name]
        else:
            others = [one.get(name) for one in elements if one.get(name)]
            element.set(name, draw(st.sampled_from([*STRANGE, *others])))


@st.composite
def bent(draw: st.DrawFn, name: str, folder: str = "sound") -> bytes:
    path = world.HERE / folder / name if folder else ROOT / "processes" / name
    root = etree.fromstring(path.read_bytes())
    for _ in range(draw(st.integers(1, 3))):
        bend(root, draw)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


@st.composite
def bent_release(draw: st.DrawFn) -> dict[str, bytes]:
    name = draw(st.sampled_from(SOUND))
    files = world.read("broken/with", "ask_unit.bpmn") if name == "call_for_units.bpmn" else {}
    return {**files, name: draw(bent(name))}


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(files=bent_release(), action=st.sampled_from(["forward", "return", "refuse", "clear"]))
def test_a_bent_diagram_is_refused_or_runs_to_an_end(files: dict[str, bytes], action: str):
    name = next(name for name in files if name != "ask_unit.bpmn").removesuffix(".bpmn")
    if check(files, world.known(name)):
        return
    load_release(sha256(b"".join(files.values())).digest(), files)
    steps = ("scrutinise", "visit", "check_registers", "decide")
    answers: dict[str, Any] = {step: {"action": action} for step in steps}
    ran = stock.run(files, stock.Given(name, UNITS, answers))
    # A case may go round as often as its officers send it back; nothing else keeps it from its end.
    assert ran.verdict == "ends" or (ran.verdict == "hangs" and ran.done.count("scrutinise") > 1), ran.why


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_gate_has_an_answer_to_whatever_a_file_holds(data: st.DataObject):
    name = data.draw(st.sampled_from(["verification.bpmn", "enquiry.bpmn", "checks.dmn", "outcome.dmn"]))
    paths = [*(ROOT / "processes").glob("*.bpmn"), *(ROOT / "processes").glob("*.dmn")]
    files = {path.name: path.read_bytes() for path in paths} | {name: data.draw(bent(name, ""))}
    for problem in check(files, world.known("verification")):
        assert problem.file in {*files, ""} or problem.file.endswith(".form")


#: What becomes of a block when one of its gateways is of another kind: what parts in it, or meets, goes wrong or not.
#: A loop that is entered by an inclusive gateway is sound alone; beside another branch of an outer loop the two wait
#: for each other.
GOES_WRONG = {
    ("exclusiveGateway", "parts", "parallelGateway"): True,
    ("exclusiveGateway", "parts", "inclusiveGateway"): True,
    ("exclusiveGateway", "meets", "parallelGateway"): True,
    ("exclusiveGateway", "meets", "inclusiveGateway"): False,
    ("parallelGateway", "parts", "exclusiveGateway"): True,
    ("parallelGateway", "parts", "inclusiveGateway"): True,
    ("parallelGateway", "meets", "exclusiveGateway"): True,
    ("parallelGateway", "meets", "inclusiveGateway"): False,
    ("inclusiveGateway", "parts", "exclusiveGateway"): False,
    ("inclusiveGateway", "parts", "parallelGateway"): False,
    ("inclusiveGateway", "meets", "parallelGateway"): True,
    ("inclusiveGateway", "meets", "exclusiveGateway"): True,
    ("again", "parts", "parallelGateway"): True,
    ("again", "parts", "inclusiveGateway"): False,
    ("again", "meets", "parallelGateway"): True,
    ("again", "meets", "inclusiveGateway"): None,
}
TOKEN_RULES = {"deadlock", "doubled_token", "never_reached"}


def answers_of(plan: Plan, draw: st.DrawFn) -> dict[str, list[dict[str, int]]]:
    """What each step is answered, time after time; in the end every circle is left."""
    counts = st.lists(st.sampled_from([0, 1, 2, 9]), max_size=2)
    last = st.sampled_from([0, 9])
    return {
        name: [{"count": count} for count in (*draw(counts), draw(last))]
        for name, shape in plan.shapes.items()
        if shape.kind == "userTask"
    }


def goes_its_way(data: bytes, answers: dict[str, list[dict[str, int]]], rnd: Random) -> None:
    """Run a case on our engine in a random order, events included; it ends, and no step is open twice at once."""
    walk = begin(release(drawn=data), {}, process="drawn")
    done: Counter[str] = Counter()
    while not walk.step.ended:
        names = walk.names()
        assert len(names) == len(set(names)), "no step is open twice"
        event = rnd.random()
        if event < 0.1 and walk.step.timers:
            walk.wait(days=36_500)
        elif event < 0.2 and b"frame_" in data:
            with suppress(RouteStuck):  # nobody listens where no sub-process is open
                walk.send("case_withdrawn")
        else:
            name = rnd.choice(names)
            walk.do(name, answers[name][min(done[name], len(answers[name]) - 1)])
            done[name] += 1


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(block=plans.blocks, data=st.data(), rnd=st.randoms(use_true_random=False))
def test_blocks_of_blocks_pass_and_end_on_either_engine(
    block: plans.Block, data: st.DataObject, rnd: Random
) -> None:
    plan = plans.built("drawn", block).plan
    files = {"drawn.bpmn": plan.xml()}
    assert check(files, world.known("drawn")) == []
    answers = answers_of(plan, data.draw)
    ran = stock.run(files, stock.Given("drawn", {}, answers))
    assert ran.verdict == "ends", ran.why
    goes_its_way(files["drawn.bpmn"], answers, rnd)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(block=plans.blocks, data=st.data(), rnd=st.randoms(use_true_random=False))
def test_a_gateway_of_another_kind_is_refused_where_it_goes_wrong_and_runs_where_not(
    block: plans.Block, data: st.DataObject, rnd: Random
) -> None:
    drawn = plans.built("drawn", block)
    assume(drawn.twins)
    gateway = data.draw(st.sampled_from(sorted(drawn.twins)))
    others = [kind for kind in plans.GATEWAYS if kind != drawn.plan.shapes[gateway].kind]
    kind = data.draw(st.sampled_from(others))
    files = {"drawn.bpmn": drawn.plan.xml({gateway: kind})}
    rules = {problem.rule for problem in check(files, world.known("drawn"))}
    assert rules <= TOKEN_RULES
    goes_wrong = GOES_WRONG[(*drawn.twins[gateway], kind)]
    assert goes_wrong is None or bool(rules) == goes_wrong
    if not rules:
        goes_its_way(files["drawn.bpmn"], answers_of(drawn.plan, data.draw), rnd)
