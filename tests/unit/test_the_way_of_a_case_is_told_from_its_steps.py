"""Which flows are marked as taken, and in which order steps are listed."""

from app.engine.diagram import outline, read
from app.engine.trail import taken
from tests.diagrams import Sketch, straight
from tests.sources import ROOT

VERIFICATION = (ROOT / "processes" / "verification.bpmn").read_bytes()


def way(sketch: Sketch, done: set[str], seen: set[str]) -> set[str]:
    return set(taken(read(sketch.xml()).route, done, done | seen))


def fork() -> Sketch:
    """begin -> + -> {a, b} -> join -> after"""
    sketch = Sketch().node("startEvent", "begin").node("parallelGateway", "split").node("userTask", "a")
    sketch = sketch.node("userTask", "b").node("parallelGateway", "join").node("userTask", "after")
    for source, target in (("begin", "split"), ("split", "a"), ("split", "b"), ("a", "join"), ("b", "join")):
        sketch.flow(source, target)
    return sketch.flow("join", "after")


def loop() -> Sketch:
    """begin -> enter -> ask -> choice -> {enter, after}"""
    sketch = Sketch().node("startEvent", "begin").node("exclusiveGateway", "enter").node("userTask", "ask")
    sketch = sketch.node("exclusiveGateway", "choice").node("userTask", "after")
    for source, target in (("begin", "enter"), ("enter", "ask"), ("ask", "choice"), ("choice", "enter")):
        sketch.flow(source, target)
    return sketch.flow("choice", "after")


def test_a_straight_way_is_marked_up_to_where_the_case_is() -> None:
    assert way(straight(), set(), {"visit"}) == {"begin_to_visit"}
    assert way(straight(), {"visit"}, set()) == {"begin_to_visit", "visit_to_finish"}
    assert way(straight(), set(), set()) == set()


def test_a_fork_sends_the_case_both_ways_and_a_join_waits_for_both() -> None:
    assert way(fork(), {"a"}, {"b"}) == {"begin_to_split", "split_to_a", "split_to_b", "a_to_join"}
    assert "join_to_after" in way(fork(), {"a", "b"}, {"after"})


def test_a_return_is_never_claimed_when_the_case_may_have_come_straight() -> None:
    marked = way(loop(), {"ask"}, set())
    assert marked == {"begin_to_enter", "enter_to_ask", "ask_to_choice"}
    assert "choice_to_enter" not in way(loop(), {"ask"}, {"after"})
    assert "choice_to_after" in way(loop(), {"ask"}, {"after"})


def test_a_step_of_another_diagram_marks_nothing() -> None:
    assert way(straight(), {"elsewhere"}, set()) == set()


def test_steps_are_listed_in_the_order_in_which_a_case_meets_them() -> None:
    assert [step.element_id for step in outline(fork().xml(), "hi")] == [
        *("begin", "split", "a", "b", "join", "after")
    ]
    assert [step.element_id for step in outline(loop().xml(), "hi")] == [
        "begin",
        "enter",
        "ask",
        "choice",
        "after",
    ]


def test_a_boundary_event_comes_after_the_step_it_rides_on() -> None:
    sketch = straight().node("boundaryEvent", "warn", "स्मरण", attachedToRef="visit")
    order = [step.element_id for step in outline(sketch.xml(), "hi")]
    assert order.index("visit") < order.index("warn")


def test_what_nothing_leads_to_is_listed_last() -> None:
    sketch = (
        Sketch()
        .node("userTask", "island")
        .node("startEvent", "begin")
        .node("userTask", "a")
        .flow("begin", "a")
    )
    assert [step.element_id for step in outline(sketch.xml(), "hi")] == ["begin", "a", "island"]
    ring = Sketch().node("userTask", "x").node("userTask", "y").flow("x", "y").flow("y", "x")
    assert [step.element_id for step in outline(ring.xml(), "hi")] == ["x", "y"]


def test_the_list_of_the_route_reads_as_the_office_works() -> None:
    steps = outline(VERIFICATION, "en")
    order = [step.element_id for step in steps]
    for before, after in (
        ("receive_case", "handle_case"),
        ("handle_case", "scrutinise"),
        ("scrutinise", "checks"),
        ("checks", "route"),
        ("route", "conduct_enquiries"),
        ("conduct_enquiries", "outcome"),
        ("outcome", "recommend"),
        ("recommend", "decide"),
        ("decide", "issue_report"),
        ("issue_report", "dispatch"),
        ("dispatch", "finish_case"),
    ):
        assert order.index(before) < order.index(after), (before, after)
    labels = {step.element_id: step.label for step in steps}
    assert labels["recommend"] == "Recommendation of the SP"
    assert {step.element_id: step.label for step in outline(VERIFICATION, "hi")}["route"] == "थाना को प्रेषण"
