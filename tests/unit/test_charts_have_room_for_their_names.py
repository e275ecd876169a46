"""The names beside the bars of a chart stand whole, short or long."""

from __future__ import annotations

import re

from app.services.reports.statements import Bar, Name
from app.web.frame import charts

LONG = "केन्द्रीय सशस्त्र पुलिस बल/सेना में नियुक्ति"


def edges(*names: str) -> tuple[int, int]:
    """Where the names end, and how wide the picture is."""
    drawn = charts.bars([Bar(Name(name, name), 3, 1) for name in names], "परिणाम")
    (edge,) = set(re.findall(r'<text x="(\d+)"[^>]*text-anchor="end"', drawn))
    return int(edge), int(re.search(r'viewBox="0 0 (\d+)', drawn)[1])


def test_a_long_name_widens_the_picture_and_is_not_cut() -> None:
    short, long = edges("मांझी"), edges("मांझी", LONG)
    assert long[0] > short[0]
    assert long[1] - short[1] == long[0] - short[0], "the bars keep their width"
    written = sum(sign not in "ािीुूेैोौं्" for sign in LONG)
    assert long[0] >= 7 * written
