"""The thana-wise pendency statement: figures that add up and open their cases; else it is not printed at all."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from sqlalchemy import update

from app.domain.ledger import Order
from app.domain.roles import Role
from app.domain.statement import Period, month
from app.models.scope import SystemReason, SystemScope
from app.models.tables.clocks import case_clock
from app.models.tables.offices import office as offices
from app.services.reports import pendency, reportfiles
from app.services.reports.statements import DoesNotAddUp, Sheet, quantile
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services.store.database import Database

EVERYTHING = SystemScope(SystemReason.RECOUNT, 218)
OCTOBER, NOVEMBER, DECEMBER = (month(f"2026-{number}") for number in (10, 11, 12))
SENT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # a Monday


@pytest.fixture(scope="module")
def place(demo_sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Four cases: reported in time, late in December, passed on, still there; looked at on 21 December."""
    folder = tmp_path_factory.mktemp("pendency")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, SENT)
    letters = made.journey
    made.cases = {}
    for name in ("in_time", "late", "passed_on", "there"):
        made.cases[name] = letters.new_case(["th_mashrakh"])
        letters.go_on(made.cases[name], "accept_enquiry", "search_records")
    _report(made, "in_time", 4)
    task = next(t for t in letters.waiting(made.cases["passed_on"]) if t.element_id == "accept_enquiry")
    letters.finish(task, letters.form_of(task, **_elsewhere(made)))
    _report(made, "late", 18)
    made.now = letters.now = SENT + timedelta(days=28)
    yield made
    made.database.close()


def _report(made: Office, name: str, days: int) -> None:
    made.now = made.journey.now = SENT + timedelta(days=days)
    made.journey.go_on(made.cases[name], "search_records", "recommend")


def _elsewhere(made: Office) -> dict[str, Any]:
    there = str(made.journey.staff.offices(Role.SHO)["th_manjhi"])
    return {"accept": "other_thana", "correct_thana": there, "bounce_reason": "पता माँझी थाना में है।"}


def sheet(database: Database, period: Period | None, now: datetime) -> Sheet:
    assert period is not None
    return database.read(lambda session: pendency.of_offices(session, period, "", now), EVERYTHING)


def figures(found: Sheet, name: str) -> dict[str, Any]:
    line = next(line for line in found.lines if getattr(line.cells[0], "name_en", "") == name)
    return {column.key: cell for column, cell in zip(found.columns, line.cells, strict=True)}


def of(found: Sheet, name: str, *keys: str) -> list[Any]:
    return [figures(found, name)[key] for key in keys]


SUM = ("opening", "received", "within", "late", "returned", "closing")


def test_each_month_adds_up_and_the_next_begins_where_it_ended(place):
    november, december = (sheet(place.database, each, place.now) for each in (NOVEMBER, DECEMBER))
    assert of(november, "Mashrakh", *SUM) == [0, 4, 1, 0, 1, 2]
    assert of(december, "Mashrakh", *SUM) == [2, 0, 0, 1, 0, 1]
    assert of(november, "Manjhi", *SUM) == [0, 1, 0, 0, 0, 1]
    assert of(november, "District total", *SUM) == [0, 5, 1, 0, 1, 3]
    assert of(sheet(place.database, OCTOBER, place.now), "District total", *SUM) == [0] * 6


def test_age_and_penalty_are_told_as_of_the_last_day(place):
    november = figures(sheet(place.database, NOVEMBER, place.now), "Mashrakh")
    assert (november["oldest"], november["overdue"], november["age_7"], november["penalty"]) == (6, 0, 2, 0)
    december = figures(sheet(place.database, DECEMBER, place.now), "Mashrakh")
    assert (december["oldest"], december["overdue"], december["age_30"]) == (24, 1, 1)
    assert december["penalty"] == (24 - 14) * 250, "by the SP's own clock, which began on the same day"


def test_every_figure_opens_its_cases(place):
    dm = place.at(Role.DM)
    page = text_of(dm.get("/reports/pendency?month=2026-11"))
    assert "मासिक लंबित विवरणी, नवंबर 2026" in page
    assert '<option value="2026-11" selected>नवंबर 2026</option>' in page, "no month in the browser's language"
    address = page.partition('class="figure" href="')[2].partition('"')[0].replace("&amp;", "&")
    shown = text_of(dm.get(address))
    assert all(place.cases[name] in shown for name in ("in_time", "late", "there", "passed_on"))
    closing = text_of(dm.get("/reports/pendency/cases?month=2026-12&figure=closing"))
    assert place.cases["there"] in closing
    assert place.cases["in_time"] not in closing


def test_a_thana_sees_its_own_line_and_what_it_passed_on_is_out_of_its_sight(place):
    sho = place.at(Role.SHO, "th_mashrakh")
    page = text_of(sho.get("/reports/pendency?month=2026-11"))
    assert "मशरक" in page
    assert "माँझी" not in page
    assert "जिला योग<" not in page, "no line of the district"
    returned = text_of(sho.get("/reports/pendency/cases?month=2026-11&figure=returned"))
    assert place.cases["passed_on"] not in returned
    assert "1 प्रकरण अब इस कार्यालय की दृष्टि में नहीं है " in returned


def test_files_hold_the_same_figures(place):
    dm = place.at(Role.DM)
    told = dm.get("/reports/pendency.csv?month=2026-11").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(told)))
    total = rows[-1]
    assert total["थाना"] == "जिला योग"
    assert [total["माह में प्राप्त"], total["माह के अंत में लंबित"]] == ["5", "3"]
    book = openpyxl.load_workbook(io.BytesIO(dm.get("/reports/pendency.xlsx?month=2026-11").get_data()))
    cells = [row for row in book.active.iter_rows(values_only=True) if row[0] == "जिला योग"]
    assert cells[0][1:4] == (0, 5, 5)
    pdf = dm.get("/reports/pendency.pdf?month=2026-11")
    assert pdf.mimetype == "application/pdf"
    assert pdf.get_data().startswith(b"%PDF")


def test_a_row_that_was_altered_keeps_the_statement_from_being_shown(place):
    is_there = (case_clock.c.clock == "office") & (case_clock.c.stopped_on.is_(None))
    statement = update(case_clock).where(is_there, case_clock.c.office_kind == "thana")
    with place.database.engine.begin() as connection:
        kept = connection.execute(
            case_clock.select().where(is_there, case_clock.c.office_kind == "thana")
        ).all()
        connection.execute(statement.values(stopped_on=date(2026, 12, 1), outcome="sent_on"))
    with pytest.raises(DoesNotAddUp) as refused:
        sheet(place.database, DECEMBER, place.now)
    assert "मशरक" in refused.value.params["offices"]
    dm = place.at(Role.DM)
    for ending in ("", ".csv", ".xlsx", ".pdf"):
        answer = dm.get(f"/reports/pendency{ending}?month=2026-12")
        assert answer.status_code == 409
        assert "flask clocks recompute" in text_of(answer)
    with place.database.engine.begin() as connection:
        for row in kept:
            connection.execute(
                update(case_clock).where(case_clock.c.id == row.id).values(stopped_on=None, outcome="")
            )
    assert sheet(place.database, DECEMBER, place.now).lines


def test_a_thana_that_was_split_keeps_its_line_while_it_has_figures(place):
    old = (offices.c.key == "th_mashrakh") & (offices.c.district_id == 218)
    with place.database.engine.begin() as connection:
        connection.execute(update(offices).where(old).values(valid_to=date(2026, 11, 30)))
    try:
        found = sheet(place.database, NOVEMBER, place.now)
        assert figures(found, "Mashrakh")["remarks"] == ("until", date(2026, 11, 30))
        assert of(sheet(place.database, DECEMBER, place.now), "Mashrakh", *SUM) == [2, 0, 0, 1, 0, 1]
    finally:
        with place.database.engine.begin() as connection:
            connection.execute(update(offices).where(old).values(valid_to=None))


@pytest.mark.parametrize(
    "text", ["=1+1", "+91", "-2", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "\uff0b91", "\uff0d2", "\uff20A1"]
)
def test_no_cell_is_run_as_a_formula(text):
    assert reportfiles.harmless(text) == f"'{text}"
    assert reportfiles.harmless(-2) == -2


def test_a_quantile_is_a_number_of_days_that_really_came():
    assert quantile({}, 0.5) is None
    assert quantile({3: 5, 9: 4, 40: 1}, 0.5) == 3
    assert quantile({3: 5, 9: 4, 40: 1}, 0.9) == 9


def test_an_order_is_printed_beneath_the_statement_of_its_days(place):
    assert Order("pause", None, date(2026, 11, 10), date(2026, 11, 12)).covers("x", "thana")
    sp = place.at(Role.SP)
    sp.get("/orders")
    order = {"kind": "extend", "first": "22-12-2026", "last": "23-12-2026", "reason": "festival"}
    sp.post("/orders", {**order, "number": "77/स्था०", "dated": "20-12-2026", "days": "3", "_op": "issue"})
    assert "77/स्था०" in text_of(sp.get("/reports/pendency?month=2026-12"))
    assert "77/स्था०" not in text_of(sp.get("/reports/pendency?month=2026-11"))
