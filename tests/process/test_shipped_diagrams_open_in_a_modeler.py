"""What we ship opens in bpmn.io's own reader without a word of warning, and loses nothing when it is saved."""

import json
import shutil
import subprocess
from functools import cache
from typing import Any

import pytest

from tests.sources import ROOT

DIAGRAMS = sorted((ROOT / "processes").glob("*.bpmn"))

each_diagram = pytest.mark.parametrize("name", [path.name for path in DIAGRAMS])


@cache
def opened() -> dict[str, dict[str, Any]]:
    node = shutil.which("node")
    assert node, "Node is needed to build the product, and to read diagrams as the modeler does"
    answer = subprocess.run(
        [node, "tests/process/open_diagram.mjs", *DIAGRAMS],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    return {line["file"].rsplit("/", 1)[1]: line for line in lines}


@each_diagram
def test_it_opens_without_a_warning(name: str) -> None:
    assert opened()[name]["warnings"] == []


@each_diagram
def test_saving_keeps_every_extension(name: str) -> None:
    assert opened()[name]["before"] == opened()[name]["after"]
    assert opened()[name]["before"], "A diagram of ours has forms, roles and labels"


@each_diagram
def test_no_extension_is_unknown_to_the_vocabulary(name: str) -> None:
    kinds = {json.loads(value)["$type"] for values in opened()[name]["before"].values() for value in values}
    assert all(kind.startswith("spiffworkflow:") for kind in kinds)


@each_diagram
def test_every_shape_belongs_to_an_element(name: str) -> None:
    assert opened()[name]["shapes"]
    assert None not in opened()[name]["shapes"]
