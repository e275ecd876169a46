"""Facts of class P3: each post gets those it may read and no other, and every page that shows one leaves one row."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.config import Settings
from app.domain import secrecy
from app.domain.errors import NotFound
from app.domain.offices import ROLE_OFFICES
from app.domain.roles import Role
from app.formjs import Posted
from app.models.scope import SystemReason, SystemScope
from app.models.tables.audit import audit as record
from app.models.tables.cases import case, document, note
from app.services.desk import looking, tasks
from app.services.papers import certificates
from app.services.store import audit, documents
from tests.districts import NOW
from tests.journey import Journey
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from app.domain.roles import Actor
    from app.services.store.database import Database
    from tests.districts import Walked

#: What is written of class P3, by who wrote it; none of these words stands anywhere else.
DECLARED, VISITED, REGISTERED = "घोषणाचिह्न", "भ्रमणचिह्न", "आरोपचिह्न"
RECOMMENDED, ORDERED = "अनुशंसाचिह्न", "आदेशचिह्न"
POLICE = {VISITED, REGISTERED, RECOMMENDED}
ALL = POLICE | {DECLARED, ORDERED}
WITNESS = "श्याम महतो"  # class P2, of the police's report
#: What each post may read of a case that was decided with adverse facts; the words, and whether the witness.
READABLE: dict[Role, tuple[set[str], bool]] = {
    Role.DM: (ALL, True),
    Role.ADM: (ALL, True),
    Role.DM_SECTION_HEAD: (ALL, True),
    Role.DM_ASSISTANT: ({DECLARED}, False),
    Role.SP: (ALL, True),
    Role.SP_READER: (ALL, True),
    Role.SHO: ({DECLARED, VISITED, REGISTERED}, True),
    Role.ENQUIRY_OFFICER: ({DECLARED, VISITED, REGISTERED}, True),
    Role.THANA_MUNSHI: (set(), True),
}
FIR = {
    "fir_no": "112",
    "fir_year": 2021,
    "district": "218",
    "act": "ipc",
    "sections": "341/323",
    "role": "accused_named",
    "stage": "trial",
    "stage_ref": f"{REGISTERED} 40/21",
    "identity_basis": "father_village",
}
REGISTERS = (
    "gunda",
    "history",
    "conviction",
    "absconder",
    "gang",
    "warrant",
    "preventive",
    "prohibition",
    "cctns",
)


@dataclass
class Seen:
    status: int
    page: str
    rows: list[Any]  # what the record gained

    @property
    def words(self) -> set[str]:
        return {word for word in ALL if word in self.page}


class Marked(NamedTuple):
    """A case and its letter, and who enquires in it once that is known."""

    letter: UUID
    number: str
    case_id: UUID
    named: Actor | None


class Reading:
    """A case in which every fact of class P3 is marked, read by whoever may."""

    def __init__(self, journey: Journey, folder: Path, case: Marked) -> None:
        self.journey, self.database = journey, journey.database
        self.app = create_app(Settings(folder, "", testing=True), self.database, clock=lambda: NOW)
        self.letter, self.number, self.case_id, self.named = case

    def enquire(self) -> None:
        self.named = enquire(self.journey, self.number)

    def decide(self) -> None:
        decide(self.journey, self.number)

    def visitor(self, role: Role) -> Visitor:
        if role is Role.ENQUIRY_OFFICER:
            return Visitor(self.app).enter(self.named.officer_id, NOW)
        office = self.journey.staff.offices(Role.SHO)["th_mufassil"]
        thana = office if role in (Role.SHO, Role.THANA_MUNSHI) else None
        return Visitor(self.app).enter(self.journey.staff.holder(role, thana).officer_id, NOW)

    def see(self, visitor: Visitor, address: str, form: dict[str, Any] | None = None) -> Seen:
        with self.database.engine.connect() as connection:
            last = connection.execute(select(func.max(record.c.seq)).where(record.c.stream == "access"))
            before = last.scalar() or 0
        answer = visitor.get(address) if form is None else visitor.post(address, form)
        gained = self.rows(before)
        return Seen(answer.status_code, answer.data.decode(errors="replace"), gained)

    def rows(self, after: int = 0) -> list[Any]:
        """What the record of views holds, without who came and went; after this row of it."""
        statement = select(record).where(record.c.stream == "access", record.c.seq > after)
        with self.database.engine.connect() as connection:
            found = connection.execute(statement.order_by(record.c.seq)).all()
        return [row for row in found if not row.action.startswith("session:")]

    def every_address(self) -> list[str]:
        """Every screen, every other tab of the case, its letter, and the tasks that wait."""
        screens = [
            rule.rule
            for rule in self.app.url_map.iter_rules()
            if "GET" in rule.methods and not rule.arguments
        ]
        tabs = [self.tab(name) for name in ("timeline", "correspondence", "diagram", "activity")]
        waiting = [f"/tasks/{task.id}" for task in self.journey.waiting(self.number)]
        return [*screens, *tabs, *waiting, f"/requisitions/{self.letter}", f"/inbox?search={self.number}"]

    def tab(self, name: str = "") -> str:
        return f"/cases/{self.number.replace('/', '-')}/{name}".rstrip("/")

    def task(self, step: str) -> Any:
        return next(each for each in self.journey.waiting(self.number) if each.element_id == step)


def marked(journey: Journey) -> Marked:
    letter = journey.register()
    declared = {"declared_case": "yes", "declared_detail": DECLARED}
    number = journey.add(letter, ["th_mufassil"], **declared)
    with journey.database.engine.connect() as connection:
        case_id = connection.execute(select(case.c.id).where(case.c.number == number)).scalar_one()
    return Marked(letter, number, case_id, None)


def enquire(journey: Journey, number: str) -> Actor:
    """Let thana and bureau report; -> who was named for the enquiry."""
    journey.go_on(number, "accept_enquiry", "search_records")
    journey.do(number, "accept_enquiry")
    visit = next(task for task in journey.waiting(number) if task.element_id == "visit")
    journey.do(number, "visit", finding_text=f"{VISITED}: पड़ोसियों से भी पूछा गया, कोई विवाद नहीं")
    found = {f"chk_{name}": "not_found" for name in REGISTERS} | {"chk_fir_index": "found"}
    row = {**FIR, "thana": str(journey.staff.offices(Role.SHO)["th_mufassil"])}
    journey.do(number, "check_registers", all_clear=False, cases=[row], **found)
    journey.do(number, "search_records", result="record_found", cases=[row])
    journey.go_on(number, until="recommend")
    return journey.actor_of(visit)


def enquired(journey: Journey) -> Marked:
    made = marked(journey)
    return made._replace(named=enquire(journey, made.number))


def decided(journey: Journey) -> Marked:
    made = enquired(journey)
    decide(journey, made.number)
    return made


def decide(journey: Journey, number: str) -> None:
    reason = f"{RECOMMENDED} कांड विचाराधीन है"
    journey.do(number, "recommend", sp_outcome="adverse", sp_reason=reason)
    order = f"{ORDERED} तथ्य सहित प्रतिवेदन निर्गत किया जाए"
    journey.do(number, "decide", dm_decision="issue_with_detail", dm_reason=order)
    journey.work()


@pytest.fixture
def after(
    walked: Callable[..., Walked], open_database: Callable[[str], Database], tmp_path: Path
) -> Callable[..., Reading]:
    """Gives the case as it stands after a walk."""

    def reading(walk: Callable[[Journey], Marked]) -> Reading:
        district = walked(walk)
        return Reading(Journey(open_database(district.database), NOW), tmp_path, district.told)

    return reading


@pytest.fixture
def reading(after: Callable[..., Reading]) -> Reading:
    """The case as it came in."""
    return after(marked)


#: Pages whose opening is recorded, though they tell numbers alone.
RECORDED = {"/charge"}


def told(seen: Seen) -> tuple[str, UUID, Any, str]:
    [row] = seen.rows
    return row.action, row.object, row.detail, row.role


def test_each_post_gets_what_it_may_read_and_leaves_one_row_for_each_view(after):
    reading = after(decided)
    for role, (words, knows_witness) in READABLE.items():
        visitor = reading.visitor(role)
        seen = reading.see(visitor, reading.tab())
        assert seen.status == 200, role
        assert seen.words == words, role
        assert (WITNESS in seen.page) == knows_witness, role
        page = {"classes": ["P3"], "page": "tasks"}
        expected = [("case:see", f"case:{reading.case_id}", page, role.value)] if words else []
        assert [(row.action, row.object, row.detail, row.role) for row in seen.rows] == expected, role
        for address in reading.every_address():
            seen = reading.see(visitor, address)
            assert seen.words <= words, (role, address)
            is_recorded = address in RECORDED and seen.status == 200
            assert bool(seen.rows) == (bool(seen.words) or is_recorded), (role, address)
    assert reading.database.read(audit.verify, SystemScope(SystemReason.AUDIT, 218)) == []


def test_the_section_head_reads_the_polices_report_once_the_sp_has_sent_it(after):
    reading = after(enquired)
    head = reading.visitor(Role.DM_SECTION_HEAD)
    seen = reading.see(head, reading.tab())
    assert seen.words == {DECLARED}
    assert WITNESS not in seen.page
    reading.decide()
    assert reading.see(head, reading.tab()).words == ALL


def test_a_task_shows_what_it_may_and_the_view_is_recorded_also_after_a_failed_check(reading):
    scrutiny = reading.task("scrutinise")
    seen = reading.see(reading.visitor(Role.DM_SECTION_HEAD), f"/tasks/{scrutiny.id}")
    assert (seen.status, seen.words, seen.rows) == (200, set(), []), "nothing of class P3 is on this page"
    reading.enquire()
    task, sp = reading.task("recommend"), reading.visitor(Role.SP)
    row = ("case:see", f"case:{reading.case_id}", {"classes": ["P3"], "page": "recommend"}, "sp")
    seen = reading.see(sp, f"/tasks/{task.id}")
    assert (seen.words, told(seen)) == ({VISITED, REGISTERED}, row)
    again = reading.see(sp, f"/tasks/{task.id}", {"action": "recommend"})
    assert (again.status, again.words, told(again)) == (422, {VISITED, REGISTERED}, row)


def test_without_the_record_there_is_neither_page_nor_act(after):
    reading = after(enquired)
    visitor = reading.visitor(Role.SP)
    with reading.database.engine.begin() as connection:
        if reading.database.is_sqlite:
            connection.execute(
                text("CREATE TRIGGER deaf BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'deaf'); END")
            )
        else:
            connection.execute(text("ALTER TABLE audit ADD CONSTRAINT deaf CHECK (seq < 0) NOT VALID"))
    for address in (reading.tab(), f"/tasks/{reading.task('recommend').id}"):
        seen = reading.see(visitor, address)
        assert (seen.status, seen.words) == (500, set())
    assert reading.see(visitor, reading.tab("timeline")).status == 200, "what is not watched is still read"
    said = {"to": str(reading.named.post.office_id), "text": "कृपया प्रति भेजें"}
    assert reading.see(visitor, f"{reading.tab()}/notes", said).status == 500
    with pytest.raises(DBAPIError):
        reading.journey.do(reading.number, "recommend", sp_outcome="adverse", sp_reason=RECOMMENDED)
    assert reading.task("recommend"), "the step is still open"
    with reading.database.engine.connect() as connection:
        assert connection.execute(select(note.c.id)).all() == [], "no act without its row"


def test_a_paper_is_for_whom_its_contents_are_for(after):
    reading = after(decided)
    adverse = paper_of(reading, reading.case_id)
    clear_number = reading.journey.new_case(["th_mufassil"])
    reading.journey.go_on(clear_number)
    with reading.database.engine.connect() as connection:
        clear_case = connection.execute(select(case.c.id).where(case.c.number == clear_number)).scalar_one()
    clear = paper_of(reading, clear_case)
    assert (adverse.pii, clear.pii) == ("P3", "P2")
    assistant, head = reading.visitor(Role.DM_ASSISTANT), reading.visitor(Role.DM_SECTION_HEAD)
    assert assistant.get(f"/documents/{clear.id}").status_code == 200
    assert assistant.get(f"/documents/{adverse.id}").status_code == 404
    assert str(adverse.id) not in assistant.get(reading.tab("documents")).get_data(as_text=True)
    seen = reading.see(head, f"/documents/{adverse.id}")
    assert seen.status == 200
    assert [(row.action, row.detail["pii"]) for row in seen.rows] == [("document:see", "P3")]
    assert str(adverse.id) in head.get(reading.tab("documents")).get_data(as_text=True)


def paper_of(reading: Reading, case_id: UUID) -> Any:
    with reading.database.engine.connect() as connection:
        statement = select(document).where(document.c.case_id == case_id, document.c.field == "issued_paper")
        return connection.execute(statement).one()


def test_whoever_reads_what_offices_write_to_each_other_leaves_a_row(reading):
    """Free text about a person: class P3. The DM's assistant learns that the police wrote, and nothing more."""
    reading.journey.go_on(reading.number, until="accept_enquiry")
    of = {role: reading.visitor(role) for role in READABLE if role is not Role.ENQUIRY_OFFICER}
    address, post = reading.tab("correspondence"), f"{reading.tab()}/notes"
    for role, visitor in of.items():
        assert reading.see(visitor, address).rows == [], (role, "nothing is written yet")
    dm_office = reading.journey.staff.holder(Role.DM_SECTION_HEAD).post.office_id
    said = {"to": str(dm_office), "text": f"{REGISTERED}: क्या पत्र में यह लिखा था?"}
    assert reading.see(of[Role.SP_READER], post, said).status == 303
    row = ("case:see", f"case:{reading.case_id}", {"classes": ["P3"], "page": "correspondence"})
    for role in (Role.SP_READER, Role.DM_SECTION_HEAD, Role.DM, Role.SP):
        seen = reading.see(of[role], address)
        assert (seen.words, told(seen)) == ({REGISTERED}, (*row, role.value)), role
    for role in (Role.SHO, Role.THANA_MUNSHI, Role.DM_ASSISTANT):
        seen = reading.see(of[role], address)
        assert (seen.status, seen.words, seen.rows) == (200, set(), []), role
    assistant = reading.see(of[Role.DM_ASSISTANT], address).page
    assert "आपका पद पुलिस का लिखा नहीं पढ़ता" in assistant
    with reading.database.engine.connect() as connection:
        [asked] = connection.execute(select(note.c.id)).scalars()
    answer = {"answers": str(asked), "text": "हाँ, लिखा था।"}
    assert reading.see(of[Role.DM_ASSISTANT], post, answer).status == 404, "unread, it is not his to answer"
    assert reading.see(of[Role.DM_ASSISTANT], f"{post}/{asked}/close", {}).status == 404
    again = reading.see(of[Role.DM_SECTION_HEAD], post, answer | {"text": ""})
    assert (again.status, again.words) == (422, {REGISTERED})
    assert told(again) == (*row, "dm_section_head"), "a failed check shows the page again"
    assert reading.see(of[Role.DM_SECTION_HEAD], post, answer).status == 303
    opened = of[Role.DM].get(reading.tab("opened")).get_data(as_text=True)
    assert "पत्राचार" in opened.split("<main")[1].split("<tbody")[1]


def test_what_a_unit_writes_reaches_the_section_head_once_the_sp_has_reported(after):
    """A note is no way around the SP: until he reports, DM or ADM read it and answer."""
    reading = after(enquired)
    dm_office = reading.journey.staff.holder(Role.DM_SECTION_HEAD).post.office_id
    said = {"to": str(dm_office), "text": f"{REGISTERED}: न्यायालय में विचाराधीन है।"}
    address, post = reading.tab("correspondence"), f"{reading.tab()}/notes"
    head, sho = reading.visitor(Role.DM_SECTION_HEAD), reading.visitor(Role.SHO)
    reading.see(sho, address)
    assert reading.see(sho, post, said).status == 303
    seen = reading.see(head, address)
    assert (seen.words, seen.rows) == (set(), [])
    assert "पुलिस अधीक्षक के प्रतिवेदन के बाद" in seen.page
    with reading.database.engine.connect() as connection:
        [asked] = connection.execute(select(note.c.id)).scalars()
    answer = {"answers": str(asked), "text": "पत्र में नहीं लिखा था।"}
    assert reading.see(head, post, answer).status == 404, "unread, it is not his to answer"
    assert reading.see(head, f"{post}/{asked}/close", {}).status == 404
    assert reading.see(reading.visitor(Role.DM), address).words == {REGISTERED}
    reading.decide()
    assert reading.see(head, address).words == {REGISTERED}
    assert reading.see(head, post, answer).status == 303


@pytest.mark.parametrize("role", sorted(ROLE_OFFICES))
def test_what_the_special_branch_writes_to_another_office_no_third_one_reads(role):
    closed = secrecy.note_closed_for(role, "special_branch", is_party=False, reported=True)
    assert (closed is None) == (role in (Role.SP, Role.DM))


def test_what_is_not_sent_yet_is_its_officers_alone(reading):
    """The DM sees every case of the district, but not the photo in an enquiry officer's unsent form."""
    journey = reading.journey
    journey.go_on(reading.number, until="visit")
    task, held = reading.task("visit"), BytesIO()
    Image.new("RGB", (64, 48), "navy").save(held, "JPEG")
    upload = documents.Upload("site_photo", "घर.jpg", "image/jpeg", held.getvalue())
    officer = journey.actor_of(task)
    tasks.save_draft(journey.database, officer, task.id, Posted({}, "draft"), [upload], NOW)
    with reading.database.engine.connect() as connection:
        staged = connection.execute(
            select(document.c.id).where(document.c.draft_id.is_not(None))
        ).scalar_one()
    for role in (Role.DM, Role.SP, Role.SHO):
        for address in (f"/documents/{staged}", f"/drafts/files/{staged}"):
            assert reading.visitor(role).get(address).status_code == 404, role
        for opens in (certificates.file, looking.staged):
            with pytest.raises(NotFound):
                opens(journey.database, journey.staff.holder(role), staged, NOW)
    assert looking.staged(journey.database, officer, staged, NOW).media_type == "image/jpeg"


def test_every_search_is_recorded_without_its_words(reading):
    visitor = reading.visitor(Role.SP)
    visitor.get("/search")
    for words in ("राहुल", "राहुल", "कोई और"):
        visitor.post("/search", {"search": words})
    rows = [row for row in reading.rows() if row.action == "case:search"]
    assert [row.detail["found"] for row in rows] == [1, 1, 0]
    digests = [row.detail["digest"] for row in rows]
    assert digests[0] == digests[1] != digests[2]
    assert "राहुल" not in str([tuple(row) for row in rows])
