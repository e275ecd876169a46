"""An office with a key issues signed papers, one without prints them for ink; what is wrong with a key is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app import pades, papers
from app.config import SettingRefused, load
from app.domain.roles import Role
from app.models.tables.cases import document
from app.models.tables.papers import certificate
from app.models.tables.workflow import incident
from app.services.jobs import jobs, keysback, retries
from app.services.papers import certificates
from app.services.store.officekeys import NO_KEYS, OfficeKeys
from tests.districts import NOW
from tests.office import Office, text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Row

SARAN = 218
OPENS = "खुल जा सिमसिम"
SUBJECT = "डेमो जिला पदाधिकारी"
#: Papers are signed at the time of the machine, not at that of a test.
TODAY = datetime.now(UTC)  # noqa: TID251


@dataclass
class Desk:
    """The DM's office, and the folder of its key."""

    office: Office
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "dm.p12"

    def key(self, *, begins: datetime = TODAY, lasts: timedelta = timedelta(days=365)) -> None:
        """Give the office a key whose certificate holds from then on for so long."""
        self.file.write_bytes(pades.demo_key(SUBJECT, OPENS, begins, lasts))
        self.set(OfficeKeys({f"{SARAN}-dm": self.file}, OPENS))

    def set(self, keys: OfficeKeys) -> None:
        self.office.database.office_keys = keys

    def rows(self, table: Any) -> list[Row[Any]]:
        with self.office.database.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def issue(self) -> Row[Any]:
        """A clean report of the DM, decided and drawn; -> its row, issued or not."""
        before = {row.id for row in self.rows(certificate)}
        self.office.journey.go_on(self.office.journey.new_case())
        [made] = [row for row in self.rows(certificate) if row.id not in before]
        return made

    def data(self, paper: Row[Any]) -> bytes:
        dm = self.office.journey.staff.holder(Role.DM)
        return certificates.file(self.office.database, dm, paper.document_id, NOW).data

    def page(self, address: str, role: Role = Role.DM) -> str:
        return text_of(self.office.at(role).get(address))


@pytest.fixture(scope="module")
def shared(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("signed")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Desk(office, folder)
    office.database.close()


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    yield shared
    shared.set(NO_KEYS)


@pytest.fixture(scope="module")
def signed(shared: Desk) -> Row[Any]:
    """A paper that was issued while the office had a key."""
    shared.key()
    made = shared.issue()
    shared.set(NO_KEYS)
    return made


def test_without_a_key_a_paper_is_for_ink_and_says_so(desk: Desk) -> None:
    paper = desk.issue()
    assert (paper.status, paper.signed_with, paper.unsigned_sha256) == ("issued", None, None)
    assert pades.signatures(desk.data(paper)) == ()
    number = next(row.case_number for row in _lines(desk) if row.id == paper.id)
    tab = desk.page(f"/cases/{number.replace('/', '-')}/documents")
    assert "स्याही से हस्ताक्षर के लिए" in tab
    assert f"/certificates/{paper.id}" in tab
    assert "स्याही से हस्ताक्षर के लिए निर्गत" in desk.page(f"/certificates/{paper.id}")
    assert "छापकर स्याही से हस्ताक्षर" in desk.page("/signatures")


def test_with_a_key_the_bytes_are_signed_once_and_kept_with_both_hashes(desk: Desk, signed: Row[Any]) -> None:
    data = desk.data(signed)
    [found] = pades.signatures(data)
    assert (found.state, found.was_in_time) == ("valid", True)
    assert found.certificate is not None
    assert found.certificate.subject == SUBJECT
    assert signed.signed_with == found.certificate.fingerprint
    assert signed.sha256 == sha256(data).digest()
    assert signed.unsigned_sha256 == sha256(papers.sealed_part(data)).digest()
    assert desk.data(signed) == data


def test_the_signature_is_proven_on_the_case_and_on_the_papers_page(desk: Desk, signed: Row[Any]) -> None:
    page = desk.page(f"/certificates/{signed.id}")
    assert "डिजिटल हस्ताक्षर मान्य" in page
    assert SUBJECT in page
    number = next(row.case_number for row in _lines(desk) if row.id == signed.id)
    assert "डिजिटल हस्ताक्षर मान्य" in desk.page(f"/cases/{number.replace('/', '-')}/documents")


def _lines(desk: Desk) -> list[certificates.RegisterLine]:
    dm = desk.office.journey.staff.holder(Role.DM)
    scope = certificates.actor_scope(dm)
    return desk.office.database.read(lambda session: certificates.register_page(session, dm), scope)


def test_a_file_that_was_damaged_on_disk_is_named_and_not_shown_as_valid(
    desk: Desk, signed: Row[Any]
) -> None:
    [row] = [row for row in desk.rows(document) if row.id == signed.document_id]
    path = desk.office.database.documents / row.path
    kept = path.read_bytes()
    path.write_bytes(kept[:400] + bytes([kept[400] ^ 1]) + kept[401:])
    try:
        assert "फाइल में डिजिटल हस्ताक्षर नहीं मिला" in desk.page(f"/certificates/{signed.id}")
        answer = desk.office.at(Role.DM).get(f"/documents/{signed.document_id}")
        assert (answer.status_code, "यह फाइल क्षतिग्रस्त है" in text_of(answer)) == (410, True)
    finally:
        path.write_bytes(kept)


def test_anybody_is_told_of_the_signature_and_of_what_was_done_to_the_file(
    desk: Desk, signed: Row[Any]
) -> None:
    stranger, data = Visitor(desk.office.app), desk.data(signed)
    stranger.get("/verify")

    def said(changed: bytes) -> str:
        fields = {"paper": (BytesIO(changed), "paper.pdf", "application/pdf")}
        return text_of(stranger.post("/verify/file", fields, content_type="multipart/form-data"))

    whole = said(data)
    assert "यह वही फाइल है जो निर्गत हुई थी" in whole
    assert f"डिजिटल हस्ताक्षर है: {SUBJECT}" in whole
    sealed = papers.sealed_part(data)
    place = sealed.index(b"stream") + 60
    for at in (place, len(sealed) + 40):
        altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert "इस फाइल में बदलाव किया गया है" in said(altered)
    assert "बाद में कुछ जोड़ा गया है" in said(data + b"9 0 obj<</Type/Page>>endobj\n%%EOF\n")
    assert "डिजिटल हस्ताक्षर हटा दिया गया है" in said(sealed)


def test_the_command_names_signature_changed_byte_and_added_revision(
    desk: Desk, signed: Row[Any], tmp_path: Path
) -> None:
    run, path, data = desk.office.app.test_cli_runner().invoke, tmp_path / "paper.pdf", desk.data(signed)

    def said(changed: bytes) -> tuple[int, str]:
        path.write_bytes(changed)
        answer = run(args=["verify-paper", str(path)])
        return answer.exit_code, answer.output

    code, told = said(data)
    assert (code, f"Digital signature valid: {SUBJECT}" in told) == (0, True)
    code, told = said(data.replace(b"%PDF-1.4", b"%PDF-1.5", 1))
    assert (code, "The digital signature does not fit the file" in told) == (1, True)
    code, told = said(data + b"% more\n")
    assert (code, "Something was added behind the digital signature" in told) == (1, True)
    code, told = said(papers.sealed_part(data))
    assert (code, "its digital signature was taken out" in told) == (1, True)


def test_a_duplicate_says_where_the_signature_is(desk: Desk, signed: Row[Any]) -> None:
    visitor = desk.office.at(Role.DM)
    visitor.get(f"/certificates/{signed.id}")
    visitor.post(f"/certificates/{signed.id}/reprint", {"reason": "lost"})
    page = text_of(visitor.get(f"/certificates/{signed.id}"))
    address = page.partition("/certificates/acts/")[2].partition('"')[0]
    data = visitor.get(f"/certificates/acts/{address}").data
    assert pades.signatures(data) == ()
    assert papers.read_seal(data, desk.office.database.keys.paper_key().public_key()) is not None


def test_a_key_that_fails_is_an_incident_and_the_number_stays_for_the_same_paper(desk: Desk) -> None:
    desk.key()
    desk.file.unlink()
    waiting = desk.issue()
    assert waiting.status == "allotted"
    [stopped] = [row for row in desk.rows(incident) if row.case_id == waiting.case_id]
    assert stopped.code == "signature_key"
    assert stopped.detail["reason"] == "papers.key.missing"
    overview = desk.page("/admin", Role.PROCESS_ADMIN)
    assert "हस्ताक्षर की कुंजी की फाइल dm.p12 नहीं मिली" in overview
    assert "डिजिटल हस्ताक्षर नहीं हो पा रहा है" in desk.page("/signatures")
    for page in (overview, desk.page("/signatures")):
        assert "हस्ताक्षर के बिना रुके पत्र: 1" in page, "they go on by themselves"
    administrator = desk.office.journey.staff.holder(Role.PROCESS_ADMIN)
    reasons, a_year = [], timedelta(days=365)
    for data, opens, is_open in (
        (pades.demo_key(SUBJECT, OPENS, TODAY), "wrong", False),
        (pades.demo_key(SUBJECT, OPENS, TODAY - timedelta(days=400), a_year), OPENS, False),
        (old := pades.demo_key(SUBJECT, OPENS, TODAY, kind="rsa-2048"), OPENS, False),
        (old, OPENS, True),
    ):
        desk.file.write_bytes(data)
        desk.set(OfficeKeys({f"{SARAN}-dm": desk.file}, opens, takes_rsa_2048=is_open))
        retries.retry(desk.office.database, administrator, stopped.id, NOW)
        assert jobs.run_one(desk.office.database, NOW)
        reasons += [row.detail["reason"] for row in desk.rows(incident) if row.id == stopped.id]
        for page in (desk.page("/signatures"), desk.page("/admin", Role.PROCESS_ADMIN)):
            assert ("RSA (3072 बिट अथवा अधिक)" in page) is (data is old and not is_open)
            assert ("11.2.3 और 11.6.1" in page) is is_open, "an auditor sees what was opened"
    assert reasons[:3] == ["papers.key.passphrase", "papers.key.expired", "papers.key.weak"]
    [issued] = [row for row in desk.rows(certificate) if row.id == waiting.id]
    assert (issued.status, issued.number, issued.memo_number) == (
        "issued",
        waiting.number,
        waiting.memo_number,
    )
    assert [each.state for each in pades.signatures(desk.data(issued))] == ["valid"]
    serials = sorted(row.memo_number for row in desk.rows(certificate) if row.office_id == issued.office_id)
    assert len(set(serials)) == len(serials)


def test_the_page_of_a_decided_case_says_what_it_waits_for_until_its_paper_is_there(desk: Desk) -> None:
    desk.key()
    number = desk.office.journey.new_case()
    desk.office.journey.go_on(number, until="decide")
    desk.office.journey.do(number, "decide")
    address = f"/cases/{number.replace('/', '-')}"
    for role in (Role.DM, Role.SP):
        assert "पत्र तैयार हो रहा है: संख्या, मुद्रण, हस्ताक्षर" in desk.page(address, role)
    desk.file.unlink()
    desk.office.journey.work()
    assert "ठीक होते ही पत्र अपने-आप आगे बढ़ेगा" in desk.page(address)
    desk.key()
    assert "हस्ताक्षर के बिना रुके पत्र: 1" in desk.page("/signatures"), "until the worker looks"
    later = datetime.now(UTC) + timedelta(minutes=1)  # noqa: TID251
    assert keysback.go_on(desk.office.database, later) == 1
    assert jobs.run_one(desk.office.database, later)
    page = desk.page(address)
    assert "पत्र तैयार हो रहा है" not in page
    assert "अपने-आप आगे बढ़ेगा" not in page
    assert "किसी के पास लंबित नहीं" not in page, "whoever dispatches has it"


def test_who_signs_is_warned_thirty_days_before_the_certificate_ends(desk: Desk) -> None:
    desk.key(begins=NOW - timedelta(days=340))
    assert "प्रमाण-पत्र शीघ्र समाप्त होगा" in desk.page("/signatures")
    assert "प्रमाण-पत्र शीघ्र समाप्त होगा" in desk.page("/admin", Role.PROCESS_ADMIN)
    assert Visitor(desk.office.app).get("/readyz").get_json()["signature"] == "expiring"
    desk.key(begins=NOW - timedelta(days=300))
    assert "निर्गत होते ही डिजिटल हस्ताक्षर" in desk.page("/signatures")
    assert Visitor(desk.office.app).get("/readyz").get_json()["signature"] == "ok"


def test_the_demo_makes_itself_keys_that_the_next_start_uses(desk: Desk) -> None:
    run = desk.office.app.test_cli_runner().invoke
    made = run(args=["signature", "demo-key"])
    assert made.exit_code == 0, made.output
    settings = load({"INSTANCE": str(desk.folder), "ESP_DEMO": "1"})
    assert set(settings.signature_keys) == {f"{SARAN}-dm", f"{SARAN}-sp"}
    keys = OfficeKeys(settings.signature_keys, desk.office.database.keys.passphrase())
    path = settings.signature_keys[f"{SARAN}-dm"]
    assert path.stat().st_mode & 0o077 == 0
    assert pades.open_key(path, desk.office.database.keys.passphrase()).certificate.holds_at(NOW)
    desk.set(keys)
    told = run(args=["signature", "keys"])
    assert "डेमो / DEMO 218-dm" in told.output
    (desk.folder / "config.py").unlink()


def test_a_setting_of_keys_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    for text in ("dm.p12", "218-dc=dm.p12", "218-dm=", "saran-dm=dm.p12"):
        with pytest.raises(SettingRefused) as refused:
            load({"INSTANCE": str(tmp_path), "SIGNATURE_KEYS": text})
        assert refused.value.name == "SIGNATURE_KEYS"
