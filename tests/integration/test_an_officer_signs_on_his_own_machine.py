"""A paper waits under its number for the key in the officer's hand; what he brings is proven before it counts."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import select, update

from app import pades, papers
from app.config import ByHand
from app.domain.roles import Role
from app.models.issuing.ownpapers import own_certificate, prepared_paper
from app.models.tables.audit import audit
from app.models.tables.cases import case, document
from app.models.tables.papers import certificate, paper_act
from app.models.tables.workflow import job
from app.pades import ownkey
from app.services.access import stepup
from app.services.jobs import keysback
from app.services.papers import certificates, ownsigning
from app.services.store.officekeys import OfficeKeys
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Row

SARAN = 218
#: Signatures are made at the time of the machine, not at that of a test.
TODAY = datetime.now(UTC)  # noqa: TID251
OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl is not here")


@dataclass
class Hand:
    """A key in an officer's hand, with its certificate, and the tool that he signs with.

    `bits` of an RSA key; 0: it lies on P-256.
    """

    folder: Path
    name: str
    bits: int = 0

    @classmethod
    def make(cls, folder: Path, name: str, lasts: timedelta = timedelta(days=60), bits: int = 0) -> Hand:
        key = rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        begins = TODAY - timedelta(days=30)
        own = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(begins + lasts)
            .sign(key, hashes.SHA256())
        )
        made = cls(folder, name, bits)
        made.pem.write_bytes(own.public_bytes(Encoding.PEM))
        clear = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        made.key.write_bytes(clear)
        return made

    @property
    def pem(self) -> Path:
        return self.folder / f"{self.name}.pem"

    @property
    def key(self) -> Path:
        return self.folder / f"{self.name}.key"

    def cms(self, data: bytes, *more: str) -> bytes:
        (self.folder / "given").write_bytes(data)
        return self._run(
            *("cms", "-sign", "-binary", "-cades", "-md", "sha256", "-outform", "DER", "-in", "given", *more),
            *("-signer", self.pem.name, "-inkey", self.key.name, *self._padding("-keyopt"), "-out", "made"),
        )

    def cms_of_old(self, data: bytes) -> bytes:
        """The same with the padding that a tool takes by itself."""
        (self.folder / "given").write_bytes(data)
        return self._run(
            *("cms", "-sign", "-binary", "-cades", "-outform", "DER", "-in", "given"),
            *("-signer", self.pem.name, "-inkey", self.key.name, "-out", "made"),
        )

    def bare(self, data: bytes) -> bytes:
        (self.folder / "given").write_bytes(data)
        padding = self._padding("-sigopt")
        return self._run("dgst", "-sha256", "-sign", self.key.name, *padding, "-out", "made", "given")

    def _padding(self, option: str) -> tuple[str, ...]:
        """What the page says for an RSA key of 3072 bits and more."""
        is_pss = self.bits >= 3072
        return (option, "rsa_padding_mode:pss", option, "rsa_pss_saltlen:-1") if is_pss else ()

    def _run(self, *arguments: str) -> bytes:
        subprocess.run([str(OPENSSL), *arguments], cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "made").read_bytes()


@dataclass
class Desk:
    """The DM's office, whose papers the DM signs by his own hand."""

    office: Office
    hand: Hand

    def rows(self, table: Any) -> list[Row[Any]]:
        with self.office.database.engine.connect() as connection:
            return list(connection.execute(select(table)))

    @property
    def dm(self) -> Any:
        return self.office.journey.staff.holder(Role.DM)

    def enter(self, hand: Hand) -> None:
        """Enter a certificate and confirm it, as the pages do."""
        database, journey = self.office.database, self.office.journey
        asked = ownsigning.enter(database, self.dm, hand.pem.read_bytes(), journey.now)
        journey.confirm(self.dm, asked)
        wanted = database.read(
            lambda session: stepup.see(session, self.dm, asked, journey.now), actor_scope(self.dm)
        )
        ownsigning.confirm(database, self.dm, wanted, journey.now)

    def decide(self) -> Row[Any]:
        """A clean report, decided and made ready; -> its row, which waits."""
        before = {row.id for row in self.rows(certificate)}
        self.office.journey.go_on(self.office.journey.new_case())
        [made] = [row for row in self.rows(certificate) if row.id not in before]
        return made

    def take(self, paper: Row[Any], part: ownsigning.Part = "bytes") -> bytes:
        return ownsigning.take(self.office.database, self.dm, paper.id, part, NOW).data

    def bring(self, *files: bytes, now: datetime = NOW) -> list[ownsigning.Brought]:
        named = [(f"{number}.p7s", data) for number, data in enumerate(files)]
        found = ownsigning.bring(self.office.database, self.dm, named, now)
        self.office.journey.work()
        return found

    def dies(self, point: str, act: Callable[[], object]) -> None:
        """Let the program die at a point of this act, as by a power cut; what it left is taken up by the next one."""
        self.office.database.close()
        pid = os.fork()
        if pid == 0:
            try:  # never back into the tests, whatever happens
                os.environ["ESP_CRASH_AT"] = point
                act()
            finally:
                os._exit(0)
        _, how = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(how) == 137, f"it died at {point}"
        with self.office.database.engine.execution_options(writing=True).begin() as connection:
            ended = update(job).where(job.c.state == "running").values(lease_until=TODAY - timedelta(days=1))
            connection.execute(ended)

    def runs_now(self, paper: Row[Any]) -> None:
        """Let the job of a paper that waits be due."""
        due = update(job).where(job.c.engine_task_id == paper.engine_task_id).values(run_at=NOW)
        with self.office.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(due)

    def files_of(self, paper: Row[Any]) -> list[str]:
        return [path.name for path in self.office.database.documents.rglob(f"*{paper.id.hex}*")]

    def case_of(self, paper: Row[Any]) -> str:
        return next(row.number for row in self.rows(case) if row.id == paper.case_id)

    def of(self, paper: Row[Any]) -> Row[Any]:
        return next(row for row in self.rows(certificate) if row.id == paper.id)


def main_of(answer: Any) -> str:
    page = text_of(answer)
    return page[page.index("<main") :]


@pytest.fixture(scope="module")
def desk(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("own")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    office.database.office_keys = OfficeKeys({f"{SARAN}-dm": ByHand()}, "")
    made = Desk(office, Hand.make(folder, "dm"))
    made.enter(made.hand)
    yield made
    office.database.close()


@pytest.fixture(scope="module")
def waiting(desk: Desk) -> Row[Any]:
    """A paper that nobody signs in these tests."""
    return desk.decide()


def test_a_paper_waits_under_its_number_until_the_officer_brings_his_signature(desk: Desk) -> None:
    paper = desk.decide()
    assert (paper.status, paper.document_id) == ("allotted", None)
    page = text_of(desk.office.at(Role.DM).get("/signatures/own"))
    assert paper.number in page
    assert sha256(desk.take(paper)).hexdigest() in page
    case_number = desk.case_of(paper)
    overview = main_of(desk.office.at(Role.DM).get(f"/cases/{case_number.replace('/', '-')}"))
    assert 'href="/signatures/own"' in overview, "he who must sign is led there"
    others = main_of(desk.office.at(Role.SP).get(f"/cases/{case_number.replace('/', '-')}"))
    assert "निर्णय करने वाले पदाधिकारी के अपनी मशीन पर हस्ताक्षर की प्रतीक्षा में" in others
    assert 'href="/signatures/own"' not in others
    tab = text_of(desk.office.at(Role.DM).get(f"/cases/{case_number.replace('/', '-')}/documents"))
    assert "अपनी मशीन पर हस्ताक्षर की प्रतीक्षा में" in tab
    assert "पत्र आपके अपनी मशीन पर हस्ताक्षर की प्रतीक्षा में है" in tab
    [told] = desk.bring(desk.hand.cms(desk.take(paper)))
    assert (told.number, told.problem) == (paper.number, "")
    issued = desk.of(paper)
    assert issued.status == "issued"
    data = certificates.file(desk.office.database, desk.dm, issued.document_id, NOW).data
    [found] = pades.signatures(data)
    assert (found.state, found.was_in_time) == ("valid", True)
    assert found.certificate is not None
    assert found.certificate.subject == "dm"
    assert issued.signed_with == found.certificate.fingerprint
    assert (issued.sha256, issued.unsigned_sha256) == (
        sha256(data).digest(),
        sha256(papers.sealed_part(data)).digest(),
    )
    assert paper.number not in text_of(desk.office.at(Role.DM).get("/signatures/own"))
    browser = desk.office.at(Role.DM)
    browser.get("/verify")
    checked = browser.post("/verify/file", {"paper": (BytesIO(data), "p.pdf")})
    assert "dm" in text_of(checked)


def test_whoever_has_just_decided_is_led_to_the_page_on_which_he_signs(desk: Desk) -> None:
    """Of a first paper, and of a corrected one in the place of another."""
    number = desk.office.journey.new_case()
    desk.office.journey.go_on(number, until="decide")
    task = desk.office.task(number)
    browser = desk.office.at(Role.DM)
    browser.get(f"/tasks/{task.id}")
    asked = browser.post(f"/tasks/{task.id}", desk.office.answers(task))
    after = main_of(browser.get(browser.confirm(asked).location))
    assert "आपके हस्ताक्षर की प्रतीक्षा करेगा" in after
    assert 'href="/signatures/own"' in after
    assert "पत्र बनना शेष हो तो" not in after
    desk.office.journey.work()
    [paper] = [row for row in desk.rows(certificate) if desk.case_of(row) == number]
    desk.bring(desk.hand.cms(desk.take(paper)))
    place = f"/certificates/{paper.id}"
    browser.get(f"{place}/correct")
    wanted = {"cause": "clerical_error", "explanation": "", "language": "en"}
    assert browser.post(f"{place}/correct", wanted).status_code == 303
    [act] = [row for row in desk.rows(paper_act) if row.certificate_id == paper.id]
    browser.get(place)
    browser.confirm(browser.post(f"/certificates/corrections/{act.id}", {}))
    page = main_of(browser.get(place))
    assert "आपके हस्ताक्षर की प्रतीक्षा करेगा" in page
    assert 'href="/signatures/own"' in page
    assert "पत्र बनते ही यह पृष्ठ" not in page
    desk.office.journey.work()


@pytest.mark.parametrize("point", ["signature_put", "signature_kept", "claimed", "stored", "before_commit"])
def test_a_signature_cut_off_anywhere_is_taken_once_and_harmless_when_brought_again(
    desk: Desk, point: str
) -> None:
    """The officer took the digest, the program died over what he brought; he brings it again, and once more."""
    paper = desk.decide()
    signature, other = desk.hand.cms(desk.take(paper)), desk.hand.cms(desk.take(paper) + b" ")
    desk.dies(point, lambda: desk.bring(signature))
    [strange] = desk.bring(other)
    assert (strange.number, strange.problem) == ("", "papers.own.other_bytes")
    for _ in range(2):
        [told] = desk.bring(signature)
        assert (told.number, told.problem) == (paper.number, "")
    assert told.is_known
    issued = desk.of(paper)
    assert (issued.status, issued.number) == ("issued", paper.number)
    data = certificates.file(desk.office.database, desk.dm, issued.document_id, NOW).data
    assert sha256(data).digest() == issued.sha256
    assert [each.state for each in pades.signatures(data)] == ["valid"]
    [left] = [row.path for row in desk.rows(document) if row.id == issued.document_id]
    assert [f"{name}" for name in desk.files_of(paper)] == [left.rpartition("/")[2]]
    acts = [row.action for row in desk.rows(audit) if row.stream == f"case:{paper.case_id}"]
    assert (acts.count("paper:signed_by_hand"), acts.count("paper:issue")) == (1, 1)
    browser = desk.office.at(Role.DM)
    browser.get("/signatures/own")
    page = text_of(browser.post("/signatures/own", {"signature": (BytesIO(signature), "x.p7s")}))
    assert "पहले ही प्राप्त हो चुका है" in page


def test_a_program_that_dies_while_a_paper_waits_has_the_same_digest_for_its_officer(desk: Desk) -> None:
    paper = desk.decide()
    taken = desk.take(paper)
    desk.runs_now(paper)
    desk.dies("claimed", desk.office.journey.work)
    desk.office.journey.work()
    assert desk.take(paper) == taken
    [told] = desk.bring(desk.hand.cms(taken))
    assert (told.number, told.is_known) == (paper.number, False)
    assert desk.of(paper).status == "issued"


def test_many_signatures_bare_ones_too_find_their_papers_by_themselves(desk: Desk) -> None:
    """A tool that gives the bare signature alone signs the attributes."""
    one, two = desk.decide(), desk.decide()
    found = desk.bring(
        desk.hand.cms(desk.take(two)), b"no signature", desk.hand.bare(desk.take(one, "attributes"))
    )
    assert [(each.number, each.problem) for each in found] == [
        (two.number, ""),
        ("", "papers.own.other_bytes"),
        (one.number, ""),
    ]
    assert {desk.of(one).status, desk.of(two).status} == {"issued"}


def test_an_rsa_key_signs_by_pss_as_the_page_says_and_by_no_other_padding(desk: Desk, tmp_path: Path) -> None:
    strong = Hand.make(tmp_path, "rsa", bits=3072)
    desk.enter(strong)
    try:
        one, two = desk.decide(), desk.decide()
        page = text_of(desk.office.at(Role.DM).get("/signatures/own"))
        for option in ("-keyopt", "-sigopt"):
            assert " ".join(strong._padding(option)) in page
        [old] = desk.bring(strong.cms_of_old(desk.take(one)))
        assert (old.problem, desk.of(one).status) == ("papers.own.weak_padding", "allotted")
        found = desk.bring(strong.cms(desk.take(one)), strong.bare(desk.take(two, "attributes")))
        assert [(each.number, each.problem) for each in found] == [(one.number, ""), (two.number, "")]
        for paper in (one, two):
            data = certificates.file(desk.office.database, desk.dm, desk.of(paper).document_id, NOW).data
            assert [each.state for each in pades.signatures(data)] == ["valid"]
            inside = papers.sealed_part(data).index(b"stream") + 60
            changed = data[:inside] + bytes([data[inside] ^ 1]) + data[inside + 1 :]
            assert [each.state for each in pades.signatures(changed)] == ["altered"]
    finally:
        desk.enter(desk.hand)
        page = text_of(desk.office.at(Role.DM).get("/signatures/own"))
        assert "rsa_padding_mode" not in page, "nothing is said of padding for a key on a curve"


def test_a_certificate_of_2048_bits_counts_where_the_operator_has_opened_it_alone(
    desk: Desk, tmp_path: Path
) -> None:
    """Papers of an officer who has only that wait with the reason, before and after the setting is taken back."""
    older = Hand.make(tmp_path, "older", bits=2048)
    with pytest.raises(pades.KeyRefused) as told:
        ownsigning.enter(desk.office.database, desk.dm, older.pem.read_bytes(), NOW)
    assert told.value.key == "papers.own.weak_key"
    keys = desk.office.database.office_keys
    keys.takes_rsa_2048 = True
    try:
        desk.enter(older)
        page = text_of(desk.office.at(Role.DM).get("/signatures/own"))
        assert "11.2.3 और 11.6.1" in page, "an auditor sees what was opened"
        one, stopped = desk.decide(), desk.decide()
        [found] = desk.bring(older.bare(desk.take(one, "attributes")))
        assert (found.problem, desk.of(one).status) == ("", "issued")
        keys.takes_rsa_2048 = False
        desk.runs_now(stopped)
        [late] = desk.bring(older.cms(desk.take(stopped)))
        assert (late.problem, desk.of(stopped).status) == ("papers.own.weak_key", "allotted")
        page = text_of(desk.office.at(Role.DM).get("/signatures/own"))
        assert "आपके प्रमाण-पत्र की कुंजी दुर्बल है" in page
        assert "इसके बिना रुके पत्र: 1" in page
        [waits] = [row for row in desk.rows(job) if row.engine_task_id == stopped.engine_task_id]
        assert keysback.go_on(desk.office.database, waits.run_at.replace(tzinfo=UTC)) == 0
        keys.takes_rsa_2048 = True
        assert keysback.go_on(desk.office.database, waits.run_at.replace(tzinfo=UTC)) == 1, "opened again"
    finally:
        keys.takes_rsa_2048 = False
        desk.enter(desk.hand)
    desk.office.journey.work()
    [told_of] = desk.bring(desk.hand.cms(desk.take(stopped)))
    assert (told_of.problem, desk.of(stopped).status) == ("", "issued")


def test_what_is_not_the_signature_of_this_paper_by_this_officer_is_refused_with_words(
    desk: Desk, waiting: Row[Any], tmp_path: Path
) -> None:
    data, hand = desk.take(waiting), desk.hand
    stranger = Hand.make(tmp_path, "stranger")
    signed = hand.cms(data)
    altered = bytearray(signed)
    altered[-20] ^= 1
    refused = {
        "papers.own.other_bytes": [
            hand.cms(data + b" "),
            hand.cms(desk.take(waiting, "paper")),
            b"",
            b"x" * 300,
        ],
        "papers.own.not_detached": [hand.cms(data, "-nodetach")],
        "papers.own.other_certificate": [stranger.cms(data)],
        "papers.own.no_proof": [bytes(altered)],
        "papers.own.too_large": [b"x" * (ownkey.LARGEST + 1)],
    }
    for problem, files in refused.items():
        for file in files:
            [told] = desk.bring(file)
            assert (told.number, told.problem) == ("", problem)
    [late] = desk.bring(signed, now=TODAY + timedelta(days=2))
    assert late.problem == "papers.own.too_late"
    assert desk.of(waiting).status == "allotted"
    answer = desk.office.at(Role.DM)
    answer.get("/signatures/own")
    page = text_of(answer.post("/signatures/own", {"signature": (BytesIO(b"other"), "x.p7s")}))
    assert "किसी अन्य पत्र का, बदली हुई फाइल का" in page


def test_nobody_else_takes_or_signs_what_waits_for_an_officer(desk: Desk, waiting: Row[Any]) -> None:
    sp = desk.office.journey.staff.holder(Role.SP)
    signed = desk.hand.cms(desk.take(waiting))
    [told] = ownsigning.bring(desk.office.database, sp, [("a.p7s", signed)], NOW)
    assert told.problem == "papers.own.other_bytes"
    answer = desk.office.at(Role.SP).get(f"/signatures/own/{waiting.id}/bytes")
    assert answer.status_code == 404
    assert desk.office.at(Role.DM_ASSISTANT).get("/signatures/own").status_code == 403


def test_after_its_day_a_paper_is_made_ready_anew_with_the_new_date(desk: Desk, waiting: Row[Any]) -> None:
    def own() -> Row[Any]:
        return next(row for row in desk.rows(prepared_paper) if row.certificate_id == waiting.id)

    before, signed = own(), desk.hand.cms(desk.take(waiting))
    with desk.office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            update(prepared_paper)
            .where(prepared_paper.c.id == before.id)
            .values(expires_at=TODAY - timedelta(minutes=1))
        )
    [late] = desk.bring(signed, now=TODAY)
    assert late.problem == "papers.own.too_late"
    with desk.office.database.engine.execution_options(writing=True).begin() as connection:
        wake = "update job set run_at = at where state = 'queued'"
        connection.exec_driver_sql(wake)
    desk.office.journey.work()
    after = own()
    assert after.id != before.id
    assert after.digest != before.digest
    [old] = desk.bring(signed)
    assert old.problem == "papers.own.other_bytes"


def test_a_paper_that_stopped_for_want_of_a_certificate_goes_on_once_its_officer_has_entered_one(
    desk: Desk,
) -> None:
    ownsigning.remove(desk.office.database, desk.dm, NOW)
    paper = desk.decide()
    for address in ("/signatures", "/signatures/own"):
        page = text_of(desk.office.at(Role.DM).get(address))
        assert "आपका प्रमाण-पत्र दर्ज नहीं है" in page
        assert "इसके बिना रुके पत्र: 1" in page
    desk.enter(desk.hand)
    desk.office.journey.work()
    page = text_of(desk.office.at(Role.DM).get("/signatures/own"))
    assert "इसके बिना रुके पत्र" not in page
    [told] = desk.bring(desk.hand.cms(desk.take(paper)))
    assert (told.number, desk.of(paper).status) == (paper.number, "issued")


def test_an_officer_is_told_thirty_days_before_his_certificate_ends_and_when_it_has(desk: Desk) -> None:
    def state(days: int) -> str:
        at = TODAY + timedelta(days=days)
        own = desk.office.database.read(lambda rows: ownsigning.desk(rows, desk.dm, at), actor_scope(desk.dm))
        return own.state

    assert [state(days) for days in (-5, 10, 31)] == ["ok", "expiring", "expired"]


def test_a_certificate_counts_once_its_officer_has_confirmed_it(desk: Desk, tmp_path: Path) -> None:
    browser = desk.office.at(Role.SP)
    browser.get("/signatures/own")
    for name, said in (
        (b"-----BEGIN CERTIFICATE-----", "यह प्रमाण-पत्र (PEM अथवा DER) नहीं है"),
        (Hand.make(tmp_path, "old", timedelta(days=3)).pem.read_bytes(), "अवधि समाप्त हो चुकी"),
    ):
        answer = browser.post("/signatures/own/certificate", {"certificate": (BytesIO(name), "c.pem")})
        assert answer.status_code == 422
        assert said in text_of(answer)
    good = Hand.make(tmp_path, "sp")
    answer = browser.post(
        "/signatures/own/certificate", {"certificate": (BytesIO(good.pem.read_bytes()), "c.pem")}
    )
    assert answer.status_code == 303
    fingerprint = pades.read_certificate(good.pem.read_bytes())[0].fingerprint
    assert fingerprint.hex() in text_of(browser.get(answer.location))
    [asked] = [row for row in desk.rows(own_certificate) if row.fingerprint == fingerprint]
    assert asked.proven_at is None
    assert "अभी कोई प्रमाण-पत्र दर्ज नहीं है" in text_of(browser.get("/signatures/own"))
