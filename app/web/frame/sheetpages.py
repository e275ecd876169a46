"""The pages of every list from a sheet: template, upload, what columns mean, the list itself, what is given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, redirect, request, url_for

from app import spreadsheets
from app.domain.text import whole_number
from app.services.intake import sheetlists
from app.web.frame import confirmations, formviews, language
from app.web.frame.forms import uploads
from app.web.frame.pages import page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app import formjs
    from app.domain.errors import FieldProblem
    from app.services.intake import listfaults

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
            is_sometimes=bool(column.hangs_on),
            choices=[each.text.hi for each in column.choices],
        )
        for column in columns
    ]
    hints = language.say("roster.sheet_hints")
    return _sheet(spreadsheets.template(title, hints, headings, _ROWS_WITH_CHOICES), name)


def upload(
    at: str, keep: Callable[[bytes], UUID], again: Callable[[int, str], ResponseReturnValue]
) -> ResponseReturnValue:
    """Keep the file that was sent and go to its page; or draw the page `again`, with a status and what is wrong."""
    files = uploads()
    if not files:
        return again(422, language.say("roster.no_file"))
    try:
        roster_id = keep(files[0].data)
    except sheetlists.SheetRefused as refused:
        return again(422, language.refusal(refused))
    return back(at, roster_id)


def back(at: str, roster_id: UUID) -> ResponseReturnValue:
    """To the page of a list, behind an act."""
    return redirect(url_for(f"{at}.show", roster_id=roster_id), code=303)


def shown(
    at: str,
    template_name: str,
    found: sheetlists.ListView,
    status: int = 200,
    fault: str = "",
    chosen: dict[int, str] | None = None,
    **own: Any,
) -> ResponseReturnValue:
    """The page of a list: whatever its state, or with what is wrong with what was `chosen` or typed."""
    return page(
        template_name,
        status,
        at=at,
        roster=found,
        chosen=found.chosen if chosen is None else chosen,
        fault=fault,
        after=row_after(),
        typed_reason=request.form.get("reason", ""),
        notes=confirmations.take_notes(),
        **own,
    )


def explain(
    at: str,
    roster_id: UUID,
    tell: Callable[[dict[int, str]], None],
    again: Callable[[str, dict[int, str]], ResponseReturnValue],
) -> ResponseReturnValue:
    """Say what the columns mean, as it was chosen; or draw the page `again` with what is wrong."""
    chosen = _chosen_columns()
    try:
        tell(chosen)
    except sheetlists.ColumnsWrong as wrong:
        return again(_columns_wrong(wrong), chosen)
    return back(at, roster_id)


def row_after() -> int:
    """The row behind which the page of a list begins; 0 is its top, and what an address that says nonsense gets."""
    return whole_number(request.args.get("after", ""), _MOST_DIGITS) or 0


def _chosen_columns() -> dict[int, str]:
    """What the page says of each column: place -> field."""
    places = range(_MOST_COLUMNS)
    return {place: key for place in places if (key := request.form.get(f"column-{place}", ""))}


def _columns_wrong(wrong: sheetlists.ColumnsWrong) -> str:
    """What is wrong with what was said of the columns, in the page's language."""
    names = ", ".join(field.label.get(language.current()) for field in wrong.fields)
    return language.say(wrong.key, names=names)


def mended(heads: Sequence[str], found: Sequence[listfaults.Mended], title: str, name: str) -> Response:
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
    names = ", ".join(f"“{label.hi}”" for label in column.hangs_on)
    needed = language.say("roster.hint.needed" if column.is_required else "roster.hint.free")
    needed = language.say("roster.hint.sometimes", names=names) if names else needed
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
