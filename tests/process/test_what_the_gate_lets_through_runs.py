"""Honest diagrams bent at random: the gate always has an answer, and what it lets through loads and runs."""

from __future__ import annotations

import copy
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.engine import load_release
from app.engine.gate import check
from tests.process import stock, world
from tests.sources import ROOT

if TYPE_CHECKING:
    from lxml.etree import _Element

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
    answers: dict[str, Any] = {"scrutinise": {"action": action}, "decide": {"action": action}}
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
