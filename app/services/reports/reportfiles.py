"""Statements as CSV, workbook or PDF, diagrams as PDF. What a spreadsheet would run as a formula goes out as text."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from app import engine, papers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.services.store.database import Database

#: What a spreadsheet takes for the beginning of a formula.
#: The wide ones are taken for the plain ones where a keyboard of East Asia is set.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BOM = "\ufeff"  # without it Excel reads Hindi as something else
_WIDE, _NARROW = 34, 13  # characters of a column
_SHEET_NAME = 31  # characters that Excel allows

CSV, XLSX, PDF = "csv", "xlsx", "pdf"
MEDIA = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    PDF: "application/pdf",
}
#: A cell: a number stays one.
Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Printed:
    """A statement in the words of one language."""

    title: str
    language: str
    above: Sequence[str]  # district, period, as of when
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    is_number: Sequence[bool]
    total: bool  # whether the last row is the sum
    below: Sequence[str]  # notes and orders
    stamp: str  # by whom and when it was taken
    is_practice: bool  # of a district for practice: its PDF says so


def made(database: Database, printed: Printed, ending: str, now: datetime) -> bytes:
    """The file of an ending of MEDIA. Raises KeyError for another, papers.PaperRefused."""
    if ending == PDF:
        sheet = papers.Table(
            printed.title,
            printed.language,
            printed.above,
            printed.header,
            [[_shown(cell) for cell in row] for row in printed.rows],
            printed.is_number,
            printed.total,
            printed.below,
            printed.stamp,
            is_practice=printed.is_practice,
        )
        return papers.draw_table(sheet, now, papers.Assets(database.fonts))
    return {CSV: _csv, XLSX: _xlsx}[ending](printed)


def diagrams(
    database: Database,
    drawn: Sequence[tuple[str, str]],
    above: str,
    stamp: str,
    now: datetime,
    *,
    is_practice: bool,
) -> bytes:
    """Diagrams (title, drawing) as a PDF. Raises papers.PapersUnavailable."""
    pictures = [papers.Picture(title, engine.load_xml(f"<all>{svg}</all>".encode())) for title, svg in drawn]
    assets = papers.Assets(database.fonts)
    return papers.draw_pictures(pictures, above, stamp, now, assets, is_practice=is_practice)


def harmless(cell: Cell) -> Cell:
    """A text that begins like a formula gets a mark before it; a number is none."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _shown(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _csv(printed: Printed) -> bytes:
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([harmless(text) for text in printed.header])
    for row in printed.rows:
        writer.writerow([_shown(harmless(cell)) for cell in row])
    return (_BOM + out.getvalue()).encode()


def _xlsx(printed: Printed) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = printed.title[:_SHEET_NAME].translate(dict.fromkeys(map(ord, "[]:*?/\\"), " "))
    for text in (printed.title, *printed.above):
        sheet.append([harmless(text)])
    sheet["A1"].font = Font(bold=True, size=13)
    sheet.append([harmless(text) for text in printed.header])
    head = sheet.max_row
    for cell in sheet[head]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for row in printed.rows:
        sheet.append([harmless(cell) for cell in row])
    if printed.total:
        for cell in sheet[sheet.max_row]:
            cell.font = Font(bold=True)
    for text in (*printed.below, printed.stamp):
        sheet.append([harmless(text)])
    for number, is_number in enumerate(printed.is_number, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _NARROW if is_number else _WIDE
    sheet.freeze_panes = f"B{head + 1}"
    out = BytesIO()
    book.save(out)
    return out.getvalue()
