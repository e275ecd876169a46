"""A program of its own: reads the first sheet of a workbook, from stdin to stdout, within bounds that it sets itself.

Started by `app.spreadsheets.apart`; its arguments are the seconds of the processor and the bytes of memory that it
may take. It writes a line of JSON a row, and at its end one with `end`, or with what is wrong. A workbook that takes
it past its bounds ends it without that line.
"""

from __future__ import annotations

import re
import sys
from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson
from openpyxl import load_workbook

from app.apart import set_bounds
from app.spreadsheets.archive import LONGEST, MOST_COLUMNS, Refused, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.spreadsheets.archive import Row

_ROW_OF = re.compile(r"\d+")


def rows(data: bytes) -> Iterator[Row]:
    """The rows of the first sheet that is shown. Raises Refused."""
    merged = judge(data)
    try:
        yield from _of_sheet(data, merged)
    except (Refused, MemoryError):
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
        text = value.strip()[:LONGEST]
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
    return str(value)[:LONGEST] if isinstance(value, int | time) else "="


def main() -> int:
    set_bounds(int(sys.argv[1]), int(sys.argv[2]))
    try:
        for row in rows(sys.stdin.buffer.read()):
            _tell(row)
    except Refused as refused:
        _tell({"refused": refused.code, "where": refused.where})
    else:
        _tell({"end": True})
    return 0


def _tell(what: object) -> None:
    """One line at once: who has read enough of them ends the program."""
    sys.stdout.buffer.write(orjson.dumps(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
