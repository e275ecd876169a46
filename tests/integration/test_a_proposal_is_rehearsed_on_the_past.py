"""A proposal led through past cases: the same route changes nothing, a changed one says what it does."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.crypto import KeyRing
from app.domain.errors import NotAllowed, ReleaseRefused
from app.domain.roles import Role
from app.models.metadata import metadata
from app.models.tables.cases import case
from app.services.casework import cases
from app.services.deployment import release_proposals as proposals
from app.services.deployment import replays
from app.services.procedure import procedures, releases
from app.services.store import erasure
from app.services.store.database import Database
from app.services.store.scopes import actor_scope
from tests.districts import KINDS, NOW
from tests.journey import Journey
from tests.office import Office, text_of
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from app.services.deployment.replays import Report
    from tests.postgres import PostgresServer

ROUTE, CHECKS = "verification.bpmn", "checks.dmn"
FILES = releases.read_folder(ROOT)
DAYS = 2  # working days of the added step

COUNTERSIGN = f"""<bpmn:userTask id="countersign" name="प्रतिहस्ताक्षर">
        <bpmn:extensionElements>
          <spiffworkflow:properties>
            <spiffworkflow:property name="label_en" value="Countersignature" />
            <spiffworkflow:property name="formKey" value="review_findings" />
            <spiffworkflow:property name="candidateRole" value="sdpo" />
            <spiffworkflow:property name="days" value="{DAYS}" />
            <spiffworkflow:property name="instructions_en" value="Countersign." />
          </spiffworkflow:properties>
          <spiffworkflow:instructionsForEndUser>प्रतिहस्ताक्षर करें।</spiffworkflow:instructionsForEndUser>
        </bpmn:extensionElements>
        <bpmn:incoming>recommend_to_recommendation_made</bpmn:incoming>
        <bpmn:outgoing>countersign_to_recommendation_made</bpmn:outgoing>
      </bpmn:userTask>
      <bpmn:sequenceFlow id="countersign_to_recommendation_made"
        sourceRef="countersign" targetRef="recommendation_made" />
      """
DRAWN = """<bpmndi:BPMNShape id="countersign_shape" bpmnElement="countersign">
        <dc:Bounds x="10" y="10" width="130" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="countersign_edge" bpmnElement="countersign_to_recommendation_made">
        <di:waypoint x="10" y="10" /><di:waypoint x="100" y="10" />
      </bpmndi:BPMNEdge>
      """


def replaced(text: str, *pairs: tuple[str, str]) -> bytes:
    for old, new in pairs:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text.encode()


def with_a_countersignature(*, read: bool = False) -> bytes:
    """The shipped route with one step more behind the recommendation; `read`: and a way that hangs on its answer."""
    text = FILES[ROUTE].decode()
    flow = 'sourceRef="recommend" targetRef="recommendation_made"'
    pairs = [
        (flow, 'sourceRef="recommend" targetRef="countersign"'),
        (
            "<bpmn:incoming>recommend_to_recommendation_made</bpmn:incoming>",
            "<bpmn:incoming>countersign_to_recommendation_made</bpmn:incoming>",
        ),
        (
            "<bpmn:flowNodeRef>review_findings</bpmn:flowNodeRef>",
            "<bpmn:flowNodeRef>review_findings</bpmn:flowNodeRef><bpmn:flowNodeRef>countersign</bpmn:flowNodeRef>",
        ),
        ('<bpmndi:BPMNShape id="recommend_shape"', DRAWN + '<bpmndi:BPMNShape id="recommend_shape"'),
    ]
    if read:
        pairs.append(
            (
                'recommend.action = "re_enquiry"',
                'recommend.action = "re_enquiry" or countersign.sdpo_view = "re_enquiry"',
            )
        )
    edited = replaced(text, *pairs).decode()
    return replaced(edited, ('<bpmn:userTask id="recommend"', COUNTERSIGN + '<bpmn:userTask id="recommend"'))


def told(_done: int, _total: int) -> None:
    """Nobody waits for the end."""


def replayed(journey: Journey, contents: dict[str, bytes] | None = None) -> Report:
    return replays.run(journey.database, 218, contents or FILES, replays.first_day(0, NOW), told)


def live_through(journey: Journey) -> None:
    """Cases of every kind of end: issued, enquired into twice, withdrawn, and one under way."""
    issued = journey.new_case(["th_dighwara", "th_derni"])
    journey.go_on(issued)
    again = journey.new_case(["th_dighwara"])
    journey.go_on(again, until="recommend")
    [task] = journey.waiting(again)
    unit = journey.page_of(task).options["units"][0]["value"]
    points = [{"unit": unit, "point": "साक्षी का पूरा पता स्पष्ट करें।"}]
    journey.do(again, "recommend", action="re_enquiry", sp_reason="साक्षी का पता अधूरा है।", re_enquiry=points)
    journey.go_on(again)
    withdrawn = journey.new_case(["th_derni"])
    journey.go_on(withdrawn, until="visit")
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    cases.withdraw(journey.database, head, withdrawn, {"reason": "विभाग का पत्र क-9 दिनांक 20-11-2026"}, NOW)
    journey.go_on(journey.new_case(["th_derni"]), until="endorse_enquiry")


@pytest.fixture(scope="session")
def past_sqlite(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in which those cases were lived through, to be copied."""
    path = tmp_path_factory.mktemp("past") / "satyapan.db"
    shutil.copy(demo_sqlite, path)
    _live_through(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture(scope="session")
def past_postgres(
    postgres_server: PostgresServer, demo_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The name of a PostgreSQL database in which the same happened."""
    name = "a_past"
    url = postgres_server.new_database(template=demo_postgres, name=name)
    _live_through(url, tmp_path_factory.mktemp("past"))
    return name


def _live_through(url: str, folder: Path) -> None:
    database = Database(url, KeyRing.for_tests(), folder / "documents", clock_is_free=True)
    live_through(Journey(database, NOW))
    database.close()


@pytest.fixture(params=KINDS)
def past(request: pytest.FixtureRequest, tmp_path: Path, open_database: Callable[[str], Database]) -> Journey:
    """A district of this test's own with that past."""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        url = server.new_database(template=request.getfixturevalue("past_postgres"))
    else:
        path = tmp_path / "past.db"
        path.write_bytes(request.getfixturevalue("past_sqlite").read_bytes())
        url = f"sqlite:///{path}"
    return Journey(open_database(url), NOW)


def everything(journey: Journey) -> dict[str, list[Any]]:
    with journey.database.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
        }


def test_the_release_in_force_leads_every_case_the_same_way_and_writes_nothing(past: Journey) -> None:
    before = everything(past)
    found = replayed(past)
    assert (found.cases, found.same_path) == (4, 4), found
    assert not found.decided_otherwise
    assert not [each for each in found.steps.values() if each.is_changed]
    assert everything(past) == before


def test_an_added_step_is_counted_at_its_office_with_the_days_it_is_given(past: Journey) -> None:
    found = replayed(past, {**FILES, ROUTE: with_a_countersignature()})
    # Of four cases two came to the recommendation, one of them twice.
    assert (found.same_path, found.other_path, found.stuck, found.halted) == (2, 2, 0, 0), found
    step = found.steps["countersign"]
    assert (step.before, step.after, step.days_before, step.days_after) == (0, 3, 0, 3 * DAYS)
    assert [name for name, each in found.steps.items() if each.is_changed] == ["countersign"]
    assert len(found.named["other"]) == 2


def test_a_case_stops_at_a_question_that_nobody_was_asked(past: Journey) -> None:
    found = replayed(past, {**FILES, ROUTE: with_a_countersignature(read=True)})
    assert (found.same_path, found.stuck) == (2, 2), found
    assert found.stuck_at == {"countersign": 2}
    assert {code for _, _, code in found.named["stuck"]} == {"no_answer"}


def test_a_table_that_answers_otherwise_is_told_and_a_removed_step_is_taken_off(past: Journey) -> None:
    table = FILES[CHECKS].decode()
    [start] = [at for at in range(len(table)) if table.startswith('"govt_service"', at)][:1]
    end = table.index("</rule>", start)
    assert '"DM"' in table[start:end]
    changed = (table[:start] + table[start:end].replace('"DM"', '"SP"', 1) + table[end:]).encode()
    found = replayed(past, {**FILES, CHECKS: changed})
    assert found.decisions == {"checks": 4}
    assert (found.steps["decide"].before, found.steps["decide"].after) == (2, 0)
    assert (found.steps["dispatch_by_sp"].before, found.steps["dispatch_by_sp"].after) == (0, 2)
    assert found.other_path == 2, found


def test_a_case_whose_data_was_erased_is_counted_and_passed_over(past: Journey) -> None:
    with past.database.engine.connect() as connection:
        row = connection.execute(select(case).where(case.c.status == "withdrawn")).one()
    head = past.staff.holder(Role.DM)
    past.database.write(lambda rows: erasure.erase_case(rows, head, row.id, NOW), actor_scope(head))
    found = replayed(past)
    assert (found.cases, found.same_path, found.unreadable) == (4, 3, 1)


def test_files_that_the_gate_refuses_are_not_replayed(past: Journey) -> None:
    with pytest.raises(ReleaseRefused):
        replayed(past, {**FILES, ROUTE: FILES[ROUTE].replace(b'value="dm"', b'value="sho"', 1)})


# -- a proposal ------------------------------------------------------------------------------------------------


def proposal_of(journey: Journey, route: bytes) -> UUID:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)

    def make(rows: Any) -> UUID:
        base = procedures.in_force(rows)
        contents = {**base.contents, ROUTE: route}
        return proposals.begin(rows, admin, base.row.id, "प्रतिहस्ताक्षर", NOW, contents)

    return journey.database.write(make, actor_scope(admin))


def newest(journey: Journey, proposal_id: UUID) -> replays.Replay:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    found = journey.database.read(
        lambda rows: replays.newest(rows, proposal_id, proposals.files(rows, proposal_id)), actor_scope(admin)
    )
    assert found is not None
    return found


def test_a_worker_does_a_replay_slice_by_slice_until_all_cases_are_done(
    past: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "_SLICE", 3)
    admin = past.staff.holder(Role.PROCESS_ADMIN)
    proposal_id = proposal_of(past, with_a_countersignature())
    asked = replays.ask(past.database, admin, proposal_id, 12, NOW)
    assert replays.ask(past.database, admin, proposal_id, 12, NOW) == asked, "it is under way already"
    steps = []
    while replays.go_on(past.database, NOW):
        row = newest(past, proposal_id).row
        steps.append((row.state, row.done, row.total))
    assert steps == [("running", 3, 4), ("running", 4, 4), ("done", 4, 4)]
    assert newest(past, proposal_id).report.steps["countersign"].after == 3


def test_a_replay_that_is_stopped_or_outdated_says_so(past: Journey) -> None:
    admin = past.staff.holder(Role.PROCESS_ADMIN)
    proposal_id = proposal_of(past, with_a_countersignature())
    replays.ask(past.database, admin, proposal_id, 0, NOW)
    past.database.write(lambda rows: replays.cancel(rows, admin, proposal_id, NOW), actor_scope(admin))
    assert not replays.go_on(past.database, NOW)
    assert newest(past, proposal_id).row.state == "cancelled"
    replays.ask(past.database, admin, proposal_id, 0, NOW)
    seen = (
        past.database.read(lambda rows: proposals.view(rows, admin, proposal_id), actor_scope(admin))
        .file(ROUTE)
        .sha256
    )
    past.database.write(
        lambda rows: proposals.save(rows, admin, proposal_id, ROUTE, FILES[ROUTE], seen, NOW),
        actor_scope(admin),
    )
    assert replays.go_on(past.database, NOW)
    found = newest(past, proposal_id)
    assert (found.row.state, found.is_of_now) == ("cancelled", False)


def test_one_worker_at_a_time_has_a_replay_in_hand(past: Journey) -> None:
    admin = past.staff.holder(Role.PROCESS_ADMIN)
    replays.ask(past.database, admin, proposal_of(past, with_a_countersignature()), 0, NOW)
    scope = replays.past_of(218)
    until = NOW + replays._LEASE
    row = past.database.read(lambda rows: replays.table.next_free(rows, NOW), scope)
    taken = [
        past.database.write(lambda rows: replays.table.claim_replay(rows, row.id, NOW, until), scope)
        for _ in range(2)
    ]
    assert taken == [True, False]
    assert past.database.read(lambda rows: replays.table.next_free(rows, NOW), scope) is None
    later = until.replace(year=until.year + 1)
    assert past.database.read(lambda rows: replays.table.next_free(rows, later), scope) is not None


@pytest.mark.parametrize("role", [Role.SHO, Role.USER_ADMIN, Role.DM_ASSISTANT])
def test_only_who_makes_or_approves_may_ask_for_one(past: Journey, role: Role) -> None:
    proposal_id = proposal_of(past, with_a_countersignature())
    with pytest.raises(NotAllowed):
        replays.ask(past.database, past.staff.holder(role), proposal_id, 0, NOW)


def test_the_page_tells_how_far_it_is_and_then_what_changes(office: Office) -> None:
    journey = Journey(office.database, NOW)
    journey.go_on(journey.new_case(["th_dighwara"]))
    proposal_id = proposal_of(journey, with_a_countersignature())
    admin = office.at(Role.PROCESS_ADMIN)
    address = f"/modeler/proposals/{proposal_id}"
    assert "पूर्वाभ्यास अभी नहीं हुआ" in text_of(admin.get(address))
    assert admin.post(f"{address}/replay", {"months": "12"}).status_code == 303
    assert "देखे गए प्रकरण: 1 में से 0" in text_of(admin.get(f"{address}/replay"))
    while replays.go_on(office.database, NOW):
        pass
    page = text_of(admin.get(f"{address}/replay"))
    assert "प्रतिहस्ताक्षर" in page
    assert "अनु० पुलिस पदाधिकारी" in page
    assert "0 → 1" in page
    assert "प्रकरण: 1। उसी मार्ग से पूरे होते: 0; दूसरे मार्ग से: 1" in text_of(admin.get(address))


def test_faults_are_mended_before_a_replay(office: Office) -> None:
    journey = Journey(office.database, NOW)
    proposal_id = proposal_of(journey, FILES[ROUTE].replace(b'value="dm"', b'value="sho"', 1))
    admin = office.at(Role.PROCESS_ADMIN)
    admin.get(f"/modeler/proposals/{proposal_id}/replay")
    answer = admin.post(f"/modeler/proposals/{proposal_id}/replay", {"months": "12"})
    assert answer.status_code == 422
    assert "पहले प्रस्ताव की त्रुटियाँ ठीक करें" in text_of(answer)
