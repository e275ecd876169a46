"""An uploaded sheet as rows of texts: .xlsx in a program of its own, or .csv; everything else is refused by name."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from app.spreadsheets import apart
from app.spreadsheets.archive import LONGEST, MOST_COLUMNS, Refused, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 10_000_000
MOST_ROWS = 10_000  # that hold anything, below the headings
_LAST_ROW = 20_000
_BLANKS = 500  # rows without a text after which nothing more is looked for
_OLD = b"\xd0\xcf\x11\xe0"  # .xls, and every file of Office with a password
_NO_LIST = ("", "<", "%", "{")  # how a web page, a PDF and JSON begin

__all__ = ["MOST_ROWS", "Refused", "rows"]


def rows(data: bytes) -> Iterator[Row]:
    """The rows of the first sheet that hold anything: number as Excel counts, and the text of each cell.

    A date is written 1998-03-14, a whole number without a point; a formula is not worked out, its text is given with
    its sign `=`. Raises Refused, at once or on the way: kind, old, large, encoding, broken, bomb, macro, merged,
    rows, columns.
    """
    if len(data) > MAX_BYTES:
        raise Refused("large")
    if data.startswith(_OLD):
        raise Refused("old")
    found = apart.rows(data) if data.startswith(b"PK") else _of_text(data)
    for seen, (number, cells) in enumerate(_filled(found), 1):
        if seen > MOST_ROWS + 20:  # some lines of a letter may stand above the headings
            raise Refused("rows")
        if len(cells) > MOST_COLUMNS:
            raise Refused("columns")
        yield number, cells


def _filled(found: Iterator[Row]) -> Iterator[Row]:
    """The rows that hold anything, without the empty cells at their end, until too many hold nothing."""
    blanks = 0
    for number, cells in found:
        if number > _LAST_ROW:
            raise Refused("rows")
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            blanks = 0
            yield number, cells
            continue
        blanks += 1
        if blanks > _BLANKS:
            return


# -- .csv -----------------------------------------------------------------------------------------------------


def _of_text(data: bytes) -> Iterator[Row]:
    text = _decoded(data)
    if "\0" in text or text.lstrip()[:1] in _NO_LIST:
        raise Refused("kind")
    first = text[:LONGEST]
    mark = max(",;\t", key=first.count)
    if not first.count(mark):
        raise Refused("kind")
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip()[:LONGEST] for cell in cells]
    except csv.Error as broken:
        raise Refused("broken") from broken


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 as Excel's "Unicode text" is; anything else would turn names into other letters."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as wrong:
        raise Refused("kind" if b"\0" in data[:1000] else "encoding") from wrong
