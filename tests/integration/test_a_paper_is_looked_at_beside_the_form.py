"""A paper is looked at page by page beside its form; what is typed stays, and the look is recorded."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.cases import document
from app.models.tables.officers import draft
from app.models.tables.workflow import user_task
from app.services.papers import certificates
from app.services.store.documents import Upload
from tests.districts import NOW
from tests.office import MULTIPART, Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

LEFT, RIGHT, ENDLESS = b"0 0 100 842 re f", b"495 0 100 842 re f", b"0 0 600 800 re f " * 400_000


def scanned(*contents: bytes) -> Upload:
    made, held = pikepdf.new(), BytesIO()
    for content in contents:
        made.add_blank_page(page_size=(595, 842)).Contents = made.make_stream(content)
    made.save(held, compress_streams=True)
    return Upload("person_attestation_form", "प्रपत्र.pdf", "application/pdf", held.getvalue())


class Reader:
    """The section head at the scrutiny of a person whose attestation form came as a PDF."""

    def __init__(self, office: Office, *contents: bytes) -> None:
        self.office, journey = office, office.journey
        self.number = journey.add(journey.register(), uploads=[scanned(*contents)])
        [self.task] = journey.waiting(self.number)
        self.address = f"/tasks/{self.task.id}"
        self.officer = journey.actor_of(self.task)
        self.browser = office.holder_of(self.task)
        [self.id] = [row.id for row in self.rows(document) if row.case_id == self.task.case_id]

    def rows(self, table: Any) -> list[Any]:
        with self.office.database.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def press(self, op: str, **typed: str) -> Any:
        """Press a button of the form as it stands, with this typed into it."""
        boxes = {**self.office.answers(self.task), **typed} if typed else self.untouched()
        return self.browser.post(self.address, {**boxes, "_op": op}, **MULTIPART)

    def untouched(self) -> dict[str, Any]:
        """What a browser posts of the page when nobody has touched it."""
        page = self.browser.get(self.address).get_data(as_text=True)
        form = page[page.index('id="task-form"') : page.index("</form>", page.index('id="task-form"'))]
        ticked = re.findall(
            r'<input[^>]*type="(?:radio|checkbox)"[^>]*name="([^"]+)" value="([^"]*)" checked', form
        )
        texts = re.findall(r'<input[^>]*type="(?:text|hidden)"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
        return dict([*ticked, *texts])

    def looks(self) -> int:
        thing = f"document:{self.id}"
        return sum(row.action == "document:see" and row.object == thing for row in self.rows(audit))

    def drafts(self) -> int:
        return sum(row.user_task_id == self.task.id for row in self.rows(draft))


def picture(page: str) -> Image.Image:
    [found] = re.findall(r'<img src="data:image/jpeg;base64,([^"]+)" alt="[^"]*पृष्ठ', page)
    drawn = Image.open(BytesIO(b64decode(found)))
    drawn.load()
    return drawn


def is_dark(page: str, side: bytes) -> bool:
    drawn = picture(page)
    at = 20 if side == LEFT else drawn.width - 20
    return max(drawn.getpixel((at, drawn.height // 2))) < 60


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("look")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def reader(office: Office) -> Reader:
    return Reader(office, LEFT, RIGHT)


def test_pages_turn_beside_the_form_and_what_is_typed_stays(office: Office) -> None:
    reader = Reader(office, LEFT, RIGHT)
    assert f'value="look:{reader.id}:1"' in text_of(reader.browser.get(reader.address))
    answer = reader.press(f"look:{reader.id}:2", remark="यह लिखा रहे")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{reader.address}?look={reader.id}&page=2#look"
    answer = reader.browser.get(answer.headers["Location"])
    page = text_of(answer)
    assert is_dark(page, RIGHT)
    assert not is_dark(page, LEFT)
    assert "पृष्ठ 2 / 2" in page
    assert f'value="look:{reader.id}:1"' in page, "the way back to the first page"
    assert f'href="/documents/{reader.id}"' in page, "and to the file itself"
    assert answer.headers["Cache-Control"] == "no-store"
    assert reader.drafts() == 1
    assert reader.press("look::").headers["Location"] == reader.address


def test_who_only_looks_keeps_no_draft_and_takes_no_task(reader: Reader) -> None:
    assert reader.press(f"look:{reader.id}:1").status_code == 303
    [task] = [row for row in reader.rows(user_task) if row.id == reader.task.id]
    assert (reader.drafts(), task.claimed_by) == (0, None)


def test_turning_pages_is_one_opening_and_taking_the_file_another(office: Office) -> None:
    reader = Reader(office, LEFT, RIGHT)
    alone = f"/documents/{reader.id}"
    for address in (
        f"{reader.address}?look={reader.id}&page=1",
        f"{alone}?page=2",
        f"{alone}?page=1&size=large",
    ):
        assert reader.browser.get(address).status_code == 200, address
    assert reader.looks() == 1
    assert reader.browser.get(alone).mimetype == "application/pdf"
    assert reader.looks() == 2
    later = NOW + timedelta(minutes=31)
    office.database.clock_is_free = True
    certificates.file(office.database, reader.officer, reader.id, later, turns=True)
    assert reader.looks() == 3


def test_a_page_by_itself_is_as_wide_as_a_phone_or_larger_and_keeps_to_its_words(reader: Reader) -> None:
    alone = f"/documents/{reader.id}"
    page = text_of(reader.browser.get(f"{alone}?page=1&language=en&_scheme=javascript&_external=1"))
    assert picture(page).width == 760
    assert f'href="{alone}?language=en&amp;page=2"' in page
    assert "javascript" not in page[page.index("<main") :]
    assert picture(text_of(reader.browser.get(f"{alone}?page=1&size=large"))).width == 1500


def test_any_number_shows_a_page_that_is_there(reader: Reader) -> None:
    for number, shown in (("0", 1), ("99", 2), ("२", 2), ("1e3", 1)):
        page = text_of(reader.browser.get(f"/documents/{reader.id}?page={number}"))
        assert is_dark(page, (LEFT, RIGHT)[shown - 1]), number


def test_a_paper_that_is_not_ones_own_or_not_of_this_case_is_not_there(
    reader: Reader, office: Office
) -> None:
    before, other = reader.looks(), Reader(office, LEFT)
    foreign: UUID = other.id
    for what in (str(foreign), str(reader.task.id), "../secret", "x" * 300):
        assert reader.browser.get(f"{reader.address}?look={what}&page=1").status_code == 404, what
    stranger = office.at(Role.THANA_MUNSHI)
    assert stranger.get(f"/documents/{reader.id}?page=1").status_code == 404
    assert stranger.get(f"{reader.address}?look={reader.id}&page=1").status_code == 404
    assert (reader.looks(), other.looks()) == (before, 0)


def test_a_page_that_cannot_be_drawn_says_so_and_leaves_the_file(office: Office) -> None:
    reader = Reader(office, ENDLESS)
    answer = reader.browser.get(f"{reader.address}?look={reader.id}&page=1")
    page = text_of(answer)
    assert answer.status_code == 200
    assert "यह पृष्ठ यहाँ नहीं दिखाया जा सका" in page
    assert f'href="/documents/{reader.id}"' in page
    assert "<form" in page


def test_the_paper_of_a_decision_is_seen_beside_its_buttons_as_it_is_typed(office: Office) -> None:
    number = office.journey.new_case()
    office.journey.go_on(number, until="decide")
    [task] = office.journey.waiting(number)
    dm, address = office.holder_of(task), f"/tasks/{task.id}"
    assert 'value="look:paper:1"' in text_of(dm.get(address))
    boxes = {**office.answers(task, lang="en"), "dm_decision": "issue_clear", "_op": "look:paper:1"}
    page = text_of(dm.get(dm.post(address, boxes, **MULTIPART).headers["Location"]))
    assert picture(page).width == 760
    assert "पत्र का प्रारूप" in page
    assert 'value="issue_clear"' in page
    refused = text_of(
        dm.get(dm.post(address, {**boxes, "dm_decision": "hearing"}, **MULTIPART).headers["Location"])
    )
    assert "निर्णय चुनें" in refused[refused.index('id="look"') :]
    assert "data:image/jpeg" not in refused


REGISTERS = [
    "gunda",
    "history",
    "conviction",
    "absconder",
    "gang",
    "warrant",
    "preventive",
    "prohibition",
    "cctns",
]
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


def test_where_something_was_found_no_paper_is_shown_that_nobody_decided_on(office: Office) -> None:
    journey = office.journey
    number = journey.new_case(["th_mufassil"])
    journey.go_on(number, "check_registers", "search_records")
    cases = [{**FIR, "thana": str(journey.staff.offices(Role.SHO)["th_mufassil"])}]
    clear = dict.fromkeys((f"chk_{name}" for name in REGISTERS), "not_found")
    journey.do(number, "check_registers", **clear, all_clear=False, chk_fir_index="found", cases=cases)
    journey.do(number, "search_records", result="record_found", cases=cases)
    journey.go_on(number, "recommend")
    journey.do(number, "recommend", sp_outcome="adverse", sp_reason="कांड विचाराधीन है, तथ्य सहित")
    [task] = journey.waiting(number)
    dm, address = office.holder_of(task), f"/tasks/{task.id}"
    page = text_of(dm.get(address))
    assert 'value="look:paper:1"' in page
    boxes = {**office.answers(task), "dm_decision": "", "_op": "look:paper:1"}
    undecided = text_of(dm.get(dm.post(address, boxes, **MULTIPART).headers["Location"]))
    assert "निर्णय चुनें" in undecided[undecided.index('id="look"') :]
    assert "data:image/jpeg" not in undecided
    reason = "अभिलेख के तथ्य सहित प्रतिवेदन निर्गत किया जाए"
    boxes |= {"dm_decision": "issue_with_detail", "dm_reason": reason}
    assert picture(text_of(dm.get(dm.post(address, boxes, **MULTIPART).headers["Location"]))).width == 760
