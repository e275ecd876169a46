"""A long list that goes with a letter, by pages: as many rows on each as it has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = tuple[str, ...]

_MOST, _FEW = 20, 5  # rows of a page: a table takes long that has many; so few do not stand alone on the last
_ROOM = 258.0  # mm of a page below the head of the list
_LINE, _AROUND = 4.45, 2.8  # mm: a line of 9 points, and what stands above and below the lines of a row
_WIDTH, _PADDING = 172.0, 2.2  # mm: of the text, and of a cell at both sides
_LETTER = 1.65  # mm: as wide as letters of 9 points are, about


def by_pages(annex: Sequence[Row], widths: Sequence[int]) -> tuple[tuple[Row, ...], ...]:
    """The rows of a list (its head first) by pages, each under the head; `widths` of its columns in mm, or none.

    As one table all of it would be laid out anew at each page; a page of too many rows would leave a last one alone.
    """
    head, pages, room = tuple(annex[:1]), list[list[Row]](), 0.0
    for row in annex[1:]:
        height = _height(row, widths)
        if not pages or height > room or len(pages[-1]) == _MOST:
            pages.append([])
            room = _ROOM
        pages[-1].append(row)
        room -= height
    if len(pages) > 1 and len(pages[-1]) < _FEW:
        last = pages[-2] + pages[-1]
        pages[-2:] = [last[: -(len(last) // 2)], last[-(len(last) // 2) :]]
    return tuple((*head, *rows) for rows in pages)


def _height(row: Row, widths: Sequence[int]) -> float:
    columns = [float(width) for width in widths] or [_WIDTH / len(row)] * len(row)
    lines = max(
        sum(1 for _ in _lines(text, width - _PADDING)) for text, width in zip(row, columns, strict=True)
    )
    return lines * _LINE + _AROUND


def _lines(text: str, width: float) -> Iterator[float]:
    """How wide each line of a cell is, about; a word that is wider than the cell takes several."""
    taken = 0.0
    for word in text.split():
        wide = _LETTER * sum(category(letter)[0] != "M" for letter in word)
        if taken and taken + _LETTER + wide > width:
            yield taken
            taken = 0.0
        taken += wide + (_LETTER if taken else 0.0)
        while taken > width:
            yield width
            taken -= width
    yield taken
