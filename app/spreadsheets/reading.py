"""An uploaded sheet as rows of texts: .xlsx by openpyxl, read-only, or .csv; everything else is refused by name."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from app.spreadsheets.archive import Refused, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 10_000_000
MOST_ROWS = 10_000  # that hold anything, below the headings
MOST_COLUMNS = 120
_LONGEST = 4_000  # characters of one cell
_LAST_ROW = 20_000
_BLANKS = 500  # rows without a text after which nothing more is looked for
_OLD = b"\xd0\xcf\x11\xe0"  # .xls, and every file of Office with a password
_NO_LIST = ("", "<", "%", "{")  # how a web page, a PDF and JSON begin
_ROW_OF = re.compile(r"\d+")

Row = tuple[int, list[str]]
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
    found = _of_workbook(data) if data.startswith(b"PK") else _of_text(data)
    for seen, (number, cells) in enumerate(_filled(found), 1):
        if seen > MOST_ROWS + 20 or number > _LAST_ROW:  # some lines of a letter may stand above the headings
            raise Refused("rows")
        if len(cells) > MOST_COLUMNS:
            raise Refused("columns")
        yield number, cells


def _filled(found: Iterator[Row]) -> Iterator[Row]:
    """The rows that hold anything, without the empty cells at their end, until too many hold nothing."""
    blanks = 0
    for number, cells in found:
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            blanks = 0
            yield number, cells
            continue
        blanks += 1
        if blanks > _BLANKS:
            return


# -- .xlsx ----------------------------------------------------------------------------------------------------


def _of_workbook(data: bytes) -> Iterator[Row]:
    merged = judge(data)
    try:
        yield from _of_sheet(data, merged)
    except Refused:
        raise
    except Exception as broken:  # the library answers a damaged file with whatever failed first
        raise Refused("broken") from broken


def _of_sheet(data: bytes, merged: dict[str, list[str]]) -> Iterator[Row]:
    book = load_workbook(BytesIO(data), read_only=True, keep_links=False)
    try:
        sheet = next((each for each in book.worksheets if each.sheet_state == "visible"), None)
        if sheet is None:
            raise Refused("broken")
        own = merged.get(str(sheet._worksheet_path), [])  # noqa: SLF001 - the library says it nowhere else
        last = max((_last_row(each) for each in own), default=0)
        sheet.reset_dimensions()  # what the file says of its size is not believed
        yield from _unmerged(sheet.iter_rows(max_col=MOST_COLUMNS + 1), own, last)
    finally:
        book.close()


def _unmerged(found: Any, merged: list[str], last_merged: int) -> Iterator[Row]:
    """The rows with their texts. Merged cells above the third filled line are a title; below it they hide values."""
    filled = 0
    for number, cells in enumerate(found, 1):
        texts = [_text(cell) for cell in cells]
        filled += any(texts)
        if any(texts) and filled > 3 and last_merged >= number:  # noqa: PLR2004
            inside = [each for each in merged if _last_row(each) >= number]
            raise Refused("merged", ", ".join(inside[:5]))
        yield number, texts


def _last_row(area: str) -> int:
    return int(_ROW_OF.findall(area)[-1])


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        text = value.strip()[:_LONGEST]
        return text if cell.data_type != "f" or text.startswith("=") else f"={text}"
    return _plain(value)


def _plain(value: Any) -> str:
    """A value that Excel keeps as something else than text; a formula over many cells is only a formula here."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004
    return str(value)[:_LONGEST] if isinstance(value, int | time) else "="


# -- .csv -----------------------------------------------------------------------------------------------------


def _of_text(data: bytes) -> Iterator[Row]:
    text = _decoded(data)
    if "\0" in text or text.lstrip()[:1] in _NO_LIST:
        raise Refused("kind")
    first = text[:_LONGEST]
    mark = max(",;\t", key=first.count)
    if not first.count(mark):
        raise Refused("kind")
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip()[:_LONGEST] for cell in cells]
    except csv.Error as broken:
        raise Refused("broken") from broken


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 as Excel's "Unicode text" is; anything else would turn names into other letters."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as wrong:
        raise Refused("kind" if b"\0" in data[:1000] else "encoding") from wrong
