"""The pages of every list from a sheet: template, upload, what columns mean, the list itself, what is given back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flask import Response, g, redirect, request, url_for

from app import spreadsheets
from app.domain.text import whole_number
from app.services.intake import sheetcolumns, sheetlists
from app.web.frame import confirmations, formviews, language
from app.web.frame.forms import uploads
from app.web.frame.pages import page
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from app import formjs
    from app.domain.errors import FieldProblem
    from app.services.intake import listfaults

    _Mark = Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]

Of = TypeVar("Of")  # what a list belongs to

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS_WITH_CHOICES = 1_000
_MOST_COLUMNS = 200
_MOST_DIGITS = 5  # of a row's number


@dataclass(frozen=True, slots=True)
class ListPages(Generic[Of]):
    """The pages of one kind of list, at its addresses and with its words; an act of its own is added to `bp`."""

    bp: Blueprint
    lists: sheetlists.Lists[Of]
    all_at: str  # address of the lists of a letter, which it names, or of a register
    one_at: str  # of each, before its id
    sees: _Mark  # opens a view to who may look
    keeps: _Mark  # opens a view to who hands a list in and changes it
    all_page: str  # templates
    one_page: str
    title: str  # key in the catalogues: what the sheets are headed with
    file: str  # what they are named
    own: Callable[[Of], dict[str, Any]]  # what only its pages show

    def serve(self) -> None:
        """Open the addresses of the acts that every kind has."""
        one = f"{self.one_at}/<uuid:roster_id>"
        for method, address, mark, view in (
            ("GET", self.all_at, self.sees, self.begin),
            ("POST", self.all_at, self.keeps, self.upload),
            ("GET", f"{self.all_at}/template", self.keeps, self.template),
            ("GET", one, self.sees, self.show),
            ("POST", f"{one}/columns", self.keeps, self.explain),
            ("POST", f"{one}/drop", self.keeps, self.drop),
            ("GET", f"{one}/faults", self.keeps, self.to_mend),
        ):
            # A method takes no mark of its own; what calls it does, under its name, by which requests are limited.
            marked = mark(update_wrapper(partial(view), view))
            self.bp.add_url_rule(address, view.__name__, marked, methods=[method])

    def begin(
        self, requisition_id: UUID | None = None, status: int = 200, fault: str = ""
    ) -> ResponseReturnValue:
        """The lists there are, and how one is handed in."""
        actor, now = transaction.actor(), transaction.now()
        of, lines = transaction.read(lambda rows: self.lists.lines(rows, actor, now, requisition_id))
        letter: dict[str, Any] = {} if requisition_id is None else {"requisition_id": requisition_id}
        return page(
            self.all_page,
            status,
            at=self.bp.name,
            lines=lines,
            fault=fault,
            most=spreadsheets.MOST_ROWS,
            template_address=url_for(f"{self.bp.name}.template", **letter),
            upload_address=url_for(f"{self.bp.name}.upload", **letter),
            **self.own(of),
        )

    def upload(self, requisition_id: UUID | None = None) -> ResponseReturnValue:
        """Keep the file that was sent and go to its page."""
        files = uploads()
        if not files:
            return self.begin(requisition_id, 422, language.say("roster.no_file"))
        database, actor, now = transaction.database(), transaction.actor(), transaction.now()
        try:
            roster_id = self.lists.upload(database, actor, files[0].data, now, requisition_id)
        except sheetcolumns.SheetRefused as refused:
            return self.begin(requisition_id, 422, language.refusal(refused))
        return self.back(roster_id)

    def template(self, requisition_id: UUID | None = None) -> ResponseReturnValue:
        """The list to be filled in, made of the form by which its rows are judged."""
        actor, now = transaction.actor(), transaction.now()
        columns = transaction.read(lambda rows: self.lists.columns(rows, actor, now, requisition_id))
        return _sheet(_template(columns, language.say(self.title)), f"{self.file}.xlsx")

    def show(
        self, roster_id: UUID, status: int = 200, fault: str = "", chosen: dict[int, str] | None = None
    ) -> ResponseReturnValue:
        """The page of a list: whatever its state, or with what is wrong with what was `chosen` or typed."""
        after = whole_number(request.args.get("after", ""), _MOST_DIGITS) or 0  # 0: its top
        found = self.lists.view(transaction.database(), g.actor, roster_id, transaction.now(), after)
        return page(
            self.one_page,
            status,
            at=self.bp.name,
            roster=found,
            chosen=found.chosen if chosen is None else chosen,
            fault=fault,
            after=after,
            typed_reason=request.form.get("reason", ""),
            notes=confirmations.take_notes(),
            **self.own(found.of),
        )

    def back(self, roster_id: UUID) -> ResponseReturnValue:
        """To the page of a list, behind an act."""
        return redirect(url_for(f"{self.bp.name}.show", roster_id=roster_id), code=303)

    def explain(self, roster_id: UUID) -> ResponseReturnValue:
        """Say what the columns mean, as it was chosen."""
        database, actor, now = transaction.database(), transaction.actor(), transaction.now()
        chosen = _chosen_columns()
        try:
            self.lists.explain(database, actor, roster_id, chosen, now)
        except sheetcolumns.ColumnsWrong as wrong:
            return self.show(roster_id, 422, _columns_wrong(wrong), chosen)
        return self.back(roster_id)

    def drop(self, roster_id: UUID) -> ResponseReturnValue:
        """Put a list away."""
        self.lists.drop(transaction.database(), transaction.actor(), roster_id, transaction.now())
        return self.back(roster_id)

    def to_mend(self, roster_id: UUID) -> ResponseReturnValue:
        """The rows that were not taken, in a sheet of the same columns, each faulty cell marked and told."""
        actor, now = transaction.actor(), transaction.now()
        heads, found = transaction.read(lambda rows: self.lists.to_mend(rows, actor, roster_id, now))
        return _sheet(_mended(heads, found, language.say(self.title)), f"{self.file}-to-mend.xlsx")


def _template(columns: Sequence[formjs.Column], title: str) -> bytes:
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
    return spreadsheets.template(title, hints, headings, _ROWS_WITH_CHOICES)


def _chosen_columns() -> dict[int, str]:
    """What the page says of each column: place -> field."""
    places = range(_MOST_COLUMNS)
    return {place: key for place in places if (key := request.form.get(f"column-{place}", ""))}


def _columns_wrong(wrong: sheetcolumns.ColumnsWrong) -> str:
    """What is wrong with what was said of the columns, in the page's language."""
    names = ", ".join(field.label.get(language.current()) for field in wrong.fields)
    return language.say(wrong.key, names=names)


def _mended(heads: Sequence[str], found: Sequence[listfaults.Mended], title: str) -> bytes:
    """Rows in a sheet of the list's own columns, each faulty cell marked and told in both languages."""
    rows = (
        (
            texts,
            {place: _both(fault) for place, fault in at.items()},
            [_told(told, each) for each in language.LANGUAGES],
        )
        for texts, at, told in found
    )
    return spreadsheets.marked(title, heads, rows, sheetlists.ERRORS)


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
