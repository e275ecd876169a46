"""Decision tables, one small table for each policy; required decisions, knowledge models, and faults of a file."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from app.engine.decisions import DecisionFailed, DecisionRefused, load
from app.engine.decisions.document import NAMESPACES
from app.engine.xml import XmlRefused

NEWEST = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(content, namespace=NEWEST):
    return f'<definitions xmlns="{namespace}" name="t" namespace="urn:t">{content}</definitions>'.encode()


def text(tag, content, **attributes):
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}><text>{escape(content)}</text></{tag}>"


def rule(identifier, test, *entries):
    cells = "".join(text("outputEntry", entry) for entry in entries)
    return f'<rule id="{identifier}">{text("inputEntry", test)}{cells}</rule>'


def table(policy, rules, outputs=("",), aggregation="", values=None, default=None):
    """A table over `n`; a rule is (test, entry, ...)."""
    columns = "".join(
        f'<output id="out{place}" name="{name}">'
        + (text("outputValues", values) if values and not place else "")
        + (text("defaultOutputEntry", default) if default else "")
        + "</output>"
        for place, name in enumerate(outputs)
    )
    rows = "".join(rule(f"r{place}", *cells) for place, cells in enumerate(rules))
    attributes = f' hitPolicy="{policy}"' + (f' aggregation="{aggregation}"' if aggregation else "")
    reads = f'<input id="in0">{text("inputExpression", "n")}</input>'
    return f'<decisionTable id="t"{attributes}>{reads}{columns}{rows}</decisionTable>'


def decision(logic, requirements="", identifier="d", name="निर्णय"):
    return f'<decision id="{identifier}" name="{name}" label="Decision">{requirements}{logic}</decision>'


def model(*arguments, **options):
    return load(definitions(decision(table(*arguments, **options))))


OVERLAPPING = [("< 5", '"low"'), ("> 2", '"high"'), ("[3..4]", '"middle"')]


def test_unique_gives_the_one_rule_that_matches():
    found = model("UNIQUE", [("< 3", '"low"'), (">= 3", '"high"')])
    assert [found.decide("d", {"n": n}) for n in (2, 3)] == ["low", "high"]


def test_unique_with_two_matches_is_an_error_and_never_the_first():
    with pytest.raises(DecisionFailed) as failure:
        model("UNIQUE", OVERLAPPING).decide("d", {"n": 3})
    assert failure.value.code == "several_rules"


def test_no_match_gives_null_for_every_policy_that_gives_one_answer():
    for policy in ("UNIQUE", "ANY", "FIRST"):
        assert model(policy, [("< 3", '"low"')]).decide("d", {"n": 9}) is None


def test_no_match_gives_the_default_where_there_is_one():
    assert model("UNIQUE", [("< 3", '"low"')], default='"else"').decide("d", {"n": 9}) == "else"


def test_a_value_that_is_missing_matches_no_comparison():
    assert model("FIRST", [("< 3", '"low"'), (">= 3", '"high"')]).decide("d", {}) is None
    assert model("FIRST", [("< 3", '"low"'), ("-", '"any"')]).decide("d", {}) == "any"


def test_first_gives_the_first_rule_in_order():
    assert model("FIRST", OVERLAPPING).decide("d", {"n": 3}) == "low"


def test_first_does_not_ask_the_rules_after_the_one_that_matches():
    rules = [("3", '"found"'), ("asked(?)", '"never"')]
    asked = []
    found = load(definitions(decision(table("FIRST", rules))))
    assert found.decide("d", {"n": 3}, {"asked": asked.append}) == "found"
    assert asked == []


def test_any_gives_the_answer_on_which_all_rules_agree():
    assert model("ANY", [("< 5", '"x"'), ("> 2", '"x"')]).decide("d", {"n": 3}) == "x"
    with pytest.raises(DecisionFailed) as failure:
        model("ANY", OVERLAPPING).decide("d", {"n": 3})
    assert failure.value.code == "different_outputs"


def test_priority_gives_the_output_that_stands_first_among_the_values():
    found = model("PRIORITY", OVERLAPPING, values='"high", "middle", "low"')
    assert [found.decide("d", {"n": n}) for n in (1, 3)] == ["low", "high"]


def test_rule_order_gives_all_in_the_order_of_the_rules():
    assert model("RULE ORDER", OVERLAPPING).decide("d", {"n": 3}) == ["low", "high", "middle"]


def test_output_order_gives_all_in_the_order_of_the_values():
    found = model("OUTPUT ORDER", OVERLAPPING, values='"high", "middle", "low"')
    assert found.decide("d", {"n": 3}) == ["high", "middle", "low"]


@pytest.mark.parametrize(
    ("aggregation", "answer"), [("", [10, 20, 30]), ("SUM", 60), ("MIN", 10), ("MAX", 30), ("COUNT", 3)]
)
def test_collect_gives_all_or_one_figure_of_them(aggregation, answer):
    rules = [("< 5", "10"), ("> 2", "20"), ("-", "n * 10")]
    assert model("COLLECT", rules, aggregation=aggregation).decide("d", {"n": 3}) == answer


def test_several_outputs_come_as_one_context():
    found = model("UNIQUE", [("< 3", '"low"', "n + 1")], outputs=("level", "next"))
    assert found.decide("d", {"n": 2}) == {"level": "low", "next": 3}


def test_an_empty_cell_of_the_editor_is_any_value():
    assert model("UNIQUE", [("", '"any"')]).decide("d", {"n": None}) == "any"


def test_a_decision_is_found_by_id_and_by_name():
    found = model("UNIQUE", [("-", "1")])
    assert found.decide("d", {}) == found.decide("निर्णय", {}) == 1
    with pytest.raises(DecisionFailed):
        found.decide("unheard", {})


@pytest.mark.parametrize("namespace", sorted(NAMESPACES))
def test_every_version_of_dmn_is_read(namespace):
    assert load(definitions(decision(table("UNIQUE", [("-", "1")])), namespace)).decide("d", {}) == 1


REQUIRES = '<informationRequirement id="i"><requiredDecision href="#base"/></informationRequirement>'


def test_a_required_decision_is_worked_out_first_and_once():
    asked = []
    content = decision(text("literalExpression", "count(asked(n))"), identifier="base", name="आधार")
    content += decision(text("literalExpression", "आधार + आधार"), REQUIRES)
    found = load(definitions(content))
    assert found.decide("d", {"n": 1}, {"asked": lambda n: [n, asked.append(n)]}) == 4
    assert asked == [1]
    assert found.inputs("d") == {("n",)}


def test_decisions_that_require_each_other_in_a_ring_are_refused():
    ring = REQUIRES.replace("#base", "#d")
    content = decision(text("literalExpression", "1"), ring, "base", "base") + decision(
        text("literalExpression", "2"), REQUIRES
    )
    with pytest.raises(DecisionRefused) as refusal:
        load(definitions(content))
    assert [(problem.element_id, problem.rule) for problem in refusal.value.problems] == [
        ("base", "dmn.cycle")
    ]


def test_a_knowledge_model_may_call_itself_but_not_without_end():
    content = (
        '<businessKnowledgeModel id="b" name="down"><knowledgeRequirement id="k"><requiredKnowledge href="#b"/>'
        '</knowledgeRequirement><encapsulatedLogic id="e"><formalParameter id="p" name="n"/>'
        + text("literalExpression", "if n = 0 then 0 else down(n - 1)", id="x")
        + "</encapsulatedLogic></businessKnowledgeModel>"
    )
    requirement = '<knowledgeRequirement id="q"><requiredKnowledge href="#b"/></knowledgeRequirement>'
    found = load(definitions(content + decision(text("literalExpression", "down(n)"), requirement)))
    assert found.decide("d", {"n": 9}) == 0
    with pytest.raises(DecisionFailed) as failure:
        found.decide("d", {"n": -1})
    assert failure.value.code == "exhausted"


def test_a_boxed_context_gives_its_last_unnamed_entry():
    content = (
        '<context id="c"><contextEntry id="e1"><variable id="v" name="दुगुना"/>'
        + text("literalExpression", "n * 2")
        + '</contextEntry><contextEntry id="e2">'
        + text("literalExpression", "दुगुना + 1")
        + "</contextEntry></context>"
    )
    found = load(definitions(decision(content)))
    assert found.decide("d", {"n": 4}) == 9
    assert found.inputs("d") == {("n",)}


def test_a_type_with_allowed_values_keeps_others_out():
    types = (
        '<itemDefinition id="i" name="grade"><typeRef>string</typeRef>'
        + text("allowedValues", '"A", "B"')
        + "</itemDefinition>"
    )
    logic = '<variable id="v" name="निर्णय" typeRef="grade"/>' + text("literalExpression", "n")
    found = load(definitions(types + decision(logic)))
    assert [found.decide("d", {"n": n}) for n in ("A", "C", 1)] == ["A", None, None]


def test_the_gate_learns_what_a_decision_reads_and_what_it_can_give():
    content = table("UNIQUE", [('"x"', '"yes"', "case.n > limit"), ('"y"', '"no"', "true")], ("a", "b"))
    known = load(definitions(decision(content))).decision("d")
    assert (known.name, known.label_en) == ("निर्णय", "Decision")
    assert known.reads == {("n",), ("case", "n"), ("limit",)}
    assert [(output.name, output.allowed) for output in known.outputs] == [("a", ("yes", "no")), ("b", None)]


@pytest.mark.parametrize(
    ("logic", "element", "fault"),
    [
        (table("UNIQUE", [("-", "1 +")]), "r0", "feel.unfinished"),
        (table("UNIQUE", [("> > 1", "1")]), "r0", "feel.syntax"),
        (table("UNIQUE", [("-", "unknown words here")]), "r0", "feel.syntax"),
        (table("BEST", [("-", "1")]), "t", "dmn.hit_policy"),
        (table("UNIQUE", [("-", "1")], aggregation="SUM"), "t", "dmn.aggregation"),
        (table("PRIORITY", [("-", "n")]), "t", "dmn.no_priorities"),
        (table("UNIQUE", [("-", "1", "2")]), "r0", "dmn.cells"),
        (table("UNIQUE", [("-", "1", "2")], outputs=("a", "a")), "t", "dmn.output_names"),
        (table("UNIQUE", [("-",)], outputs=()), "t", "dmn.no_output"),
        (
            text("literalExpression", "1", id="x", expressionLanguage="http://example.org/js"),
            "x",
            "dmn.language",
        ),
        ('<functionDefinition id="f" kind="Java"/>', "f", "dmn.external_function"),
    ],
)
def test_a_fault_of_a_file_is_named_with_its_place(logic, element, fault):
    with pytest.raises(DecisionRefused) as refusal:
        load(definitions(decision(logic)))
    assert (element, fault) in [(problem.element_id, problem.rule) for problem in refusal.value.problems]


def test_every_fault_is_told_at_once():
    with pytest.raises(DecisionRefused) as refusal:
        load(definitions(decision(table("UNIQUE", [("(", "1 +"), ("-", ")")]))))
    assert len(refusal.value.problems) == 3


def test_a_reference_to_nothing_is_a_fault():
    with pytest.raises(DecisionRefused) as refusal:
        load(definitions(decision(text("literalExpression", "1"), REQUIRES)))
    assert [(problem.rule, problem.params) for problem in refusal.value.problems] == [
        ("dmn.reference", {"reference": "base"})
    ]


def test_what_is_no_dmn_is_refused():
    with pytest.raises(DecisionRefused) as refusal:
        load(b"<definitions xmlns='urn:other'/>")
    assert refusal.value.problems[0].rule == "dmn.not_dmn"
    with pytest.raises(XmlRefused):
        load(b"<!DOCTYPE x [<!ENTITY e 'x'>]><definitions/>")
