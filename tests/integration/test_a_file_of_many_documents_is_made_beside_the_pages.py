"""Papers of a letter, and case files: made by the worker piece by piece, sealed, told of, taken, gone after a day."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select, update

from app.domain.errors import Conflict, NotFound
from app.domain.roles import Role
from app.models.desk.messages import contact, message
from app.models.issuing.bundles import bundle, bundle_piece
from app.models.scope import CaseScope
from app.models.tables.audit import audit
from app.models.tables.cases import case, data_key, document
from app.models.tables.officers import posting
from app.models.tables.papers import certificate
from app.services.papers import bundles
from app.services.store import documents, erasure, leftovers
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Row

    from tests.visitor import Visitor


class Letter:
    """A letter of some persons with a paper each; the head of the section has its files made."""

    def __init__(self, office: Office, persons: int = 3) -> None:
        self.office, self.journey = office, office.journey
        self.id: UUID = self.journey.register(candidate_count=persons)
        self.numbers = [self.journey.add(self.id) for _ in range(persons)]
        for number in self.numbers:
            self.journey.go_on(number)
        self.browser = self.enter()

    def enter(self, role: Role = Role.DM_SECTION_HEAD) -> Visitor:
        browser = self.office.at(role)
        browser.get("/files")
        return browser

    def ask(self, kind: str = "zip", browser: Visitor | None = None) -> str:
        """Ask for a file; -> the address of its page."""
        answer = (browser or self.browser).post(f"/requisitions/{self.id}/papers", {"as": kind})
        assert answer.status_code == 303
        return str(answer.headers["Location"])

    def row(self, address: str) -> Row:
        return self.rows(select(bundle).where(bundle.c.id == UUID(address[-36:])))[0]

    def rows(self, statement) -> list[Row]:
        with self.office.database.engine.connect() as connection:
            return list(connection.execute(statement))

    def change(self, table, **values) -> None:
        with self.office.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(update(table).values(**values))

    def paper(self, number: str) -> Row:
        own = select(document, certificate.c.number).join(
            certificate, certificate.c.document_id == document.c.id
        )
        return self.rows(own.join(case, case.c.id == certificate.c.case_id).where(case.c.number == number))[0]

    def acts(self, action: str) -> int:
        return int(self.rows(select(func.count()).where(audit.c.action == action))[0][0])

    def files(self, address: str) -> list[Path]:
        """What lies on disk of a bundle and of its pieces."""
        row = self.row(address)
        pieces = self.rows(select(bundle_piece).where(bundle_piece.c.bundle_id == row.id))
        ids = [row.id, *(each.id for each in pieces)]
        paths = [self.office.database.documents / documents.new_path(each) for each in ids]
        return [each for each in paths if each.exists()]


@pytest.fixture(scope="module")
def filled(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Letter]:
    folder = tmp_path_factory.mktemp("bundles")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Letter(office)
    office.database.close()


@pytest.fixture
def letter(filled: Letter, monkeypatch: pytest.MonkeyPatch) -> Letter:
    """Each paper is a piece of its own; nothing of an earlier test is left to be made."""
    monkeypatch.setattr(bundles, "_PIECE", dict.fromkeys(("zip", "print", "case"), 1))
    filled.office.now = filled.journey.now
    filled.change(bundle, state="gone")
    return filled


def test_the_page_tells_how_far_the_file_is_without_a_script(letter: Letter) -> None:
    address = letter.ask()
    assert "जोड़े गए अभिलेख: 3 में से 0" in text_of(letter.browser.get(address))
    assert bundles.go_on(letter.office.database, letter.office.now)
    page = text_of(letter.browser.get(address))
    assert "जोड़े गए अभिलेख: 3 में से 1" in page
    assert '<progress class="meter" max="3" value="1"' in page
    assert letter.ask() == address, "a second press begins nothing anew"
    letter.office.work_off()
    assert "फाइल तैयार है" in text_of(letter.browser.get(address))


def test_whoever_closed_the_page_finds_the_file_on_his_first_page_and_takes_it(letter: Letter) -> None:
    address = letter.ask()
    assert "फाइल तैयार है" not in text_of(letter.browser.get("/inbox"))
    letter.office.work_off()
    assert "आपकी 1 फाइल तैयार है" in text_of(letter.browser.get("/inbox"))
    assert address in text_of(letter.browser.get("/files"))
    seen = letter.acts("document:see")
    archive = ZipFile(BytesIO(letter.browser.post(address, {}).data))
    assert archive.namelist() == [
        f"{letter.paper(number).number.replace('/', '-')}.pdf" for number in letter.numbers
    ]
    assert archive.testzip() is None
    assert letter.acts("document:see") == seen + 3, "each paper is recorded as opened when it is taken"
    assert letter.acts("bundle:take") >= 1
    assert "आपकी 1 फाइल तैयार है" not in text_of(letter.browser.get("/inbox"))


def test_a_piece_that_a_slow_worker_has_in_hand_is_left_to_it(letter: Letter) -> None:
    """One has a piece in hand and is slow; the other makes all that is left, and the slow one's comes in the end."""
    address, database, now = letter.ask("print"), letter.office.database, letter.office.now
    first = letter.rows(
        select(bundle_piece).where(
            bundle_piece.c.bundle_id == letter.row(address).id, bundle_piece.c.place == 0
        )
    )[0]
    letter.change(bundle_piece, lease_until=None)
    with database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            update(bundle_piece)
            .where(bundle_piece.c.id == first.id)
            .values(lease_until=now + timedelta(minutes=2))
        )
    assert letter.office.work_off() == 2
    assert (letter.row(address).state, letter.row(address).done) == ("making", 2)
    letter.office.now += timedelta(
        minutes=3
    )  # it died: its lease ends, and its piece is made by who comes next
    assert letter.office.work_off() == 2
    assert (letter.row(address).state, letter.row(address).done) == ("ready", 3)
    assert letter.browser.post(address, {}).data.startswith(b"%PDF-")


_WORKER = """
import sys
from datetime import datetime
from pathlib import Path
from app.crypto import KeyRing
from app.services.papers import bundles
from app.services.store.database import Database
folder, now = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
url, ring = f"sqlite:///{folder / 'satyapan.db'}", KeyRing.for_tests()
database = Database(url, ring, folder / "documents", clock_is_free=True)
print("here", flush=True)
for _ in sys.stdin:
    print(bundles.go_on(database, now), flush=True)
"""


def test_two_processes_make_one_file_at_the_same_time(letter: Letter) -> None:
    """Step by step at once: what both reach for is made by one, and nothing stands in the file twice."""
    address, folder = letter.ask(), letter.office.database.documents.parent
    command = [sys.executable, "-c", _WORKER, str(folder), letter.office.now.isoformat()]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ExitStack() as running:
        both = [running.enter_context(subprocess.Popen(command, **pipes)) for _ in range(2)]
        said = [each.stdout.readline() for each in both]
        while set(said) != {"False\n"}:  # one alone may have found all in the hands of the other
            for each in both:
                print(file=each.stdin, flush=True)
            said = [each.stdout.readline() for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert (letter.row(address).state, letter.row(address).done) == ("ready", 3)
    assert len(letter.files(address)) == 1
    names = ZipFile(BytesIO(letter.browser.post(address, {}).data)).namelist()
    assert names == [f"{letter.paper(number).number.replace('/', '-')}.pdf" for number in letter.numbers]


def test_nothing_of_it_lies_open_and_no_piece_outlives_the_whole(letter: Letter) -> None:
    address = letter.ask()
    bundles.go_on(letter.office.database, letter.office.now)
    [piece] = letter.files(address)
    assert b"%PDF" not in piece.read_bytes()
    letter.office.work_off()
    [whole] = letter.files(address)
    assert b"PK" not in whole.read_bytes()[:64]
    assert whole != piece
    known = whole.relative_to(letter.office.database.documents)
    leftovers.destroy(letter.office.database, letter.office.now)
    leftovers.destroy(letter.office.database, letter.office.now + timedelta(days=31))
    assert whole.exists(), f"{known} has a row"


@pytest.mark.parametrize("until", ["making", "ready"])
def test_a_file_is_stopped_and_nothing_of_it_stays(letter: Letter, until: str) -> None:
    address = letter.ask()
    bundles.go_on(letter.office.database, letter.office.now)
    if until == "ready":
        letter.office.work_off()
    assert letter.files(address)
    left = letter.files(address)
    assert letter.browser.post(f"{address}/stop", {}).status_code == 303
    assert "रोकी गई थी" in text_of(letter.browser.get(address))
    assert not [each for each in left if each.exists()]
    [key] = letter.rows(select(data_key).where(data_key.c.id == letter.row(address).data_key_id))
    assert key.wrapped is None
    letter.office.work_off()
    assert letter.row(address).state == "gone"
    assert letter.browser.post(address, {}).status_code == 409


def test_a_day_later_the_file_is_destroyed(letter: Letter) -> None:
    address = letter.ask()
    letter.office.work_off()
    left = letter.files(address)
    letter.office.now += timedelta(days=1, minutes=1)
    late = letter.enter()
    assert late.post(address, {}).status_code == 409, "before the worker has come by, too"
    letter.office.work_off()
    assert (letter.row(address).state, [each for each in left if each.exists()]) == ("gone", [])
    assert "इसका समय बीत गया" in text_of(late.get(address))


@pytest.mark.parametrize("fault", ["missing", "damaged"])
def test_a_paper_whose_file_is_gone_or_altered_is_named(letter: Letter, fault: str) -> None:
    paper = letter.paper(letter.numbers[1])
    file = letter.office.database.documents / paper.path
    kept, address = file.read_bytes(), letter.ask()
    file.unlink()
    if fault == "damaged":
        file.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    letter.office.work_off()
    page = text_of(letter.browser.get(address))
    assert "फाइल नहीं बन सकी" in page
    assert f"पत्र {paper.number}:" in page
    assert ("उपलब्ध नहीं" if fault == "missing" else "क्षतिग्रस्त") in page
    assert letter.browser.post(address, {}).status_code == 409
    file.write_bytes(kept)
    again = letter.ask()
    letter.office.work_off()
    assert letter.row(again).state == "ready"


def test_nobody_else_takes_it_nor_the_officer_in_another_post(letter: Letter) -> None:
    address = letter.ask()
    letter.office.work_off()
    for role in (Role.DM, Role.SP, Role.AUDITOR, Role.SHO):
        stranger = letter.enter(role)
        assert stranger.get(address).status_code == 404, role
        assert stranger.post(address, {}).status_code == 404, role
        assert stranger.post(f"{address}/stop", {}).status_code == 404, role
    assistant = letter.enter(Role.DM_ASSISTANT)
    assert assistant.post(f"/requisitions/{letter.id}/papers", {}).status_code == 403


def test_whoever_left_the_post_while_it_was_made_gets_no_file(letter: Letter) -> None:
    address = letter.ask()
    own = posting.c.id == letter.row(address).posting_id
    [before] = letter.rows(select(posting.c.valid_to).where(own))
    with letter.office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(posting).where(own).values(valid_to=NOW.date() - timedelta(days=1)))
    letter.office.work_off()
    with letter.office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(posting).where(own).values(valid_to=before[0]))
    row = letter.row(address)
    assert (row.state, row.fault) == ("failed", "not_allowed")


def test_a_paper_revoked_meanwhile_holds_the_file_back(letter: Letter) -> None:
    address = letter.ask()
    letter.office.work_off()
    own = certificate.c.document_id == letter.paper(letter.numbers[0]).id
    with letter.office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(certificate).where(own).values(status="revoked"))
    answer = letter.browser.post(address, {})
    with letter.office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(certificate).where(own).values(status="issued"))
    assert answer.status_code == 409
    assert "निरस्त हुआ" in text_of(answer)
    assert letter.browser.post(address, {}).status_code == 200


def test_an_officer_who_wants_messages_is_sent_one_when_it_is_ready(letter: Letter) -> None:
    address = letter.ask()
    officer_id = letter.row(address).officer_id
    own = {"district_id": 218, "officer_id": officer_id, "email": "head@example.org", "changed_at": NOW}
    with letter.office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(contact.insert().values(**own))
    letter.office.work_off()
    sent = letter.rows(
        select(message).where(message.c.officer_id == officer_id, message.c.kind == "file_ready")
    )
    with letter.office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(contact.delete().where(contact.c.officer_id == officer_id))
    assert [(each.channel, each.facts, each.state) for each in sent] == [("email", {}, "queued")]


def test_a_case_that_is_erased_takes_every_file_with_it_that_may_hold_it(letter: Letter) -> None:
    office = letter.office
    other = Letter(office, 1)
    address = other.ask()
    office.work_off()
    left = other.files(address)
    [row] = other.rows(select(case).where(case.c.number == other.numbers[0]))
    files = office.database.write(
        lambda session: erasure.erase_case(session, None, row.id, NOW), CaseScope(218, row.id)
    )
    erasure.delete_files(files)
    assert (other.row(address).state, [each for each in left if each.exists()]) == ("gone", [])


def test_there_is_an_end_to_how_many_one_may_ask_for(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_MOST", 1)
    letter.ask()
    answer = letter.browser.post(f"/requisitions/{letter.id}/papers", {"as": "print"})
    assert answer.status_code == 409
    assert "1 एकत्र फाइलें पहले से हैं" in text_of(answer)


def test_what_there_is_nothing_of_is_not_begun(letter: Letter) -> None:
    actor = letter.journey.staff.holder(Role.DM_SECTION_HEAD)
    database, now = letter.office.database, letter.office.now
    for wanted in (
        bundles.Wanted("zip", letter.id, part=2),
        bundles.Wanted("zip", UUID(int=7)),
        bundles.Wanted("case", number="SRN/2026/99999"),
        bundles.Wanted("case", number="<b>"),
    ):
        with pytest.raises(NotFound):
            bundles.ask(database, actor, wanted, now)
    with pytest.raises((NotFound, Conflict)):
        bundles.take(database, actor, UUID(int=7), now)
