"""Row scope: nothing without a scope, a case for the thana that enquires, its own lines for each unit."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import shutil
from itertools import product
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, true, update
from sqlalchemy.exc import NoResultFound

from app import models
from app.crypto import KeyRing
from app.domain.offices import OfficeKind
from app.domain.roles import DISTRICT_WIDE, WITHOUT_CASES, Role
from app.models import guarded
from app.models.casefile import caselist_queries, searchkey_queries
from app.models.desk import inbox_queries
from app.models.reports import figure_queries, tally_queries
from app.models.scope import (
    CaseScope,
    OfficerScope,
    PublicScope,
    Scope,
    Session,
    SystemReason,
    SystemScope,
    visible,
)
from app.models.tables.base import metadata
from app.models.tables.cases import case, enquiry, search_key
from app.services.store.database import Database
from tests import rows
from tests.districts import KINDS, NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERYTHING = SystemScope(SystemReason.HEALTH)
TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)
STRANGER = OfficerScope(999, uuid4(), uuid4(), Role.DM)
NOBODY = (
    None,
    STRANGER,
    CaseScope(999, uuid4()),
    PublicScope(b"no such paper"),
    SystemScope(SystemReason.WORKER, 999),
)


@pytest.fixture(scope="session")
def filled_sqlite(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "satyapan.db"
    shutil.copy(empty_sqlite, path)
    fill(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture(scope="session")
def filled_postgres(postgres_server, empty_postgres, tmp_path_factory) -> str:
    name = "filled_for_posts"
    fill(postgres_server.new_database(template=empty_postgres, name=name), tmp_path_factory.mktemp("filled"))
    return name


def fill(url: str, folder: Path) -> None:
    """One row in every table for the case of thana `mufassil`, and one for that of `garkha`."""
    database = Database(url, KeyRing.for_tests(), folder / "documents", clock_is_free=True)
    with database.engine.execution_options(writing=True).begin() as connection:
        rows.fill(connection)
        rows.fill(connection, "mufassil", 2)
        rows.fill(connection, "garkha", 3)
    database.close()


@pytest.fixture(params=KINDS)
def filled(request: pytest.FixtureRequest, tmp_path: Path, open_database) -> Iterator[Database]:
    """A copy of that database for each test, on either kind."""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        with server.lent_database(request.getfixturevalue("filled_postgres")) as url:
            yield open_database(url)
    else:
        path = tmp_path / "satyapan.db"
        shutil.copy(request.getfixturevalue("filled_sqlite"), path)
        yield open_database(f"sqlite:///{path}")


def seen(database, scope: Scope, table: Any) -> int:
    def work(session):
        return session.connection.execute(
            select(func.count()).select_from(table).where(visible(table, scope))
        ).scalar_one()

    return database.read(work, scope)


def post(role: Role, thana: str = "mufassil", officer: str = "mufassil") -> OfficerScope:
    return OfficerScope(rows.DISTRICT, rows.id_of("officer", officer), rows.id_of("office", thana), role)


def test_nobody_sees_a_row_of_any_table(filled):
    for table in TABLES:
        assert seen(filled, EVERYTHING, table) >= 1, f"{table.name} is empty: the test would prove nothing"
        for scope in NOBODY:
            assert seen(filled, scope, table) == 0, (table.name, scope)


def case_tables() -> list[Any]:
    return [table for table in TABLES if table.info["scope"] == "case"]


def test_those_who_keep_the_system_see_no_case(filled):
    for table, role in product(case_tables(), sorted(WITHOUT_CASES)):
        assert seen(filled, post(role), table) == 0, (table.name, role)


def test_the_offices_of_the_district_see_every_case(filled):
    for table, role in product(case_tables(), sorted(DISTRICT_WIDE)):
        if table.name == "note":
            continue  # those of two offices, and what one's own wrote or was asked: see below
        if table.name == "department_memo" and role in (Role.SP, Role.SP_READER):
            assert seen(filled, post(role), table) == 0, "a department writes to the DM's office alone"
            continue
        assert seen(filled, post(role), table) == seen(filled, EVERYTHING, table), (table.name, role)


def test_a_note_is_read_by_both_offices_and_by_those_who_supervise(filled):
    note = metadata.tables["note"]
    engine = filled.engine.execution_options(writing=True)
    with engine.begin() as connection:
        connection.execute(
            update(note)
            .where(note.c.id == rows.id_of("note", "mufassil"))
            .values(to_office_id=rows.id_of("office", "garkha"))
        )
        connection.execute(
            update(enquiry)
            .where(enquiry.c.id == rows.id_of("enquiry", "garkha"))
            .values(case_id=rows.id_of("case", "mufassil"))
        )
    assert seen(filled, post(Role.SHO), note) == 1, "the sender"
    assert seen(filled, post(Role.SHO, "garkha", "garkha"), note) == 1, (
        "the receiver, and no note of a case out of sight"
    )
    assert seen(filled, post(Role.SHO, "", ""), note) == 1, "its own"
    for role in (Role.DM_SECTION_HEAD, Role.DM_ASSISTANT):
        assert seen(filled, post(role), note) == 1, role
    for role in (Role.DM, Role.ADM, Role.SP, Role.SP_READER):
        assert seen(filled, post(role), note) == 1, (role, "what an office wrote for itself is its own")


def test_a_third_office_of_the_case_reads_no_note_between_two_others(filled):
    note, third = metadata.tables["note"], post(Role.SHO, "", "")
    engine = filled.engine.execution_options(writing=True)
    with engine.begin() as connection:
        for table, row, values in (
            (note, rows.id_of("note", "mufassil"), {"to_office_id": rows.id_of("office", "garkha")}),
            (enquiry, rows.id_of("enquiry", ""), {"case_id": rows.id_of("case", "mufassil")}),
        ):
            connection.execute(update(table).where(table.c.id == row).values(**values))
    assert seen(filled, third, case) == 1
    assert seen(filled, third, note) == 0


def test_an_office_without_an_enquiry_sees_no_case(filled):
    idle = OfficerScope(rows.DISTRICT, uuid4(), uuid4(), Role.SHO)
    for table in case_tables():
        assert seen(filled, idle, table) == 0, table.name


def test_a_thana_sees_a_case_exactly_while_an_enquiry_names_it(filled):
    assert seen(filled, post(Role.SHO), case) == 1
    engine = filled.engine.execution_options(writing=True)
    with engine.begin() as connection:
        connection.execute(
            update(enquiry)
            .where(enquiry.c.id == rows.id_of("enquiry", "mufassil"))
            .values(office_id=rows.id_of("office", "garkha"))
        )
    assert seen(filled, post(Role.SHO), case) == 0, "a bounced case is out of sight"
    assert seen(filled, post(Role.SHO, "garkha", "garkha"), case) == 2


def test_an_enquiry_officer_sees_the_cases_in_his_name_only(filled):
    assert seen(filled, post(Role.ENQUIRY_OFFICER), case) == 1
    assert seen(filled, post(Role.ENQUIRY_OFFICER, officer="garkha"), case) == 0, "his thana's, not his"
    assert seen(filled, post(Role.ENQUIRY_OFFICER, thana="garkha"), case) == 0, "transferred to another thana"


def test_one_unit_does_not_read_what_another_found_in_the_same_case(filled):
    both = {"case_id": rows.id_of("case", "mufassil")}
    engine = filled.engine.execution_options(writing=True)
    with engine.begin() as connection:
        for name in ("enquiry", "answer", "finding"):
            connection.execute(update(metadata.tables[name]).values(**both))
    assert seen(filled, post(Role.SHO), case) == 1
    for name in ("enquiry", "answer", "finding"):
        assert seen(filled, post(Role.SHO), metadata.tables[name]) == 1, name
        assert seen(filled, post(Role.DM), metadata.tables[name]) == 3, name


def test_by_a_search_key_or_a_place_one_finds_the_cases_alone_that_one_sees(filled):
    names = ("", "mufassil", "garkha")
    everywhere = [rows.id_of("office", name) for name in names]
    length = search_key.c.kind.type.length
    every = {f"{name}x"[:length]: [rows.id_of("search_key", name).bytes[:8]] for name in names}
    for keys, thanas in ((every, ()), ({}, everywhere)):
        found = {
            role: {
                row.case_id
                for row in filled.read(
                    lambda session, by=keys, at=thanas: searchkey_queries.search(session, by, at, 9),
                    post(role),
                )
            }
            for role in (Role.DM, Role.SHO)
        }
        assert len(found[Role.DM]) == 3
        assert found[Role.SHO] == {rows.id_of("case", "mufassil")}


def test_a_department_sees_its_letter_whom_it_named_and_the_papers_delivered_to_it(filled):
    mine = {"requisition", "letter_department", "case", "applicant", "delivery", "certificate", "document"}
    mine |= {"lodgement", "reply", "search_key", "department_memo"}
    lettered = [table for table in TABLES if table.info["scope"] in ("case", "letter")]
    change(filled, metadata.tables["certificate"], "mufassil", document_id=rows.id_of("document", "mufassil"))
    for table in lettered:
        assert seen(filled, post(Role.REQUESTER), table) == (table.name in mine), table.name
        nobodys = OfficerScope(rows.DISTRICT, uuid4(), uuid4(), Role.REQUESTER)
        assert seen(filled, nobodys, table) == 0, table.name


def change(database, table: Any, name: str, **values: Any) -> None:
    engine = database.engine.execution_options(writing=True)
    with engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == rows.id_of(table.name, name)).values(**values))


def in_one_case(database) -> None:
    """The enquiries, answers, findings and papers of all units belong to the case of `mufassil`."""
    for name in ("enquiry", "answer", "finding", "document"):
        for unit in ("", "garkha"):
            change(database, metadata.tables[name], unit, case_id=rows.id_of("case", "mufassil"))


def seal(database, unit: str) -> None:
    """Let a unit be the special branch."""
    change(database, enquiry, unit, unit_kind="special_branch")
    change(database, metadata.tables["document"], unit, pii="P4")


@pytest.mark.parametrize("role", [Role.DM, Role.SP])
def test_the_note_of_the_special_branch_is_read_by_sp_and_dm(filled, role):
    in_one_case(filled)
    seal(filled, "garkha")
    for name in ("answer", "finding", "document"):
        assert seen(filled, post(role), metadata.tables[name]) == 3, name


@pytest.mark.parametrize(
    ("role", "others"),
    [
        (Role.ADM, 2),
        (Role.DM_SECTION_HEAD, 2),
        (Role.DM_ASSISTANT, 2),
        (Role.SP_READER, 2),
        (Role.SHO, 1),
        (Role.THANA_MUNSHI, 1),
        (Role.ENQUIRY_OFFICER, 1),
        (Role.DCRB, 1),
    ],
)
def test_the_note_of_the_special_branch_is_read_by_nobody_else(filled, role, others):
    in_one_case(filled)
    seal(filled, "garkha")
    for name in ("answer", "finding"):
        assert seen(filled, post(role), metadata.tables[name]) == others, name
    if role is not Role.DCRB:
        assert seen(filled, post(role), metadata.tables["document"]) == 2
    assert seen(filled, post(role), case) >= 1, "that a case is with the special branch is no secret"


def test_the_special_branch_reads_what_it_wrote_itself_and_no_other_unit(filled):
    in_one_case(filled)
    seal(filled, "garkha")
    own = post(Role.SPECIAL_BRANCH, "garkha")
    assert seen(filled, own, metadata.tables["answer"]) == 1
    assert seen(filled, own, metadata.tables["finding"]) == 1


@pytest.mark.parametrize("role", [Role.DCRB, Role.SPECIAL_BRANCH])
def test_who_searches_records_gets_the_photo_and_the_attestation_alone(filled, role):
    assert seen(filled, post(role), metadata.tables["document"]) == 0
    change(filled, metadata.tables["document"], "mufassil", field="photo")
    assert seen(filled, post(role), metadata.tables["document"]) == 1


def test_the_record_is_read_whole_of_ones_office_or_of_oneself_alone(filled):
    record = metadata.tables["audit"]
    with filled.engine.connect() as connection:
        acts = connection.execute(select(record).where(record.c.district_id == rows.DISTRICT)).all()
    assert seen(filled, post(Role.DM), record) == len(acts) > 1
    for name, value in (("office_id", acts[0].office_id), ("actor_id", acts[0].actor_id)):
        role = Role.DCRB if name == "office_id" else Role.ENQUIRY_OFFICER
        scope = OfficerScope(rows.DISTRICT, acts[0].actor_id, acts[0].office_id, role)
        assert seen(filled, scope, record) == sum(getattr(act, name) == value for act in acts) < len(acts)
        nobody = OfficerScope(rows.DISTRICT, uuid4(), uuid4(), role)
        assert seen(filled, nobody, record) == 0
    assert seen(filled, post(Role.PROCESS_ADMIN), record) == 0


@pytest.mark.parametrize("role", [Role.SDPO, Role.CIRCLE_INSPECTOR])
def test_an_office_over_thanas_sees_their_enquiries(filled, role):
    above, between = rows.id_of("office"), rows.id_of("office", "garkha")
    change(filled, metadata.tables["office"], "garkha", parent_id=above)
    change(filled, metadata.tables["office"], "mufassil", parent_id=between)
    scope = OfficerScope(rows.DISTRICT, rows.id_of("officer", "mufassil"), above, role)
    for name in ("case", "enquiry", "answer", "finding"):
        assert seen(filled, scope, metadata.tables[name]) == 3, name
    lower = OfficerScope(rows.DISTRICT, rows.id_of("officer", "mufassil"), between, role)
    assert seen(filled, lower, case) == 2, "his own circle's, and that of the thana under it"


def test_the_sdpo_who_reviews_a_case_reads_every_unit_but_the_special_branch(filled):
    in_one_case(filled)
    reviewer = post(Role.SDPO, "garkha")
    change(filled, enquiry, "garkha", office_id=rows.id_of("office", "mufassil"))
    assert seen(filled, reviewer, case) == 0
    change(filled, metadata.tables["user_task"], "garkha", role="sdpo", enquiry_id=None)
    change(filled, metadata.tables["user_task"], "garkha", case_id=rows.id_of("case", "mufassil"))
    assert seen(filled, reviewer, case) == 1
    for name in ("enquiry", "answer", "finding"):
        assert seen(filled, reviewer, metadata.tables[name]) == 3, name
    seal(filled, "garkha")
    for name in ("answer", "finding"):
        assert seen(filled, reviewer, metadata.tables[name]) == 2, name
    assert seen(filled, post(Role.CIRCLE_INSPECTOR, "garkha"), case) == 0


def test_a_printed_code_opens_its_own_paper_and_nothing_else(filled):
    engine = filled.engine.execution_options(writing=True)
    paper = metadata.tables["certificate"]
    with engine.begin() as connection:
        connection.execute(
            update(paper)
            .where(paper.c.id == rows.id_of("certificate", "garkha"))
            .values(token_digest=b"code")
        )
    for table in TABLES:
        assert seen(filled, PublicScope(b"code"), table) == (table is paper), table.name


def test_a_job_sees_its_own_case_and_no_other(filled):
    scope = CaseScope(rows.DISTRICT, rows.id_of("case", "garkha"))
    for table in case_tables():
        assert seen(filled, scope, table) == 1, table.name


# -- every query of the tables' rooms ----------------------------------------------------------------------


#: How the queries that write begin; they are not for a read to try.
WRITING = (
    "insert_",
    "set_",
    "update_",
    "delete_",
    "add",
    "append",
    "advance",
    "next_number",
    "next_in_stream",
    "reserve",
    "finish_",
    "cancel_",
    "close_",
    "claim_",
    "touch_",
    "move_",
    "retire",
    "destroy",
    "count_failure",
    "end_others",
    "supersede_",
    "forget",
    "lock",
    "take_",
    "replace_",
    "agree",
    "prove_",
    "use_",
    "put_",
    "settle_",
)


def queries() -> dict[str, Any]:
    """Every public function of app.models that takes a session; but what others make their changes with."""
    found = {}
    for each in pkgutil.walk_packages(models.__path__, "app.models."):
        module = importlib.import_module(each.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_"):
                continue
            if next(iter(inspect.signature(function).parameters), "") == "session" and module is not guarded:
                found[f"{each.name.rpartition('.')[2]}.{name}"] = function
    return found


#: Arguments by name; what a query finds with them is there, but not for nobody.
ARGUMENTS: dict[str, Any] = {
    "key_id": rows.id_of("data_key"),
    "task_id": rows.id_of("user_task"),
    "memo_id": rows.id_of("department_memo"),
    "letter_id": rows.id_of("sent_letter"),
    "letter_ids": [rows.id_of("sent_letter")],
    "act_id": rows.id_of("sent_letter"),
    "task": SimpleNamespace(
        id=rows.id_of("user_task"), case_id=rows.id_of("case"), data_key_id=rows.id_of("data_key"), form="x"
    ),
    "actor": SimpleNamespace(officer_id=rows.id_of("officer"), may=lambda _right: True),
    "session_id": rows.id_of("login_session"),
    "queue": inbox_queries.Queue(rows.id_of("office"), ("x",), None),
    "condition": inbox_queries.Condition(case_ids=(rows.id_of("case"),)),
    "keyset": inbox_queries.Keyset("due", None, 26),
    "paging": inbox_queries.paging(
        inbox_queries.Queue(rows.id_of("office"), ("x",), None),
        inbox_queries.Condition(),
        inbox_queries.Keyset("due", None, 26),
    ),
    "keys": {"x": [b"x" * 8]},
    "groups": [(1, [rows.id_of("accused_key").bytes[:8]])],
    "references": [rows.id_of("fir").bytes[:8]],
    "states": ("x",),
    "engine_task_ids": ["x"],
    "kinds": ("x",),
    "forms": ("x",),
    "search": "",
    "after": None,
    "only": tally_queries.Only(),
    "wanted": caselist_queries.Wanted(),
    "tasks": figure_queries.Tasks(),
    "letters": figure_queries.Letters(NOW.date(), NOW.date()),
    "scope": post(Role.SDPO),
    "counted": {"closing": true()},
    "sent_as": rows.id_of("failed_visit"),
    "number": "x",
    "kind": OfficeKind.THANA,
    "digest": b"x" * 8,
}
BY_TYPE: dict[str, Any] = {
    "str": "x",
    "bytes": b"x" * 8,
    "date": NOW.date(),
    "datetime": NOW,
    "int": 1,
    "bool": True,
}
#: Queries that change rows, with a value where they take any column.
CHANGING: dict[str, dict[str, Any]] = {
    "case_queries.set_enquiry": {"state": "y"},
    "reminder_queries.set_letter": {"memo_number": "y", "to_place": "213"},
    "document_queries.set_document": {"field": "y"},
    "case_queries.place_address": {},
    "case_queries.supersede_findings": {},
    "case_queries.set_unplaced": {},
    "document_queries.set_destroyed": {},
    "searchkey_queries.delete_all": {},
    "searchkey_queries.delete_key": {"kind": "name", "digest": b"x" * 8},
    "case_queries.set_applicant": {},
    "case_queries.set_address": {},
    "case_queries.advance": {"values": {"status": "y"}},
    "department_queries.set_opened": {"at": NOW, "by": rows.id_of("officer")},
    "draft_queries.set_values": {},
    "draft_queries.delete_draft": {},
    "key_queries.set_kind": {"kind": "y"},
    "key_queries.destroy": {},
    "leftover_queries.delete_document": {},
    "leftover_queries.destroy_draft_key": {},
    "login_queries.set_account": {"language": "y"},
    "login_queries.set_session": {"expires_at": NOW},
    "login_queries.count_failure": {},
    "login_queries.end_others": {},
    "paper_queries.set_certificate": {"status": "y"},
    "bundles.set_state": {"before": ["x"], "state": "y"},
    "letterversions.set_requisition": {"values": {"letter_no": "y"}},
    "sentletters.set_ended": {},
    "sentletters.set_letter_number": {},
    "memos.settle_memo": {"values": {"state": "y"}},
    "thana_queries.delete_office": {},
    "bundles.set_made": {"piece_id": rows.id_of("bundle_piece"), "bundle_id": rows.id_of("bundle")},
    "bundles.delete_pieces": {},
    "replies.set_lease": {},
    "replies.set_listed": {"before": 0, "state": "y"},
    "proposals.set_values": {"values": {"title": "y"}},
    "proposals.set_file": {"key": "x", "known": b"x" * 8, "values": {"bytes": b"y"}},
    "releases.retire": {},
    "neighbours.set_ask": {"before": ["x"], "state": "y"},
    "neighbours.set_request": {"before": ["x"], "state": "y"},
    "neighbours.set_errand": {"attempts": 7},
    "workflow_queries.finish_task": {},
    "workflow_queries.cancel_tasks": {},
    "stall_queries.set_tasks_open": {},
    "thana_queries.set_office": {"values": {"name_hi": "y"}},
    "thana_queries.set_reviewing_office": {
        "thana": rows.id_of("office", "mufassil"),
        "before": rows.id_of("office"),
        "after": rows.id_of("office", "garkha"),
    },
    "stall_queries.set_jobs_queued": {},
    "holding_queries.set_assignee": {},
    "holding_queries.set_claim": {},
    "holding_queries.set_named": {},
    "amendments.settle_amendment": {"before": "x", "values": {"state": "y"}},
    "calendar_queries.set_change": {"values": {"state": "y"}},
    "calendar_queries.set_cancelled": {"values": {"days": 9}},
    "calendar_queries.delete_holiday": {},
    "clock_queries.set_clock": {"values": {"outcome": "y"}},
    "clock_queries.delete_clock": {},
    "clock_queries.set_case_due": {},
    "setting_queries.delete_value": {"key": "x"},
    "workflow_queries.set_task_due": {},
    "moves.set_place": {"place": {"element_path": "y"}},
    "desk_queries.delete_follow_up": {},
    "desk_queries.delete_settled_follow_ups": {},
    "desk_queries.set_view": {"values": {"shared": True}},
    "desk_queries.delete_view": {},
    "device_queries.set_used": {},
    "device_queries.delete_device": {},
    "device_queries.forget_received": {"before": NOW},
    "note_queries.close_note": {},
    "note_queries.set_resumed": {},
    "area_queries.end_area": {"key": "x", "last": NOW.date()},
    "area_queries.set_proposal": {"values": {"state": "y"}},
    "workflow_queries.update_state": {"values": {"revision": 9}},
    "workflow_queries.move_timer": {},
    "workflow_queries.delete_timers": {},
    "workflow_queries.cancel_jobs": {},
    "workflow_queries.requeue_running_jobs": {},
    "workflow_queries.update_claimed_job": {"state": "y"},
    "workflow_queries.update_failed_job": {},
    "workflow_queries.move_due_timers": {},
    "incident_queries.set_incident": {"code": "y"},
    "workflow_queries.set_rounds": {},
    "tally_queries.replace_pace": {
        "key": (rows.id_of("office"), "x", "x", rows.id_of("release"), NOW.date()),
        "counts": {},
    },
    "workflow_queries.set_sdpo": {},
    "incident_queries.close_incident": {},
    "factor_queries.agree": {},
    "factor_queries.close_entry_codes": {},
    "factor_queries.delete_old_step_ups": {},
    "factor_queries.forget_old_tries": {},
    "factor_queries.forget_try": {},
    "factor_queries.prove_step_up": {},
    "factor_queries.replace_recovery_codes": {},
    "factor_queries.set_try": {},
    "factor_queries.take_recovery_code": {},
    "factor_queries.take_step": {},
    "factor_queries.use_step_up": {},
    "live_queries.delete_events": {},
    "ownpapers.delete_prepared": {},
    "ownpapers.set_job_due": {"at": NOW},
    "ownpapers.set_own_ended": {"at": NOW},
    "ownpapers.set_own_proven": {"at": NOW},
    "ownpapers.set_signed": {"path": "y", "at": NOW},
    "passkey_queries.delete_old_challenges": {},
    "passkey_queries.delete_passkey": {},
    "passkey_queries.move_counter": {"counter": 9},
    "passkey_queries.set_doubted": {},
    "passkey_queries.take_challenge": {},
    "passkey_queries.take_challenge_of": {},
    "messages.set_digested": {},
    "messages.update_message": {"values": {"error": "y"}},
    "paper_queries.set_act": {"kind": "y"},
    "paper_queries.set_act_number": {},
    "replays.set_values": {"state": "y"},
    "trials.set_trial": {"state": "y"},
    "workflow_queries.cancel_failed_job": {},
    "apitokens.set_token": {"name": "y"},
    "apitokens.delete_requests": {"before": NOW},
    "webhooks.set_webhook": {"address": "y"},
    "webhooks.cancel_calls": {},
    "webhooks.update_call": {"values": {"error": "y"}},
    "webhooks.delete_calls": {"before": NOW},
    "lodgements.change": {"before": ("x",), "state": "y"},
    "crimes.set_fir": {"facts": b"y"},
    "crimes.set_accused": {"facts": b"y"},
    "crimes.set_sealed_accused": {"facts": {rows.id_of("accused"): b"y"}},
    "crimes.set_sealed_firs": {"facts": {rows.id_of("fir"): b"y"}},
    "weeding_queries.set_line": {"values": {"state": "y"}},
    "crimes.delete_accused": {"digests": [rows.id_of("accused_key").bytes[:8]]},
    "crimes.delete_keys": {"digests": [rows.id_of("accused_key").bytes[:8]]},
    "crimes.delete_fir": {},
    "rosters.change": {"before": ("x",), "state": "y"},
    "rosters.claim": {},
    "rosters.forget": {},
    "rosters.judge": {"rows": [{"id": rows.id_of("roster_row")}]},
    "rosters.move": {"row_id": rows.id_of("roster_row"), "before": "x", "after": "y"},
    "rosters.move_all": {"before": ("x",), "after": "y"},
    "rosters.release": {},
    "rosters.set_row_key": {"row_id": rows.id_of("roster_row"), "data_key_id": rows.id_of("data_key")},
    "rosters.take_rows": {"row_ids": [rows.id_of("roster_row")]},
    "posting_queries.set_end": {},
    "key_queries.set_wrapped": {},
    "posting_queries.settle_order": {"values": {"state": "y"}},
    "retention_queries.set_list": {"before": "x", "values": {"state": "y"}},
    "retention_queries.set_line": {"values": {"state": "y"}},
    "retention_queries.set_hold": {"values": {"ground": "y"}},
}
#: Reviewed: they name no case and no person, and whoever asks has no scope yet.
OPEN_TO_ALL = {
    "setup_queries.has_district",
    "setup_queries.districts",
    "login_queries.districts",
}
NOTHING = (None, 0, False, b"", "", (), [], {}, set(), ("", ""))


def arguments(function: Any) -> dict[str, Any]:
    return {
        name: _argument(name, str(parameter.annotation).removesuffix(" | None"))
        for name, parameter in list(inspect.signature(function).parameters.items())[1:]
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }


def _argument(name: str, annotation: str) -> Any:
    if name in ARGUMENTS and not (name in ("after", "number") and annotation == "int"):
        return ARGUMENTS[name]
    if name.endswith("_ids"):
        return [rows.id_of(name.removesuffix("_ids"))]
    if name.endswith("_id"):
        found = rows.id_of(name.removesuffix("_id"))
        return str(found) if annotation == "str" else found
    return BY_TYPE.get(annotation, {} if "Mapping" in annotation or "dict" in annotation else [])


def answer(database, function: Any, scope: Scope) -> Any:
    def work(session: Session) -> Any:
        found = function(session, **arguments(function))
        return list(found) if inspect.isgenerator(found) else found

    return database.read(work, scope)


READING = {
    name: function
    for name, function in queries().items()
    if name not in CHANGING and not name.partition(".")[2].startswith(WRITING)
}


def test_most_queries_find_something_when_they_may(filled):
    """Otherwise the next test would prove nothing. What only reads ahead of others answers nothing itself."""
    telling = [function for name, function in READING.items() if not name.startswith("ahead.")]
    found = []
    for function in telling:
        with contextlib.suppress(Exception):
            found.append(answer(filled, function, SystemScope(SystemReason.HEALTH, rows.DISTRICT)))
    assert sum(each not in NOTHING for each in found) > len(telling) / 2


def test_no_query_tells_nobody_anything(filled):
    telling = []
    for name, function in READING.items():
        for scope in (None, STRANGER):
            with contextlib.suppress(PermissionError, NoResultFound):
                if answer(filled, function, scope) not in NOTHING and name not in OPEN_TO_ALL:
                    telling.append((name, scope))
    assert telling == []


def everything(database) -> list[Any]:
    return database.read(
        lambda session: [session.connection.execute(select(table)).all() for table in TABLES], EVERYTHING
    )


def test_no_query_lets_nobody_change_anything(filled):
    before = everything(filled)
    for name, given in CHANGING.items():
        function = queries()[name]
        for scope in (None, STRANGER):
            with contextlib.suppress(PermissionError):
                filled.write(
                    lambda session, act=function, more=given: act(session, **{**arguments(act), **more}),
                    scope,
                )
    assert everything(filled) == before


def test_every_query_that_changes_rows_was_tried():
    verbs = ("set_", "update_", "delete_", "advance", "finish_", "cancel_", "close_", "move_", "retire")
    verbs += ("destroy", "forget", "count_failure", "end_others", "supersede_")
    verbs += ("take_", "replace_", "agree", "prove_", "use_", "settle_", "place_")
    heads = {"audit_queries.set_head"}  # whoever acts moves the head of a chain of his district
    known = {name for name in queries() if name.partition(".")[2].startswith(verbs)}
    assert known - heads <= set(CHANGING) <= set(queries())
