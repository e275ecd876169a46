"""Of many cases that begin at one moment each begins as if it were the only one, with ids of its own."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import engine
from tests.sketch import both, call, choice, end, flows, job, process, start, timer, user, when
from tests.walking import MORNING, NEW_CASE, UNITS, Surroundings, Walk, release, shipped_release

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_WAITS = 'if case.sample < 50 then "2025-07-02T00:00:00Z" else "2025-07-03T00:00:00Z"'


def branching() -> engine.Release:
    """Conditions, days, timers and calls at the very beginning, over the values of the case."""
    main = process(
        "verification",
        *(
            start(),
            both("part"),
            both("meet"),
            choice("gate", "plain"),
            end(),
            call("ask", "enquiry", over="units"),
        ),
        *(
            user("plain", days="if case.sample < 50 then 1 else 2"),
            user("special"),
            timer("late", "plain", _WAITS),
        ),
        *(end("told"), job("tell")),
        flows("begin > part > gate > plain > meet > finish", "special > meet", "part > ask > meet"),
        flows("late > tell > told"),
        when("gate > special", 'case.purpose = "other" and rounds = 0'),
    )
    inner = process("enquiry", start("b"), user("look"), end("e"), flows("b > look > e"), lane="thana")
    return release(verification=main, enquiry=inner)


def telling() -> engine.Release:
    """A job that is told the id of its case, and the case as a whole."""
    told = job("tell", who="case.id", all="case")
    return release(verification=process("verification", start(), told, end(), flows("begin > tell > finish")))


def judging() -> engine.Release:
    """A condition over facts of the case, which lie outside its routing values."""
    drawn = process(
        "verification",
        *(start(), choice("gate", "plain"), user("plain"), user("wanted"), end()),
        flows("begin > gate > plain > finish", "wanted > finish"),
        when("gate > wanted", "findings.wanted = true"),
    )
    return release(verification=drawn)


RELEASES = {
    "shipped": shipped_release(),
    "branching": branching(),
    "telling": telling(),
    "judging": judging(),
}
CASES = st.lists(
    st.fixed_dictionaries(
        {
            "purpose": st.sampled_from(("govt_service", "other")),
            "sample": st.sampled_from((0, 1, 49, 50, 99, True)),
            "units": st.sampled_from(([], UNITS[:1], UNITS)),
            "rounds": st.sampled_from((0, 1)),
            "wanted": st.booleans(),
        }
    ),
    min_size=2,
    max_size=8,
)


def values_of(number: int, said: Mapping[str, Any]) -> dict[str, Any]:
    case = {
        **NEW_CASE["case"],
        "id": f"0197c3a0-0000-7111-8222-{number:012}",
        "purpose": said["purpose"],
        "sample": said["sample"],
    }
    return {**NEW_CASE, "case": case, "rounds": said["rounds"], "units": said["units"]}


@dataclass
class Told:
    """A step with its ids numbered in the order in which the state names them."""

    step: engine.Step
    ids: list[str] = field(default_factory=list)

    def all(self) -> tuple[str, str]:
        state = zlib.decompress(self.step.state).decode()
        self.ids = list(dict.fromkeys(_ID.findall(state)))
        said = (self.step.tasks, self.step.jobs, self.step.timers, self.step.moves, self.step.ended)
        return self._plain(state), self._plain(repr((*said, self.step.end_event)))

    def _plain(self, text: str) -> str:
        for number, each in enumerate(self.ids):
            text = text.replace(each, f"id {number}")
        return text


@pytest.mark.parametrize("name", sorted(RELEASES))
@settings(max_examples=12, deadline=None)
@given(CASES)
def test_each_case_begins_as_if_it_were_the_only_one(name: str, cases: list[dict[str, Any]]) -> None:
    drawn, seen = RELEASES[name], set[str]()
    begun = engine.Beginnings(drawn, "verification", MORNING)
    for number, said in enumerate(cases):
        data = values_of(number, said)
        around = Surroundings(MORNING, {"findings": {"wanted": said["wanted"]}})
        told = Told(begun.start(data, around))
        alone = Told(engine.start(drawn, "verification", data, around, MORNING))
        assert told.all() == alone.all()
        assert told.ids
        assert not seen & {*told.ids, *alone.ids}
        seen |= {*told.ids, *alone.ids}


class Unasked(Surroundings):
    """A world that nobody may ask anything."""

    def working_days_after(self, days: Any) -> str:
        raise AssertionError(days)


def test_the_route_is_walked_once_for_all_whom_it_does_not_tell_apart() -> None:
    begun = engine.Beginnings(RELEASES["shipped"], "verification", MORNING)
    same = {"purpose": "other", "units": [], "rounds": 0}
    begun.start(values_of(0, {**same, "sample": 0}), Surroundings(MORNING))
    for number in range(1, 10):
        begun.start(values_of(number, {**same, "sample": number}), Unasked(MORNING))
    with pytest.raises(AssertionError):
        begun.start(values_of(10, {**same, "sample": 1, "rounds": 1}), Unasked(MORNING))


def test_a_case_that_began_like_another_goes_on_as_its_own() -> None:
    drawn, around = RELEASES["shipped"], Surroundings(MORNING)
    begun = engine.Beginnings(drawn, "verification", MORNING)
    for number in range(3):
        data = values_of(number, {"purpose": "govt_service", "sample": number, "units": [], "rounds": 0})
        walk = Walk(drawn, begun.start(data, around), surroundings=around)
        walk.do("scrutinise", {"action": "forward"})
        assert walk.names()
        assert f"-{number:012}" in zlib.decompress(walk.step.state).decode()
