"""An auditor reads every act and every stage, and no name: officers by a mark, persons by their first letters."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select, text

from app.domain.errors import NotAllowed
from app.domain.numbers import in_address
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.cases import case, enquiry
from app.models.tables.officers import officer, posting
from app.models.tables.papers import certificate
from app.services.access import officers
from app.services.casework import inspections
from app.services.installation import checkpoints, recordcheck
from app.services.reports import recordbook, recordexport
from app.services.store.scopes import actor_scope, health
from tests.districts import NOW
from tests.journey import CANDIDATE
from tests.office import Office, text_of
from tests.paper_samples import bound
from tests.two_districts import _post_further
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


DISTRICT = 218


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A district with an auditor, a supervisor from above and a case that has its paper."""
    folder = tmp_path_factory.mktemp("record")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    made = Office(folder, NOW)
    _post_further(made.database, NOW)
    made.number = made.journey.new_case(["th_mufassil"])
    made.journey.go_on(made.number)
    yield made
    made.database.close()


def auditor_of(office: Office, role: Role = Role.AUDITOR) -> UUID:
    with office.database.engine.connect() as connection:
        return connection.execute(select(posting.c.officer_id).where(posting.c.role == role)).scalar_one()


@pytest.fixture
def auditor(office: Office) -> Visitor:
    return Visitor(office.app).enter(auditor_of(office), NOW)


def names(office: Office) -> set[str]:
    """Every officer's name, but the auditor's own, who stands in the head of each page."""
    own = auditor_of(office)
    with office.database.engine.connect() as connection:
        rows = connection.execute(select(officer.c.id, officer.c.name_hi)).all()
    mine = {row.name_hi for row in rows if row.id == own}
    return {row.name_hi for row in rows} - mine


def test_a_case_is_read_without_its_person_or_any_officer(office, auditor):
    page = text_of(auditor.get(f"/record/cases/{in_address(office.number)}"))
    assert office.number in page
    assert "रा*** कु*** श***" in page
    for field in ("name_hi", "father_hi", "perm_village", "perm_pin"):
        assert CANDIDATE[field] not in page, field
    assert not [name for name in names(office) if name in page]
    assert "पत्र निर्गत" in page or "निर्गत" in page


def test_a_chain_is_read_page_by_page_and_one_officer_has_one_mark(office, auditor):
    dm = office.journey.staff.holder(Role.DM)
    reader = officers.enter_as(office.database, auditor_of(office), NOW)
    actor = office.database.read(
        lambda rows: officers.actor_for(rows, reader.token, NOW), recordbook.scopes.door()
    ).actor
    found = recordbook.of_chain(office.database, actor, "access", None, NOW)
    seqs = [act.seq for act in found.acts]
    assert seqs == sorted(seqs, reverse=True)
    assert len(found.acts) <= recordbook.PAGE
    marks = {act.officer for act in found.acts if act.role == "dm"}
    assert len(marks) <= 1
    assert dm.name_hi not in "".join(marks)
    page = text_of(auditor.get("/record/chains/access"))
    assert not [name for name in names(office) if name in page]


def test_that_he_reads_is_recorded(office, auditor):
    before = acts(office, "access")
    auditor.get(f"/record/cases/{in_address(office.number)}")
    assert ("record:see", "auditor") in acts(office, "access")[len(before) :]


def test_the_case_itself_stays_closed_to_him(office, auditor):
    assert auditor.get(f"/cases/{in_address(office.number)}").status_code in (403, 404)
    for address in ("/record/cases/SRN-2026-99999", "/record/chains/case", "/record/cases/x"):
        assert auditor.get(address).status_code == 404, address
    auditor.get("/record")
    wrong = auditor.post("/record", {"number": "र"})
    assert wrong.status_code == 422
    assert "र" in text_of(wrong)
    right = auditor.post("/record", {"number": office.number})
    assert right.headers["Location"].endswith(in_address(office.number))


@pytest.mark.parametrize("role", [Role.SHO, Role.DM_SECTION_HEAD, Role.PROCESS_ADMIN, Role.USER_ADMIN])
def test_nobody_reads_it_whose_record_is_his_own_offices(office, role):
    assert office.at(role).get("/record").status_code == 403


def test_a_search_by_name_tells_numbers_only_and_is_recorded(office, auditor):
    auditor.get("/record")
    page = text_of(auditor.post("/record", {"number": CANDIDATE["name_hi"]}))
    main = page[page.index("<main") :]
    assert office.number in main
    assert main.count(CANDIDATE["name_hi"]) == 1  # as it was typed
    for field in ("father_hi", "perm_village"):
        assert CANDIDATE[field] not in main, field
    assert last_act(office, "access") == ("case:search", "auditor")
    nothing = text_of(auditor.post("/record", {"number": "झुनझुनवाला"}))
    assert "कोई प्रकरण नहीं मिला" in nothing


def acts(office: Office, stream: str) -> list[tuple[str, str]]:
    """What stands in a chain and by which role it was done, the newest last."""
    with office.database.engine.connect() as connection:
        rows = connection.execute(
            select(audit.c.action, audit.c.role).where(audit.c.stream == stream).order_by(audit.c.seq)
        )
        return [tuple(row) for row in rows]


def last_act(office: Office, stream: str) -> tuple[str, str]:
    return acts(office, stream)[-1]


def test_registers_open_to_him_without_a_name_and_no_paper_goes_out(office, auditor):
    register = text_of(auditor.get("/certificates"))
    assert office.number in register
    assert CANDIDATE["name_hi"] not in register
    assert "/documents/" not in register
    for key in ("receipts", "dispatches"):
        page = text_of(auditor.get(f"/reports/{key}?from=2026-01-01&to=2027-12-31"))
        assert office.number in page, key
        assert CANDIDATE["name_hi"] not in page, key


@pytest.mark.parametrize(("kind", "action"), [("signins", "session:start"), ("failures", "session:refuse")])
def test_the_security_log_tells_of_one_kind_of_act_alone(office, auditor, kind, action):
    Visitor(office.app).sign_in("nobody", "a password of nobody", "000000")
    actor = actor_of(office)
    found = recordbook.security(office.database, actor, kind, None, NOW)
    assert {act.action for act in found.acts} <= recordbook.SECURITY[kind][1]
    assert action in {act.action for act in found.acts}
    page = text_of(auditor.get(f"/record/security/{kind}"))
    assert not [name for name in names(office) if name in page]
    assert auditor.get("/record/security/nothing").status_code == 404
    assert office.at(Role.DM).get(f"/record/security/{kind}").status_code == 403


def actor_of(office: Office) -> Any:
    entry = officers.enter_as(office.database, auditor_of(office), NOW)
    return office.database.read(
        lambda rows: officers.actor_for(rows, entry.token, NOW), recordbook.scopes.door()
    ).actor


def test_the_record_is_checked_as_a_job_and_the_result_is_told_in_words(office, auditor, tmp_path):
    copy = checkpoints.make(office.database, DISTRICT, tmp_path, NOW)
    auditor.get("/record/check")
    bad = auditor.post(
        "/record/check", {"copies": (BytesIO(b"no checkpoint"), "x.txt")}, content_type="multipart/form-data"
    )
    assert bad.status_code == 422
    assert "x.txt" in text_of(bad)
    asked = auditor.post(
        "/record/check",
        {"copies": (BytesIO(copy.read_bytes()), copy.name)},
        content_type="multipart/form-data",
    )
    assert asked.status_code == 303
    assert "जाँची गई पंक्तियाँ" in text_of(auditor.get("/record/check"))
    assert auditor.post("/record/check", {}).status_code == 409, "one check at a time"
    assert check_through(office) > 1
    assert not recordcheck.go_on(office.database, NOW), "a check that is done is not done again"
    assert "अभिलेख पूरा और अपरिवर्तित है" in text_of(auditor.get("/record/check"))
    assert last_act(office, "admin") == ("record:checked", "system")
    assert office.at(Role.SP).get("/record/check").status_code == 200
    assert office.at(Role.DM_SECTION_HEAD).get("/record/check").status_code == 403


def check_through(office: Office) -> int:
    """Let the worker do the check that was asked for; -> in how many portions."""
    portions = 0
    while recordcheck.go_on(office.database, NOW):
        portions += 1
    return portions


def test_a_check_goes_on_by_portions_between_which_other_work_has_its_turn(office, auditor, monkeypatch):
    monkeypatch.setattr(recordcheck, "PORTION", 10)
    auditor.get("/record/check")
    assert auditor.post("/record/check", {}).status_code == 303
    told = []
    while recordcheck.go_on(office.database, NOW):
        last = office.database.read(lambda rows: recordcheck.last(rows, actor_of(office)), health_of(office))
        told.append(last.rows)
    assert told == sorted(told)
    assert told[0] == 10, "how far it is can be read between two portions"
    assert len(told) > told[-1] // 10
    last = office.database.read(lambda rows: recordcheck.last(rows, actor_of(office)), health_of(office))
    assert (last.state, last.faults, last.rows) == (recordcheck.DONE, [], told[-1])


def test_a_portion_that_was_left_by_a_dead_worker_is_taken_up_again(office, auditor, monkeypatch):
    monkeypatch.setattr(recordcheck, "PORTION", 10)
    auditor.get("/record/check")
    auditor.post("/record/check", {})
    assert recordcheck.go_on(office.database, NOW)
    with monkeypatch.context() as dying:
        dying.setattr(recordcheck.audit, "walk", _die)
        with pytest.raises(KeyboardInterrupt):
            recordcheck.go_on(office.database, NOW)
    assert not recordcheck.go_on(office.database, NOW), "it may still be at it"
    later = NOW + timedelta(minutes=11)
    while recordcheck.go_on(office.database, later):
        pass
    last = office.database.read(lambda rows: recordcheck.last(rows, actor_of(office)), health_of(office))
    assert (last.state, last.faults) == (recordcheck.DONE, [])


def _die(*_given: Any) -> Any:
    raise KeyboardInterrupt


def health_of(office: Office) -> Any:
    return actor_scope(actor_of(office))


def hand_in(visitor: Visitor, data: bytes, name: str) -> Any:
    files = {"copies": (BytesIO(data), name)}
    return visitor.post("/record/check", files, content_type="multipart/form-data")


def test_a_row_that_was_altered_is_named_on_the_page(office, auditor):
    forged = audit.update().where(audit.c.stream == "admin", audit.c.seq == 2)
    with office.database.engine.execution_options(writing=True).begin() as connection:
        row = connection.execute(select(audit).where(audit.c.stream == "admin", audit.c.seq == 2)).one()
        kept = "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'"
        triggers = connection.execute(text(kept)).all()
        for trigger in triggers:
            connection.execute(text(f'drop trigger "{trigger.name}"'))
        connection.execute(forged.values(role="x"))
    try:
        auditor.get("/record/check")
        auditor.post("/record/check", {})
        check_through(office)
        assert "admin की पंक्ति 2 बदली गई है" in text_of(auditor.get("/record/check"))
    finally:
        with office.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(forged.values(role=row.role))
            for trigger in triggers:
                connection.execute(text(trigger.sql))


def test_the_record_goes_out_by_a_code_and_its_rows_prove_themselves(office, auditor, tmp_path):
    checkpoints.make(office.database, DISTRICT, tmp_path, NOW)
    auditor.get("/record/check")
    for days in ({"first": "", "last": ""}, {"first": "2026-11-30", "last": "2026-11-01"}):
        assert auditor.post("/record/export", days).status_code == 422
    span = {"first": (NOW - timedelta(days=30)).date().isoformat(), "last": NOW.date().isoformat()}
    actor = actor_of(office)
    with pytest.raises(NotAllowed):
        office.database.write(
            lambda rows: recordexport.ask(
                rows, office.journey.staff.holder(Role.DM), NOW.date(), NOW.date(), NOW
            ),
            actor_scope(actor),
        )
    asked = auditor.post("/record/export", span)
    assert asked.headers["Location"].startswith("/step-up/")
    address = asked.headers["Location"]
    wrong = auditor.post(address, {"code": "000000"})
    assert wrong.status_code == 422
    assert f"{NOW:%d-%m-%Y}</a>" in wrong.get_data(as_text=True)
    office.journey.confirm(actor, UUID(address.removeprefix("/step-up/")))
    answer = auditor.post(address)
    assert answer.mimetype == "application/zip"
    archive = ZipFile(BytesIO(answer.data))
    rows = [json.loads(line) for line in archive.read("record.jsonl").splitlines()]
    assert {row["stream"] for row in rows} >= {"access", "admin"}
    for row in rows:
        assert proven(row), row
    assert not [name for name in names(office) if name.encode() in answer.data]
    public = Ed25519PublicKey.from_public_bytes(b64decode(archive.read("public_key.txt")))
    notes = [name for name in archive.namelist() if name.startswith("checkpoints/")]
    for name in notes:
        body, _, signature = archive.read(name).decode().partition("\n\n")
        public.verify(b64decode(signature.strip().rsplit(" ", 1)[-1]), f"{body}\n".encode())
    assert notes
    assert last_act(office, "access") == ("record:export", "auditor")
    assert auditor.post(address).mimetype == "text/html", "a code is for one use"


def proven(row: dict[str, Any]) -> bool:
    """As whoever reads the README of the export would prove a row: without the product."""
    fields = [
        "district_id",
        "stream",
        "seq",
        "at",
        "recorded_at",
        "actor_id",
        "office_id",
        "role",
        "action",
        "object",
        "detail",
    ]
    content = json.dumps(
        [row[name] for name in fields], separators=(",", ":"), sort_keys=True, ensure_ascii=False
    )
    return sha256(b"\0" + b64decode(row["prev"]) + content.encode()).digest() == b64decode(row["hash"])


def test_who_supervises_from_above_sees_a_case_without_its_person(office):
    supervisor = Visitor(office.app).enter(auditor_of(office, Role.SUPERVISOR_VIEW), NOW)
    wrong = supervisor.get("/masked?number=x")
    assert wrong.status_code == 422
    address = supervisor.get("/masked", query_string={"number": office.number}).headers["Location"]
    page = text_of(supervisor.get(address))
    assert "रा*** कु*** श***" in page
    assert CANDIDATE["name_hi"] not in page
    assert last_act(office, "access") == ("record:see", "supervisor_view")
    assert supervisor.get("/record").status_code == 403
    assert supervisor.get("/masked/SRN-2026-99999").status_code == 404


def test_by_a_ticket_of_the_dm_he_reads_what_was_found_without_anybodys_particulars(office, auditor):
    record = f"/record/cases/{in_address(office.number)}"
    closed = text_of(auditor.get(record))
    dm = office.at(Role.DM)
    dm.get("/inspections")
    whole = {"number": office.number, "days": "३", "reason": "sample"}
    for wrong in ({"number": "SRN-2026-99999"}, {"days": "31"}, {"days": "0"}, {"reason": ""}):
        assert dm.post("/inspections", {**whole, **wrong}).status_code == 422, wrong
    assert office.at(Role.SP).get("/inspections").status_code == 403
    assert dm.post("/inspections", whole).status_code == 303
    assert office.number in text_of(dm.get("/inspections"))
    assert office.number in text_of(auditor.get("/record"))
    page = text_of(auditor.get(record))
    shown = page[page.index("निरीक्षण टिकट से खुला है") : page.index('id="acts"')]
    assert shown.count("<dt>") > 10
    for field in ("name_hi", "name_en", "father_hi", "perm_village", "perm_pin"):
        assert CANDIDATE[field] not in page, field
    assert not [name for name in names(office) if name in page]
    assert "/documents/" not in page
    assert last_act(office, "access") == ("case:see", "auditor")
    dm.get("/inspections")
    assert dm.post(f"/inspections/{case_id(office, office.number)}/close").status_code == 303
    again = text_of(auditor.get(record))
    assert "निरीक्षण टिकट से खुला है" not in closed + again
    later = NOW + timedelta(days=4)
    assert dm.post("/inspections", whole).status_code == 303
    assert (
        office.database.read(lambda rows: inspections.open_now(rows, actor_of(office), later), health()) == []
    )


def case_id(office: Office, number: str) -> UUID:
    with office.database.engine.connect() as connection:
        return connection.execute(select(case.c.id).where(case.c.number == number)).scalar_one()


def shown_by_ticket(office: Office, auditor: Visitor, number: str, **more: str) -> str:
    """What the auditor reads of a case by a ticket of the DM."""
    dm = office.at(Role.DM)
    dm.get("/inspections")
    asked = {"number": number, "days": "3", "reason": "complaint", **more}
    assert dm.post("/inspections", asked).status_code == 303
    page = text_of(auditor.get(f"/record/cases/{in_address(number)}"))
    return page[page.index("निरीक्षण टिकट से खुला है") : page.index('id="acts"')]


def test_what_was_written_in_sentences_opens_for_a_complaint_alone_and_names_nobody_of_the_case(
    office, auditor
):
    number = office.journey.new_case(["th_mufassil"])
    office.journey.go_on(number, "visit", "check_registers")
    witness = {"name": "सुरेश प्रसाद मंडल", "father": "गणेश मंडल", "village": "झखड़ा"}
    told = "Suresh Mandal ने बताया कि राहुलजी के पिता Vinay झखड़ा में अनाज बेचते हैं"
    rows = [{**witness, "gist": "known_good"}, {"name": "अब्दुल रहीम", "gist": "known_good"}]
    office.journey.do(number, "visit", witnesses=rows, finding_text=f"{told}।")
    dm = office.at(Role.DM)
    dm.get("/inspections")
    sample = {"number": number, "days": "3", "reason": "sample", "statements": "yes"}
    refused = dm.post("/inspections", sample)
    assert refused.status_code == 422
    assert "शिकायत या आदेश" in text_of(refused)
    closed = shown_by_ticket(office, auditor, number)
    assert "•••" in closed
    assert "अनाज बेचते हैं" not in closed
    opened = shown_by_ticket(office, auditor, number, statements="yes")
    assert "अनाज बेचते हैं" in opened
    for word in ("Suresh", "Mandal", "सुरेश", "मंडल", "राहुल", "Vinay", "झखड़ा", "गणेश"):
        assert word not in opened, word
    assert "•••" not in opened


def test_no_answer_of_the_special_branch_opens_by_a_ticket_whatever_the_class_of_its_questions(
    office, auditor
):
    shown_by_ticket(office, auditor, office.number)
    own = case_id(office, office.number)
    assert "thana" in kinds_read(office, own), "of class P3, which the ticket opens"
    branch = next(iter(office.journey.staff.offices(Role.SPECIAL_BRANCH).values()))
    with office.database.engine.execution_options(writing=True).begin() as connection:
        wanted = select(enquiry.c.id, enquiry.c.office_id)
        unit = connection.execute(
            wanted.where(enquiry.c.case_id == own, enquiry.c.unit_kind == "thana")
        ).one()
        moved = enquiry.update().where(enquiry.c.id == unit.id)
        connection.execute(moved.values(unit_kind="special_branch", office_id=branch))
    try:
        found = kinds_read(office, own)
        assert found, "what others wrote is there still"
        assert found.isdisjoint({"special_branch", "thana"})
    finally:
        with office.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(moved.values(unit_kind="thana", office_id=unit.office_id))
        dm = office.at(Role.DM)
        dm.get("/inspections")
        assert dm.post(f"/inspections/{own}/close").status_code == 303


def kinds_read(office: Office, case_id: UUID) -> set[str | None]:
    """Whose answers of a case the auditor reads by its ticket: the kinds of their units."""
    return {each.unit_kind for each in inspections.read(office.database, actor_of(office), case_id, NOW)}


def issued_paper_of(office: Office, number: str) -> bytes:
    """The file of a case's paper, as whoever may print it takes it away."""
    with office.database.engine.connect() as connection:
        wanted = select(certificate.c.document_id).join(case, case.c.id == certificate.c.case_id)
        document_id = connection.execute(wanted.where(case.c.number == number)).scalar_one()
    answer = office.at(Role.DM_SECTION_HEAD).get(f"/documents/{document_id}")
    assert answer.status_code == 200
    return answer.get_data()


def test_an_issued_paper_stands_for_a_copy_of_the_checkpoint_that_it_carries(office, auditor, tmp_path):
    checkpoints.make(office.database, DISTRICT, tmp_path, NOW)
    number = office.journey.new_case(["th_mufassil"])
    office.journey.go_on(number)
    data = issued_paper_of(office, number)
    auditor.get("/record/check")
    for bad, told in (
        (b"%PDF-1.4 torn off", "यहाँ नहीं चलेगी"),
        (bound(data), "हस्ताक्षरित प्रति नहीं है"),
    ):
        refused = hand_in(auditor, bad, "पत्र.pdf")
        assert refused.status_code == 422
        assert told in text_of(refused)
    many = {"copies": [(BytesIO(data), f"{each}.pdf") for each in range(6)]}
    assert auditor.post("/record/check", many, content_type="multipart/form-data").status_code == 422
    assert hand_in(auditor, data, "paper.pdf").status_code == 303
    check_through(office)
    page = text_of(auditor.get("/record/check"))
    assert "अभिलेख पूरा और अपरिवर्तित है" in page
