"""The other statements: each is a page and three files, shows what its reader may see, and names no person."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from lxml import etree
from openpyxl import load_workbook
from sqlalchemy import select

from app import create_app
from app.domain.errors import NotAllowed
from app.domain.roles import Role
from app.domain.statement import Period
from app.models.tables.audit import audit
from app.services.jobs import jobs
from app.services.reports import reports, takings
from app.web.request import limits
from tests.office import Office, text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGUN = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
XES = "{http://www.xes-standard.org/}"


@pytest.fixture(scope="module")
def place(demo_sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A case with its paper dispatched after nine days, and one that lies with the enquiry officer, overdue."""
    folder = tmp_path_factory.mktemp("statements")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, BEGUN)
    made.done = made.journey.new_case(["th_mashrakh"])
    made.there = made.journey.new_case(["th_manjhi"], requesting_dept="=गृह विभाग, बिहार")
    made.journey.go_on(made.done, "accept_enquiry", "search_records")
    made.journey.go_on(made.there, "visit", "check_registers", "search_records")
    made.now = made.journey.now = BEGUN + timedelta(days=9)
    made.journey.go_on(made.done)
    while jobs.run_one(made.database, made.now + timedelta(seconds=1)):
        made.journey.go_on(made.done)
    made.now = made.journey.now = BEGUN + timedelta(days=11)
    yield made
    made.database.close()


def rows(
    place: Office,
    key: str,
    role: Role = Role.DM,
    office: str = "",
    period: str = "from=2026-11-01&to=2026-12-31",
) -> list[dict[str, str]]:
    answer = taken(place, role, f"/reports/{key}.csv?{period}", office)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def taken(place: Office, role: Role, address: str, office: str = "") -> Any:
    """The file of a statement as this post gets it: at once, or by a code where it tells of single cases."""
    visitor = place.at(role, office)
    if not takings.takes_code(re.split(r"[/.]", address)[2]):
        return visitor.get(address)
    visitor.get("/reports")
    asked = visitor.post(address)
    if asked.status_code != 303:
        return asked
    office_id = place.journey.staff.offices(role)[office] if office else None
    step_up = asked.headers["Location"]
    place.journey.confirm(
        place.journey.staff.holder(role, office_id), UUID(step_up.removeprefix("/step-up/"))
    )
    return visitor.post(step_up)


@pytest.mark.parametrize("key", list(reports.STATEMENTS))
def test_each_is_a_page_and_three_files_in_both_languages(place, key):
    dm = place.at(Role.DM)
    page = text_of(dm.get(f"/reports/{key}"))
    assert "statement." not in page.partition("<main")[2]
    for ending, begin in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        answer = taken(place, Role.DM, f"/reports/{key}.{ending}")
        assert answer.status_code == 200
        assert answer.get_data().startswith(begin)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert dm.get("/reports/nothing").status_code == 404
    assert dm.get(f"/reports/{key}.exe").status_code == 404


def last_taking(place: Office) -> Any:
    with place.database.engine.connect() as connection:
        wanted = select(audit).where(audit.c.action == "statement:take").order_by(audit.c.seq.desc())
        return connection.execute(wanted).first()


def test_that_a_file_was_taken_is_recorded_with_its_digest_and_rows(place):
    answer = taken(place, Role.SP, "/reports/pendency.xlsx?month=2026-11")
    row = last_taking(place)
    assert (row.stream, row.role, row.object) == ("access", "sp", "statement:pendency")
    assert row.detail["sha256"] == sha256(answer.get_data()).hexdigest()
    assert (row.detail["first"], row.detail["ending"]) == ("2026-11-01", "xlsx")
    assert row.detail["rows"] > 1
    assert "step_up" not in row.detail


@pytest.mark.parametrize("key", ["officers", "receipts", "letters", "dispatches", "issued", "revocations"])
def test_a_file_of_single_cases_or_officers_takes_a_code_for_that_very_file_once(place, key):
    assert takings.takes_code(key)
    dm = place.at(Role.DM)
    assert dm.get(f"/reports/{key}.csv").headers["Location"].startswith(f"/reports/{key}"), "no code, no file"
    page = text_of(dm.get(f"/reports/{key}"))
    assert f'formaction="/reports/{key}.csv' in page
    assert f'href="/reports/{key}.csv' not in page
    asked = dm.post(f"/reports/{key}.csv?month=2026-11").headers["Location"]
    before = last_taking(place)
    assert dm.post(asked, {"code": "000000"}).status_code == 422
    assert last_taking(place) == before
    place.journey.confirm(place.journey.staff.holder(Role.DM), UUID(asked.removeprefix("/step-up/")))
    assert dm.post(asked).mimetype == "text/csv"
    assert last_taking(place).detail["step_up"] == asked.removeprefix("/step-up/")
    assert dm.post(asked).mimetype == "text/html"
    nobody = place.at(Role.PROCESS_ADMIN)
    nobody.get("/account")
    assert nobody.post(f"/reports/{key}.csv").status_code == 403
    wanted = takings.Wanted(key, Period(BEGUN.date(), BEGUN.date()), "csv")
    with pytest.raises(NotAllowed):  # whichever page forgets to ask
        takings.note(place.database, place.journey.staff.holder(Role.DM), wanted, 1, b"", place.now)


def test_a_sixth_file_of_single_cases_within_an_hour_waits(place, tmp_path, monkeypatch):
    monkeypatch.setattr(limits.limiter, "enabled", False)
    kept = place.app.extensions["settings"]
    app = create_app(replace(kept, instance=tmp_path), place.database, clock=lambda: place.now)
    app.config["RATELIMIT_ENABLED"] = True
    limits.limiter.init_app(app)
    dm = Visitor(app).enter(place.journey.staff.holder(Role.DM).officer_id, place.now)
    key = next(key for key in reports.STATEMENTS if takings.takes_code(key))
    dm.get(f"/reports/{key}")
    asked = [dm.post(f"/reports/{key}.csv?month=2026-11") for _ in range(5)]
    assert {each.status_code for each in asked} == {303}
    refused = dm.post("/reports/events")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 3_000


def test_sums_alone_go_out_without_one(place):
    sums = {key for key in reports.STATEMENTS if not takings.takes_code(key)}
    assert sums == {"pendency", "disposal", "duration", "stages", "outcomes", "departments"}
    for key in sums:
        text = taken(place, Role.DM, f"/reports/{key}.csv?from=2026-11-01&to=2026-12-31").get_data().decode()
        assert place.done not in text, key


def test_disposal_tells_days_and_what_was_in_time(place):
    found = {row["थाना"]: row for row in rows(place, "disposal")}
    done, there = found["थाना मशरक"], found["थाना मांझी"]
    assert [done["प्रतिवेदन प्राप्त"], done["माध्यिका (कार्यदिवस)"], done["समय-सीमा में"]] == ["1", "8", "0"]
    assert [there["प्रेषित"], there["प्रतिवेदन प्राप्त"], there["माध्यिका (कार्यदिवस)"]] == ["1", "0", "–"]


def test_time_of_disposal_stands_beside_what_the_district_measured_before(place):
    dm = place.at(Role.DM)
    dm.get("/reports/duration")
    wrong = dm.post("/reports/duration/baseline", {"median": "40", "p90": "12", "closing": "300"})
    assert wrong.status_code == 422
    assert 'value="40"' in text_of(wrong)
    right = dm.post("/reports/duration/baseline", {"median": "४०", "p90": "90", "closing": "300"})
    assert right.status_code == 303
    found = {row["माह"]: row for row in rows(place, "duration", period="month=2026-12")}
    assert found["ई-सत्यापन से पहले"]["माध्यिका (कार्यदिवस)"] == "40"
    assert found["12-2026"]["निष्पादित"] == "1"
    assert found["11-2026"]["अंत में लंबित"] == "2"
    sho = place.at(Role.SHO)
    sho.get("/reports")
    assert sho.post("/reports/duration/baseline", {"median": "1"}).status_code == 403


def test_stages_and_officers_count_what_lies_with_whom(place):
    stages = {row["स्तर"]: row for row in rows(place, "stages")}
    assert stages["स्थल भ्रमण"]["विलंबित"] == "1"
    assert stages["योग"]["लंबित"] == "3"
    dm_sees = [row for row in rows(place, "officers") if row["लंबित"] == "1"]
    assert [row["कार्यालय"] for row in dm_sees] == ["थाना मांझी"]
    assert not rows(place, "officers", Role.SHO, "th_dighwara")
    assert place.at(Role.DM_ASSISTANT).get("/reports/officers").status_code == 403


def test_registers_neutralise_formulas_and_are_for_those_who_may_see_letters(place):
    found = rows(place, "departments")
    assert [(row["विभाग"], row["लंबित"]) for row in found] == [
        ("'=गृह विभाग, बिहार", "1"),
        ("शिक्षा विभाग, बिहार", "0"),
        ("योग", "1"),
    ]
    answer = place.at(Role.DM).get("/reports/departments.xlsx?from=2026-11-01&to=2026-12-31")
    book = load_workbook(io.BytesIO(answer.get_data()))
    shown = [cell for row in book.active for cell in row if "गृह विभाग" in str(cell.value)]
    assert [(cell.value, cell.data_type) for cell in shown] == [("'=गृह विभाग, बिहार", "s")]
    receipts = rows(place, "receipts")
    assert {row["प्रकरण सं०"] for row in receipts} == {place.done, place.there}
    sent = rows(place, "dispatches")
    assert [row["प्रकरण सं०"] for row in sent] == [place.done]
    letters = rows(place, "letters")
    assert len(letters) == len({row["निर्गत सं०"] for row in letters}) > 2, "each letter once"
    assert {row["व्यक्तियों की संख्या"] for row in letters} == {"1"}
    assert place.at(Role.SHO).get("/reports/receipts").status_code == 403
    [paper] = rows(place, "issued")
    assert (paper["प्रकरण सं०"], paper["स्थिति"]) == (place.done, "निर्गत")
    assert "राहुल" not in " ".join(paper.values()), "nobody is named"
    assert rows(place, "revocations") == []


def test_the_log_of_events_is_valid_xml_without_a_name(place):
    visitor = place.at(Role.SP)
    visitor.get("/reports")
    asked = visitor.post("/reports/events?month=2026-11")
    assert b"<log" not in asked.data
    answer = visitor.confirm(asked)
    tree = etree.fromstring(answer.get_data())
    traces = tree.findall(f"{XES}trace")
    assert len(traces) == 2
    assert all(trace.findall(f"{XES}event") for trace in traces)
    told = answer.get_data().decode()
    assert place.done in told
    assert "Rahul" not in told
    assert "राहुल" not in told
    sho = place.at(Role.SHO)
    sho.get("/inbox")
    assert sho.post("/reports/events").status_code == 403


LINK = re.compile(r'<a class="figure" href="(?P<address>[^"]+)">(?P<number>[^<]+)</a>')


def opened(place: Office, role: Role, address: str) -> str:
    answer = place.at(role).get(address.replace("&amp;", "&"))
    assert answer.status_code == 200, address
    return text_of(answer)


@pytest.mark.parametrize(
    "key",
    [
        each
        for each in reports.STATEMENTS
        if each not in {"letters", "dispatches", "outcomes", "issued", "revocations"}
    ],
)
def test_every_figure_opens_as_many_cases_as_it_counts(place, key):
    page = text_of(place.at(Role.DM).get(f"/reports/{key}?from=2026-11-01&to=2026-12-31&lines=all"))
    links = LINK.findall(page)
    assert links
    for address, number in links:
        if "figure=case_numbers" in address:  # a span of numbers, not a count
            continue
        shown = opened(place, Role.DM, address)
        again = re.search(r"(\d+) बार और गिने गए", shown)
        assert shown.count("data-row") + (int(again[1]) if again else 0) == int(number), address


def test_figures_of_queues_and_of_a_letter_open_their_cases(place):
    page = text_of(place.at(Role.SP).get("/reports"))
    late = next(
        address for address, _ in LINK.findall(page) if "queue_late" in address and "line=&" not in address
    )
    assert place.there in opened(place, Role.SP, late)
    manjhi = next(address for address, _ in LINK.findall(text_of(place.at(Role.DM).get("/reports/pendency"))))
    assert re.search(r"<h1>थाना [^:]+: ", opened(place, Role.DM, manjhi)), "whose figure it is"
    receipts = text_of(place.at(Role.DM).get("/reports/receipts?from=2026-11-01&to=2026-12-31"))
    cases = next(address for address, number in LINK.findall(receipts) if number == place.done)
    assert place.done in opened(place, Role.DM, cases)
    assert place.there not in opened(place, Role.DM, cases)
    sent = text_of(place.at(Role.DM).get("/reports/dispatches?from=2026-11-01&to=2026-12-31"))
    [(address, number)] = LINK.findall(sent)
    assert number == place.done
    assert number in opened(place, Role.DM, address)


def test_figures_tell_nobody_more_than_his_post_sees(place):
    own = "/reports/queues/cases?figure=queue_open"
    assert place.there in opened(place, Role.DM, own)
    idle = place.at(Role.SHO, "th_dighwara")
    assert "data-row" not in text_of(idle.get(own))
    assert idle.get("/reports/receipts/cases?figure=pending").status_code == 403
    dm = place.at(Role.DM)
    for nothing in ("pendency/cases?figure=total", "none/cases", "stages/cases?figure=mean_age"):
        assert dm.get(f"/reports/{nothing}").status_code == 404
    for broken in (
        "officers/cases?figure=given",
        "departments/cases?figure=persons",
        "receipts/cases?figure=pending",
    ):
        assert dm.get(f"/reports/{broken}&line=x").status_code == 404


def test_diagrams_of_a_case_and_of_the_district_are_taken_as_pdf(place):
    dm = place.at(Role.DM)
    address = f"/cases/{place.there.replace('/', '-')}/diagram"
    assert f'href="{address}.pdf"' in text_of(dm.get(address))
    assert 'href="/tracking.pdf?' in text_of(dm.get("/tracking?purpose=govt_service"))
    for file in (f"{address}.pdf", f"{address}.pdf?step=2", "/tracking.pdf?purpose=govt_service&period=1"):
        answer = dm.get(file)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.get_data().startswith(b"%PDF")
    assert place.at(Role.SHO, "th_dighwara").get(f"{address}.pdf").status_code == 404
