"""A journey that notes after each act which flows its case took and which rows of the tables answered.

Officers follow a script: step -> what is answered there for the first time, the second time, and so on. A clean
case needs none. One who waits to be reminded has the clock moved up to a step's reminder the first time that a case
stands at it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.domain.errors import FormInvalid
from app.domain.ids import new_id
from app.domain.roles import Role
from app.engine.values import revive
from app.feel import Evaluation
from app.models.casefile import case_queries as cases
from app.models.scope import CaseScope
from app.models.tables.cases import case
from app.models.tables.workflow import step, timer
from app.services.casefile.facts import CaseFacts
from app.services.casework.cases import find
from app.services.intake import requisitions
from app.services.jobs import jobs
from app.services.procedure import releases
from app.services.store.scopes import actor_scope
from tests.journey import Journey
from tests.ways import Moved, drawn, flows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Row

    from app.models.scope import Session
    from app.services.store.database import Database

    #: What is answered at a step: changes to the clean answers, or what makes them from the open task.
    Answer = Mapping[str, Any] | Callable[["Traveller", Row[Any]], Mapping[str, Any]]
    Script = Mapping[str, Sequence[Answer]]

ENOUGH = 6  # times that a case comes to one step
SAMPLED = 5  # of a hundred clean cases the SDPO sees so many


class Traveller(Journey):
    """Takes one case after the other; `flows` and `rows` grow with each act."""

    waits_to_be_reminded = False

    def __init__(self, database: Database, now: datetime) -> None:
        super().__init__(database, now)
        self.shape = drawn()
        self.flows: set[str] = set()
        self.rows: set[tuple[str, int]] = set()
        self.taken: set[str] = set()  # flows of the present case
        self.answered: list[tuple[str, int]] = []  # the same of the present case, in order
        self._warned: set[str] = set()
        self._seen = 0

    def begin(self, thanas: Sequence[str] = (), *, sampled: bool = False, **given: Any) -> str:
        """Enter a letter with a candidate; `letter`, `person` and `uploads` as `Journey` takes them.

        The page of a start form carries the id of what it makes: here one on which the lot falls as wanted.
        """
        actor = self.staff.holder(Role.DM_ASSISTANT)
        letter_id = self.register(**given.get("letter", {}))
        posted = self.form_of_person(letter_id, thanas, **given.get("person", {}))
        posted = replace(posted, sent_as=self._drawn(sampled=sampled))
        uploads = given.get("uploads", ())
        number = requisitions.add_candidate(self.database, actor, letter_id, posted, uploads, self.now)
        self._seen, self.taken, self.answered = 0, set(), []
        self.look(number)
        return number

    def _drawn(self, *, sampled: bool) -> UUID:
        while True:
            drawn_id = new_id(self.now)
            if (self.database.keys.sample(drawn_id.bytes) < SAMPLED) is sampled:
                return drawn_id

    def case(self, number: str) -> Row[Any]:
        with self.database.engine.connect() as connection:
            return connection.execute(select(case).where(case.c.number == number)).one()

    def walk(self, number: str, script: Script, until: str = "") -> None:
        """Let everything be done by the script, until only steps named `until` wait, or none."""
        turns: dict[str, int] = {}
        while waiting := [task for task in self.waiting(number) if task.element_id != until]:
            if self.waits_to_be_reminded:
                self.be_reminded(number)
            task = waiting[0]
            assert turns.get(task.element_id, 0) < ENOUGH, f"{task.element_id} comes back for ever"
            answers = script.get(task.element_id, [{}])
            answer = answers[min(turns.get(task.element_id, 0), len(answers) - 1)]
            turns[task.element_id] = turns.get(task.element_id, 0) + 1
            self.act(number, task, **(answer(self, task) if callable(answer) else answer))

    def act(self, number: str, task: Row[Any], **changes: Any) -> None:
        """Do one task, look, and let the worker do what comes of it."""
        try:
            self.finish(task, self.form_of(task, **changes))
        except FormInvalid as refused:
            told = {place: problem.key for place, problem in refused.problems.items()}
            raise AssertionError(f"{task.element_id} was refused: {told}") from refused
        self.look(number)
        self.let_work(number)

    def let_work(self, number: str) -> None:
        while jobs.run_one(self.database, self.now + timedelta(seconds=1)):
            self.look(number)

    def be_reminded(self, number: str) -> None:
        """Wait for the first reminder of each step at which no case has waited before."""
        for row in self._timers(number):
            if row.element_id not in self._warned:
                self.now = max(self.now, row.due_at)
                jobs.fire(self.database, CaseScope(row.district_id, row.case_id), self.now)
                self.look(number)
                self._warned.add(row.element_id)
                self.let_work(number)

    def drawn_way(self, number: str) -> frozenset[str]:
        """The flows that the page of the case draws as taken on the diagram of the whole route."""
        actor = self.staff.holder(Role.DM)
        view = self.database.read(
            lambda session: find(session, actor, number, self.now, "diagram"), actor_scope(actor)
        )
        return view.pictures[0].way

    def _timers(self, number: str) -> list[Row[Any]]:
        statement = select(timer).join(case, case.c.id == timer.c.case_id).where(case.c.number == number)
        with self.database.engine.connect() as connection:
            return list(connection.execute(statement.order_by(timer.c.due_at)))

    def look(self, number: str) -> None:
        """Read what the last act has recorded."""
        row = self.case(number)
        statement = select(step).where(step.c.case_id == row.id, step.c.seq > self._seen).order_by(step.c.seq)
        with self.database.engine.connect() as connection:
            moves = list(connection.execute(statement))
        if not moves:
            return
        self._seen = moves[-1].seq
        self.taken |= flows_of(self.shape, [Moved(move.kind, move.element_path) for move in moves])
        self.flows |= self.taken
        for move in moves:
            if move.kind == "decided":
                self.answered.append((move.element_id, self._row_of(row, move)))
        self.rows.update(self.answered)

    def _row_of(self, row: Row[Any], move: Row[Any]) -> int:
        """Ask the table again with the facts of the case as they stand; -> the row that answered, from 1 on."""

        def ask(session: Session) -> int:
            found: Any = cases.find(session, row.id)
            known = CaseFacts(session, found, self.now)
            context = {
                "case": {"purpose": row.purpose},
                "requisition": found.requisition_routing,
                "intake": known.intake,
                "findings": known.findings(),
            }
            release = releases.load(session, row.release_id).engine
            assert release.decide(move.element_id, context) == move.routing[move.element_id]
            table = release.decision(move.element_id).decision(move.element_id).table
            assert table is not None
            return next(table.matches(Evaluation(), (revive(context), None)))

        return self.database.read(ask, CaseScope(row.district_id, row.id))
