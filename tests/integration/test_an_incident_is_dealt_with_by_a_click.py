"""What stopped is told on the administrator's page, tried again there once its cause is mended, and then gone."""

from __future__ import annotations

import ast
import gettext
import re
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app import create_app
from app.config import Settings
from app.domain.errors import NotFound, RouteStuck
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.cases import answer, case, document
from app.models.tables.officers import draft, posting
from app.models.tables.offices import office
from app.models.tables.papers import certificate
from app.models.tables.workflow import (
    engine_state,
    incident,
    job,
    notification,
    queue_count,
    step,
    timer,
    user_task,
)
from app.papers import PaperRefused, PaperTooSlow
from app.services.jobs import jobs
from app.services.papers import certificates
from app.services.store import keys, queues, scopes
from app.services.workflow import incidents
from tests import sources
from tests.districts import NOW
from tests.journey import CANDIDATE, Journey
from tests.office import MULTIPART, withdrawal
from tests.rows import DISTRICT
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Row

    from tests.drill import Drill

YESTERDAY = NOW.date() - timedelta(days=1)


class Room:
    """The application on either database, with its own clock; its administrator, and hands that break things."""

    def __init__(self, url: str, folder: Path, database: Any) -> None:
        self.now = NOW
        settings = Settings(folder, url, demo=True, testing=True)
        self.app = create_app(settings, database=database, clock=lambda: self.now)
        self.database = database
        self.journey = Journey(database, NOW)

    def at(self, role: Role, office_id: Any = None) -> Visitor:
        return Visitor(self.app).enter(self.journey.staff.holder(role, office_id).officer_id, self.now)

    def rows(self, table: Any, *conditions: Any) -> list[Row[Any]]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(select(table).where(*conditions)))

    def change(self, table: Any, *conditions: Any, **values: Any) -> None:
        with self.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(update(table).where(*conditions).values(**values))

    def open_incidents(self) -> list[Row[Any]]:
        return self.rows(incident, incident.c.closed_at.is_(None))

    def send(self, task: Row[Any], **changes: Any) -> Any:
        """Send a task over its page as its officer; -> the answer."""
        officer = Visitor(self.app).enter(self.journey.actor_of(task).officer_id, self.now)
        officer.get(f"/tasks/{task.id}")
        return officer.post(f"/tasks/{task.id}", dict(self.journey.form_of(task, **changes).values))

    def admin_page(self) -> Page:
        return Page(self.at(Role.PROCESS_ADMIN), "/admin")


class Page:
    """The administrator's page as it reads."""

    def __init__(self, visitor: Visitor, address: str) -> None:
        self.visitor = visitor
        self._seen(visitor.get(address))

    def _seen(self, answer: Any) -> Page:
        assert answer.status_code == 200
        self.text = unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))
        self.text = re.sub(r"\s+", " ", self.text)
        found = re.findall(r'action="(/admin/[^"]+)"', answer.get_data(as_text=True))
        self.actions = [each for each in found if each != "/admin/watch"]  # it is about the whole district
        return self

    def press(self, action: str, **fields: str) -> Page:
        """Press the first button that does this."""
        address = next(each for each in self.actions if each.endswith(action))
        return self._seen(self.visitor.post_and_follow(address, fields))


@pytest.fixture
def room(demo_url: str, tmp_path: Path, open_database: Callable[[str], Any]) -> Room:
    return Room(demo_url, tmp_path, open_database(demo_url))


def without(room: Room, kind: str) -> None:
    """The office of this kind existed until yesterday."""
    room.change(office, office.c.kind == kind, valid_to=YESTERDAY)


def with_again(room: Room, kind: str) -> None:
    room.change(office, office.c.kind == kind, valid_to=None)


# -- a route that is stuck behind an officer's task ----------------------------------------------------------


def stuck_behind_scrutiny(room: Room, **changes: Any) -> tuple[str, Row[Any]]:
    """A case that its section head has sent on, to an office that is not there."""
    number = room.journey.new_case()
    task = room.journey.waiting(number)[0]
    without(room, "sp_office")
    answer = room.send(task, **changes)
    assert answer.status_code == 409
    assert "प्रकरण आगे नहीं बढ़ सका" in answer.get_data(as_text=True)
    return number, task


def test_a_missing_office_is_told_with_place_time_tries_and_remedy(room: Room) -> None:
    number, task = stuck_behind_scrutiny(room)
    assert room.send(task).status_code == 409, "the officer tries it again himself"
    page = room.admin_page()
    assert f"{number} इस चरण का कार्यालय नहीं मिला" in page.text
    for words in (
        "चरण इकाइयों को प्रेषण",
        "कौन-सा कार्यालय नहीं मिला पुलिस अधीक्षक का कार्यालय",
        "कहाँ जिला पदाधिकारी का कार्यालय",
        "कब से 23-11-2026 10:30",
        "कितनी बार प्रयास हुआ 2",
        "क्या करें जिस प्रकार का कार्यालय नहीं मिला, उसे जिले में जोड़ें",
    ):
        assert words in page.text, page.text
    for name in (CANDIDATE["name_hi"], CANDIDATE["father_hi"], CANDIDATE["perm_village"]):
        assert name not in page.text, "an administrator learns nothing of a person"
    assert len(room.open_incidents()) == 1, "one incident, however often it is tried"


def test_a_click_sends_on_what_the_officer_had_sent(room: Room) -> None:
    number, task = stuck_behind_scrutiny(room, instruction="पहले पता पूरा कराएँ")
    room.now += timedelta(hours=3)
    page = room.admin_page().press("/retry")
    assert "फिर वहीं रुका" in page.text
    assert "कितनी बार प्रयास हुआ 2" in page.text
    assert room.journey.steps(number) == ["scrutinise"], "nothing has moved"
    with_again(room, "sp_office")
    page = page.press("/retry")
    assert "प्रकरण आगे बढ़ गया" in page.text
    assert "कोई बाधा नहीं" in page.text
    assert room.journey.steps(number) == ["route"]
    kept = room.rows(answer, answer.c.user_task_id == task.id)
    done = room.rows(user_task, user_task.c.id == task.id)[0]
    sender = room.journey.staff.holder(Role.DM_SECTION_HEAD).officer_id
    assert [each.answered_by for each in kept] == [sender] == [done.done_by]
    assert room.rows(draft) == []
    assert room.open_incidents() == []
    acts = [each for each in room.rows(audit) if each.action in ("task:complete", "incident:retry")]
    assert [each.action for each in sorted(acts, key=lambda each: (each.recorded_at, each.stream))] == [
        "incident:retry",
        "incident:retry",
        "task:complete",
    ]
    sent = next(each for each in acts if each.action == "task:complete")
    assert sent.detail["sent_at"] == (NOW + timedelta(hours=3)).isoformat(), "kept at the last try"
    assert room.database.write(queues.recount, scopes.recount(DISTRICT)) == []


def test_a_second_click_finds_nothing_left_to_do(room: Room) -> None:
    number, _ = stuck_behind_scrutiny(room)
    first, second = room.admin_page(), room.admin_page()
    with_again(room, "sp_office")
    first.press("/retry")
    page = second.press("/retry")
    assert "यह बाधा पहले ही दूर हो चुकी है" in page.text
    assert room.journey.steps(number) == ["route"]


def test_the_officer_who_sends_again_closes_the_incident(room: Room) -> None:
    _, task = stuck_behind_scrutiny(room)
    with_again(room, "sp_office")
    assert room.send(task).status_code == 303
    assert "कोई बाधा नहीं" in room.admin_page().text
    assert incidents.close_settled(room.database, room.now) == 1
    assert room.open_incidents() == []
    assert incidents.close_settled(room.database, room.now) == 0


def test_what_the_officer_has_written_since_is_not_sent_in_his_name(room: Room) -> None:
    number, task = stuck_behind_scrutiny(room)
    with_again(room, "sp_office")
    room.now += timedelta(minutes=10)
    officer = room.at(Role.DM_SECTION_HEAD)
    officer.get(f"/tasks/{task.id}")
    officer.post(f"/tasks/{task.id}/draft", {"action": "close", "close_reason": "सोच रहा", "_op": "draft"})
    page = room.admin_page().press("/retry")
    assert "पदाधिकारी ने इसके बाद प्रपत्र बदला है" in page.text
    assert room.journey.steps(number) == ["scrutinise"]
    assert room.rows(answer, answer.c.user_task_id == task.id) == []


def test_nothing_is_sent_for_an_officer_who_has_left_the_post(room: Room) -> None:
    number, _ = stuck_behind_scrutiny(room)
    with_again(room, "sp_office")
    sender = room.journey.staff.holder(Role.DM_SECTION_HEAD)
    room.change(posting, posting.c.id == sender.post.posting_id, valid_to=YESTERDAY)
    page = room.admin_page().press("/retry")
    assert "भेजने वाले पदाधिकारी अब इस पद पर नहीं हैं" in page.text
    assert room.journey.steps(number) == ["scrutinise"]


def test_the_case_says_that_it_is_held_up_and_where(room: Room) -> None:
    number, _ = stuck_behind_scrutiny(room)
    address = f"/cases/{number.replace('/', '-')}/diagram"
    page = room.at(Role.DM).get(address).get_data(as_text=True)
    assert "यह प्रकरण एक बाधा से रुका है" in page
    assert re.search(r'class="node task stuck" data-element="route"', page)
    with_again(room, "sp_office")
    room.admin_page().press("/retry")
    page = room.at(Role.DM).get(address).get_data(as_text=True)
    assert "यह प्रकरण एक बाधा से रुका है" not in page
    assert 'node task stuck"' not in page


def test_many_cases_of_one_cause_are_tried_again_together(room: Room) -> None:
    numbers = [room.journey.new_case() for _ in range(3)]
    tasks = [room.journey.waiting(number)[0] for number in numbers]
    without(room, "sp_office")
    assert [room.send(task).status_code for task in tasks] == [409] * 3
    with_again(room, "sp_office")
    page = room.admin_page()
    assert "3 प्रकरण एक ही कारण से रुके हैं: इस चरण का कार्यालय नहीं मिला" in page.text
    page = page.press("/incidents/retry", code="no_office")
    assert "प्रकरण आगे बढ़ गया (3)" in page.text
    assert {step for number in numbers for step in room.journey.steps(number)} == {"route"}


# -- a timer that is stuck -----------------------------------------------------------------------------------


def aged_case(room: Room) -> tuple[str, Row[Any]]:
    """A case that has waited for its scrutiny for ten days."""
    room.journey.now = NOW - timedelta(days=10)
    number = room.journey.new_case(received_date="2026-11-13", letter_date="2026-11-12")
    room.journey.now = NOW
    return number, room.journey.waiting(number)[0]


def test_a_timer_that_cannot_fire_waits_for_a_click_and_holds_up_no_other(room: Room) -> None:
    broken, task = aged_case(room)
    _, other = aged_case(room)
    blob = room.rows(engine_state, engine_state.c.case_id == task.case_id)[0].blob
    room.change(engine_state, engine_state.c.case_id == task.case_id, blob=b"\x01" + bytes(60))
    assert jobs.fire_due_timers(room.database, NOW) == 2
    assert jobs.fire_due_timers(room.database, NOW) == 0, "it is not tried again at every tick"
    fired = [each.case_id for each in room.rows(step) if each.kind == "fired"]
    assert fired == [other.case_id], "the other case's reminder is not held up"
    page = room.admin_page()
    assert f"{broken} सुरक्षित लिखी बात खुल नहीं सकी" in page.text
    assert "flask audit verify" in page.text
    assert "कहाँ जिला पदाधिकारी का कार्यालय" in page.text, "who holds the case meanwhile"
    room.change(engine_state, engine_state.c.case_id == task.case_id, blob=blob)
    page = page.press("/retry")
    assert "प्रकरण आगे बढ़ गया" in page.text
    assert sorted(each.case_id for each in room.rows(step) if each.kind == "fired") == sorted(
        [task.case_id, other.case_id]
    )
    assert room.open_incidents() == []
    room.journey.work()
    assert len(room.rows(notification, notification.c.case_id == task.case_id)) == 1
    assert room.rows(timer, timer.c.case_id == task.case_id) == []


def test_a_stuck_timer_is_looked_at_again_by_itself_and_counted(room: Room) -> None:
    aged_case(room)
    blob = room.rows(engine_state)[0].blob
    room.change(engine_state, blob=b"\x01" + bytes(60))
    for hour in range(3):
        assert jobs.fire_due_timers(room.database, NOW + hour * jobs.LOOK_AGAIN) == 1
    assert "कितनी बार प्रयास हुआ 3" in room.admin_page().text
    room.change(engine_state, blob=blob)
    assert jobs.fire_due_timers(room.database, NOW + 3 * jobs.LOOK_AGAIN) == 1
    assert room.open_incidents() == []
    assert len([each for each in room.rows(step) if each.kind == "fired"]) == 1


def test_an_incident_of_a_timer_ends_with_the_step_that_it_watched(room: Room) -> None:
    number, task = aged_case(room)
    blob = room.rows(engine_state)[0].blob
    room.change(engine_state, blob=b"\x01" + bytes(60))
    jobs.fire_due_timers(room.database, NOW)
    room.change(engine_state, blob=blob)
    assert room.send(task).status_code == 303
    assert room.journey.steps(number) == ["route"]
    assert "कोई बाधा नहीं" in room.admin_page().text
    assert incidents.close_settled(room.database, NOW) == 1


# -- a job ---------------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_is_an_incident_and_later_one_paper(drill: Drill) -> None:
    """Over real HTTP to the real program: the worker tries, gives up, and goes on at a click."""
    number = drill.new_case(until="decide")
    task = drill.journey().waiting(number)[0]
    form = drill.journey().form_of(task).values
    magistrate, administrator = drill.caller(Role.DM), drill.caller(Role.PROCESS_ADMIN)
    magistrate.get(f"/tasks/{task.id}")
    with drill.without_documents():
        assert magistrate.confirm(magistrate.post(f"/tasks/{task.id}", form)).status == 303
        for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
            drill.wait_for(lambda n=attempt: has_failed(drill, number, n), f"attempt {attempt} fails")
            drill.change(job, job.c.state == "queued", run_at=drill.now)  # let the pause be over
        assert drill.rows(job, number)[0].state == "failed"
        page = administrator.get("/admin")
        words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))
        assert f"{number} दस्तावेजों के फोल्डर में लिखा या पढ़ा नहीं जा सका" in words
        assert f"चरण {label_of('issue_report')}" in words
        assert f"कितनी बार प्रयास हुआ {jobs.MAX_ATTEMPTS}" in words
        assert "डिस्क में स्थान और फोल्डर documents की अनुमति देखें" in words
        drawn = magistrate.get(f"/cases/{number.replace('/', '-')}/diagram").text
        assert re.search(r'class="node task stuck" data-element="issue_report"', drawn), "red in the diagram"
        assert "यह प्रकरण एक बाधा से रुका है" in drawn
    assert administrator.press(page, "/retry").status == 303
    drill.wait_for(lambda: drill.journey().steps(number) == ["dispatch"], "the paper is issued")
    assert "कोई बाधा नहीं" in administrator.get("/admin").text
    drill.wait_for(
        lambda: all(each.closed_at for each in drill.rows(incident, number)), "the incident closes by itself"
    )
    drill.assert_issued_once(number)
    assert drill.rows(job, number)[0].attempts == jobs.MAX_ATTEMPTS + 1


def has_failed(drill: Drill, number: str, attempt: int) -> bool:
    return any(
        each.attempts == attempt and each.state in ("queued", "failed") for each in drill.rows(job, number)
    )


def undrawn(room: Room, **changes: Any) -> tuple[str, Row[Any]]:
    """A case whose paper is due."""
    number = room.journey.new_case()
    room.journey.go_on(number, until="decide")
    room.journey.do(number, "decide", **changes)
    return number, room.rows(job)[0]


def test_a_route_that_is_stuck_behind_a_paper_asks_at_once_and_issues_it_once(room: Room) -> None:
    number, due = undrawn(room)
    with unreadable_state(room, due.case_id):
        assert room.journey.work() == 1
        tried = room.rows(job)[0]
        assert (tried.state, tried.attempts) == ("failed", 1), "waiting does not set a route free"
        assert [each.status for each in room.rows(certificate)] == ["allotted"]
        assert room.rows(document) == []
        assert list((room.database.documents).rglob("*.*")) == [], "no file without its row"
        page = room.admin_page()
        assert f"{number} प्रकरण की स्थिति पढ़ी नहीं जा सकी" in page.text
        assert f"चरण {label_of(due.element_id)}" in page.text
    room.admin_page().press("/retry")
    assert room.journey.work() == 1
    assert room.journey.steps(number) == ["dispatch"]
    assert [each.status for each in room.rows(certificate)] == ["issued"]
    assert len(room.rows(document)) == 1
    assert "कोई बाधा नहीं" in room.admin_page().text


def label_of(element_id: str) -> str:
    """The Hindi name of an element in the shipped route."""
    drawn = (sources.ROOT / "processes" / "verification.bpmn").read_text()
    found = re.search(rf'id="{element_id}" name="([^"]+)"', drawn)
    assert found is not None
    return found[1]


@contextmanager
def unreadable_state(room: Room, case_id: Any) -> Iterator[None]:
    """The case's state is sealed right, but of a layout that this program does not know."""
    before = room.rows(engine_state, engine_state.c.case_id == case_id)[0].blob

    def seal(session: Any) -> bytes:
        key_id = room.rows(case, case.c.id == case_id)[0].data_key_id
        return keys.seal(keys.unlock(session, key_id), f"engine_state|blob|{case_id}", b"of another time")

    sealed = room.database.read(seal, scopes.record(DISTRICT))
    room.change(engine_state, engine_state.c.case_id == case_id, blob=sealed)
    yield
    room.change(engine_state, engine_state.c.case_id == case_id, blob=before)


def test_a_worker_that_dies_every_time_stops_at_last(room: Room) -> None:
    number, due = undrawn(room)
    died = {"state": "running", "lease_until": NOW, "attempts": jobs.MAX_ATTEMPTS}
    room.change(job, job.c.id == due.id, **died)
    assert room.journey.work() == 0, "it is not taken up a sixth time"
    page = room.admin_page()
    assert f"{number} यह चरण करते हुए कार्यक्रम बार-बार बंद हो गया" in page.text
    assert f"कितनी बार प्रयास हुआ {jobs.MAX_ATTEMPTS}" in page.text
    page = page.press("/retry")
    assert "फिर से प्रयास के लिए रखा गया" in page.text
    assert "फिर से प्रयास हो रहा है" in page.text
    assert page.actions == [], "what is being tried has no button"
    assert room.journey.work() == 1
    assert room.journey.steps(number) == ["dispatch"]
    assert "कोई बाधा नहीं" in room.admin_page().text


def test_a_withdrawn_case_takes_its_job_and_incident_with_it(room: Room) -> None:
    number, due = undrawn(room)
    room.change(job, job.c.id == due.id, state="running", lease_until=NOW, attempts=jobs.MAX_ATTEMPTS)
    room.journey.work()
    assert len(room.open_incidents()) == 1
    withdrawn(room, number)
    assert [each.state for each in room.rows(job)] == ["cancelled"]
    assert "कोई बाधा नहीं" in room.admin_page().text
    assert incidents.close_settled(room.database, room.now) == 1


def withdrawn(room: Room, number: str) -> None:
    address = f"/cases/{number.replace('/', '-')}"
    dm = room.at(Role.DM)
    dm.get(address)
    assert dm.post(f"{address}/withdraw", withdrawal(), **MULTIPART).status_code == 303


def test_a_number_whose_case_was_withdrawn_stands_void_in_the_register_and_is_never_given_again(
    room: Room,
) -> None:
    number, due = undrawn(room)
    with unreadable_state(room, due.case_id):
        room.journey.work()
    [lost] = room.rows(certificate)
    withdrawn(room, number)
    undrawn(room)
    room.journey.work()
    issued = next(row for row in room.rows(certificate) if row.id != lost.id)
    register = unescape(room.at(Role.DM).get("/certificates").get_data(as_text=True))
    lines = {
        row.number: part for row in (lost, issued) for part in register.split("<tr") if row.number in part
    }
    assert "निरस्त: प्रकरण वापस लिया गया" in lines[lost.number]
    assert number in lines[lost.number]
    assert "निरस्त" not in lines[issued.number]
    assert issued.number != lost.number
    assert issued.memo_number != lost.memo_number


def test_no_number_is_allotted_to_a_case_that_was_withdrawn_meanwhile(room: Room) -> None:
    number, due = undrawn(room)
    withdrawn(room, number)
    with pytest.raises(NotFound):
        certificates.issue(room.database, due)
    assert room.rows(certificate) == []


def test_a_withdrawal_that_is_stuck_is_told_and_over_when_it_succeeds(room: Room) -> None:
    number = room.journey.new_case()
    address = f"/cases/{number.replace('/', '-')}"
    magistrate = room.at(Role.DM)
    magistrate.get(address)
    reason = "विभाग ने अधियाचना वापस ली"
    with unreadable_state(room, room.journey.waiting(number)[0].case_id):
        answer = magistrate.post(f"{address}/withdraw", withdrawal(reason), **MULTIPART)
        assert answer.status_code == 409
        assert reason in unescape(answer.get_data(as_text=True))
        page = room.admin_page()
        assert f"{number} प्रकरण की स्थिति पढ़ी नहीं जा सकी" in page.text
        assert [each.rsplit("/", 1)[-1] for each in page.actions] == ["close"], (
            "whoever withdraws does it again"
        )
    again = withdrawal(reason, letter_scan="")  # the scan waits in the draft
    assert magistrate.post(f"{address}/withdraw", again, **MULTIPART).status_code == 303
    assert "कोई बाधा नहीं" in room.admin_page().text
    assert incidents.close_settled(room.database, room.now) == 1


# -- what is not tried again here ----------------------------------------------------------------------------


def test_a_case_that_cannot_begin_is_told_and_put_away_by_hand(room: Room) -> None:
    letter = room.journey.register()
    without(room, "dm_office")
    for _ in range(2):
        with pytest.raises(RouteStuck):
            room.journey.add(letter)
    page = room.admin_page()
    assert "प्रकरण से संबंधित नहीं: इस चरण का कार्यालय नहीं मिला" in page.text
    assert "नया प्रकरण दर्ज करते समय" in page.text
    assert "कितनी बार प्रयास हुआ 2" in page.text
    with_again(room, "dm_office")
    room.journey.add(letter)
    page = page.press("/close")
    assert "बाधा बंद की गई" in page.text
    assert room.open_incidents() == []


def test_counts_that_had_drifted_are_told(room: Room) -> None:
    room.journey.new_case()
    room.change(queue_count, open=7)
    with room.app.app_context():
        told = room.app.test_cli_runner().invoke(args=["inbox", "recount"])
        assert (told.exit_code, "7" in told.output) == (1, True), "what differed is said, and rings a bell"
        assert room.app.test_cli_runner().invoke(args=["inbox", "recount"]).exit_code == 0
    page = room.admin_page()
    assert "लंबित कार्यों की गिनती मेल नहीं खाती थी" in page.text
    assert room.rows(queue_count)[0].open == 1
    assert "कोई बाधा नहीं" in page.press("/close").text


# -- who may, and in which words -----------------------------------------------------------------------------


def test_the_process_administrator_and_the_heads_of_both_offices_try_again_and_nobody_else(
    room: Room,
) -> None:
    stuck_behind_scrutiny(room)
    number = room.open_incidents()[0].id
    for role in (Role.USER_ADMIN, Role.ADM, Role.DM_SECTION_HEAD):
        visitor = room.at(role)
        visitor.get("/account")
        for act in ("retry", "close"):
            assert visitor.post(f"/admin/incidents/{number}/{act}").status_code in (403, 404), (role, act)
    page = Page(room.at(Role.USER_ADMIN), "/admin")
    assert "इस चरण का कार्यालय नहीं मिला" in page.text, "to see it is another right"
    assert page.actions == []
    assert len(room.open_incidents()) == 1
    for role in (Role.DM, Role.SP):
        page = Page(room.at(role), "/admin").press("/retry")
        assert "फिर वहीं रुका" in page.text, role


def codes_of_the_program() -> set[str]:
    """Every code with which the program can stop: of stuck routes, and of what workers run into."""
    found = set()
    for path in sources.below("app", suffix=".py"):
        for call in ast.walk(sources.tree(path)):
            function = getattr(call, "func", None)
            name = getattr(function, "id", "") or getattr(function, "attr", "")
            if name in ("RouteStuck", "Stopped") and call.args and isinstance(call.args[0], ast.Constant):
                found.add(call.args[0].value)
    kinds = {"papers_unavailable", "paper_too_slow", "paper_refused", "signature_key", "file_damaged"}
    return found | kinds | {"not_found", "conflict", "unsealable"}


def test_a_paper_that_took_too_long_is_not_told_as_one_that_its_answers_refuse() -> None:
    assert [incidents.reason(kind()).code for kind in (PaperTooSlow, PaperRefused)] == [
        "paper_too_slow",
        "paper_refused",
    ]


@pytest.mark.parametrize("language", ["hi", "en"])
def test_every_code_is_told_in_words_with_its_remedy(language: str) -> None:
    catalogue = gettext.translation("screens", sources.ROOT / "app" / "translations", [language])
    codes = codes_of_the_program()
    assert len(codes) > 25
    for code in codes:
        for key in (f"incident.code.{code}", f"incident.code.{code}.remedy"):
            assert catalogue.gettext(key) != key, key
    told = {
        key.split(".")[2]
        for key in catalogue._catalog
        if isinstance(key, str) and key.startswith("incident.code.")
    }
    assert told == codes, "a text that nothing can call for is not kept"
