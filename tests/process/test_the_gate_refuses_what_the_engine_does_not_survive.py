"""Each rule of the gate has a diagram that hangs, dies or misleads on the stock engine: run, then refused.

`broken/verdicts.json` says of each file: its rule, the element at fault, and what the stock engine does:
`refuses` it without naming a shape in words, `dies`, `hangs`, `misroutes` (other steps than drawn),
`ignores` (what is drawn has no effect), `runs code`, or runs it well because the rule is our `policy`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.engine.gate import FieldReads, FormFault, FormReads, Known, check
from app.engine.gate.rules import STAGES
from tests.process import stock, world

VERDICTS: dict[str, dict[str, Any]] = json.loads(
    (world.HERE / "broken" / "verdicts.json").read_text(encoding="utf-8")
)
#: How the run itself ends where the stock engine accepts the diagram.
ENDS = {"misroutes": "ends", "ignores": "ends", "policy": "ends", "runs code": "ends"}
SOUND = sorted(path.name for path in (world.HERE / "sound").glob("*.bpmn"))
each_broken = pytest.mark.parametrize("name", sorted(VERDICTS))
each_sound = pytest.mark.parametrize("name", SOUND)


def files_of(name: str) -> dict[str, bytes]:
    """The broken file as a release; a broken decision comes with the route that asks it."""
    verdict = VERDICTS[name]
    companions = list(verdict.get("with", []))
    if not verdict.get("dmn"):
        return world.read("broken", f"{name}.bpmn", *companions)
    return world.read("broken", f"{name}.dmn", verdict["route"], *companions)


def known_to(name: str) -> Known:
    """The world of one broken file: where a case begins, and forms that the file does not show."""
    verdict = VERDICTS[name]
    odd = {
        key: FormReads(
            dict.fromkeys(form.get("fields", []), FieldReads()),
            tuple(FormFault(key, "Field_1", params) for key, params in form.get("faults", {}).items()),
        )
        for key, form in verdict.get("forms", {}).items()
    }
    starts = verdict.get("starts", [verdict.get("route", name)])
    return world.known(*starts, forms={**world.FORMS, **odd}, required_fields=verdict.get("required", {}))


def sound_files(name: str) -> dict[str, bytes]:
    return world.read("sound", name, *(["ask_unit"] if name == "call_for_units.bpmn" else []))


def run_on_stock(name: str) -> stock.Ran:
    verdict = VERDICTS[name]
    given = stock.Given(
        verdict.get("process", verdict.get("route", name)),
        verdict.get("given", {}),
        verdict.get("answers", {}),
        verdict.get("message", ""),
        saved=verdict.get("saved", False),
    )
    return stock.run(files_of(name), given)


@each_broken
def test_the_stock_engine_does_what_the_verdict_says(name: str):
    verdict, ran = VERDICTS[name], run_on_stock(name)
    assert ran.verdict == ENDS.get(verdict["stock"], verdict["stock"]), ran.why
    if "done" in verdict:
        in_order = sorted if verdict.get("unordered") else list
        assert in_order(ran.done) == in_order(verdict["done"])
    if verdict["stock"] == "runs code":
        assert ran.data["ran_in"] > 0
    for task, lane in verdict.get("lane", {}).items():
        assert ran.lanes[task] == lane
    if "lost" in verdict:
        before = {**verdict.get("given", {}), **verdict.get("answers", {})}
        assert ran.data[verdict["lost"]] != before[verdict["lost"]]


@each_broken
def test_the_gate_refuses_it_by_the_rule_that_knows_the_remedy(name: str):
    verdict = VERDICTS[name]
    problems = check(files_of(name), known_to(name))
    assert {problem.rule for problem in problems} == {verdict["rule"]}
    file = verdict.get("file", f"{name}.{'dmn' if verdict.get('dmn') else 'bpmn'}")
    assert (file, verdict["element"]) in {(problem.file, problem.element_id) for problem in problems}


@each_broken
def test_a_broken_file_says_why_it_is_broken(name: str):
    assert VERDICTS[name]["why"].count(" ") >= 1


@each_sound
def test_honest_work_passes_the_gate(name: str):
    files = sound_files(name)
    assert check(files, world.known(name.removesuffix(".bpmn"))) == []


@each_sound
def test_honest_work_comes_to_its_end_on_the_stock_engine(name: str):
    files = sound_files(name)
    units = [{"id": "u1", "kind": "thana"}, {"id": "u2", "kind": "thana"}]
    answers = {name: {"action": "forward"} for name in ("scrutinise", "visit", "check_registers")}
    ran = stock.run(files, stock.Given(name.removesuffix(".bpmn"), {"units": units}, answers))
    assert ran.verdict == "ends", ran.why
    assert ran.done[0] == "scrutinise"


def test_every_diagram_of_the_corpus_has_a_verdict():
    drawn = {path.stem for path in (world.HERE / "broken").iterdir() if path.suffix in {".bpmn", ".dmn"}}
    assert drawn == set(VERDICTS)


def test_every_rule_has_a_file_that_it_refuses():
    shown = {verdict["rule"] for verdict in VERDICTS.values()}
    elsewhere = {"file_name", "release_too_large", "xml_doctype", "xml_unreadable", "too_many_nodes"}
    elsewhere |= {"signed_by_another", "signatory_unknown", "own_enquiry"}  # shown on the shipped route
    assert {rule.__name__ for stage in STAGES for rule in stage} == shown | elsewhere


def test_a_plain_answer_survives_saving_on_the_stock_engine():
    answers = {"scrutinise": {"action": "forward"}}
    ran = stock.run(
        world.read("sound", "straight_line.bpmn"), stock.Given("straight_line", {}, answers, saved=True)
    )
    assert ran.verdict == "ends", ran.why
