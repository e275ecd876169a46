"""The token play finds every run on which a case hangs or does a thing twice, and raises no false alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.engine.gate import check
from app.engine.gate.reading import Diagram
from app.engine.gate.release import Release
from app.engine.gate.token_rules import deadlock, doubled_token, never_reached, side_way, tangled
from app.engine.gate.tokens import play
from app.engine.xml import load_xml
from tests.process import wiring, world
from tests.sketch import both, call, choice, end, flows, job, letter, process, start, sub, timer, user, when
from tests.sources import ROOT
from tests.walking import begin, release

if TYPE_CHECKING:
    from random import Random

RULES = (side_way, deadlock, doubled_token, tangled, never_reached)
SHIPPED = ["verification", "enquiry"]


def found(*parts: str, **called: bytes) -> list[tuple[str, str]]:
    """What the rules of tokens say of a process, and of what it calls: rule and element."""
    drawn = {"verification": process("verification", *parts), **called}
    read = Release.read({f"{name}.bpmn": data for name, data in drawn.items()}, world.known("verification"))
    return [(rule.__name__, one.element_id) for rule in RULES for one in rule(read)]


def opens(name: str, default: str = "") -> str:
    """An inclusive gateway."""
    return choice(name, default, kind="inclusive")


def raises(name: str, code: str) -> str:
    """An end that throws an error."""
    thrown = f'<bpmn:errorEventDefinition id="{name}_thrown" errorRef="{code}" />'
    return f'<bpmn:endEvent id="{name}">{thrown}</bpmn:endEvent>'


def catches(name: str, on: str, code: str = "") -> str:
    of = f' errorRef="{code}"' if code else ""
    caught = f'<bpmn:errorEventDefinition id="{name}_caught"{of} />'
    return f'<bpmn:boundaryEvent id="{name}" attachedToRef="{on}">{caught}</bpmn:boundaryEvent>'


def with_errors(data: bytes, *codes: str) -> bytes:
    """Declare the errors that a process names."""
    declared = "".join(f'<bpmn:error id="{code}" errorCode="{code}" />' for code in codes)
    return data.replace(b"</bpmn:process>", b"</bpmn:process>" + declared.encode())


TWO = user("a"), user("b")

LOST = {
    "a choice met by a join of all": (
        [("deadlock", "meet")],
        *(start(), choice("gate", "a"), *TWO, both("meet"), end()),
        flows("begin > gate > a > meet > finish", "gate > b > meet"),
    ),
    "branches met by a choice": (
        [("doubled_token", "meet")],
        *(start(), both("fork"), *TWO, choice("meet"), end()),
        flows("begin > fork > a > meet > finish", "fork > b > meet"),
    ),
    "branches that reach one end": (
        [("doubled_token", "finish")],
        *(start(), both("fork"), *TWO, end()),
        flows("begin > fork > a > finish", "fork > b > finish"),
    ),
    "a join of all at the head of a loop": (
        [("deadlock", "enter")],
        *(start(), both("enter"), user("a"), choice("gate", "finish"), end()),
        flows("begin > enter > a > gate > finish", "gate > enter"),
    ),
    "a branch that may go its own way": (
        [("deadlock", "meet")],
        *(start(), both("fork"), *TWO, choice("gate", "meet"), both("meet"), end(), end("away")),
        flows("begin > fork > a > gate > meet > finish", "gate > away", "fork > b > meet"),
    ),
    "a branch that an event takes out": (
        [("deadlock", "meet")],
        *(start(), both("fork"), *TWO, letter("news", "b", "news"), both("meet"), end(), end("away")),
        flows("begin > fork > a > meet > finish", "fork > b > meet", "news > away"),
    ),
    "a fork begun again before its branch is done": (
        [("doubled_token", "fork")],
        *(start(), choice("enter"), both("fork"), *TWO, end()),
        flows("begin > enter > fork > a > finish", "fork > b > enter"),
    ),
    "some of the ways met by a join of all": (
        [("deadlock", "meet")],
        *(start(), opens("some", "a"), *TWO, both("meet"), end()),
        flows("begin > some > a > meet > finish", "some > b > meet"),
    ),
    "some of the ways met by a choice": (
        [("doubled_token", "meet")],
        *(start(), opens("some", "a"), *TWO, user("c"), choice("meet"), end()),
        flows("begin > some > a > meet > finish", "some > b > meet", "some > c > meet"),
    ),
    "two joins that wait for each other": (
        [("deadlock", "left")],
        *(start(), both("fork"), *TWO, both("left"), both("right"), both("part"), both("split")),
        *(choice("gate", "done"), end("done"), choice("other", "gone"), end("gone")),
        flows("begin > fork > a > left > part > right", "part > gate > done"),
        flows("fork > b > right > split > left", "split > other > gone"),
        when("gate > left", "true") + when("other > right", "true"),
    ),
    "a join inside a sub-process": (
        [("deadlock", "meet")],
        *(start(), end()),
        sub(
            "work",
            *(start("b0"), choice("gate", "a"), *TWO, both("meet"), end("e0")),
            flows("b0 > gate > a > meet > e0", "gate > b > meet"),
        ),
        flows("begin > work > finish"),
    ),
    "a step behind a join, where an end always comes first": (
        [("never_reached", "after")],
        *(start(), both("fork"), *TWO, both("meet"), user("after"), choice("gate", "finish"), end()),
        end("stop", "terminateEventDefinition"),
        flows("begin > fork > a > meet > after > gate > finish", "gate > meet", "fork > b > stop"),
    ),
    "a reminder that runs into the main way": (
        [("side_way", "late")],
        *(start(), user("a"), timer("late", "a", '"2025-07-02T04:30:00Z"'), choice("meet"), user("b"), end()),
        flows("begin > a > meet > b > finish", "late > meet"),
    ),
    "a reminder that shares the end of the main way": (
        [("side_way", "late")],
        *(start(), user("a"), timer("late", "a", '"2025-07-02T04:30:00Z"'), job("tell"), end()),
        flows("begin > a > finish", "late > tell > finish"),
    ),
    "a reminder with a join of its own": (
        [("side_way", "late")],
        *(start(), user("a"), timer("late", "a", '"2025-07-02T04:30:00Z"'), end()),
        *(both("fork"), job("tell"), job("write"), both("meet"), end("told")),
        flows("begin > a > finish", "late > fork > tell > meet > told", "fork > write > meet"),
    ),
    "a reminder whose choice is met by nobody": (
        [("doubled_token", "told")],
        *(start(), user("a"), timer("late", "a", '"2025-07-02T04:30:00Z"'), end()),
        *(both("fork"), job("tell"), job("write"), end("told")),
        flows("begin > a > finish", "late > fork > tell > told", "fork > write > told"),
    ),
}

SOUND = {
    "branches joined": (
        *(start(), both("fork"), *TWO, both("meet"), end()),
        flows("begin > fork > a > meet > finish", "fork > b > meet"),
    ),
    "branches that each have an end": (
        *(start(), both("fork"), *TWO, end(), end("also")),
        flows("begin > fork > a > finish", "fork > b > also"),
    ),
    "branches that an inclusive gateway joins": (
        *(start(), both("fork"), *TWO, opens("meet"), end()),
        flows("begin > fork > a > meet > finish", "fork > b > meet"),
    ),
    "a choice that an inclusive gateway joins": (
        *(start(), choice("gate", "a"), *TWO, opens("meet"), end()),
        flows("begin > gate > a > meet > finish", "gate > b > meet"),
    ),
    "some of the ways in a branch in a loop": (
        *(
            start(),
            choice("enter"),
            both("fork"),
            opens("some", "a"),
            *TWO,
            opens("gather"),
            user("c"),
            both("meet"),
        ),
        *(choice("gate", "finish"), end()),
        flows("begin > enter > fork > some > a > gather > meet > gate > finish"),
        flows("some > b > gather", "fork > c > meet", "gate > enter"),
    ),
    "an event that comes back before the join": (
        *(start(), both("fork"), *TWO, letter("news", "b", "news"), choice("back"), both("meet"), end()),
        flows("begin > fork > a > meet > finish", "fork > b > back > meet", "news > back"),
    ),
    "whoever comes first ends it": (
        *(start(), both("fork"), *TWO, choice("first"), end("finish", "terminateEventDefinition")),
        flows("begin > fork > a > first > finish", "fork > b > first"),
    ),
    "a way that may leave before the join, and comes back after it": (
        *(start(), opens("some", "meet"), choice("gate", "out"), choice("again"), user("a"), opens("meet")),
        *(end("out"), choice("done", "finish"), end()),
        flows("begin > some > meet > done > finish", "some > gate > out", "gate > again > a > meet"),
        flows("done > again"),
    ),
    "reminders at the same time, and often": (
        *(start(), both("fork"), *TWO, both("meet"), end()),
        *(timer(f"late_{one}", one, '["2025-07-02T04:30:00Z", "2025-07-03T04:30:00Z"]') for one in "ab"),
        *(choice("gather"), job("tell"), end("told")),
        flows("begin > fork > a > meet > finish", "fork > b > meet"),
        flows("late_a > gather > tell > told", "late_b > gather"),
    ),
    "a reminder that tells two": (
        *(start(), user("a"), timer("late", "a", '"2025-07-02T04:30:00Z"'), end()),
        *(both("fork"), job("tell"), job("write"), end("told"), end("written")),
        flows("begin > a > finish", "late > fork > tell > told", "fork > write > written"),
    ),
}


@pytest.mark.parametrize("name", LOST)
def test_a_run_that_goes_wrong_is_found_and_pinned_to_its_shape(name: str) -> None:
    expected, *parts = LOST[name]
    assert found(*parts) == expected


@pytest.mark.parametrize("name", SOUND)
def test_what_always_comes_to_its_end_raises_no_alarm(name: str) -> None:
    assert found(*SOUND[name]) == []


def failing(inner_end: str, *catchers: str) -> list[tuple[str, str]]:
    """What is said of a sub-process that ends so, with these events on it, each leading to an end of its own."""
    names = [one.split('id="', 1)[1].split('"', 1)[0] for one in catchers]
    parts = (
        *(start(), end(), sub("work", start("b0"), user("a"), inner_end, flows("b0 > a > over"))),
        *(*catchers, *(end(f"{name}_end") for name in names)),
        flows("begin > work > finish", *(f"{name} > {name}_end" for name in names)),
    )
    drawn = with_errors(process("verification", *parts), "papers", "person")
    read = Release.read({"verification.bpmn": drawn}, world.known("verification"))
    return [(rule.__name__, one.element_id) for rule in RULES for one in rule(read)]


def test_an_error_that_nobody_throws_is_never_caught() -> None:
    assert failing(end("over"), catches("caught", "work", "papers")) == [("never_reached", "caught")]
    assert failing(end("over"), catches("caught", "work")) == [("never_reached", "caught")]


def test_what_always_fails_never_goes_on() -> None:
    assert failing(raises("over", "papers"), catches("caught", "work", "papers")) == [
        ("never_reached", "finish")
    ]


def test_an_error_is_caught_by_its_own_event_and_not_by_another() -> None:
    two = catches("caught", "work", "papers"), catches("other", "work", "person")
    assert failing(raises("over", "papers"), *two) == [
        ("never_reached", "finish"),
        ("never_reached", "other"),
    ]


def test_an_error_of_a_called_process_is_known_where_it_is_called() -> None:
    inner = process(
        "enquiry",
        *(start("b0"), user("look"), choice("gate", "e0"), end("e0"), raises("failed", "papers")),
        flows("b0 > look > gate > e0", "gate > failed"),
    )
    calling = (
        *(start(), call("ask", "enquiry"), catches("caught", "ask", "papers"), end(), end("again")),
        flows("begin > ask > finish", "caught > again"),
    )
    drawn = {
        "verification.bpmn": with_errors(process("verification", *calling), "papers"),
        "enquiry.bpmn": with_errors(inner, "papers"),
    }
    read = Release.read(drawn, world.known("verification"))
    assert [(rule.__name__, one.element_id) for rule in RULES for one in rule(read)] == []


def test_many_branches_with_loops_of_their_own_are_surveyed() -> None:
    names = [f"s{number}" for number in range(14)]
    parts = [
        part for name in names for part in (choice(f"{name}_in"), user(name), choice(f"{name}_out", "meet"))
    ]
    ways = [f"fork > {name}_in > {name} > {name}_out > meet" for name in names]
    back = [f"{name}_out > {name}_in" for name in names]
    drawn = (
        *(start(), both("fork"), both("meet"), end()),
        flows("begin > fork", "meet > finish", *ways, *back),
    )
    assert found(*parts, *drawn) == []


def test_more_orders_than_anybody_can_survey_are_refused() -> None:
    names = [f"s{number}" for number in range(15)]
    ways = [f"some > {name} > meet" for name in names]
    parts = (*(start(), opens("some", "s0"), opens("meet"), end()), *map(user, names))
    assert found(*parts, flows("begin > some", "meet > finish", *ways)) == [("tangled", "verification")]


TOLD = {
    "deadlock": (
        ("आरंभ → जाँच करें → पूर्ण है? → स्थल जाँच", "पूर्ण है? (is_complete)"),
        ("Start → Scrutinise → Complete? → Visit", "Complete? (is_complete)"),
    ),
    "branch_leaves": (
        (
            "आरंभ → जाँच करें; स्थल जाँच → पूर्ण है? → वापस; पंजी देखें",
            "पूर्ण है? (is_complete)",
        ),
        ("Start → Scrutinise; Visit → Complete? → Returned; Check the registers", "Complete? (is_complete)"),
    ),
    "branch_taken_away": (
        ("आरंभ → जाँच करें; स्थल जाँच: विलंब → बंद; पंजी देखें", "स्थल जाँच (visit)"),
        ("Start → Scrutinise; Visit: Late → Closed; Check the registers", "Visit (visit)"),
    ),
    "some_of_all": (
        ("आरंभ → जाँच करें → किससे पूछें?; किससे पूछें? → स्थल जाँच", "किससे पूछें? (whom)"),
        ("Start → Scrutinise → Whom to ask?; Whom to ask? → Visit", "Whom to ask? (whom)"),
    ),
    "doubled_token": (
        ("आरंभ → जाँच करें; स्थल जाँच; पंजी देखें", "split"),
        ("Start → Scrutinise; Visit; Check the registers", "split"),
    ),
    "end_twice": (
        ("आरंभ → जाँच करें; स्थल जाँच → समाप्त; पंजी देखें → समाप्त", "split"),
        ("Start → Scrutinise; Visit → Done; Check the registers → Done", "split"),
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_the_run_is_told_in_the_words_of_the_diagram(name: str) -> None:
    (problem,) = check(world.read("broken", f"{name}.bpmn"), world.known(name))
    for language, (path, parted) in zip(("hi", "en"), TOLD[name], strict=True):
        assert problem.params[f"path_{language}"] == path
        assert problem.params[f"parted_{language}"] == parted


def test_of_a_long_run_the_end_is_told() -> None:
    names = [f"s{number}" for number in range(40)]
    parts = (*(start(), choice("gate", "a"), *TWO, both("meet"), end()), *map(user, names))
    drawn = process(
        "verification", *parts, flows(" > ".join(["begin", *names, "gate", "a", "meet", "finish"]))
    )
    drawn = drawn.replace(b"</bpmn:process>", flows("gate > b > meet").encode() + b"</bpmn:process>")
    root = load_xml(drawn)
    for node in root.iter("{*}userTask", "{*}startEvent"):
        node.set("name", str(node.get("id")))
    read = Release.read({"verification.bpmn": etree.tostring(root)}, world.known("verification"))
    (finding,) = deadlock(read)
    assert finding.params["path_hi"] == " ".join(["…", " → ".join([*names[-23:], "a"])])


def test_branches_are_said_to_part_where_they_part_and_not_where_they_last_passed() -> None:
    parts = (
        *(start(), both("fork"), *TWO, both("inner"), user("c"), both("close"), choice("meet"), end()),
        flows("begin > fork > a > meet > finish", "fork > b > inner > c > close > meet"),
        user("d"),
        flows("inner > d > close"),
    )
    read = Release.read({"verification.bpmn": process("verification", *parts)}, world.known("verification"))
    (finding,) = doubled_token(read)
    assert (finding.element_id, finding.params["parted_en"]) == ("meet", "fork")


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(drawn=wiring.wirings())
def test_the_play_says_what_the_plain_play_of_every_order_says(drawn: wiring.Wiring) -> None:
    scope = wiring.scope_of(drawn.xml())
    assume(wiring.is_open_ended(scope))
    try:
        faults = wiring.PlainPlay(scope).faults()
    except wiring.TooManyOrders:
        return
    lost = play(scope, {}).lost
    assert (lost.how in faults) if lost else not faults


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(drawn=wiring.wirings(), rnd=st.randoms(use_true_random=False))
def test_what_the_play_lets_through_ends_on_the_engine_whatever_is_chosen(
    drawn: wiring.Wiring, rnd: Random
) -> None:
    scope = wiring.scope_of(drawn.xml())
    assume(wiring.is_open_ended(scope) and wiring.is_patient(scope) and play(scope, {}).lost is None)
    walk = begin(release(verification=drawn.xml()), {"pick": drawn.picks(rnd)})
    for _ in range(200):
        if walk.step.ended:
            return
        names = walk.names()
        assert len(names) == len(set(names)), "no step is open twice"
        if walk.step.timers and rnd.random() < 0.2:
            walk.wait(days=2)
        else:
            walk.do(rnd.choice(names), {}, pick=drawn.picks(rnd))
    assert len(walk.seen) == 200, "it goes round as long as it is sent round"


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_is_sound_by_the_plain_play_too(name: str) -> None:
    diagram = Diagram(name, load_xml((ROOT / "processes" / f"{name}.bpmn").read_bytes()))
    for scope in diagram.scopes:
        (first,) = scope.of_kind("startEvent")
        assert wiring.PlainPlay(scope, first.id).faults() == set()
        assert play(scope, {}).lost is None


@pytest.mark.parametrize(
    ("gateway", "kind", "rule", "element"),
    [
        ("share_work", "exclusive", "deadlock", "gather_findings"),
        ("share_work", "inclusive", "deadlock", "gather_findings"),
        ("gather_findings", "exclusive", "doubled_token", "gather_findings"),
        ("enter_visit", "parallel", "deadlock", "enter_visit"),
        ("enter_endorsement", "parallel", "deadlock", "enter_endorsement"),
        ("house_revisited", "parallel", "doubled_token", "enter_revisit"),
        ("gather_reminders", "parallel", "side_way", "warn_accept_enquiry"),
    ],
)
def test_a_shipped_gateway_of_another_kind_is_found(gateway: str, kind: str, rule: str, element: str) -> None:
    text = (ROOT / "processes" / "enquiry.bpmn").read_text(encoding="utf-8")
    root = load_xml(text.encode())
    (bent,) = root.xpath(f"//*[@id='{gateway}']")
    bent.tag = bent.tag.replace(etree.QName(bent).localname, f"{kind}Gateway")
    read = Release.read({"enquiry.bpmn": etree.tostring(root)}, world.known("enquiry"))
    assert (rule, element) in [(one.__name__, finding.element_id) for one in RULES for finding in one(read)]
