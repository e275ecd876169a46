"""What only the server works out: dates, zones, durations, patterns, ranges, functions, types."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.feel import DaysDuration, MonthsDuration, evaluate, parse
from app.feel.texts import to_text

CONTEXT = {
    "received": dt.date(2026, 8, 1),
    "now": dt.datetime(2026, 8, 1, 10, 30, tzinfo=ZoneInfo("Asia/Kolkata")),
    "rows": [{"year": 2019, "stage": "trial"}, {"year": 2021, "stage": "convicted"}],
}


def value(text):
    return evaluate(parse(text), CONTEXT)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('received + duration("P3Y")', "2029-08-01"),
        ('received - @"P1D"', "2026-07-31"),
        ('@"2024-01-31" + @"P1M"', "2024-02-29"),
        ('@"2026-08-01T10:00:00" + @"PT36H"', "2026-08-02T22:00:00"),
        ('@"2026-08-01T24:00:00"', "2026-08-02T00:00:00"),
        ('@"23:00:00" + @"PT2H"', "01:00:00"),
        ('@"2026-08-01" - @"2026-07-01"', "P31D"),
        ('@"2026-08-01T10:00:00+05:30" - @"2026-08-01T04:30:00Z"', "PT0S"),
        ('now - @"2026-08-01T05:00:00Z"', "PT0S"),
        ('years and months duration(@"2024-02-29", received)', "P2Y5M"),
        ('@"P1Y" + @"P2M"', "P1Y2M"),
        ('@"P1D" * 1.5', "P1DT12H"),
        ('@"P1D" / @"PT6H"', "4"),
        ('-@"PT90M"', "-PT1H30M"),
        ("now.time offset", "PT5H30M"),
        ("now.timezone", "Asia/Kolkata"),
        ("received.weekday", "6"),
        ("day of week(received)", "Saturday"),
        ("month of year(received)", "August"),
        ("date(now)", "2026-08-01"),
        ("time(now)", "10:30:00@Asia/Kolkata"),
        ('date and time(received, @"09:00:00+05:30")', "2026-08-01T09:00:00+05:30"),
        ("date(2026, 2, 29)", "null"),
        ('date("1 August")', "null"),
        ('time("25:00:00")', "null"),
        ('@"10:00:00@Nowhere/Land"', "null"),
        ("received < now", "null"),
        ("received + 1", "null"),
        ('duration("P1M1D")', "null"),
        ('for day in @"2026-08-30"..@"2026-09-01" return day.day', "[30, 31, 1]"),
        ('[1, "a", {b: null}]', '[1, "a", {b: null}]'),
        ("1.10 + 0.00", "1.1"),
        ("100 * 10", "1000"),
        ("string(null)", "null"),
        ("(>= 5)", "(>= 5)"),
        ("[1..3)", "[1..3)"),
    ],
)
def test_a_value_is_written_as_feel_writes_it(text, written):
    assert to_text(value(text)) == written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('matches("BR-04-2026", "[A-Z]{2}-\\d{2}-\\d{4}")', True),
        ('matches("छपरा", "^\\p{IsDevanagari}+$")', True),
        ('matches("abc", "B", "i")', True),
        ('replace("0123456789", "(\\d{3})(\\d{3})(\\d{4})", "($1) $2-$3")', "(012) 345-6789"),
        ('replace("a.b.c", ".", "-", "q")', "a-b-c"),
        ('split("a, b;c", "[,;]\\s*")', ["a", "b", "c"]),
        ('string join(["क", null, "ख"], ", ")', "क, ख"),
        ('substring before("112/2021", "/")', "112"),
        ('substring after("112/2021", "/")', "2021"),
        ('number("1,00,000.50", ",", ".")', Decimal("100000.50")),
        ("decimal(2.5, 0)", 2),
        ("round half up(2.5, 0)", 3),
        ("round up(1.01, 1)", Decimal("1.1")),
        ("modulo(-7, 3)", 2),
        ("rows.year", [2019, 2021]),
        ("rows[item.year > 2020].stage", ["convicted"]),
        ("sort(rows, function(a, b) a.year > b.year).year", [2021, 2019]),
        ("distinct values([1, 1.0, 2])", [1, 2]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ("flatten([1, [2, [3]]])", [1, 2, 3]),
        ("insert before([1, 3], 2, 2)", [1, 2, 3]),
        ("list replace([1, 2], 2, 5)", [1, 5]),
        ("sublist([1, 2, 3], -2)", [2, 3]),
        ("index of([1, 2, 1], 1)", [1, 3]),
        ("mean([1, 2, 3])", 2),
        ("median([1, 2, 3, 4])", Decimal("2.5")),
        ("mode([1, 1, 2])", [1]),
        ("product(2, 3)", 6),
        ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
        ("context merge([{a: 1}, {b: 2}])", {"a": 1, "b": 2}),
        ('get value({a: 1}, "a")', 1),
        ("get entries({a: 1})", [{"key": "a", "value": 1}]),
        ("before([1..3], 4)", True),
        ("overlaps([1..3], [3..5])", True),
        ("includes([1..5], 3)", True),
        ("meets([1..3], [3..5])", True),
        ("[1..3].end", 3),
        ("5 in (null..10]", None),
        ("1 instance of number", True),
        ('[1, "a"] instance of list<number>', False),
        ("{a: 1} instance of context<a: number>", True),
        ("[1..2] instance of range<number>", True),
        ('(function(a: number) a)("x")', None),
        ('substring(string: "foobar", start position: 4)', "bar"),
        ('substring(string: "foobar", start: 4)', None),
        ('abs("x")', None),
        ("abs(1, 2)", None),
        ("unheard of", None),
        ('is(@"10:00:00Z", @"10:00:00+00:00")', True),
        ("not(1)", None),
    ],
)
def test_a_function_gives_its_value(text, expected):
    assert evaluate(parse(text, ("unheard of",)), CONTEXT) == expected


def test_durations_are_values_of_their_own():
    assert value('duration("P1DT1H")') == DaysDuration(Decimal(90000))
    assert value('duration("P1Y2M")') == MonthsDuration(14)


def test_numbers_come_in_as_python_has_them_and_leave_as_decimals():
    assert evaluate(parse("a + b + c"), {"a": 1, "b": Decimal("0.1"), "c": 0.2}) == Decimal("1.3")


def test_a_truth_is_no_number():
    assert evaluate(parse("a + 1"), {"a": True}) is None
    assert evaluate(parse("a = 1"), {"a": True}) is None
