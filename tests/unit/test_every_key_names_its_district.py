"""So that a state can partition and a nation distribute by district, no key of case data does without it."""

import re

import pytest

from app.models.metadata import MODULES, metadata
from tests.sources import ROOT

TABLES = [table for table in metadata.sorted_tables if table.name != "district"]


def test_every_module_that_makes_a_table_is_on_the_list_of_tables():
    makers = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "app" / "models").rglob("*.py")
        if re.search(r"^\w+ = (case_table|Table)\(", path.read_text(), re.MULTILINE)
    }
    assert {module.__name__ for module in MODULES} == makers


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_primary_key_begins_with_the_district(table):
    assert table.primary_key.columns.keys()[0] == "district_id"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_unique_key_and_foreign_key_holds_the_district(table):
    for constraint in table.constraints:
        if constraint.__class__.__name__ in ("UniqueConstraint", "ForeignKeyConstraint"):
            assert "district_id" in constraint.columns, constraint.name


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_says_what_ties_its_rows_to_a_reader(table):
    assert table.info["scope"] in {
        "case",
        "letter",
        "office",
        "district",
        "officer",
        "audit",
        "register",
        "system",
    }
