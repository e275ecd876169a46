"""A rule of a form that is asked again, from one row of a list to the next, answers what it would answer alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from app import feel, formjs
from tests.shipped_forms import ANSWERS, FACTS, NOW, OPTIONS, form
from tests.sources import ROOT

LEAVES = st.sampled_from(
    (
        "1",
        '"1"',
        "true",
        "null",
        '@"2026-08-01"',
        "a",
        "b",
        "a.b",
        "a.b.c",
        "name",
        "r.b",
        "item",
        "count",
        "b[1]",
    )
)


def grown(inner):
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, st.sampled_from(("=", "<", "+", "and", "or", "in")), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        pair.map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        pair.map(lambda parts: f"some r in ({parts[0]}) satisfies ({parts[1]})"),
        pair.map(lambda parts: f"for name in ({parts[0]}) return ({parts[1]})"),
        pair.map(lambda parts: f"{{a: {parts[0]}, path: {parts[1]}}}"),
        st.tuples(st.sampled_from(("count", "string", "not", "date", "max")), inner).map(
            lambda parts: f"{parts[0]}({parts[1]})"
        ),
        st.tuples(inner, st.sampled_from(("b", "year", "month"))).map(
            lambda parts: f"({parts[0]}).{parts[1]}"
        ),
        inner.map(lambda part: f"({part}) instance of number"),
    )


EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=6)
PLAIN = st.sampled_from(
    (
        *(None, True, False, 0, 1, 1.0, Decimal(1), Decimal("1.0"), "1", "", "name"),
        *(dt.date(2026, 8, 1), dt.datetime(2026, 8, 1, tzinfo=dt.UTC), dt.time(10, 0)),
    )
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=4,
)
CONTEXTS = st.lists(
    st.dictionaries(st.sampled_from(("a", "b", "r", "name", "item", "count")), VALUES, max_size=4),
    min_size=2,
    max_size=6,
)


def told(value):
    """A value with its type, all the way down: 1, true and 1.0 are three answers."""
    if isinstance(value, list):
        return [told(each) for each in value]
    if isinstance(value, dict):
        return {key: told(each) for key, each in value.items()}
    return type(value), None if isinstance(value, feel.Function) else value


def agrees(rule, contexts):
    memory = feel.Memory()
    for context in [*contexts, *contexts]:
        assert told(memory.value(rule, context)) == told(feel.evaluate(tuple(rule), context))


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS, CONTEXTS)
def test_a_rule_answers_from_memory_what_it_works_out(text, contexts):
    agrees(feel.Rule(feel.parse(text)), contexts)


def rules_of(level):
    for step in level.steps:
        node = step.node
        yield from filter(
            None, (node.hide, node.computed, node.rules.required_when, node.rules.low, node.rules.high)
        )
        yield from (check.tree for check in node.rules.checks)
        yield from (each.offered for each in node.options if each.offered is not None)
        if node.level is not None:
            yield from rules_of(node.level)


SHIPPED = [formjs.load(path.read_bytes()) for path in sorted((ROOT / "forms").rglob("*.form"))]
RULES = [rule for each in SHIPPED for rule in rules_of(each.level)]


def literals(tree):
    if isinstance(tree, tuple):
        if tree[:1] == ("lit",):
            yield tree[1]
        for part in tree:
            yield from literals(part)


def put(context, path, value):
    """Bind a path in a context, as a fact with parts or a field without."""
    for name in path[:-1]:
        context = context.setdefault(name, {}) if isinstance(context.get(name, {}), dict) else {}
    context[path[-1]] = value


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(RULES), st.data())
def test_every_rule_of_the_shipped_forms_does(rule, data):
    said = st.sampled_from(sorted({str(each) for each in literals(rule)} | {"x"}))
    values = said | PLAIN | st.just([]) | st.lists(st.fixed_dictionaries({"outcome": said}), max_size=2)
    contexts = []
    for _ in range(data.draw(st.integers(2, 5))):
        context = {}
        for path in sorted(feel.names_read(rule)):
            if data.draw(st.integers(0, 9)):
                put(context, path, data.draw(values))
        contexts.append(context)
    agrees(rule, contexts)


def test_the_rules_of_the_shipped_forms_hang_on_plain_values_nearly_all():
    """Else the memory would be of no use: what reads rows of a list is worked out each time."""
    context = {
        path[0]: "x" if len(path) == 1 else {path[1]: "x"} for rule in RULES for path in feel.names_read(rule)
    }
    assert sum(rule.reads(context) is not None for rule in RULES) > 0.9 * len(RULES)


ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name_hi": st.sampled_from(("राहुल", "", 7)),
            "dob": st.sampled_from(
                ("1990-01-01", "2025-01-01", "1890-01-01", {"d": "31", "m": "02", "y": "1990"})
            ),
            "gender": st.sampled_from(("male", "female", "none of these")),
            "same_address": st.sampled_from((True, False, None, "x")),
            "relation": st.sampled_from(("father", "husband", "")),
            "declared_case": st.sampled_from(("no", "yes", "not_on_file")),
            "passport_held": st.sampled_from((True, False)),
            "perm_state": st.sampled_from(("bihar", "assam", "xyz")),
        },
    ),
    max_size=5,
)


@settings(max_examples=20, deadline=None)
@given(ROWS)
def test_persons_judged_one_after_another_are_judged_as_each_alone(rows):
    intake, memory = form("intake"), feel.Memory()
    for row in rows:
        values = {**ANSWERS["intake"], **row}
        together = formjs.judge(intake, values, FACTS, OPTIONS, NOW, memory)
        alone = formjs.judge(intake, values, FACTS, OPTIONS, NOW)
        assert problems(together) == problems(alone)
        assert together.kept() == alone.kept() == formjs.clean(intake, values, FACTS)


def problems(judged):
    return {name: (each.key, each.hi, each.en, each.params) for name, each in judged.problems.items()}
