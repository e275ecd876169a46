"""From the officers' answers to the issued PDF: copies and their number, reasons, period, kind, the forms' fields."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select, update

from app import create_app
from app.config import Settings
from app.crypto import KeyRing
from app.domain.roles import Role
from app.models.casefile import case_queries as cases
from app.models.execution import workflow_queries as workflow
from app.models.scope import SystemReason, SystemScope
from app.models.tables.cases import document
from app.models.tables.papers import certificate, number_series
from app.models.tables.workflow import incident, job
from app.papers import PapersUnavailable
from app.papers.fonts import REGULAR
from app.services.access import officers
from app.services.desk import taskpage, tasks
from app.services.installation import setup
from app.services.jobs import jobs, retries
from app.services.papers import certificates, papercheck, paperfacts, paperplan
from app.services.procedure import releases
from app.services.store.database import Database
from app.services.store.documents import Upload
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import Journey
from tests.paper_samples import ASSETS
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Row

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

GREEN = (10, 90, 40)
WORKER = SystemScope(SystemReason.WORKER, 218)
FIR = {
    "fir_no": "112",
    "fir_year": 2021,
    "district": "218",
    "act": "ipc",
    "sections": "341/323",
    "role": "accused_named",
    "stage": "trial",
    "stage_ref": "आरोप पत्र 40/21",
    "identity_basis": "father_village",
}


def case_of(session: Session, number: str) -> AnyRow:
    found = cases.find_number(session, number)
    assert found is not None
    return found


def papers_of(database: Database) -> list[Row[Any]]:
    with database.engine.connect() as connection:
        return list(connection.execute(select(certificate).order_by(certificate.c.allotted_at)))


def text_of(journey: Journey, row: Row[Any], role: Role = Role.DM) -> str:
    """The text of an issued paper, as its reader copies it."""
    file = certificates.file(journey.database, journey.staff.holder(role), row.document_id, journey.now)
    document = pypdfium2.PdfDocument(file.data)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(text.split())


def issued(journey: Journey, number: str, decision: str = "decide", **changes: Any) -> tuple[Row[Any], str]:
    """Let the case be decided with these answers; -> its paper and what stands on it."""
    journey.go_on(number, decision)
    journey.do(number, decision, **changes)
    journey.work()
    row = papers_of(journey.database)[-1]
    return row, text_of(journey, row, Role.DM if decision == "decide" else Role.SP)


def test_copies_go_to_whom_the_magistrate_ticked_under_a_number_of_their_own(journey: Journey) -> None:
    number = journey.new_case(["th_mufassil", "th_garkha"])
    row, text = issued(journey, number, copies=["sp", "sho", "office"])
    assert "वरीय पुलिस अधीक्षक, सारण के पत्रांक SP-CON/CHAR/2026/00001 दिनांक 23-11-2026 से प्राप्त" in text
    assert row.memo_number == "DM-GEN/CHAR/2026/00001"
    assert row.copy_memo_number == "DM-GEN/CHAR/2026/00002"
    _, _, copies = text.partition("ज्ञापांक: DM-GEN/CHAR/2026/00002")
    assert "1. वरीय पुलिस अधीक्षक, सारण को सूचनार्थ प्रेषित।" in copies
    for thana in ("मुफस्सिल", "गड़खा"):
        assert f"थानाध्यक्ष, {thana} थाना को सूचनार्थ प्रेषित।" in copies
    assert "4. कार्यालय प्रति।" in copies


def test_a_paper_without_copies_takes_one_number_of_the_series(journey: Journey) -> None:
    first, text = issued(journey, journey.new_case())
    second, _ = issued(journey, journey.new_case())
    assert "ज्ञापांक" not in text
    assert first.copy_memo_number is None
    assert [first.memo_number, second.memo_number] == ["DM-GEN/CHAR/2026/00001", "DM-GEN/CHAR/2026/00002"]
    with journey.database.engine.connect() as connection:
        lasts = dict(connection.execute(select(number_series.c.kind, number_series.c.last)).all())
    assert (lasts["certificate"], lasts["memo"]) == (2, 2)


def test_a_firms_paper_names_the_firm_and_its_place_and_no_person(journey: Journey) -> None:
    letter = journey.register(purpose="contractor", candidate_count=1)
    firm = {"firm_name_hi": "सरयू कंस्ट्रक्शन", "firm_name_en": "Saryu Construction", "firm_kind": "partnership"}
    number = journey.add(letter, ["th_mufassil"], subject_kind="firm", **firm)
    _, text = issued(journey, number, lang="both")
    assert "मेसर्स सरयू कंस्ट्रक्शन" in text
    assert "M/s Saryu Construction" in text
    for word in ("पिता", "पुत्र", "son of", "जन्म तिथि", "Date of birth", "श्री ", "फोटो"):
        assert word not in text


def test_a_name_in_its_own_letters_goes_from_the_form_onto_the_paper(journey: Journey) -> None:
    number = journey.add(journey.register(candidate_count=1), ["th_mufassil"], own_name="محمد اسلم")
    _, text = issued(journey, number, lang="both")
    assert "محمد" in text
    assert "اسلم" in text


def test_why_nobody_was_found_is_said_from_closed_answers_alone(journey: Journey) -> None:
    number = journey.new_case(["th_mufassil"])
    journey.go_on(number, "visit")
    strangers = [{"name": name, "gist": "not_known"} for name in ("श्याम महतो", "गीता देवी")]
    hearsay = "लोग कहते हैं कि वे दिल्ली भाग गए"
    journey.do(number, "visit", resident="not_resident", witnesses=strangers, finding_text=hearsay)
    journey.go_on(number, "recommend")
    reason = "दिए गए पते पर निवास नहीं है"
    journey.do(number, "recommend", sp_outcome="not_resident", sp_reason=reason)
    row, text = issued(journey, number, dm_decision="issue_clear")
    assert row.output == "REPORT"
    assert "निवास नहीं पाया गया: पूछताछ में किसी साक्षी ने उन्हें नहीं पहचाना।" in text
    assert "दिल्ली" not in text
    assert "निदेशक (प्रशासन), शिक्षा विभाग, बिहार, नया सचिवालय, पटना।" in text


def test_a_second_enquiry_does_not_print_the_same_case_twice(journey: Journey) -> None:
    number = journey.new_case(["th_mufassil"])
    found(journey, number)
    journey.go_on(number, "recommend")
    unit = unit_of(journey, number)
    point = [{"unit": unit, "point": "पूर्व के निवास की पुष्टि करें"}]
    journey.do(number, "recommend", action="re_enquiry", re_enquiry=point, sp_reason="स्पष्ट नहीं है, पुनः देखें")
    found(journey, number)
    journey.go_on(number, "recommend")
    journey.do(number, "recommend", sp_outcome="adverse", sp_reason="कांड विचाराधीन है, तथ्य सहित")
    order = "अभिलेख के तथ्य सहित प्रतिवेदन निर्गत किया जाए"
    _, text = issued(journey, number, dm_decision="issue_with_detail", dm_reason=order)
    assert text.count("कांड सं० 112/2021") == 1
    assert "गोपनीय" in text
    assert order not in text  # an order of the office, and facts enough without it


def test_a_case_of_another_district_is_stated_with_its_thana_as_it_was_written(journey: Journey) -> None:
    number = journey.new_case(["th_mufassil"])
    found(journey, number, cases=[{**FIR, "district": "213", "thana_other": "दानापुर"}])
    journey.go_on(number, "review_findings")
    journey.settle(number, "same_person")
    journey.do(number, "recommend", sp_outcome="adverse", sp_reason="कांड विचाराधीन है, तथ्य सहित")
    order = "अभिलेख के तथ्य सहित प्रतिवेदन निर्गत किया जाए"
    _, text = issued(journey, number, dm_decision="issue_with_detail", dm_reason=order)
    assert re.search(r"दानापुर.{0,20}112/2021|112/2021.{0,40}दानापुर", text)


BOND = {
    "register": "preventive",
    "entry_no": "12",
    "year": 2024,
    "preventive_kind": "bond_executed",
    "in_force": True,
    "valid_till": "2027-03-31",
    "identity_basis": "father_village",
}
ENTRIES = [
    BOND,
    {**BOND, "entry_no": "13", "in_force": False},
    {**BOND, "entry_no": "14", "preventive_kind": "notice"},
    {**BOND, "entry_no": "15", "identity_basis": "doubtful"},
    {"register": "gunda", "entry_no": "16", "year": 2024, "in_force": True, "identity_basis": "photo"},
]


def test_of_the_registers_only_what_is_in_force_and_surely_his_is_stated(journey: Journey) -> None:
    number = journey.new_case(["th_mufassil"])
    found(
        journey, number, chk_fir_index="not_found", chk_preventive="found", chk_gunda="found", entries=ENTRIES
    )
    journey.go_on(number, "review_findings")
    journey.settle(number, "still_doubtful")
    journey.do(number, "recommend", sp_outcome="attention", sp_reason="बंधपत्र प्रभावी है")
    order = "बंधपत्र के तथ्य सहित प्रतिवेदन निर्गत किया जाए"
    _, text = issued(journey, number, dm_decision="issue_with_detail", dm_reason=order, lang="both")
    assert "प्रविष्टि सं० 12/2024, बंधपत्र निष्पादित, दिनांक 31-03-2027 तक प्रभावी।" in text
    assert "entry no. 12/2024, Bond executed, in force till 31-03-2027." in text
    assert not [entry for entry in ("13/", "14/", "15/", "16/") if f"सं० {entry}2024" in text]
    assert order not in text


def test_where_the_registers_state_nothing_the_deciding_officer_says_the_facts(journey: Journey) -> None:
    order = "अभ्यर्थी ने पूर्व का निवास छिपाया है, अतः सूचित किया जाता है"
    _, text = issued(journey, journey.new_case(), dm_decision="issue_with_detail", dm_reason=order)
    assert order in text


def found(journey: Journey, number: str, **changes: Any) -> None:
    """Thana and DCRB find a criminal case of the candidate, unless the munshi finds something else (`changes`)."""
    journey.go_on(number, "check_registers", "search_records")
    cases = [{**FIR, "thana": str(journey.staff.offices(Role.SHO)["th_mufassil"])}]
    checks = dict.fromkeys(
        ("gunda", "history", "absconder", "gang", "warrant", "preventive", "prohibition", "cctns"),
        "not_found",
    )
    answers = {f"chk_{name}": value for name, value in checks.items()}
    answers |= {"all_clear": False, "chk_fir_index": "found", "chk_conviction": "not_found"}
    answers |= changes or {"cases": cases}
    journey.do(number, "check_registers", **answers)
    if not changes and "search_records" in journey.steps(number):
        journey.do(number, "search_records", result="record_found", cases=cases)


def unit_of(journey: Journey, number: str) -> str:
    task = next(each for each in journey.waiting(number) if each.element_id == "recommend")
    actor = journey.actor_of(task)
    view = journey.database.read(
        lambda session: taskpage.open_task(session, actor, task.id, journey.now), actor_scope(actor)
    )
    return str(view.options["units"][0]["value"])


def test_the_period_is_what_the_registers_that_were_seen_cover(journey: Journey) -> None:
    number = journey.new_case(["th_mufassil", "th_garkha"])
    journey.go_on(number, "check_registers")
    journey.do(number, "check_registers", reg_from=2020)
    journey.now += timedelta(days=1)
    journey.do(number, "check_registers", reg_from=2019)
    journey.now += timedelta(days=2)
    _, text = issued(journey, number)
    assert "01-01-2020 से 23-11-2026 तक के उपलब्ध थाना एवं जिला अभिलेखों" in text
    assert "दिनांक: 26-11-2026" in text


def test_facts_instead_of_a_certificate_are_a_report_also_to_the_public(journey: Journey) -> None:
    number = bank_agent(journey)
    found(journey, number)
    journey.go_on(number, "recommend")
    facts = {"sp_outcome": "adverse", "sp_decision": "issue_with_detail"}
    row, text = issued(
        journey,
        number,
        "recommend",
        sp_reason="अभिलेख के तथ्य सहित प्रतिवेदन निर्गत हो",
        lang="hi",
        copies=["dm"],
        **facts,
    )
    assert (row.output, row.valid_till) == ("REPORT", None)
    assert "1. जिला पदाधिकारी, सारण को सूचनार्थ प्रेषित।" in text
    assert "के पत्रांक SP-CON" not in text  # no letter went before it
    code = journey.database.keys.code("verify", row.id.bytes)
    assert papercheck.by_code(journey.database, code, journey.now).state == "report_ok"


def test_a_certificate_is_one_also_to_the_public(journey: Journey) -> None:
    number = bank_agent(journey)
    row, text = issued(journey, number, "recommend", sp_decision="issue_clear", lang="both")
    assert row.output == "CERTIFICATE"
    assert f"प्रमाण पत्र संख्या: {row.number}" in text
    code = journey.database.keys.code("verify", row.id.bytes)
    assert code in text.replace("-", "")
    assert papercheck.by_code(journey.database, code, journey.now).state == "ok"


def test_whoever_types_the_printed_code_learns_what_the_paper_is_worth(
    journey: Journey, tmp_path: Path
) -> None:
    row, text = issued(journey, journey.new_case())
    code = journey.database.keys.code("verify", row.id.bytes)
    (printed,) = re.findall(r"कोड ([a-z0-9-]+) अथवा", text)
    assert printed.replace("-", "") == code
    settings = Settings(tmp_path, str(journey.database.engine.url), demo=True, testing=True)
    client = create_app(settings, journey.database, lambda: journey.now).test_client()
    assert "पत्र पर छपा कोड" in client.get("/verify").text
    for typed in (
        printed,
        f" {printed.upper()} ",
        code.replace("o", "0").replace("l", "1").replace("b", "8"),
    ):
        page = client.get("/verify", query_string={"code": typed}, follow_redirects=True)
        assert page.status_code == 200
        assert row.number in page.text
        assert '<span class="text-nowrap">23-11-2026</span>' in page.text
    unknown = client.get("/verify", query_string={"code": "../admin"}, follow_redirects=True)
    assert unknown.status_code == 404
    assert "संपर्क: जिला पदाधिकारी का कार्यालय, सारण।" in unknown.text


def test_a_picture_that_another_form_took_is_never_the_face_on_a_paper(journey: Journey) -> None:
    """Whatever the box of that form is called, and whenever it came."""
    number, red = bank_agent(journey), (200, 20, 20)
    journey.do(
        number, "scrutinise", action="return", scrutiny=[], defects=[{"code": "no_photo", "text": "नहीं है।"}]
    )
    [task] = journey.database.read(
        lambda session: workflow.open_tasks(session, case_of(session, number).id), WORKER
    )
    sent = [picture("docs", red)]
    tasks.complete(
        journey.database, journey.actor_of(task), task.id, journey.form_of(task), sent, journey.now
    )
    same_name = (
        update(document)
        .where(document.c.field == "docs")
        .values(field="photo", created_at=NOW - timedelta(days=9))
    )
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(same_name)
    proposed = paperplan.Proposed({"dm_decision": "issue_clear"}, journey.staff.holder(Role.DM).officer_id)

    def face(session: Session) -> bytes | None:
        case = case_of(session, number)
        loaded = releases.load(session, case.release_id)
        return paperfacts.would_be(session, case, loaded, proposed, journey.now).photo

    shown = journey.database.read(face, WORKER)
    assert shown is not None
    with Image.open(BytesIO(shown)) as photo:
        assert photo.convert("RGB").getpixel((30, 40)) == pytest.approx(GREEN, abs=5)


def bank_agent(journey: Journey) -> str:
    """A case of a purpose that ends in a certificate, signed by the SP; it wants a photograph."""
    photo = picture("photo", GREEN)
    return journey.add(journey.register(purpose="bank_agent"), ["th_mufassil"], [photo])


def picture(field: str, colour: tuple[int, int, int]) -> Upload:
    out = BytesIO()
    Image.new("RGB", (60, 80), colour).save(out, "PNG")
    return Upload(field, f"{field}.png", "image/png", out.getvalue())


@pytest.fixture
def without_font(demo_url: str, tmp_path: Path) -> Iterator[Journey]:
    """A worker whose font was taken away after the start."""
    fonts = tmp_path / "fonts"
    shutil.copytree(ASSETS.fonts, fonts)
    (fonts / REGULAR).unlink()
    database = Database(
        demo_url, KeyRing.for_tests(), tmp_path / "documents", fonts=fonts, clock_is_free=True
    )
    yield Journey(database, NOW)
    database.close()


def test_a_font_that_went_missing_is_an_incident_and_later_one_paper(without_font: Journey) -> None:
    journey, database = without_font, without_font.database
    journey.go_on(journey.new_case())
    later = datetime.now(UTC)  # noqa: TID251  # the worker's own clock, moved past each pause
    while any(each.state != "failed" for each in rows_of(database, job)):
        later += timedelta(hours=2)
        assert jobs.run_one(database, later)
    (stopped,) = rows_of(database, incident)
    missing = str(database.fonts / REGULAR)
    assert (stopped.detail["reason"], stopped.detail["file"]) == ("papers.font_missing", missing)
    assert [row.status for row in papers_of(database)] == ["allotted"]
    assert f"फॉन्ट की फाइल नहीं मिली: {missing}। इसके बिना कोई पत्र निर्गत नहीं होगा।" in overview(journey)
    shutil.copy(ASSETS.fonts / REGULAR, missing)
    retries.retry(database, journey.staff.holder(Role.PROCESS_ADMIN), stopped.id, later)
    assert jobs.run_one(database, later)
    (paper,) = papers_of(database)
    assert (paper.status, paper.memo_number) == ("issued", "DM-GEN/CHAR/2026/00001")
    assert "के चरित्र एवं पूर्ववृत्त के सत्यापन के संबंध में" in text_of(journey, paper)


def overview(journey: Journey) -> str:
    """The page on which the administrator reads what stopped."""
    database = journey.database
    settings = Settings(database.documents, str(database.engine.url), demo=True, testing=True)
    client = create_app(settings, database, lambda: journey.now).test_client()
    officer_id = journey.staff.holder(Role.PROCESS_ADMIN).officer_id
    with client.session_transaction() as session:
        session["token"] = officers.enter_as(database, officer_id, journey.now).token
    return client.get("/admin").text


def test_no_release_is_deployed_whose_letters_cannot_be_drawn_here(without_font: Journey) -> None:
    with pytest.raises(PapersUnavailable) as unavailable:
        setup.deploy(without_font.database, setup.DEMO_DISTRICT, NOW, changed_texts(without_font))
    assert unavailable.value.key == "papers.font_missing"


def rows_of(database: Database, table: Any) -> list[Row[Any]]:
    with database.engine.connect() as connection:
        return list(connection.execute(select(table)))


def changed_texts(journey: Journey) -> Path:
    """A copy of the shipped release with another word for the place."""
    folder = journey.database.documents.parent / "release"
    for part in ("processes", "forms", "templates/papers"):
        shutil.copytree(ROOT / part, folder / part)
    texts = folder / "templates" / "papers" / "texts.json"
    texts.write_text(texts.read_text("utf-8").replace("छपरा", "छपरा सदर"), "utf-8")
    return folder
