"""What the gate lets through survives a save in the modeler; what it refuses for the modeler's sake does not."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from typing import Any

import pytest

from app.engine.gate import check
from app.engine.gate.vocabulary import extensions
from tests.process import stock, world
from tests.sources import ROOT

SOUND = sorted(path.name for path in (world.HERE / "sound").glob("*.bpmn"))
UNITS = {"units": [{"id": "u1"}, {"id": "u2"}]}


@cache
def saved(folder: str, name: str) -> dict[str, Any]:
    node = shutil.which("node")
    assert node, "Node is needed to build the product, and to read diagrams as the modeler does"
    program = [node, "tests/process/save_diagram.mjs", str(world.HERE / folder / name)]
    answer = subprocess.run(program, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_diagram_is_still_sound_when_the_modeler_has_saved_it(name: str):
    stem = name.removesuffix(".bpmn")
    assert saved("sound", name)["warnings"] == []
    files = world.read("broken/with", "ask_unit.bpmn") if stem == "call_for_units" else {}
    files = {**files, name: saved("sound", name)["xml"].encode()}
    assert check(files, world.known(stem)) == []


def test_the_modeler_drops_a_collection_that_is_not_declared():
    lost = saved("broken", "collection_property.bpmn")
    assert lost["warnings"]
    assert "loopDataInputRef" not in lost["xml"]
    files = world.read("broken/with", "ask_unit.bpmn") | {"collection_property.bpmn": lost["xml"].encode()}
    assert stock.run(files, stock.Given("collection_property", UNITS)).verdict == "refuses"


def test_the_vocabulary_names_every_extension_that_a_route_uses():
    names = {tag.rpartition("}")[2] for tag in extensions().elements}
    assert names >= {"properties", "property", "instructionsForEndUser", "calledDecisionId"}
    assert names >= {"serviceTaskOperator", "parameters", "parameter"}
    assert set(extensions().properties) == {"label_en", "formKey", "candidateRole", "days", "instructions_en"}
    assert not names & {"preScript", "postScript", "script"}
