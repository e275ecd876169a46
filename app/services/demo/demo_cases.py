"""The cases of the demo district, taken along the route by its officers through the services, in the past.

Each act is a transaction of its own, and what comes next is read from the case: a loading that was killed goes on
where it stopped, and none is done twice. The record marks every act with the loader's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from app import formjs
from app.domain.errors import FormInvalid
from app.domain.roles import Role
from app.models.casefile import case_queries as table
from app.models.desk import holding_queries
from app.models.district import setup_queries
from app.models.execution import workflow_queries as workflow
from app.models.issuing import paper_queries
from app.models.record import audit_queries as record
from app.models.scope import SystemReason, SystemScope
from app.services.access import officers
from app.services.casework import cases, inspections
from app.services.demo import demo_crimes, demo_days, demo_photo, demo_script
from app.services.demo.demo_days import Days
from app.services.desk import holding, taskpage, tasks
from app.services.district import calendars
from app.services.intake import requisitions
from app.services.jobs import jobs
from app.services.papers import paperlife
from app.services.store import audit
from app.services.store.documents import Upload
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.demo.demo_script import Row
    from app.services.store.database import Database

log = structlog.get_logger(__name__)
T = TypeVar("T")

LOADER = "demo"
_MOST_ACTS = 60  # of one case; more means that it runs in a circle
_MOST_JOBS = 200
_SPREAD = 11  # finished cases ended on one of so many working days
_SOON = 0.5  # of what is left of a story: when its last act outside the route is done
_MOMENT = timedelta(seconds=20)  # how soon the worker takes what an act left to it


@dataclass(frozen=True, slots=True)
class Ended:
    """Where a case stands that did not come as far as its story says, and why."""

    row: str
    number: str
    why: str


def is_loaded(session: Session, wanted: int) -> bool:
    """Whether so many of the demo cases are all there."""
    return any(act.detail["cases"] >= wanted for act in record.acts(session, "admin", "demo:end"))


def load(
    database: Database, district_id: int, now: datetime, tell: Callable[[int, int], None], wanted: int
) -> list[Ended]:
    """Bring the first `wanted` demo cases to the stage that their stories name; -> those that stand elsewhere.

    Nothing happens when it was done before. `tell` is told after each case how many of how many are there.
    """
    scope = SystemScope(SystemReason.SETUP, district_id)
    if not wanted or database.read(lambda session: is_loaded(session, wanted), scope):
        return []
    handle = database.marked(LOADER)
    try:
        loader = _Loader(handle, scope, _begin(handle, scope, now, wanted))
        handle.write(partial(demo_crimes.enter, now=now), scope)
        script, ended = demo_script.rows()[:wanted], []
        for number, row in enumerate(script, start=1):
            ended += loader.bring(row)
            tell(number, len(script))
        loader.open_to_the_auditor(script)
        handle.write(partial(_note, action="demo:end", now=now, cases=wanted), scope)
    finally:
        handle.close()
    return ended


def _begin(handle: Database, scope: SystemScope, now: datetime, wanted: int) -> datetime:
    """When the loading began: a second start goes on in the days of the first.

    What that had in hand when it was killed is free at once: nobody else works before the door opens.
    """
    before = handle.read(lambda session: record.acts(session, "admin", "demo:begin"), scope)
    if before:
        handle.write(workflow.requeue_running_jobs, scope)
        began: datetime = before[0].at
        return began
    handle.write(partial(_note, action="demo:begin", now=now, cases=wanted), scope)
    return now


def _note(session: Session, *, action: str, now: datetime, cases: int) -> None:
    thing = f"district:{session.district_id}"
    audit.record(session, "admin", action, thing, None, now, cases=cases)


class _Desks:
    """Who sits where: the officers who hold the posts of the district."""

    def __init__(self, database: Database, scope: SystemScope, now: datetime) -> None:
        self._database, self._scope, self._now = database, scope, now
        day = calendars.day(now)
        self._posts = database.read(lambda session: setup_queries.postings(session, day), scope)
        self.offices = {post.key: post.office_id for post in self._posts}
        self._actors: dict[UUID, Actor] = {}

    def holder(self, role: str, office_id: UUID | None = None) -> Actor:
        """The first officer of a role, in this office where one is given. Raises LookupError for an empty post."""
        for post in self._posts:
            if post.role == role and office_id in (None, post.office_id):
                return self._actor(post)
        raise LookupError(f"nobody is posted as {role}")

    def officer(self, officer_id: UUID) -> Actor:
        """The officer in his first post. Raises LookupError when he has none."""
        for post in self._posts:
            if post.officer_id == officer_id:
                return self._actor(post)
        raise LookupError("an officer who was named for a task holds no post")

    def _actor(self, post: AnyRow) -> Actor:
        if post.id not in self._actors:
            found = self._database.read(
                lambda session: officers.in_post(session, post.officer_id, post.id, self._now), self._scope
            )
            self._actors[post.id] = _there(found)
        return self._actors[post.id]


class _Loader:
    """Enters letters and candidates, and tells the story of each case."""

    def __init__(self, database: Database, scope: SystemScope, until: datetime) -> None:
        self.database, self.scope, self.until = database, scope, until
        self.calendar = database.read(calendars.of, scope)
        self.today = demo_days.last_day(self.calendar, until)
        self.desks = _Desks(database, scope, until)

    def bring(self, row: Row) -> list[Ended]:
        """One case as far as it goes; one that cannot go on stays where it is, and the others come all the same."""
        number = ""
        try:
            letter = self._find_letter(row) or self._register(row)
            days = Days(self.calendar, letter.received_on, int(row["age"]), self.until)
            case = self._find_case(row, letter) or self._enter(row, letter, days)
            number = case.number
            story = _Story(self, row, days, case.id)
            story.tell()
            return story.shortfall()
        except (FormInvalid, LookupError) as stuck:
            log.warning("demo_case_stuck", row=row["row"], error=_why(stuck))
            return [Ended(row["row"], number, _why(stuck))]

    def open_to_the_auditor(self, script: Sequence[Row]) -> None:
        """The DM's ticket for one case that has come to its end: without one the auditor's pages would be empty."""
        ended = next((row for row in script if demo_script.end(row)), None)
        letter = self._find_letter(ended) if ended is not None else None
        case = self._find_case(ended, letter) if ended is not None and letter is not None else None
        if case is not None:
            dm, days = self.desks.holder(Role.DM), inspections.MOST_DAYS
            self.database.write(
                lambda rows: inspections.give(
                    rows, dm, inspections.Wanted(case.number, days, "sample"), self.until
                ),
                actor_scope(dm),
            )

    def _find_letter(self, row: Row) -> AnyRow | None:
        mark = demo_script.letter_mark(row)
        found = self.database.read(
            lambda session: table.requisitions(session, search=[mark], after=None, limit=1), self.scope
        )
        return found[0] if found else None

    def _register(self, row: Row) -> AnyRow:
        """Enter the letter on the first day of the story."""
        ends = self.today
        if demo_script.end(row):
            ends = demo_days.days_before(self.calendar, ends, int(row["row"]) * 7 % _SPREAD)
        received = demo_days.days_before(self.calendar, ends, int(row["age"]))
        now = Days(self.calendar, received, int(row["age"]), self.until).moment(0.02)
        own = {
            "letter_no": demo_script.letter_number(row, received.year),
            "letter_date": demo_days.days_before(self.calendar, received, 3).isoformat(),
            "received_date": received.isoformat(),
        }
        actor = self.desks.holder(Role.DM_ASSISTANT)
        view = self.database.read(
            lambda session: requisitions.intake(session, actor, requisitions.LETTER, None, now),
            actor_scope(actor),
        )
        posted = _posted(view.form, {**view.values, **demo_script.letter(row), **own})
        letter_id = requisitions.register(self.database, actor, posted, [], now)
        return _there(self.database.read(lambda s: table.requisition_row(s, letter_id), self.scope))

    def _find_case(self, row: Row, letter: AnyRow) -> AnyRow | None:
        """The case of this row: those of one letter were entered in the order of their rows."""
        place = demo_script.place_in_letter(row)

        def look(session: Session) -> AnyRow | None:
            entered = sorted(line.id for line in table.cases_of_requisition(session, letter.id))
            return table.find(session, entered[place]) if place < len(entered) else None

        return self.database.read(look, self.scope)

    def _enter(self, row: Row, letter: AnyRow, days: Days) -> AnyRow:
        actor, now = self.desks.holder(Role.DM_ASSISTANT), days.moment(0.05)
        view = self.database.read(
            lambda session: requisitions.intake(session, actor, requisitions.PERSON, letter.id, now),
            actor_scope(actor),
        )
        values = {**view.values, **self.filled(demo_script.candidate(row), view, now)}
        photo = Upload("photo", "photo.png", "image/png", demo_photo.draw(int(row["row"])))
        uploads = [] if view.values.get("photo") else [photo]  # a loading that was killed had staged it
        posted = _posted(view.form, values)
        requisitions.add_candidate(self.database, actor, letter.id, posted, uploads, now)
        return _there(self._find_case(row, letter))

    def filled(
        self, answers: Mapping[str, Any], view: requisitions.IntakeView | taskpage.TaskView, now: datetime
    ) -> dict[str, Any]:
        """Answers of the script with its stand-ins put in."""
        today, page = calendars.day(now), (view.values, view.options)
        return demo_script.filled(
            answers, page, self.desks.offices, lambda days: self.calendar.add_days(today, days)
        )


@dataclass(frozen=True, slots=True)
class _Standing:
    """A case as it is now, with all its tasks, the open ones first to last."""

    case: AnyRow
    tasks: list[AnyRow]

    @property
    def open(self) -> list[AnyRow]:
        waiting = [task for task in self.tasks if task.state == "open"]
        return sorted(waiting, key=lambda task: (task.created_at, task.element_id))

    def times(self, task: AnyRow) -> int:
        """How often the step was done before."""
        return sum(each.element_id == task.element_id and each.state == "done" for each in self.tasks)

    def step(self, task: AnyRow) -> str:
        """What the script calls the step: from its second time on with the number of it."""
        before = self.times(task)
        return f"{task.element_id}@{before + 1}" if before else str(task.element_id)

    @property
    def last_act(self) -> datetime:
        moments: list[datetime] = [task.done_at for task in self.tasks if task.done_at is not None]
        return max(moments, default=self.case.opened_at)


class _Story:
    """One case, from its entry to where its story stands today."""

    def __init__(self, loader: _Loader, row: Row, days: Days, case_id: UUID) -> None:
        self.loader, self.row, self.days, self.case_id = loader, row, days, case_id
        self.database, self.desks = loader.database, loader.desks

    def tell(self) -> None:
        """Do everything that is left to be done. Raises FormInvalid and LookupError where the script does not fit."""
        self._until_it_waits()
        self._pass_time(self.loader.until)  # a loading that was killed may have left a paper to be drawn
        now = self._until_it_waits()
        if demo_script.end(self.row) == "withdrawn" and now.case.status == "open":
            self._withdraw(now)
        if (given := demo_script.given_on(self.row)) is not None:
            self._give_on(now, *given)
        if (order := demo_script.revoked(self.row)) is not None and now.case.status == "issued":
            self._revoke(now, *order)
        self._pass_time(self.loader.until)

    def _until_it_waits(self) -> _Standing:
        """Do step after step; -> how the case stands where nothing is left to do, or nothing can be done."""
        stops = demo_script.stops(self.row)
        for _ in range(_MOST_ACTS):
            now = self._standing()
            task = next((task for task in now.open if now.step(task) not in stops), None)
            if task is None:
                return now
            self._act(now, task)
        raise LookupError(f"case {self.row['row']} runs in a circle")

    def shortfall(self) -> list[Ended]:
        """How far the case is from its story; nothing when it is there."""
        now, missed = self._standing(), ""
        here = {now.step(task) for task in now.open}
        wanted, ends = demo_script.stops(self.row), demo_script.end(self.row)
        if ends and now.case.status != ends:
            missed = f"is {now.case.status}, not {ends}"
        elif not ends and not here & wanted:
            missed = f"stands at {sorted(here)}, not at {sorted(wanted)}"
        return [Ended(self.row["row"], now.case.number, missed)] if missed else []

    def _standing(self) -> _Standing:
        def look(session: Session) -> _Standing:
            case = _there(table.find(session, self.case_id))
            states = ("open", "done", "cancelled")
            return _Standing(case, list(workflow.tasks_of(session, self.case_id, states=states)))

        return self.database.read(look, self.loader.scope)

    def _act(self, standing: _Standing, task: AnyRow) -> None:
        """Whoever holds the post opens the form, answers it, and the worker does what follows."""
        answers = demo_script.answers(self.row, task.form, standing.times(task))
        now = self.days.after(standing.last_act, demo_script.pace(self.row, task.form))
        self._pass_time(now)
        actor = (
            self.desks.officer(task.assigned_to)
            if task.assigned_to is not None
            else self.desks.holder(task.role, task.office_id)
        )
        view = self.database.read(
            lambda session: taskpage.open_task(session, actor, task.id, now), actor_scope(actor)
        )
        values = {**view.values, **self.loader.filled(answers, view, now)}
        papers = [
            Upload(name, f"{name}.png", "image/png", demo_photo.draw(int(self.row["row"])))
            for name in demo_script.papers(answers)
            if not view.values.get(name)  # a loading that was killed had staged it
        ]
        tasks.complete(self.database, actor, task.id, _posted(view.form, values), papers, now)
        self._work(now)

    def _withdraw(self, standing: _Standing) -> None:
        now = self.days.after(standing.last_act, 1)
        self._pass_time(now)
        actor = self.desks.holder(Role.DM_SECTION_HEAD)
        cases.withdraw(self.database, actor, standing.case.number, {"reason": demo_script.withdrawal()}, now)

    def _give_on(self, standing: _Standing, step: str, reason: str) -> None:
        """The head of the office gives an open step to another officer, once."""
        task = next((each for each in standing.open if each.element_id == step), None)
        if task is None or self.database.read(
            lambda session: holding_queries.handovers_of(session, self.case_id), self.loader.scope
        ):
            return
        now = self.days.after(standing.last_act, _SOON)
        self._pass_time(now)
        head = self.desks.holder(Role.SHO, task.office_id)
        gift = self.database.read(
            lambda session: holding.gift(session, head, task.id, now), actor_scope(head)
        )
        other = gift.doers[0].officer_id
        self.database.write(
            lambda session: holding.reassign(session, head, task.id, other, reason, now), actor_scope(head)
        )

    def _revoke(self, standing: _Standing, ground: str, order: str) -> None:
        """The DM revokes the paper of the case, once."""
        papers = self.database.read(
            lambda session: paper_queries.of_case(session, self.case_id), self.loader.scope
        )
        now = self.days.after(standing.last_act, _SOON)
        for paper in papers:
            if paper.status == "issued":
                told = paperlife.Order(ground, calendars.day(now), order)
                dm = self.desks.holder(Role.DM)
                paperlife.revoke_as_loader(self.database, dm, paper.id, told, now)

    def _pass_time(self, now: datetime) -> None:
        """Let reminders go out when they were due, and the worker do what an earlier loading left to it."""
        self._work(now - _MOMENT)
        for _ in range(_MOST_JOBS):
            due = self.database.read(lambda session: workflow.due_timers(session, now, 1), self.loader.scope)
            if not due:
                return
            jobs.fire_due_timers(self.database, due[0].due_at)
            self._work(due[0].due_at)

    def _work(self, now: datetime) -> None:
        for _ in range(_MOST_JOBS):
            if not jobs.run_one(self.database, now + _MOMENT):
                return


def _there(found: T | None) -> T:
    if found is None:
        raise LookupError("what was there a moment ago is gone")
    return found


def _posted(form: formjs.Form, values: Mapping[str, Any]) -> formjs.Posted:
    return formjs.Posted(formjs.as_posted(form, values))


def _why(stuck: Exception) -> str:
    """What a form refused, by field and key; never what was typed."""
    if isinstance(stuck, FormInvalid):
        return ", ".join(f"{name}: {problem.key}" for name, problem in sorted(stuck.problems.items()))
    return str(stuck)
