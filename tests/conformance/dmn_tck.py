"""Runs the public DMN conformance suite: `python -m tests.conformance.dmn_tck FOLDER [--level 2] [--failures]`.

FOLDER is a checkout of github dmn-tck/tck (or its TestCases). Prints passed and total per level; exits 1 if a case of
the levels asked for fails. The suite's files are not part of this repository.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from lxml import etree

from app.engine.decisions import DecisionFailed, DecisionRefused, load
from app.engine.xml import XmlRefused
from app.feel.temporal import read_date, read_duration, read_instant, read_time
from app.feel.values import kind, number

CASES = "{http://www.omg.org/spec/DMN/20160719/testcase}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
# Results are written in the suite with the digits of a double.
TOLERANCE = Decimal("1e-8")
UNREADABLE = object()


@dataclass
class Tally:
    passed: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def total(self):
        return self.passed + len(self.failures)


def read_value(element):
    """A value of the suite as ours; UNREADABLE for a date beyond our calendar."""
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name == "value":
            return read_simple(child)
        if name == "list":
            return (
                None
                if child.get(NIL) == "true"
                else [read_value(item) for item in child.findall(f"{CASES}item")]
            )
        if name == "component":
            return {part.get("name"): read_value(part) for part in element.findall(f"{CASES}component")}
    return None


def read_simple(element):
    if element.get(NIL) == "true":
        return None
    text = element.text or ""
    wanted = (element.get(TYPE) or "string").rpartition(":")[2]
    if wanted == "boolean":
        return text.strip() in ("true", "1")
    if wanted in ("decimal", "double", "integer", "int", "float"):
        return Decimal(text.strip())
    reader = {"date": read_date, "time": read_time, "dateTime": read_instant, "duration": read_duration}.get(
        wanted
    )
    if reader is None:
        return text
    value = reader(text.strip())
    return UNREADABLE if value is None else value


def same(expected, actual):
    """Whether a result is what the suite expects; numbers to eight digits, times with their offset."""
    name = kind(expected)
    if name != kind(actual):
        return False
    return SAME.get(name, lambda left, right: left == right)(expected, actual)


def same_number(expected, actual):
    left, right = number(expected), number(actual)
    return abs(left - right) <= TOLERANCE * max(1, abs(left))


def same_context(expected, actual):
    return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)


def same_list(expected, actual):
    return len(expected) == len(actual) and all(map(same, expected, actual))


def same_clock(expected, actual):
    return expected == actual and expected.utcoffset() == actual.utcoffset()


SAME = {
    "number": same_number,
    "context": same_context,
    "list": same_list,
    "time": same_clock,
    "date and time": same_clock,
}


def clock():
    """`now()` and `today()` are the host's; any moment will do."""
    moment = dt.datetime(2026, 8, 1, 10, 30, tzinfo=dt.UTC)

    def today():
        return moment.date()

    return {"now": lambda: moment, "today": today}


def run_case(model, case, node):
    """(passed, what came instead)."""
    context = {part.get("name"): read_value(part) for part in case.findall(f"{CASES}inputNode")}
    expected_element = node.find(f"{CASES}expected")
    expected = None if expected_element is None else read_value(expected_element)
    name = node.get("name")
    try:
        if case.get("type") in ("decisionService", "bkm"):
            answer = model.call(case.get("invocableName"), context, clock())
            if isinstance(answer, dict) and name in answer and not same(expected, answer):
                answer = answer[name]
        else:
            answer = model.decide(name, context, clock())
    except DecisionFailed as error:
        return expected is None, error
    return same(expected, answer), answer


def run_file(path, tally):
    cases = etree.parse(path).getroot()
    name = cases.findtext(f"{CASES}modelName") or ""
    file = path.parent / name.strip()
    try:
        model = load((file if file.is_file() else next(path.parent.glob("*.dmn"))).read_bytes(), lenient=True)
    except (DecisionRefused, XmlRefused, StopIteration) as error:
        tally.failures.append(f"{path.parent.name}: {error!r}")
        return
    for case in cases.findall(f"{CASES}testCase"):
        outcomes = [
            (node.get("name"), *run_case(model, case, node)) for node in case.findall(f"{CASES}resultNode")
        ]
        wrong = [f"{name} gave {answer!r}" for name, passed, answer in outcomes if not passed]
        if wrong:
            tally.failures.append(f"{path.parent.name} {case.get('id')}: {'; '.join(wrong)}")
        else:
            tally.passed += 1


def run_level(folder, level):
    tally = Tally()
    for path in sorted(folder.glob(f"compliance-level-{level}/*/*-test-*.xml")):
        run_file(path, tally)
    return tally


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--level", type=int, choices=(2, 3), action="append")
    parser.add_argument("--failures", action="store_true", help="name each case that fails")
    options = parser.parse_args(arguments)
    folder = options.folder / "TestCases" if (options.folder / "TestCases").is_dir() else options.folder
    failed = False
    for level in options.level or (2, 3):
        tally = run_level(folder, level)
        failed = failed or bool(tally.failures) or not tally.total
        share = 100 * tally.passed / tally.total if tally.total else 0
        print(f"level {level}: {tally.passed} of {tally.total} passed ({share:.1f} %)")  # noqa: T201
        for failure in tally.failures if options.failures else ():
            print("  ", failure)  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
