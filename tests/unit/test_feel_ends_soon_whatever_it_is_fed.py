"""No text and no value makes FEEL hang, grow without bound, or raise anything but its own refusal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.feel import Evaluation, FeelError, evaluate, evaluate_unary, names_read, parse, parse_unary_tests
from app.feel.limits import MAX_STRING

NAMES = ("case", "कुल दिन", "a-b", "date and place")
CONTEXT = {
    "case": {"purpose": "other", "n": 3, "rows": [{"x": 1}, {"x": None}, 2, "three"]},
    "कुल दिन": 7,
    "a-b": 0.5,
    "x": None,
    "f": "text",
    "list": [[], {}, [1, [2]], True],
}


def words(text):
    return tuple(text.split())


WORDS = words(
    """
    if then else for in return some every satisfies and or not between instance of function external true false null
    case purpose n rows x f list item partial ? कुल दिन a-b number string date time duration count sum min max sort
    contains matches replace split substring flatten concatenate range before includes is empty mean union mode
    decimal floor round up sqrt abs modulo exp log get entries context put string join distinct values
    """
)
SYMBOLS = words("+ - * / ** ( ) [ ] { } , : . .. < <= > >= = != -> @ ; # ' \\ // /* */")
LITERALS = words(
    r"""
    0 1 -1 2.5 1e300 1e-300 9999999999999999999999 "a" "" "नाम" "\u0041" "(a*)*b" "$1" @"2026-08-01" [1..3] ]1..3[
    @"10:00:00@Asia/Kolkata" @"P1Y" @"-PT1H" @"9999-12-31" @"0001-01-01T00:00:00Z" @"P999999999999D"
    """
)
TEXTS = st.lists(st.sampled_from((*WORDS, *SYMBOLS, *LITERALS)), max_size=40).map(" ".join)
LEAVES = st.sampled_from(
    (*LITERALS, "case", "case.n", "case.rows", "x", "f", "list", "null", "true", "कुल दिन")
)
CALLS = words(
    """
    count min max sum mean mode stddev median all any flatten reverse sort string number date time duration not abs
    floor exp log sqrt odd even substring contains matches replace split union concatenate append sublist remove range
    """
)
OPERATORS = words("+ - * / ** = != < <= > >= and or in")


def grown(inner):
    """Expressions that parse, so that the interpreter is tried and not only the parser."""
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        st.tuples(st.sampled_from(CALLS), st.lists(inner, max_size=3)).map(
            lambda parts: f"{parts[0]}({', '.join(parts[1])})"
        ),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        st.tuples(inner, inner).map(lambda parts: f"for i in ({parts[0]}) return ({parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"some i in ({parts[0]}) satisfies ({parts[1]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"if {parts[0]} then {parts[1]} else {parts[2]}"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]}..{parts[1]}]"),
        st.tuples(inner, inner).map(lambda parts: f'{{a: {parts[0]}, "b c": {parts[1]}}}'),
        inner.map(lambda part: f"({part}) instance of number"),
        st.tuples(inner, st.sampled_from(("x", "year", "days", "time offset"))).map(
            lambda parts: f"({parts[0]}).{parts[1]}"
        ),
    )


EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=12)


def read_or_refused(read, text):
    try:
        return read(text, NAMES), 0
    except FeelError as refusal:
        return None, refusal.position


def try_everything(text):
    tree, position = read_or_refused(parse, text)
    assert 0 <= position <= len(text) + 1
    if tree is not None:
        json.dumps([tree, sorted(names_read(tree))])
        evaluate(tree, CONTEXT)
    tests, position = read_or_refused(parse_unary_tests, text)
    assert 0 <= position <= len(text) + 1
    if tests is not None:
        assert evaluate_unary(tests, 3, CONTEXT) in (True, False, None)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_words_in_any_order_are_read_or_refused(text):
    try_everything(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_characters_are_read_or_refused(text):
    try_everything(text)


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_any_expression_gives_a_value_or_null(text):
    try_everything(text)


ENDLESS = {
    "a count to a million": "for i in 1..1000000 return i",
    "a count to a thousand within a count to a thousand": "count(for i in 1..1000, j in 1..1000 return i)",
    "a count without end": "for i in 1..10 ** 300 return 1",
    "a search through a range without end": "some x in [1..10 ** 30] satisfies x < 0",
    "a function that calls itself": "{f: function(n) f(n + 1), x: f(1)}.x",
    "two functions that call each other": "{f: function(g, n) g(f, n) + 1, x: f(f, 1)}.x",
    "a text that doubles": 'for i in 1..99 return if i = 1 then "0123456789" else partial[-1] + partial[-1]',
    "a list that doubles": "for i in 1..99 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
    "a list that holds itself twice": "for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]]",
    "two lists of doubles compared": (
        "{a: (for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]])[60], x: a = a}.x"
    ),
    "a list of doubles written out": (
        "string((for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]])[60])"
    ),
    "a list of doubles made flat": (
        "flatten((for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]])[60])"
    ),
    "a sort that asks without end": ("{f: function(a, b) count(sort([a, b], f)) > 0, x: sort([2, 1], f)}.x"),
    "a pattern with a reference that backtracks": (
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "(a*)*(a*)*\\1\\2b")'
    ),
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_what_would_not_end_is_given_up_as_null(text):
    work = Evaluation()
    assert work.value(parse(text), {}) is None
    assert work.exhausted


def test_a_deep_value_is_no_deeper_than_python_bears():
    text = "string((for i in 1..3000 return [partial[-1]])[-1])"
    assert evaluate(parse(text), {}) is None


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|aa)+$b", "(a|a)*b", "a{0,1000}a{0,1000}b", "(.*a){20}b"])
def test_a_pattern_that_would_backtrack_for_years_ends(pattern):
    text = f'matches("{"a" * 60}", "{pattern}")'
    assert evaluate(parse(text), {}) in (False, None)


@pytest.mark.parametrize(
    "pattern", ["(", ")", "[", "a{2,1}", "a{99999}", "*", "\\\\q", "((((a{50}){50}){50}){50})", "[z-a]"]
)
def test_a_pattern_that_is_none_gives_null(pattern):
    assert evaluate(parse(f'matches("a", "{pattern}")'), {}) is None


@pytest.mark.parametrize(
    "text", ["9 ** 9 ** 9 ** 9 ** 9", "1e6144 * 10", "1 / 3e-6143 / 1e-6143", "10 ** -99999", "exp(99999999)"]
)
def test_a_number_beyond_all_bounds_is_null_or_nothing(text):
    assert evaluate(parse(text), {}) in (None, 0)


def test_a_number_that_is_none_is_null():
    context = {"nan": float("nan"), "infinite": float("inf")}
    assert evaluate(parse("nan < 1"), context) is None
    assert evaluate(parse("infinite + 1"), context) is None


def test_a_text_may_grow_to_the_bound_and_no_further():
    context = {"long": "क" * (MAX_STRING // 2)}
    assert len(evaluate(parse("long + long"), context)) == MAX_STRING
    assert evaluate(parse('long + long + "!"'), context) is None


def test_a_value_that_holds_its_own_name_twice_is_null():
    assert evaluate(parse("{a: 1, a: 2}"), {}) is None


def test_a_tree_for_the_browser_is_the_same_whoever_asks():
    assert parse("a = 1") is parse("a = 1")
