"""What the pages of every list from a sheet share: its template, what its columns mean, and its faults given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from app import spreadsheets
from app.services.intake import sheetlists
from app.web.frame import formviews, language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app import formjs
    from app.domain.errors import FieldProblem

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS_WITH_CHOICES = 1_000
_MOST_COLUMNS = 200
_MOST_DIGITS = 5  # of a row's number


def template(columns: Sequence[formjs.Column], title: str, name: str) -> Response:
    """A sheet to be filled in, made of these columns."""
    headings = [
        spreadsheets.Heading(
            column.label.hi,
            _hints(column),
            is_needed=column.is_required,
            choices=[each.text.hi for each in column.choices],
        )
        for column in columns
    ]
    hints = language.say("roster.sheet_hints")
    return _sheet(spreadsheets.template(title, hints, headings, _ROWS_WITH_CHOICES), name)


def row_after() -> int:
    """The row behind which the page of a list begins; 0 is its top, and what an address that says nonsense gets."""
    given = request.args.get("after", "")
    return int(given) if given.isdecimal() and len(given) <= _MOST_DIGITS else 0


def chosen_columns() -> dict[int, str]:
    """What the page says of each column: place -> field."""
    places = range(_MOST_COLUMNS)
    return {place: key for place in places if (key := request.form.get(f"column-{place}", ""))}


def columns_wrong(wrong: sheetlists.ColumnsWrong) -> str:
    """What is wrong with what was said of the columns, in the page's language."""
    names = ", ".join(field.label.get(language.current()) for field in wrong.fields)
    return language.say(wrong.key, names=names)


def mended(heads: Sequence[str], found: Sequence[sheetlists.Mended], title: str, name: str) -> Response:
    """Rows in a sheet of the list's own columns, each faulty cell marked and told in both languages."""
    rows = (
        (
            texts,
            {place: _both(fault) for place, fault in at.items()},
            [_told(told, each) for each in language.LANGUAGES],
        )
        for texts, at, told in found
    )
    return _sheet(spreadsheets.marked(title, heads, rows, sheetlists.ERRORS), name)


def _hints(column: formjs.Column) -> list[str]:
    """What a filler-in is told of a column: its English name, whether it is needed, what it takes."""
    needed = language.say("roster.hint.needed" if column.is_required else "roster.hint.free")
    told = " ".join(filter(None, (column.hint.hi, column.error.hi)))
    kinds = {"date": "roster.hint.date", "month": "roster.hint.month"}
    form = language.say(kinds[column.kind]) if column.kind in kinds else ""
    form = language.say("roster.hint.choice") if column.choices else form
    return [column.label.en, needed, told, form]


def _sheet(data: bytes, name: str) -> Response:
    answer = Response(data, mimetype=_XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _both(fault: FieldProblem) -> str:
    return "\n".join(_told([(None, fault)], each) for each in language.LANGUAGES)


def _told(faults: list[tuple[formjs.Column | None, FieldProblem]], lang: str) -> str:
    lines = []
    with language.of(lang):
        for column, fault in faults:
            text = formviews.problem_text(fault)
            lines.append(f"{column.label.get(lang)}: {text}" if column is not None else text)
    return "\n".join(lines)
