"""Names with spaces, symbols and Devanagari; what a text reads; where and why a text is refused."""

from __future__ import annotations

import json

import pytest

from app.feel import FeelError, evaluate, evaluate_unary, names_read, parse, parse_unary_tests
from app.feel.limits import MAX_TEXT


def test_the_longest_known_name_wins():
    names = ("days", "days left", "days left over")
    context = {"days": 1, "days left": 2, "days left over": 3}
    assert evaluate(parse("days left over", names), context) == 3
    assert evaluate(parse("days left", names), context) == 2
    assert evaluate(parse("days", names), context) == 1


def test_a_known_name_is_found_however_it_is_spaced():
    tree = parse("कुल   कार्यदिवस\n* 2", ("कुल कार्यदिवस",))
    assert evaluate(tree, {"कुल कार्यदिवस": 7}) == 14


def test_a_keyword_within_a_known_name_is_part_of_it():
    tree = parse("days in office > 3 and true", ("days in office",))
    assert evaluate(tree, {"days in office": 5}) is True


def test_an_unknown_name_of_two_words_is_refused_where_it_stands():
    with pytest.raises(FeelError) as refusal:
        parse('purpose of visit = "x"')
    assert (refusal.value.key, refusal.value.position) == ("feel.syntax", 8)
    assert refusal.value.params == {"found": "of"}


def test_vowel_signs_and_joiners_belong_to_the_name():
    assert evaluate(parse("प्रतिवेदन‌कर्ता"), {"प्रतिवेदन‌कर्ता": "ok"}) == "ok"


def test_two_spellings_of_one_letter_are_one_name():
    composed, decomposed = "\u0929", "\u0928\u093c"
    assert parse(composed) == parse(decomposed)


def test_the_host_s_functions_are_known_by_their_names():
    tree = parse("= working days after(share * 5)", ("working days after",))
    assert (
        evaluate(tree, {"share": 2}, {"working days after": lambda days: f"{days} days on"}) == "10 days on"
    )


def test_a_host_s_function_with_a_wrong_number_of_arguments_gives_null():
    assert evaluate(parse("f(1, 2)"), {}, {"f": lambda one: one}) is None


def test_what_a_host_s_function_raises_is_passed_on():
    def broken(_):
        raise LookupError("no calendar")

    with pytest.raises(LookupError):
        evaluate(parse("f(1)"), {}, {"f": broken})


def test_a_name_bound_in_the_text_may_hold_spaces():
    assert evaluate(parse("for each one in [1, 2] return each one + 1"), {}) == [2, 3]
    assert evaluate(parse("{full name: 1, twice: full name * 2}.twice"), {}) == 2
    assert evaluate(parse("(function(first part: number) first part + 1)(2)"), {}) == 3


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('case.purpose = "other"', {("case", "purpose")}),
        (
            "rounds < 2 and checks.sdpo = recommend.action",
            {("rounds",), ("checks", "sdpo"), ("recommend", "action")},
        ),
        (
            'some r in reports satisfies r.outcome != "no_adverse"',
            {("reports",), ("reports", "outcome")},
        ),
        ("for u in units return u.office_id", {("units",), ("units", "office_id")}),
        ('reports[item.kind = "thana"]', {("reports",), ("reports", "kind")}),
        ("for share in [0.7, 1] return working days after(share * days)", {("days",)}),
        ("{a: b, c: a}", {("b",)}),
        ("count(units) > 1", {("units",)}),
        ("(function(x) x + y)(z)", {("y",), ("z",)}),
        ("x in [low..high]", {("x",), ("low",), ("high",)}),
        ("substring(string: name, start position: 1)", {("name",)}),
        ("x instance of tPerson", {("x",)}),
        ('@"2026-08-01" < due', {("due",)}),
        ("sort(marks, max)", {("marks",)}),
    ],
)
def test_the_paths_that_a_text_reads_are_known(text, read):
    assert names_read(parse(text, ("working days after",))) == read


def test_a_bare_name_in_a_filter_is_told_as_a_free_name():
    assert names_read(parse('reports[kind = "thana"]')) == {("reports",), ("kind",)}


def test_a_test_reads_no_more_than_its_free_names():
    assert names_read(parse_unary_tests("> limit, ? in allowed"), {"?"}) == {("limit",), ("allowed",)}


def test_what_is_read_is_the_same_after_a_trip_through_json():
    tree = parse("some r in reports satisfies r.outcome = wanted")
    assert names_read(json.loads(json.dumps(tree))) == names_read(tree)


@pytest.mark.parametrize(
    ("text", "key", "position"),
    [
        ("", "feel.empty", 0),
        ("=  ", "feel.empty", 1),
        ("1 +", "feel.unfinished", 3),
        ("= (1 + 2", "feel.unfinished", 8),
        ('"open', "feel.character", 0),
        ("a ; b", "feel.character", 2),
        ("a = = b", "feel.syntax", 4),
        ("if a then b", "feel.unfinished", 11),
        ("x" * (MAX_TEXT + 1), "feel.too_long", 0),
        ("-" * 200 + "x", "feel.too_large", 0),
        ("[" * 200 + "1" + "]" * 200, "feel.too_large", 0),
    ],
)
def test_a_text_that_is_not_feel_is_refused_with_its_place(text, key, position):
    with pytest.raises(FeelError) as refusal:
        parse(text)
    assert (refusal.value.key, refusal.value.position) == (key, position)


@pytest.mark.parametrize(
    ("tests", "value", "passes"),
    [
        ("-", None, True),
        ('"govt_service", "other"', "other", True),
        ('not("govt_service", "other")', "other", False),
        ('not("govt_service")', "other", True),
        ("< 5", 4, True),
        ("[1..5)", 5, False),
        ("> 2, 1", 1, True),
        ("? > 3 and ? < 6", 5, True),
        ("limit", 7, True),
        ("limit, null", None, True),
        ("true", True, True),
        ("true", False, False),
        ("> 2", "text", None),
        ("not(true) and ?", True, False),
        ("count(?) > 1", [1, 2], True),
        ("limit > 5", 3, True),
        ("[3, 4]", 4, True),
    ],
)
def test_a_cell_tests_its_value(tests, value, passes):
    assert evaluate_unary(parse_unary_tests(tests), value, {"limit": 7}) is passes
