"""What a person and an entry of the crime register have in common is told for each part, in words that are true."""

from __future__ import annotations

import pytest

from app.domain import antecedents
from app.domain.antecedents import Someone


@pytest.mark.parametrize(
    ("sought", "written", "how"),
    [
        ("संतोष कुमार सिंह", "संतोष कुमार सिंह", "written"),
        ("संतोष कुमार सिंह", "Santosh Kumar Singh", "sounds"),
        ("संतोष", "Santosh Kumar Singh", "partly"),
        ("संतोष कुमार", "गीता देवी", "differs"),
        ("", "Santosh Kumar Singh", "unknown"),
    ],
)
def test_a_name_is_told_to_agree_as_far_as_it_does(sought: str, written: str, how: str) -> None:
    found = antecedents.compare(Someone(antecedents.spellings(sought)), Someone((written,)))
    assert found.parts[0].how == how
