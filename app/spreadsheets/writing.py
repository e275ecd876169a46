"""Sheets that leave the product: a template to fill in, and a list given back with its faults beside the cells."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_HEAD = PatternFill("solid", fgColor="FFDCE6F1")
_NEEDED = PatternFill("solid", fgColor="FFFCE4D6")
_SOMETIMES = PatternFill("solid", fgColor="FFFFF7DB")
_FAULT = PatternFill("solid", fgColor="FFFFC7CE")
_BOLD = Font(bold=True)
_WRAP = Alignment(wrap_text=True, vertical="top")
_LEAST, _WIDEST = 12, 34  # characters of a column
_TEXT_FORMAT = "@"  # Excel keeps 0841 and 14-03-1998 as they are typed
_LIST_SHEET = "सूचियाँ"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the template: its name, what is written into it, and the choices where there is a list.

    `is_needed`: in every row; `is_sometimes`: in those that another column picks.
    """

    name: str
    hints: Sequence[str]
    is_needed: bool = False
    is_sometimes: bool = False
    choices: Sequence[str] = ()


def template(title: str, hints_title: str, headings: Sequence[Heading], rows: int) -> bytes:
    """An empty list: one sheet to fill in, with choices to pick from for so many rows, and one of hints."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    sheet.freeze_panes = "A2"
    lists = book.create_sheet(_LIST_SHEET)
    lists.sheet_state = "hidden"
    for place, heading in enumerate(headings, 1):
        letter = get_column_letter(place)
        cell = sheet.cell(1, place, heading.name)
        cell.font, cell.alignment = _BOLD, _WRAP
        cell.fill = _NEEDED if heading.is_needed else _SOMETIMES if heading.is_sometimes else _HEAD
        sheet.column_dimensions[letter].width = min(max(_LEAST, len(heading.name) + 2), _WIDEST)
        sheet.column_dimensions[letter].number_format = _TEXT_FORMAT
        for row in range(2, 42):
            sheet.cell(row, place).number_format = _TEXT_FORMAT
        if heading.choices:
            for line, choice in enumerate(heading.choices, 1):
                _put(lists.cell(line, place), choice)
            area = f"'{_LIST_SHEET}'!${letter}$1:${letter}${len(heading.choices)}"
            offered = DataValidation("list", formula1=area, allow_blank=True, showErrorMessage=True)
            offered.add(f"{letter}2:{letter}{rows + 1}")
            sheet.add_data_validation(offered)
    _hints(book.create_sheet(hints_title), headings)
    return _saved(book)


def _hints(sheet: Any, headings: Sequence[Heading]) -> None:
    for line, heading in enumerate(headings, 1):
        for place, text in enumerate((heading.name, *heading.hints), 1):
            cell = sheet.cell(line, place)
            _put(cell, text)
            cell.alignment = _WRAP
        sheet.cell(line, 1).font = _BOLD
    for letter in "ABCDE":
        sheet.column_dimensions[letter].width = _WIDEST


def marked(
    title: str,
    head: Sequence[str],
    rows: Iterable[tuple[Sequence[str], Mapping[int, str], Sequence[str]]],
    notes: Sequence[str],
) -> bytes:
    """The same list again: each row with what stood in it, its faulty cells marked and told, its faults in words.

    A row is (texts, place of a cell -> what is wrong with it, what stands in the columns `notes` beside it).
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place in range(1, len(head) + len(notes) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDEST if place > len(head) else 18
    sheet.append([_cell(sheet, text, _HEAD) for text in (*head, *notes)])
    for texts, faults, told in rows:
        cells = [
            _cell(sheet, texts[place] if place < len(texts) else "", _FAULT if place in faults else None)
            for place in range(len(head))
        ]
        for place, fault in faults.items():
            if place < len(cells):
                cells[place].comment = Comment(fault, "e-Satyapan", height=90, width=280)
        cells += [_cell(sheet, text, _FAULT) for text in told]
        sheet.append(cells)
    return _saved(book)


def _cell(sheet: Any, text: str, fill: Any) -> Any:
    cell = WriteOnlyCell(sheet)
    _put(cell, text)
    if fill is not None:
        cell.fill, cell.alignment = fill, _WRAP
    cell.number_format = _TEXT_FORMAT
    return cell


def _put(cell: Any, text: str) -> None:
    """A text as a text, whatever sign it begins with: a formula of somebody's list must not run elsewhere."""
    cell.value = "".join(sign for sign in text if sign >= " " or sign in "\n\t")
    cell.data_type = "s"


def _saved(book: Workbook) -> bytes:
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()
