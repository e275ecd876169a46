"""The gazetteer shipped with the product: districts, blocks, thanas, states, holidays; public facts only.

Sources: Local Government Directory (GODL-India) for codes, the district's web site for names; rows say what the
district must confirm. Holidays are a proposal until the district enters its own list.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

SEED = Path(__file__).resolve().parents[2] / "seed"

Rows = list[dict[str, str]]


@cache
def rows(name: str) -> Rows:
    """The rows of one table of the gazetteer: districts, blocks, thanas, states, holidays."""
    with (SEED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_district(name: str, code: int) -> Rows:
    return [row for row in rows(name) if row["district"] == str(code)]


@cache
def choices(name: str, code: int | None = None) -> list[dict[str, str]]:
    """A table as the choices of a form: value, Hindi, English."""
    found = rows(name) if code is None else of_district(name, code)
    return [{"value": row["code"], "hi": row["name_hi"], "en": row["name_en"]} for row in found]


def names_of(name: str, code: str | None) -> tuple[str, str]:
    """Hindi and English name of a code; empty for an unknown one."""
    for row in rows(name):
        if row["code"] == code:
            return row["name_hi"], row["name_en"]
    return "", ""
