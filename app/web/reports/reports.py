"""Statements and registers: each a table with a chart, whose figures open their cases, and a file to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, redirect, request, url_for

from app.domain.roles import Permission
from app.domain.statement import Period, month, month_of, months_before
from app.domain.text import whole_number
from app.services.reports import (
    durations,
    eventlog,
    figures,
    keptstatements,
    pendency,
    reportfiles,
    reports,
    statements,
    takings,
)
from app.web.door import stepup
from app.web.frame import charts, language
from app.web.frame.addresses import case_address
from app.web.frame.forms import day_of
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction
from app.web.request.files import attachment, file_response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from flask.typing import ResponseReturnValue

    from app.domain.errors import DomainError
    from app.services.access.stepup import Item, StepUp
    from app.services.reports.statements import Column, Line, Sheet

bp = Blueprint("reports", __name__)

#: What the district measured before the product, as its form names it.
BASELINE = ("median", "p90", "closing")
_DIGITS = 6
_LINE = 80  # characters of what names a line
_PLACE = 120  # characters of a place in a statement that is shown page by page
_LONGEST = 1100  # days of a period of one's own: three years
_BACK = 36  # months to choose from; an older one is asked for in the address


@bp.get("/reports")
@requires(Permission.REPORT_SEE)
def queues() -> ResponseReturnValue:
    rows = transaction.read(lambda rows: reports.queues(rows, g.actor, transaction.now()))
    return page(
        "reports/queues.html",
        rows=rows,
        today=transaction.now(),
        may_see_clocks=g.actor.may(Permission.CLOCK_SEE),
        may_see_areas=g.actor.may(Permission.AREA_SEE),
        may_read_record=g.actor.may(Permission.RECORD_READ),
        may_give_tickets=g.actor.may(Permission.INSPECTION_GIVE),
        may_see_masked=g.actor.may(Permission.CASE_MASKED),
        may_check=g.actor.may(Permission.RECORD_CHECK),
        may_watch=g.actor.may(Permission.CASE_OPENED),
        may_see_retention=g.actor.may(Permission.RETENTION_SEE),
        keys=reports.open_to(g.actor),
        may_see_kept=keptstatements.sees(g.actor),
        may_export=g.actor.may(Permission.EVENTS_EXPORT),
        may_open=g.actor.may(Permission.CASE_SEE),
        queues=figures.QUEUES,
    )


@bp.get("/reports/kept")
@requires(Permission.REPORT_SEE)
def kept() -> ResponseReturnValue:
    """The statements that were kept by themselves at the end of a month or a week."""
    rows = transaction.read(lambda rows: keptstatements.listed(rows, g.actor, transaction.now()))
    by_time: dict[Period, list[Any]] = {}
    for row in rows:
        by_time.setdefault(Period(row.first_on, row.last_on), []).append(row)
    times = [(_time(period), found) for period, found in by_time.items()]
    return page(
        "reports/kept.html", times=times, endings=list(reportfiles.MEDIA), takes_code=takings.takes_code
    )


@bp.get("/reports/kept/<uuid:kept_id>.<ending>")
@requires(Permission.STATEMENT_TAKE)
def kept_file(kept_id: UUID, ending: str) -> ResponseReturnValue:
    """A kept statement to take away: its figures are those of then, and its hash stands beneath."""
    _known_ending(ending)
    return _kept(kept_id, ending)


@bp.post("/reports/kept/<uuid:kept_id>.<ending>")
@requires(Permission.STATEMENT_TAKE)
@limits.export
def ask_kept_file(kept_id: UUID, ending: str) -> ResponseReturnValue:
    """Ask for the code that a kept statement takes which tells of single cases or officers."""
    _known_ending(ending)
    row, _ = transaction.read(lambda rows: keptstatements.opened(rows, g.actor, kept_id))
    return _asked(takings.Wanted(row.statement, Period(row.first_on, row.last_on), ending, kept=str(kept_id)))


def _kept(kept_id: UUID, ending: str, proof: StepUp | None = None) -> ResponseReturnValue:
    try:
        row, sheet = transaction.read(lambda rows: keptstatements.opened(rows, g.actor, kept_id))
    except keptstatements.Altered as refused:
        return page("reports/refused.html", 409, key=refused.key, refused=refused, period=None)
    if takings.takes_code(row.statement) and proof is None:
        return redirect(url_for("reports.kept"), code=303)
    below = [
        language.say("kept.made", at=language.moment(row.made_at)),
        f"SHA-256 {bytes(row.sha256).hex()}",
    ]
    return _taken(sheet, takings.Wanted(row.statement, sheet.period, ending, kept=str(kept_id)), proof, below)


@bp.get("/reports/<key>")
@requires(Permission.REPORT_SEE)
def statement(key: str) -> ResponseReturnValue:
    return _statement_page(key)


def _statement_page(key: str, status: int = 200, refused: DomainError | None = None) -> ResponseReturnValue:
    period, purpose = _period(), request.args.get("purpose", "")
    after = request.args.get("after", "")[:_PLACE]
    sheet, known = _made(key, period, purpose, after)
    if isinstance(sheet, statements.DoesNotAddUp):
        return page("reports/refused.html", 409, key=key, refused=sheet, period=period)
    title, is_whole = _title(sheet), request.args.get("lines") == "all"
    return page(
        "reports/statement.html",
        status,
        sheet=sheet,
        lines=[line for line in sheet.lines if is_whole or not line.is_quiet],
        quiet=0 if is_whole else sum(line.is_quiet for line in sheet.lines),
        title=title,
        after=after if reports.STATEMENTS[key].page else "",
        chart=charts.bars(sheet.bars, title),
        purposes=known,
        purpose=purpose,
        months=_months(period),
        month=_query(period, "").get("month", ""),
        shown=_shown,
        address=_address,
        opened=_opened,
        endings=list(reportfiles.MEDIA),
        takes_code=takings.takes_code(key),
        by_purpose=reports.STATEMENTS[key].by_purpose,
        may_open=g.actor.may(Permission.CASE_SEE),
        enters_baseline=key == "duration" and g.actor.may(Permission.BASELINE_SET),
        baseline_fields=BASELINE,
        refused=refused,
        typed=request.form,
    )


@bp.get("/reports/<key>.<ending>")
@requires(Permission.STATEMENT_TAKE)
def file(key: str, ending: str) -> ResponseReturnValue:
    """The statement to take away, with the name of whoever took it and when."""
    _known_ending(ending)
    wanted = takings.Wanted(key, _period(), ending, request.args.get("purpose", ""))
    return _file(wanted)


@bp.post("/reports/<key>.<ending>")
@requires(Permission.STATEMENT_TAKE)
@limits.export
def ask_file(key: str, ending: str) -> ResponseReturnValue:
    """Ask for the code that a statement takes which tells of single cases or officers."""
    _known_ending(ending)
    if key not in reports.STATEMENTS:
        abort(404)
    return _asked(takings.Wanted(key, _period(), ending))


def _file(wanted: takings.Wanted, proof: StepUp | None = None) -> ResponseReturnValue:
    sheet, _ = _made(wanted.statement, wanted.period, wanted.purpose)
    if isinstance(sheet, statements.DoesNotAddUp):
        return page("reports/refused.html", 409, key=wanted.statement, refused=sheet, period=wanted.period)
    if takings.takes_code(wanted.statement) and proof is None:
        return redirect(_address("statement", sheet, "", key=wanted.statement), code=303)
    return _taken(sheet, wanted, proof)


def _known_ending(ending: str) -> None:
    if ending not in reportfiles.MEDIA:
        abort(404)


def _taken(sheet: Sheet, wanted: takings.Wanted, proof: StepUp | None, below: Sequence[str] = ()) -> Response:
    """The file of a statement, recorded before it goes out; `below` are further lines beneath it."""
    database, now, ending = transaction.database(), transaction.now(), wanted.ending
    data = reportfiles.made(database, _printed(sheet, below), ending, now)
    takings.note(database, g.actor, wanted, len(sheet.lines), data, now, proof)
    first, last = sheet.period.first.isoformat(), sheet.period.last.isoformat()
    name = f"{wanted.statement}-{first}-{last}.{ending}"
    headers = {"Content-Disposition": attachment(name), "Cache-Control": "no-store"}
    return Response(data, mimetype=reportfiles.MEDIA[ending], headers=headers)


def _asked(wanted: takings.Wanted) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    asked = transaction.write(lambda rows: takings.ask(rows, actor, wanted, now))
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _tell_taking(item: Item) -> stepup.Line:
    wanted = takings.wanted_by(item)
    name = f"{language.word('statement.name', wanted.statement)}, {_time(wanted.period)}"
    done = language.say("statement.take_file", ending=wanted.ending.upper())
    return stepup.Line(name, _whence([item]), done, item.digest)


def _give_taking(proof: StepUp) -> ResponseReturnValue:
    wanted = takings.wanted_by(proof.items[0])
    return _kept(UUID(wanted.kept), wanted.ending, proof) if wanted.kept else _file(wanted, proof)


def _whence(items: Sequence[Item]) -> str:
    """The page from which a file was asked for."""
    wanted = takings.wanted_by(items[0])
    if wanted.kept:
        return url_for("reports.kept")
    return url_for("reports.statement", key=wanted.statement, **_query(wanted.period, ""))


stepup.ACTS[takings.TAKE] = stepup.Act(_tell_taking, _give_taking, _whence)


@bp.post("/reports/duration/baseline")
@requires(Permission.BASELINE_SET)
def enter_baseline() -> ResponseReturnValue:
    """Keep what the district measured before the product; what is no number is told above the statement."""
    actor, now = transaction.actor(), transaction.now()
    given = durations.Baseline(
        *(whole_number(request.form.get(name, "").strip(), _DIGITS) or 0 for name in BASELINE)
    )
    try:
        transaction.write(lambda rows: durations.enter_baseline(rows, actor, given, now))
    except durations.BaselineWrong as refused:
        return _statement_page("duration", refused=refused, status=422)
    return redirect(url_for("reports.statement", key="duration"), code=303)


@bp.post("/reports/events")
@requires(Permission.EVENTS_EXPORT)
@limits.export
def events() -> ResponseReturnValue:
    """Ask for the code that the log of events of this month takes; it goes out behind it."""
    actor, now, period = transaction.actor(), transaction.now(), _period()
    asked = transaction.write(lambda rows: eventlog.ask(rows, actor, period, now))
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _tell_events(item: Item) -> stepup.Line:
    done = language.say("events.export")
    return stepup.Line(_time(eventlog.period_of(item)), url_for("reports.queues"), done, item.digest)


def _give_events(wanted: StepUp) -> ResponseReturnValue:
    actor, now, period = transaction.actor(), transaction.now(), eventlog.period_of(wanted.items[0])
    data = transaction.write(lambda rows: eventlog.export(rows, actor, wanted, now))
    name = f"events-{period.first.isoformat()}-{period.last.isoformat()}.xes"
    return file_response(data, "application/xml", name)


stepup.ACTS[eventlog.EXPORT] = stepup.Act(_tell_events, _give_events, lambda _: url_for("reports.queues"))


@bp.get("/reports/<key>/cases")
@requires(Permission.CASE_SEE)
def cases(key: str) -> ResponseReturnValue:
    """The cases behind a figure of a statement, or of today's queues."""
    period, purpose = _period(), request.args.get("purpose", "")
    figure, line = (request.args.get(name, "")[:_LINE] for name in ("figure", "line"))
    asked = figures.Asked(key, period, purpose, figure, line)
    number = whole_number(request.args.get("page", ""), _DIGITS) or 0
    found = transaction.read(lambda rows: figures.behind(rows, g.actor, asked, number, transaction.now()))
    is_today = key == figures.QUEUES
    here: dict[str, Any] = {"key": key, "figure": figure, "line": line}
    here |= {} if is_today else _query(period, purpose)
    return page(
        "reports/cases.html",
        found=found,
        about=_named(found.about),
        figure=figure,
        period=None if is_today else period,
        back=url_for("reports.queues")
        if is_today
        else url_for("reports.statement", key=key, **_query(period, purpose)),
        newer=url_for("reports.cases", page=number - 1, **here) if number else "",
        older=url_for("reports.cases", page=number + 1, **here) if found.has_more else "",
    )


def _made(key: str, period: Period, purpose: str, after: str | None = None) -> tuple[Any, Any]:
    """The statement, or why it is refused; and the purposes to choose from. `after`: of its page behind a place."""
    if key not in reports.STATEMENTS:
        abort(404)
    now = transaction.now()

    def work(rows: Any) -> tuple[Any, Any]:
        known = reports.purposes(rows)
        wanted = purpose if purpose in {code for code, *_ in known} else ""
        try:
            return reports.make(rows, g.actor, key, period, wanted, now, after), known
        except statements.DoesNotAddUp as refused:
            return refused, known

    return transaction.read(work)


def _period() -> Period:
    """The month, or the days, that the address names; this month otherwise."""
    first, last = (day_of(request.args, name) for name in ("from", "to"))
    if first is not None and last is not None and first <= last and (last - first).days <= _LONGEST:
        return Period(first, last)
    return month(request.args.get("month", "")) or pendency.this_month(transaction.now())


def _months(shown: Period) -> list[tuple[str, str]]:
    """The months to choose from, the newest first, and the one or the days that are shown: code and name."""
    found = months_before(pendency.this_month(transaction.now()), _BACK)[::-1]
    if shown not in found:
        found.append(shown)
    return [(_query(each, "").get("month", ""), _time(each)) for each in found]


def _query(period: Period, purpose: str) -> dict[str, Any]:
    more = {"purpose": purpose} if purpose else {}
    if period == month_of(period.first):
        return {"month": period.first.isoformat()[:7], **more}
    return {"from": period.first.isoformat(), "to": period.last.isoformat(), **more}


def _address(endpoint: str, sheet: Sheet, purpose: str, **more: Any) -> str:
    return url_for(f"reports.{endpoint}", **_query(sheet.period, purpose), **more)


def _opened(sheet: Sheet, purpose: str, column: Column, line: Line) -> str:
    """Where a figure leads: to its cases, or to the one case, letter or requisition that it names."""
    if column.key == "letter_kind":
        thing, _, which = line.key.partition(":")
        return _THINGS[thing](which)
    if column.key == "case_number":
        return case_address(line.key)
    return _address("cases", sheet, purpose, key=sheet.key, figure=column.key, line=line.key)


#: What a line of the register of outgoing numbers leads to.
_THINGS: dict[str, Callable[[str], str]] = {
    "case": case_address,
    "letter": lambda which: url_for("cases.sent_letter", letter_id=which),
    "requisition": lambda which: url_for("requisitions.view", requisition_id=which),
}


# -- in words ---------------------------------------------------------------------------------------------


def _title(sheet: Sheet) -> str:
    """The title of a statement, with its month or days."""
    return language.word("statement.title", sheet.key, when=_time(sheet.period))


def _time(period: Period) -> str:
    """A month by its name, or days."""
    if period == month_of(period.first):
        return f"{language.word('statement.month', str(period.first.month))} {period.first.year}"
    return language.say("statement.days", first=language.day(period.first), last=language.day(period.last))


#: In which list of the catalogue the codes of a column have their words.
_WORDS = {"letter_kind": "letter", "paper_status": "paper.status", "ground": "papers.life.ground"}


def _shown(column: Column, cell: Any) -> str:
    """A cell as it reads in the page's language."""
    if cell is None:
        return "" if column.kind == statements.TEXT else "–"
    if isinstance(cell, statements.Name):
        return _named(cell)
    if isinstance(cell, tuple):
        return language.word("statement.remark", cell[0], at=language.day(cell[1]))
    if column.kind == statements.WORD:
        return language.known(f"{_WORDS[column.key]}.{cell}") or str(cell)
    return _number_shown(column, cell)


def _named(name: statements.Name | None) -> str:
    """A line by its name; nothing for none."""
    if name is None:
        return ""
    return language.office(name, "name") if name.name_kind else language.choose(name.name_hi, name.name_en)


def _number_shown(column: Column, cell: Any) -> str:
    if column.kind == statements.DAY:
        return language.day(cell)
    if not isinstance(cell, int):
        return str(cell)
    text = language.grouped(cell)
    return f"{text} %" if column.kind == statements.PERCENT else text


def _printed(sheet: Sheet, below: Sequence[str]) -> reportfiles.Printed:
    """The statement for a file: numbers stay numbers."""
    actor, now = g.actor, transaction.now()

    def cell(column: Column, value: Any) -> reportfiles.Cell:
        return value if isinstance(value, int) else _shown(column, value) or None

    def row(line: Line) -> list[reportfiles.Cell]:
        return [cell(column, value) for column, value in zip(sheet.columns, line.cells, strict=True)]

    above = [language.choose(g.district.name_hi, g.district.name_en), _as_of(sheet.as_of)]
    return reportfiles.Printed(
        _title(sheet),
        language.current(),
        above,
        [language.word("statement.column", column.key) for column in sheet.columns],
        [row(line) for line in sheet.lines],
        [column.is_number for column in sheet.columns],
        bool(sheet.lines) and sheet.lines[-1].is_total,
        [
            *(language.word("statement.note", note) for note in sheet.notes),
            *_orders(sheet),
            *_waits(sheet),
            *below,
        ],
        language.say(
            "statement.taken",
            name=language.choose(actor.name_hi, actor.name_en),
            office=language.office(actor.post),
            at=language.moment(now),
        ),
        is_practice=g.district.demo,
    )


def _as_of(day: date) -> str:
    return language.say("statement.as_of", at=language.day(day))


def _waits(sheet: Sheet) -> list[str]:
    """The queries that stopped the clock of an office, by office and reason."""
    return [
        language.say(
            "statement.wait",
            office=language.office(each.name, "name"),
            reason=language.word("ledger.reason", each.reason),
            count=language.grouped(each.queries),
        )
        for each in sheet.waits
    ]


def _orders(sheet: Sheet) -> list[str]:
    return [
        language.say(
            "statement.order",
            kind=language.word("order.kind", order.kind),
            office=language.office(order) if order.office_id else language.say("order.district"),
            first=language.day(order.first_on),
            last=language.day(order.last_on),
            number=order.number,
            reason=language.word("ledger.reason", order.reason),
        )
        for order in sheet.orders
    ]
