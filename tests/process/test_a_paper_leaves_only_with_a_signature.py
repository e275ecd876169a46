"""No run comes to the paper past every signing officer; and none that has met one is refused."""

from __future__ import annotations

from app.engine.gate.release import Release
from app.engine.gate.signature_rules import unsigned_way
from tests.process import world
from tests.sketch import both, call, choice, end, flows, job, process, start, sub, user

ISSUE = job("issue", "issue_report")


def sign(name: str = "sign") -> str:
    """A step of the DM."""
    return user(name).replace("sp_reader", "dm")


def unsigned(*parts: str, **called: bytes) -> list[str]:
    drawn = {"verification": process("verification", *parts), **called}
    read = Release.read({f"{name}.bpmn": data for name, data in drawn.items()}, world.known("verification"))
    return [finding.element_id for finding in unsigned_way(read)]


def test_a_way_around_the_signature_is_found() -> None:
    parts = (*(start(), choice("gate", "sign"), sign(), choice("meet"), ISSUE, end()),)
    assert unsigned(*parts, flows("begin > gate > sign > meet > issue > finish", "gate > meet")) == ["issue"]
    assert unsigned(*parts, flows("begin > gate > sign > meet > issue > finish")) == []


def test_a_signature_in_one_of_the_branches_that_are_joined_counts() -> None:
    drawn = flows("begin > fork > sign > meet > issue > finish", "fork > look > meet")
    assert unsigned(start(), both("fork"), sign(), user("look"), both("meet"), ISSUE, end(), drawn) == []
    assert unsigned(start(), both("fork"), sign(), user("look"), choice("meet"), ISSUE, end(), drawn) == [
        "issue"
    ]


def test_a_signature_before_a_sub_process_counts_inside_it() -> None:
    inner = sub("paper", start("b"), ISSUE, end("e"), flows("b > issue > e"))
    assert unsigned(start(), sign(), inner, end(), flows("begin > sign > paper > finish")) == []
    assert unsigned(start(), user("look"), inner, end(), flows("begin > look > paper > finish")) == ["issue"]


def test_a_signature_before_a_call_counts_in_the_called_process() -> None:
    inner = process("paper", start("b"), ISSUE, end("e"), flows("b > issue > e"))
    outer = (start(), sign(), call("ask", "paper"), end())
    assert unsigned(*outer, flows("begin > sign > ask > finish"), paper=inner) == []
    assert unsigned(*outer, flows("begin > ask > sign > finish"), paper=inner) == ["issue"]


def test_a_called_process_that_always_signs_signs_for_its_caller() -> None:
    always = process("signing", start("b"), sign(), end("e"), flows("b > sign > e"))
    perhaps = process(
        "signing",
        *(start("b"), choice("gate", "sign"), sign(), end("e"), end("f")),
        flows("b > gate > sign > e", "gate > f"),
    )
    outer = (start(), call("ask", "signing"), ISSUE, end(), flows("begin > ask > issue > finish"))
    assert unsigned(*outer, signing=always) == []
    assert unsigned(*outer, signing=perhaps) == ["issue"]
