"""A routing value of a stopped case is set by two officers: rehearsed first, told to the case, with a way back."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import engine
from app.domain.errors import NotAllowed, NotFound, RouteStuck
from app.domain.numbers import in_address
from app.domain.roles import Role
from app.models.casefile import case_queries as cases
from app.models.district.amendments import amendment
from app.models.scope import CaseScope
from app.models.tables.audit import audit
from app.models.tables.workflow import engine_state, event, incident, job, step, user_task
from app.services.access import stepup
from app.services.deployment import amendments, routingvalues
from app.services.deployment.amendments import Refused, Wanted
from app.services.jobs import jobs
from app.services.jobs.retries import Outcome
from app.services.procedure import gatekeeping, releases
from app.services.store import queues, scopes
from app.services.store.scopes import actor_scope
from app.services.workflow import incidents, instances
from tests.districts import NOW
from tests.journey import CANDIDATE
from tests.office import Office, text_of
from tests.rows import DISTRICT
from tests.walking import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy import Row

    from app.domain.roles import Actor
    from tests.journey import Journey

DAYS = "checks.sla_thana"
SOON = NOW + timedelta(minutes=5)


def rows(journey: Journey, table: Any, *conditions: Any) -> list[Row[Any]]:
    with journey.database.engine.connect() as connection:
        return list(connection.execute(select(table).where(*conditions)))


def spoil(journey: Journey, case_id: UUID, name: str) -> None:
    """Take a value out of a case's route, as a fault of a table would have left it."""
    key, _, field = name.partition(".")

    def work(session: Any) -> None:
        case = cases.lock(session, case_id)
        loaded = releases.load(session, case.release_id)
        spot = engine.Spot("", key, field)
        instances.amend(session, case, loaded, spot, None, {}, instances.Act(NOW))

    journey.database.write(work, CaseScope(DISTRICT, case_id))


class Stopped:
    """A case whose SHO named an enquiry officer, and whose days for the visit nobody knows."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.number = journey.new_case()
        journey.go_on(self.number, until="accept_enquiry")
        [self.task] = [each for each in journey.waiting(self.number) if each.element_id == "accept_enquiry"]
        spoil(journey, self.task.case_id, DAYS)
        with pytest.raises(RouteStuck):
            journey.finish(self.task, journey.form_of(self.task))
        of_case = (incident.c.case_id == self.task.case_id, incident.c.closed_at.is_(None))
        [self.incident] = rows(journey, incident, *of_case)
        self.maker, self.sp = (journey.staff.holder(role) for role in (Role.PROCESS_ADMIN, Role.SP))

    def propose(self, name: str = DAYS, text: str = "७", reason: str = "missing") -> UUID:
        wanted = Wanted(name, "", text, reason)
        return amendments.propose(self.journey.database, self.maker, self.incident.id, wanted, SOON)

    def approve(self, amendment_id: UUID, actor: Actor | None = None) -> Outcome:
        actor = actor or self.sp
        asked = self.proven(actor, amendment_id)
        return amendments.approve(self.journey.database, actor, amendment_id, asked, SOON)

    def proven(self, actor: Actor, amendment_id: UUID, *, is_undo: bool = False) -> UUID:
        scope = actor_scope(actor)
        asked = self.journey.database.write(
            lambda session: amendments.to_decide(session, actor, amendment_id, SOON, is_undo=is_undo), scope
        )
        self.journey.confirm(actor, asked)
        return asked

    def value(self, name: str) -> Any:
        stop = amendments.look(self.journey.database, self.maker, self.incident.id, SOON)
        return next(each.value for each in stop.values if each.spot.name == name)

    def amendments(self) -> list[Any]:
        return rows(self.journey, amendment, amendment.c.case_id == self.task.case_id)

    def everything(self) -> list[Any]:
        return [rows(self.journey, table) for table in (user_task, step, engine_state, event, audit)]


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for all tests but one: each has a case of its own."""
    folder = tmp_path_factory.mktemp("values")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    made = Office(folder, NOW)
    yield made
    made.database.close()


@pytest.fixture
def stopped(office: Office) -> Stopped:
    return Stopped(office.journey)


def test_a_rehearsal_tells_what_follows_and_changes_nothing(stopped: Stopped) -> None:
    before = stopped.everything()
    database = stopped.journey.database
    stop = amendments.look(database, stopped.maker, stopped.incident.id, SOON)
    assert (stop.case_number, stop.code) == (stopped.number, "days_null")
    told = " ".join(str(each) for each in stop.values)
    assert not [
        name for name in CANDIDATE.values() if isinstance(name, str) and len(name) > 5 and name in told
    ]
    value = next(each for each in stop.values if each.spot.name == DAYS)
    assert (value.is_there, value.value, value.bound) == (True, None, "")
    found = amendments.foresee(database, stopped.maker, stopped.incident.id, Wanted(DAYS, "", "7"), SOON)
    assert found.outcome == Outcome.MOVED
    assert {each.step_en for each in found.following if each.is_new} == {"Visit", "Register check"}
    other = amendments.foresee(
        database, stopped.maker, stopped.incident.id, Wanted("checks.sla_sdpo", "", "9"), SOON
    )
    assert (other.outcome, other.stopped.code) == (Outcome.STUCK, "days_null")
    assert other.element[1] in {"Visit", "Register check"}
    assert stopped.everything() == before


def test_two_officers_set_a_value_and_the_case_goes_on(journey: Journey) -> None:
    stopped = Stopped(journey)
    found = stopped.propose()
    assert stopped.approve(found) == Outcome.MOVED
    assert sorted(journey.steps(stopped.number)) == ["check_registers", "visit"]
    assert rows(journey, incident, incident.c.closed_at.is_(None)) == []
    [kept] = rows(journey, amendment)
    assert (kept.state, kept.change, kept.proposed_by, kept.decided_by) == (
        "done",
        {"before": None, "after": 7},
        stopped.maker.officer_id,
        stopped.sp.officer_id,
    )
    [done] = [each for each in rows(journey, step, step.c.kind == "amended") if each.routing]
    assert (done.routing["name"], done.routing["after"], done.routing["reason"]) == (DAYS, 7, "missing")
    acts = {each.action for each in rows(journey, audit) if each.action.startswith("values:")}
    assert acts == {"values:propose", "values:approve"}
    assert journey.database.write(queues.recount, scopes.recount(DISTRICT)) == []
    journey.go_on(stopped.number)
    assert journey.steps(stopped.number) == [], "the case goes its whole way"


def test_what_binds_the_paper_or_fits_no_list_is_refused_in_words(stopped: Stopped) -> None:
    days = str(stopped.value("checks.sla_sp_review"))
    for name, text, key in (
        ("checks.final_signatory", "SP", "decides"),
        ("recommend.sp_decision", "issue_clear", "signed"),
        ("decide.dm_decision", "issue_clear", "signed"),
        ("case.purpose", "arms", "kept"),
        ("outcome.recommendation", "brilliant", "text"),
        (DAYS, "सात", "text"),
        (DAYS, "", "text"),
        ("nothing.at_all", "1", "value"),
        ("checks.sla_sp_review", days, "same"),
    ):
        with pytest.raises(Refused) as refused:
            stopped.propose(name, text)
        assert refused.value.key == f"amendment.refused.{key}", name
    with pytest.raises(Refused, match="reason"):
        stopped.propose(reason="because")
    assert stopped.amendments() == []


def test_nobody_sets_a_value_alone_and_no_old_picture_is_approved(stopped: Stopped) -> None:
    journey, maker, sp = stopped.journey, stopped.maker, stopped.sp
    with pytest.raises(NotAllowed):
        amendments.propose(journey.database, sp, stopped.incident.id, Wanted(DAYS, "", "7", "wrong"), SOON)
    found = stopped.propose()
    with pytest.raises(Refused, match="waits"):
        stopped.propose(text="8")
    for actor in (maker, journey.staff.holder(Role.DM_SECTION_HEAD)):
        with pytest.raises(NotAllowed):
            stopped.approve(found, actor)
    with pytest.raises(stepup.StepUpOver):
        amendments.approve(journey.database, sp, found, None, SOON)
    asked = stopped.proven(sp, found)
    spoil(journey, stopped.task.case_id, "checks.sla_sdpo")  # the case is not what it was
    with pytest.raises(Refused, match="moved"):
        amendments.approve(journey.database, sp, found, asked, SOON)
    both = replace(maker, post=sp.post)  # the same officer in the post of the SP
    with pytest.raises(NotAllowed):
        journey.database.write(
            lambda session: amendments.refuse(session, both, found, SOON), actor_scope(both)
        )
    journey.database.write(lambda session: amendments.refuse(session, sp, found, SOON), actor_scope(sp))
    with pytest.raises(Refused, match="over"):
        journey.database.write(
            lambda session: amendments.take_back(session, maker, found, SOON), actor_scope(maker)
        )
    assert [each.state for each in stopped.amendments()] == ["refused"]


def test_a_case_that_stops_again_goes_back_to_what_it_was(stopped: Stopped) -> None:
    journey, sp = stopped.journey, stopped.sp
    found = stopped.propose("checks.sla_sdpo", "9", "wrong")
    assert stopped.approve(found) == Outcome.STUCK

    assert stopped.value("checks.sla_sdpo") == 9
    asked = stopped.proven(sp, found, is_undo=True)
    journey.database.write(lambda session: amendments.undo(session, sp, found, asked, SOON), actor_scope(sp))
    assert stopped.value("checks.sla_sdpo") != 9
    assert [each.state for each in stopped.amendments()] == ["undone"]
    assert stopped.approve(stopped.propose()) == Outcome.MOVED
    with pytest.raises(Refused):
        stopped.proven(sp, found, is_undo=True)


def test_an_incident_that_is_not_there_has_no_values(stopped: Stopped) -> None:
    with pytest.raises(NotFound):
        amendments.look(stopped.journey.database, stopped.maker, uuid4(), SOON)


def test_the_pages_lead_from_the_incident_to_the_decision(office: Office, stopped: Stopped) -> None:
    maker, sp = office.at(Role.PROCESS_ADMIN), office.at(Role.SP)
    address = f"/admin/values/incidents/{stopped.incident.id}"
    assert address in text_of(maker.get("/admin"))
    page = text_of(maker.get(address))
    assert "रुके प्रकरण के मार्ग के मान" in page
    assert CANDIDATE["name_hi"] not in page
    assert "इससे तय होता है कि प्रमाण-पत्र कौन देगा" in page
    assert "यह हस्ताक्षरकर्ता का निर्णय है" in page
    asked = {"name": DAYS, "unit": "", "value": "७", "reason": "missing"}
    page = text_of(maker.post(address, {**asked, "_op": "try"}))
    assert "प्रकरण आगे बढ़ेगा" in page
    assert "अभिलेख मिलान" in page or "निरीक्षण" in page or "भ्रमण" in page
    wrong = maker.post(address, {**asked, "value": "बहुत", "_op": "propose"})
    assert wrong.status_code == 422
    assert "इस मान के लिए यह उत्तर मान्य नहीं" in text_of(wrong)
    assert 'value="बहुत"' in text_of(wrong), "nothing typed is lost"
    answer = maker.post(address, {**asked, "_op": "propose"})
    own = answer.headers["Location"]
    assert "प्रस्ताव वापस लें" in text_of(maker.get(own))
    assert 'value="approve"' not in text_of(maker.get(own))
    assert office.at(Role.SHO).get(own).status_code == 403
    assert stopped.number in text_of(sp.get("/admin/values"))
    assert "प्रकरण आगे बढ़ेगा" in text_of(sp.get(own))
    done = sp.confirm(sp.post(own, {"_op": "approve"}))
    assert "मान बदला गया और प्रकरण आगे बढ़ गया।" in text_of(sp.get(done.headers["Location"]))
    told = text_of(sp.get(f"/cases/{in_address(stopped.number)}/timeline"))
    assert "मार्ग का मान बदला गया" in told
    assert f"प्रस्ताव: {stopped.maker.name_hi} · अनुमोदन: {stopped.sp.name_hi}" in told


def test_a_value_is_read_where_the_case_is_and_its_neighbours_stay(stopped: Stopped) -> None:
    assert stopped.value("checks.final_signatory") == "DM"
    assert stopped.value("checks.sla_sp_review") > 0
    assert stopped.value("rounds") == 0


def test_what_stopped_behind_a_job_or_a_time_limit_is_rehearsed_too(office: Office) -> None:
    journey = office.journey
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    [task] = journey.waiting(journey.new_case())
    own, late = CaseScope(DISTRICT, task.case_id), NOW + timedelta(days=3)
    why = incidents.Stopped("fault", detail={"error": "OSError"})

    def foreseen() -> Any:
        [found] = rows(journey, incident, incident.c.case_id == task.case_id, incident.c.closed_at.is_(None))
        return amendments.foresee(journey.database, admin, found.id, Wanted("rounds", "", "1"), late)

    journey.database.write(lambda session: incidents.report_timers(session, task.case_id, why, late), own)
    assert [each[1] for each in foreseen().services] == ["Send the reminder"]
    jobs.fire_due_timers(journey.database, late)
    [job_row] = rows(journey, job, job.c.case_id == task.case_id)
    journey.database.write(lambda session: incidents.report_job(session, job_row, why, late), own)
    found = foreseen()
    assert (found.outcome, found.services) == (Outcome.MOVED, [])
    assert [each.is_new for each in found.following] == [False]
    assert [each.state for each in rows(journey, job, job.c.case_id == task.case_id)] == ["queued"]


def test_the_gate_binds_what_the_paper_hangs_on() -> None:
    files = shipped()
    found = gatekeeping.dictionary(
        files, jobs.RESULTS, engine.load_release(releases.fingerprint(files), files)
    )
    bound = {
        bound: {each.key for each in found if each.bound == bound} for bound in ("decides", "signed", "kept")
    }
    assert bound == {
        "decides": {"checks"},
        "signed": {"recommend", "decide", "hold_hearing", "hold_hearing_by_sp"},
        "kept": {"case"},
    }
    assert {each.field for each in found if each.bound == "decides"} == {"final_signatory"}
    heard = b'decide.dm_decision = "hear_applicant"'
    diagram = files["verification.bpmn"].replace(heard, b"route.need_sdpo")
    sketched = files | {"verification.bpmn": diagram}
    loose = gatekeeping.dictionary(sketched, jobs.RESULTS, engine.load_release(b"sketched", sketched))
    assert {(each.key, each.field) for each in loose if each.bound == "decides"} == {
        ("checks", "final_signatory"),
        ("route", "need_sdpo"),
    }, "what is asked behind the signature binds, wherever it was answered"


def test_a_units_own_value_changes_for_that_unit_alone(office: Office) -> None:
    journey = office.journey
    thanas = list(journey.staff.offices(Role.SHO))[:2]
    number = journey.new_case(thanas)
    journey.go_on(number, "visit", "check_registers")
    task = journey.waiting(number)[0]

    def work(session: Any) -> list[Any]:
        case = cases.lock(session, task.case_id)
        values = routingvalues.of_case(session, case, NOW)
        first, other = (each for each in values if each.spot.name == "accept_enquiry.accept")
        loaded, act = releases.load(session, case.release_id), instances.Act(NOW)
        instances.amend(session, case, loaded, first.spot, "other_thana", {}, act)
        after = routingvalues.of_case(session, cases.lock(session, task.case_id), NOW)
        return [each.value for each in after if each.spot in (first.spot, other.spot)]

    assert journey.database.write(work, CaseScope(DISTRICT, task.case_id)) == ["other_thana", "ours"]
