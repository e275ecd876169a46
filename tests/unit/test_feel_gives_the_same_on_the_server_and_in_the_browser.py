"""One table of cases for both interpreters of a rule's tree: app/feel and frontend/feel.js."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.feel import evaluate, parse
from app.feel.values import number

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = json.loads(Path(__file__).with_name("feel_cases.json").read_text(encoding="utf-8"))
SCRIPT = ROOT / "frontend" / "feel.js"
RUNNER = """
import { readFileSync } from "node:fs";
import { evaluate } from "./feel.mjs";
const cases = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cases.map(({ tree, context }) => evaluate(tree, context))));
"""


def context_of(case):
    return case.get("context", TABLE["context"])


def tree_of(case):
    return parse(case["text"], case.get("names", ()))


def plain(value):
    """As JSON holds it: decimals as numbers; a truth never equals a number."""
    if isinstance(value, bool):
        return {"truth": str(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    amount = number(value)
    return value if amount is None else float(amount)


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["text"])
def test_the_server_gives_the_value_of_the_table(case):
    assert plain(evaluate(tree_of(case), context_of(case))) == plain(case["value"])


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["text"])
def test_a_tree_survives_its_trip_through_json(case):
    tree = json.loads(json.dumps(tree_of(case)))
    assert plain(evaluate(tree, context_of(case))) == plain(case["value"])


def test_the_browser_gives_the_values_of_the_table(tmp_path):
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("node is missing: the browser's half of the rules was not tested")
        pytest.skip("NOT TESTED: node is missing, so nobody knows whether the browser agrees with the server")
    shutil.copy(SCRIPT, tmp_path / "feel.mjs")
    (tmp_path / "runner.mjs").write_text(RUNNER, encoding="utf-8")
    asked = [{"tree": tree_of(case), "context": context_of(case)} for case in TABLE["cases"]]
    done = subprocess.run(
        [node, tmp_path / "runner.mjs"], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    answers = json.loads(done.stdout)
    wrong = [
        f"{case['text']} gave {answer!r}, not {case['value']!r}"
        for case, answer in zip(TABLE["cases"], answers, strict=True)
        if plain(answer) != plain(case["value"])
    ]
    assert not wrong, "\n".join(wrong)


def test_what_the_browser_gets_is_small():
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) < 4096
