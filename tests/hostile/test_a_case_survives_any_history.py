"""Random histories of a case: sent, sent back, given to another, transferred, restarted; the record stays whole.

What is drawn is the order of the acts. After each the district is compared with a small model: which tasks were ever
done and by whom, and that nothing is open twice, lost, or without its row in the record.
"""

from __future__ import annotations

import shutil
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from app.crypto import KeyRing
from app.domain.errors import TaskAlreadyDone
from app.domain.roles import Role
from app.models.scope import SystemReason, SystemScope
from app.models.tables.cases import case
from app.models.tables.officers import posting
from app.models.tables.papers import certificate
from app.models.tables.workflow import user_task
from app.services.desk import holding, leaving
from app.services.store import audit, queues
from app.services.store.database import Database
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import Journey

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy import Row

RECORD, COUNTS = SystemScope(SystemReason.AUDIT, 218), SystemScope(SystemReason.RECOUNT, 218)
REASON = "पता अधूरा है, फिर से जाएँ।"


class History(RuleBasedStateMachine):
    """One case of a demo district, moved by whoever may; `done` is what the model knows of its tasks."""

    demo: ClassVar[Path]
    folder: ClassVar[Path]
    numbers: ClassVar[Any] = count()

    def __init__(self) -> None:
        super().__init__()
        self.home = self.folder / str(next(self.numbers))
        self.home.mkdir()
        shutil.copy(self.demo, self.home / "satyapan.db")
        self.done: dict[UUID, UUID] = {}
        self.sent: list[tuple[Row[Any], Any]] = []
        self._open()
        self.number = self.journey.new_case(["th_mufassil"])

    def _open(self) -> None:
        url = f"sqlite:///{self.home / 'satyapan.db'}"
        self.database = Database(url, KeyRing.for_tests(), self.home / "documents", clock_is_free=True)
        self.journey = Journey(self.database, NOW)

    def _waiting(self, step: str = "") -> list[Row[Any]]:
        return [task for task in self.journey.waiting(self.number) if step in ("", task.element_id)]

    def _finish(self, task: Row[Any], **changes: Any) -> None:
        actor, posted = self.journey.actor_of(task), self.journey.form_of(task, **changes)
        self.journey.finish(task, posted, actor)
        self.journey.work()
        self.done[task.id] = actor.officer_id
        self.sent.append((task, posted))

    # -- what happens ------------------------------------------------------------------------------------------

    @precondition(lambda self: self._waiting())
    @rule(which=st.integers(0, 5))
    def submit(self, which: int) -> None:
        waiting = self._waiting()
        self._finish(waiting[which % len(waiting)])

    @precondition(lambda self: self._waiting("endorse_enquiry"))
    @rule()
    def send_back(self) -> None:
        self._finish(self._waiting("endorse_enquiry")[0], agree="return_to_eo", endorse_reason=REASON)

    @precondition(lambda self: self.sent)
    @rule()
    def submit_what_was_sent(self) -> None:
        task, posted = self.sent[-1]
        with pytest.raises(TaskAlreadyDone):
            self.journey.finish(task, posted)

    @precondition(lambda self: self._waiting("visit"))
    @rule()
    def reassign(self) -> None:
        task = self._waiting("visit")[0]
        sho = self.journey.staff.holder(Role.SHO, task.office_id)
        others = self._officers(task, Role.ENQUIRY_OFFICER) - {task.assigned_to}
        self.database.write(
            lambda rows: holding.reassign(rows, sho, task.id, min(others), "leave", NOW), actor_scope(sho)
        )
        assert self._waiting("visit")[0].assigned_to == min(others)

    @precondition(lambda self: self._waiting())
    @rule()
    def transfer(self) -> None:
        """Let an officer claim a task and be relieved of every post: it goes back to his office."""
        task = self._waiting()[0]
        actor = self.journey.actor_of(task)
        self.database.write(lambda rows: holding.claim(rows, actor, task.id, NOW), actor_scope(actor))
        self._set_posts(actor.officer_id, NOW.date().replace(day=1))
        leaving.give_back(self.database, actor.district_id, actor.officer_id, NOW)
        left = self._waiting()[0]
        assert (left.claimed_by, left.assigned_to) == (None, None)
        self._set_posts(actor.officer_id, None)
        if task.assigned_to is not None:
            sho = self.journey.staff.holder(Role.SHO, task.office_id)
            self.database.write(
                lambda rows: holding.reassign(rows, sho, task.id, task.assigned_to, "transfer", NOW),
                actor_scope(sho),
            )

    @rule()
    def restart(self) -> None:
        self.database.close()
        self._open()

    def _officers(self, task: Row[Any], role: Role) -> set[UUID]:
        found = select(posting.c.officer_id).where(
            posting.c.office_id == task.office_id, posting.c.role == role
        )
        with self.database.engine.connect() as connection:
            return set(connection.execute(found).scalars())

    def _set_posts(self, officer_id: UUID, until: Any) -> None:
        with self.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(
                update(posting).where(posting.c.officer_id == officer_id).values(valid_to=until)
            )

    # -- what always holds -------------------------------------------------------------------------------------

    @invariant()
    def what_was_done_is_done_once_and_by_whom_it_was(self) -> None:
        with self.database.engine.connect() as connection:
            rows = connection.execute(select(user_task)).all()
        assert {row.id: row.done_by for row in rows if row.state == "done"} == self.done
        opened = [(row.element_id, row.enquiry_id) for row in rows if row.state == "open"]
        assert len(opened) == len(set(opened))

    @invariant()
    def every_act_has_its_row_and_the_record_is_whole(self) -> None:
        assert self.database.read(audit.verify, RECORD) == []
        with self.database.engine.connect() as connection:
            case_id = connection.execute(select(case.c.id).where(case.c.number == self.number)).scalar_one()
        acts = self.database.read(
            lambda session: audit.table.acts(session, f"case:{case_id}", "task:complete"), RECORD
        )
        assert len(acts) == len(self.done)

    @invariant()
    def counts_and_state_follow_the_tasks(self) -> None:
        assert self.database.write(queues.recount, COUNTS) == []
        with self.database.engine.connect() as connection:
            status = connection.execute(
                select(case.c.status).where(case.c.number == self.number)
            ).scalar_one()
            papers = connection.execute(select(certificate.c.number)).scalars().all()
        assert (status == "open") == bool(self._waiting())
        assert len(papers) == len(set(papers)) <= 1

    def teardown(self) -> None:
        """Whatever happened, the case comes to its one paper."""
        try:
            self.journey.go_on(self.number)
            with self.database.engine.connect() as connection:
                papers = connection.execute(select(certificate.c.status)).scalars().all()
            assert papers == ["issued"]
        finally:
            self.database.close()


def test_a_case_survives_any_history(demo_sqlite: Path, tmp_path: Path) -> None:
    History.demo, History.folder = demo_sqlite, tmp_path
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=4,
            stateful_step_count=12,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
