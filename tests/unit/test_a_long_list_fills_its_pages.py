"""A list that goes with a letter has as many rows on a page as there is room for; none of them stands alone."""

from __future__ import annotations

import pytest

from app.papers.lists import by_pages

HEAD = ("क्र०", "नाम", "पता")
WIDTHS = (10, 60, 60)
SHORT, LONG = "फुलवारी", "रामपुर टोला, वार्ड संख्या 7, डाकघर छपरा, थाना मुफस्सिल, प्रखंड छपरा सदर, जिला सारण (बिहार)"


def rows(count: int, address: str) -> list[tuple[str, ...]]:
    return [(str(number), "राहुल कुमार शर्मा", address) for number in range(1, count + 1)]


@pytest.mark.parametrize("widths", [WIDTHS, ()])
@pytest.mark.parametrize("address", [SHORT, LONG, LONG * 3])
@pytest.mark.parametrize("count", [0, 1, 20, 21, 40, 41, 200])
def test_every_row_stands_once_in_its_order_below_the_head(
    count: int, address: str, widths: tuple[int, ...]
) -> None:
    pages = by_pages([HEAD, *rows(count, address)], widths)
    assert [row for page in pages for row in page[1:]] == rows(count, address)
    assert all(page[0] == HEAD and 1 < len(page) <= 21 for page in pages)
    assert len(pages) < 2 or len(pages[-1]) > 5 or len(pages[-2]) < 10


def test_rows_of_many_lines_are_fewer_on_a_page_so_that_none_runs_over() -> None:
    short, long, longest = (by_pages([HEAD, *rows(40, text)], WIDTHS) for text in (SHORT, LONG * 2, LONG * 3))
    assert [len(page) - 1 for page in short] == [20, 20]
    assert 8 < len(long[0]) < 20
    assert len(longest[0]) < len(long[0])
