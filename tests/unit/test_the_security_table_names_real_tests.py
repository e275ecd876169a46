"""docs/asvs.md: each proof it names is a test that exists, and a row without one says that it is open, or why not."""

from __future__ import annotations

import ast
import re

import pytest

from tests import sources

TABLE = sources.text(sources.ROOT / "docs" / "asvs.md")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TABLE.splitlines()
    if re.match(r"\| \d", line)
]
STANDARD = [row for row in ROWS if re.fullmatch(r"\d+\.\d+\.\d+", row[0])]
FORGOTTEN = [row for row in ROWS if re.fullmatch(r"\d+", row[0])]
#: Rows of levels 1 and 2 in each section of the standard's version 5.0.0, without chapters 10 and 17.
SECTIONS = {
    "1.1": 2,
    "1.2": 9,
    "1.3": 11,
    "1.4": 3,
    "1.5": 2,
    "2.1": 3,
    "2.2": 3,
    "2.3": 4,
    "2.4": 1,
    "3.2": 2,
    "3.3": 4,
    "3.4": 6,
    "3.5": 5,
    "3.7": 2,
    "4.1": 3,
    "4.2": 1,
    "4.3": 2,
    "4.4": 4,
    "5.1": 1,
    "5.2": 3,
    "5.3": 2,
    "5.4": 3,
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "8.1": 2,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
    "9.1": 3,
    "9.2": 4,
    "11.1": 2,
    "11.2": 3,
    "11.3": 3,
    "11.4": 4,
    "11.5": 1,
    "11.6": 1,
    "12.1": 3,
    "12.2": 2,
    "12.3": 4,
    "13.1": 1,
    "13.2": 5,
    "13.3": 2,
    "13.4": 5,
    "14.1": 2,
    "14.2": 4,
    "14.3": 3,
    "15.1": 3,
    "15.2": 3,
    "15.3": 7,
    "16.1": 1,
    "16.2": 5,
    "16.3": 4,
    "16.4": 3,
    "16.5": 3,
}


def named(row: list[str]) -> list[str]:
    return re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", row[-1])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_has_a_proof_that_exists_or_says_what_is_missing(row):
    proofs = named(row)
    if not proofs:
        assert row[-1].startswith("**open**") or row[-2].startswith("not applicable: "), row
        return
    for proof in proofs:
        path, _, test = proof.partition("::")
        tree = sources.tree(sources.ROOT / path)
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, proof


def test_no_row_of_the_standard_is_left_out():
    counted: dict[str, int] = {}
    for row in STANDARD:
        section = row[0].rpartition(".")[0]
        counted[section] = counted.get(section, 0) + 1
    assert counted == SECTIONS
    assert len({row[0] for row in STANDARD}) == len(STANDARD)


def test_the_twenty_that_are_forgotten_are_all_there():
    assert [row[0] for row in FORGOTTEN] == [str(number) for number in range(1, 21)]


def test_the_head_of_the_table_counts_right():
    met, is_open, rest = (
        int(each) for each in re.findall(r"(\d+) (?:rows are met|(?:is|are) open|do not apply)", TABLE)
    )
    marked = sum(row[-1].startswith("**open**") for row in STANDARD)
    without = sum(row[-2].startswith("not applicable: ") for row in STANDARD)
    assert (met, is_open, rest) == (len(STANDARD) - marked - without, marked, without)
