"""Rehearsal: a past case led through another release by what its officers answered then. Nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

from app import engine
from app.domain.errors import RouteStuck, TaskAlreadyDone
from app.models.casefile import case_queries as cases
from app.services.casefile.facts import CaseFacts
from app.services.casefile.record import LEFT_OUT, Record
from app.services.district import calendars
from app.services.workflow.instances import TAKEN_BACK, VERIFICATION, WITHDRAWAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.record import Moved
    from app.services.procedure.releases import Loaded

#: `same`: every step, paper and end as it was. `other`: another way, to its end. `stuck`: a step asks what nobody
#: was asked then. `halted`: the release itself cannot go on.
Verdict = Literal["same", "other", "stuck", "halted"]
#: A step of the route, and the enquiry it is for (empty outside of enquiries).
Place = tuple[str, str]

_MOST_ACTS = 500  # of one case; ten times what the longest real one has
_MOST_FIRINGS = 20  # of timers between two acts


class NoRecord(Exception):
    """A case of which no act was ever recorded, such as those generated for trials."""


@dataclass(frozen=True, slots=True)
class PastAct:
    """What an officer did then; without an element: the department took its letter back.

    With a unit alone: the case went on without what that unit still had to say.
    """

    at: datetime
    element_id: str = ""
    unit: str = ""
    routing: Mapping[str, Any] = field(default_factory=dict)
    task_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """A case as its record tells it. `days`: working days that each step took, by element."""

    began: datetime
    data: Mapping[str, Any]
    acts: Sequence[PastAct]
    results: Mapping[str, Sequence[Mapping[str, Any]]]  # of service tasks, by element
    opened: Counter[Place]
    waiting: Counter[Place]
    decided: Mapping[str, Sequence[Any]]
    end: str | None
    steps: frozenset[str]  # user and service tasks of the release that it ran on
    days: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a past case on another release.

    `element_id` and `code` say where and why it stopped. `added` and `removed` count steps by element; `planned`
    are the working days that the added ones are given.
    """

    verdict: Verdict
    element_id: str = ""
    code: str = ""
    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    planned: Counter[str] = field(default_factory=Counter)
    decides_otherwise: frozenset[str] = frozenset()
    opened: Counter[str] = field(default_factory=Counter)  # every step that was asked, by element
    end: str | None = None


def recall(session: Session, case: AnyRow, loaded: Loaded) -> Past:
    """Read the past of a case from its record. `loaded` is the release that it ran on. Raises NoRecord."""
    record = Record(session, case.id)
    calendar = calendars.of(session)
    people = loaded.engine.user_tasks
    days: dict[str, list[int]] = defaultdict(list)
    opened, waiting = Counter[Place](), Counter[Place]()
    names = {move.task.id: move.element_id for move in record.retold if move.task is not None}
    for task in record.tasks:
        if task.id not in names:
            continue  # its step fell away when the case changed its release
        element_id = names[task.id]
        place = (element_id, "" if task.enquiry_id is None else str(task.enquiry_id))
        opened[place] += 1
        waiting[place] += task.state == "open"
        if task.done_at is not None:
            spent = calendar.days_between(calendar.day_of(task.created_at), calendar.day_of(task.done_at))
            days[element_id].append(spent)
    if not record.moves:
        raise NoRecord
    first, *others = record.retold
    return Past(
        began=first.at,
        data=first.routing,
        acts=[*_acts(others, people)],
        results=_results(others, people),
        opened=opened,
        waiting=+waiting,
        decided=_decided((move.kind, move.element_id, move.routing) for move in others),
        end=next((move.element_id for move in others if move.kind == "ended"), None),
        steps=frozenset(people)
        | {move.element_id for move in others if move.kind in ("opened", "completed")},
        days=days,
    )


def _acts(moves: Sequence[Moved], people: Mapping[str, Any]) -> Iterator[PastAct]:
    withdrawn = {move.step for move in moves if move.kind == "ended" and move.element_id in TAKEN_BACK}
    for move in moves:
        if move.kind == "completed" and move.element_id in people:
            task_id = move.task.id if move.task is not None else None
            yield PastAct(move.at, move.element_id, move.unit, move.routing, task_id)
        elif move.kind == LEFT_OUT:
            yield PastAct(move.at, unit=move.routing["enquiry"], routing=move.routing)
        elif move.kind == "fired" and move.step in withdrawn:
            yield PastAct(move.at)


def _results(moves: Sequence[Moved], people: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for move in moves:
        if move.kind == "completed" and move.element_id not in people:
            found[move.element_id].append(move.routing.get(move.element_id) or {})
    return found


def _decided(moves: Iterable[tuple[str, str, Mapping[str, Any]]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for kind, element_id, routing in moves:
        if kind == "decided":
            found[element_id].append(routing.get(element_id))
    return found


class Around(engine.Host, Protocol):
    """What a rehearsed step may ask, at which time, and what is known after each act."""

    def at(self, now: datetime) -> Around: ...
    def learn(self, act: PastAct) -> None: ...
    def answers(self, act: PastAct) -> Mapping[str, Any] | None: ...


class World:
    """What a rehearsed step may ask: what was known of the case when the acts so far had been done."""

    def __init__(self, session: Session, case: AnyRow) -> None:
        self._session, self._case = session, case
        self._done: set[UUID] = set()
        self._units: set[str] = set()
        self._now: datetime = session.recorded_at

    def at(self, now: datetime) -> World:
        self._now = now
        return self

    def learn(self, act: PastAct) -> None:
        """From now on what was answered by this act is known, and the enquiries that it opened are."""
        if act.task_id is not None:
            self._done.add(act.task_id)
        units = [*(act.routing.get("units") or ()), *filter(None, [act.routing.get("unit")])]
        self._units.update(unit["id"] for unit in units)

    def answers(self, act: PastAct) -> Mapping[str, Any] | None:
        """All that was answered on the form of an act; None where its submission is gone."""
        row = next((row for row in self._rows if act.task_id == row.user_task_id), None)
        return None if row is None or act.task_id is None else self._known().open_answer(row)

    def facts(self) -> Mapping[str, Any]:
        """Return the facts of decisions as they stood (engine.Host)."""
        known = self._known()
        return {
            "requisition": self._case.requisition_routing,
            "intake": known.intake,
            "findings": known.findings(),
        }

    def working_days_after(self, days: Any) -> str:
        """Return an instant by the district's calendar (engine.Host)."""
        return calendars.of(self._session).due(self._now, days).isoformat()

    @cached_property
    def _rows(self) -> Sequence[AnyRow]:
        return cases.answers_of(self._session, self._case.id)

    @cached_property
    def _enquiries(self) -> Sequence[AnyRow]:
        return cases.enquiries_of(self._session, self._case.id)

    def _known(self) -> _Known:
        rows = [
            row
            for row in self._rows
            if (row.at <= self._now if row.user_task_id is None else row.user_task_id in self._done)
        ]
        enquiries = [row for row in self._enquiries if str(row.id) in self._units]
        return _Known(self._session, self._case, self._now, rows, enquiries)


class _Known(CaseFacts):
    """The facts of a case from some of its answers and enquiries."""

    def __init__(
        self,
        session: Session,
        case: AnyRow,
        now: datetime,
        answers: Sequence[AnyRow],
        enquiries: Sequence[AnyRow],
    ) -> None:
        super().__init__(session, case, now)
        self._answers, self._asked = answers, enquiries

    @cached_property
    def enquiries(self) -> list[AnyRow]:
        return list(self._asked)

    def answer(self, form: str, enquiry_id: UUID | None = None) -> dict[str, Any]:
        """The latest of the answers of a form (as CaseFacts)."""
        found = [row for row in self._answers if row.form == form and enquiry_id in (None, row.enquiry_id)]
        return self.open_answer(found[-1]) if found else {}


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a past case stands on another release, after all that was done in it: its last step, and its way."""

    step: engine.Step
    opened: Counter[Place]
    decided: Mapping[str, Sequence[Any]]


def reach(past: Past, release: engine.Release, world: Around, now: datetime) -> Reached:
    """Lead an open case through a release up to now. Raises RouteStuck where the release cannot go on."""
    run = _Rehearsal(past, release, world)
    run.play()
    return run.reached(now)


def rehearse(past: Past, release: engine.Release, world: Around) -> Outcome:
    """Lead a past case through a release, as far as its answers carry; -> what differs."""
    run = _Rehearsal(past, release, world)
    try:
        run.play()
    except RouteStuck as stuck:
        return run.outcome("halted", stuck.element_id, stuck.code)
    return run.judged()


class _Rehearsal:
    """One case on its way. `_waiting` are acts whose step is not open yet, or not any more; `_left` all to come."""

    def __init__(self, past: Past, release: engine.Release, world: Around) -> None:
        self._past, self._release, self._world = past, release, world
        self._waiting: dict[Place, deque[PastAct]] = defaultdict(deque)
        self._left = Counter((act.element_id, act.unit) for act in past.acts)
        self._results = {element: deque(found) for element, found in past.results.items()}
        self._opened: Counter[Place] = Counter()
        self._days: dict[str, int] = {}
        self._told: list[tuple[str, str, Mapping[str, Any]]] = []
        self._acts = 0
        self._end: str | None = None
        self._step: engine.Step

    def play(self) -> None:
        """Raises RouteStuck where the release cannot go on."""
        past, began = self._past, self._past.began
        host = self._world.at(began)
        self._take(engine.start(self._release, VERIFICATION, past.data, host, began))
        self._go_on(began)
        for act in past.acts:
            if self._step.ended:
                break
            self._pass(act.at)
            if act.element_id:
                self._waiting[act.element_id, act.unit].append(act)
            else:
                self._beside(act)
            self._go_on(act.at)

    def _beside(self, act: PastAct) -> None:
        """Repeat what was done beside the route; a unit that has nothing open here has nothing to lose."""
        state, host = self._step.state, self._world.at(act.at)
        if not act.unit:
            self._take(engine.send_message(self._release, state, WITHDRAWAL, host, act.at))
            return
        with suppress(TaskAlreadyDone):
            self._take(engine.leave_out(self._release, state, act.unit, act.routing, host, act.at))

    def reached(self, now: datetime) -> Reached:
        self._pass(now)
        return Reached(self._step, +self._opened, _decided(self._told))

    def judged(self) -> Outcome:
        """Compare what became of the case with what was."""
        open_now = places(self._step.tasks)
        asked = next(iter(open_now - self._past.waiting), None)
        if asked is not None:
            return self.outcome("stuck", asked[0], "no_answer")
        is_same = self._opened == self._past.opened and self._step.end_event == self._past.end
        return self.outcome("same" if is_same else "other")

    def outcome(self, verdict: Verdict, element_id: str = "", code: str = "") -> Outcome:
        before, after = _by_element(self._past.opened), _by_element(self._opened)
        added = after - before
        planned = Counter({each: count * self._days.get(each, 0) for each, count in added.items()})
        removed = before - after if verdict == "other" else Counter[str]()
        told = _decided(self._told)
        otherwise = {each for each in told.keys() & self._past.decided.keys() if self._differs(each, told)}
        return Outcome(
            verdict, element_id, code, added, removed, planned, frozenset(otherwise), after, self._end
        )

    def _differs(self, element_id: str, told: Mapping[str, Sequence[Any]]) -> bool:
        return any(
            was != now for was, now in zip(self._past.decided[element_id], told[element_id], strict=False)
        )

    def _take(self, step: engine.Step) -> None:
        self._step, self._end = step, step.end_event
        self._acts += 1
        if self._acts > _MOST_ACTS:
            raise RouteStuck("step_budget")
        for move in step.moves:
            if move.kind == "opened" and move.element_id in self._release.user_tasks:
                self._opened[move.element_id, (move.unit or {}).get("id", "")] += 1
            self._told.append((move.kind, move.element_id, move.routing))
        for task in step.tasks:
            self._days.setdefault(task.element_id, round(task.days or 1))

    def _pass(self, at: datetime) -> None:
        """Let the timers fire that were due before an act."""
        for _ in range(_MOST_FIRINGS):
            if self._step.ended or not any(timer.due_at <= at for timer in self._step.timers):
                return
            self._take(engine.fire_timers(self._release, self._step.state, self._world.at(at), at))
            self._go_on(at)

    def _go_on(self, at: datetime) -> None:
        """Do whatever can be done by now: services, steps that were answered, steps that nothing hangs on."""
        while not self._step.ended and (self._do_job(at) or self._do_task(at)):
            pass

    def _do_job(self, at: datetime) -> bool:
        for job in self._step.jobs:
            known = self._results.get(job.element_id)
            is_reminder = "late_element" in job.params
            if not (known or is_reminder) and job.element_id in self._past.steps:
                continue  # it was never done then either
            result = known.popleft() if known and not is_reminder else {}
            state, host = self._step.state, self._world.at(at)
            self._take(engine.complete_job(self._release, state, job.engine_task_id, result, host, at))
            return True
        return False

    def _do_task(self, at: datetime) -> bool:
        for task in self._step.tasks:
            acts = self._waiting[place(task)]
            if acts:
                act = acts.popleft()
                self._left[place(task)] -= 1
                self._world.learn(act)
                self._complete(task, self._routing(act), at)
                return True
            if self._is_free(task):
                self._complete(task, {task.element_id: {}}, at)
                return True
        return False

    def _is_free(self, task: engine.OpenTask) -> bool:
        """Whether nobody was asked this then, and nothing in the release depends on what he would say."""
        where = place(task)
        is_answered = self._left[where] or self._past.waiting[where]
        return not is_answered and not self._release.routing_reads.get(task.element_id)

    def _routing(self, act: PastAct) -> dict[str, Any]:
        """What the route is told by an act: what it was told then, and what else this release reads of the form."""
        reads = self._release.routing_reads.get(act.element_id, frozenset())
        told = dict(act.routing.get(act.element_id) or {})
        if reads - told.keys():
            told |= {name: value for name, value in (self._world.answers(act) or {}).items() if name in reads}
        own = {name: told.get(name) for name in sorted(reads)}
        return {**act.routing, act.element_id: own}

    def _complete(self, task: engine.OpenTask, routing: Mapping[str, Any], at: datetime) -> None:
        state, host = self._step.state, self._world.at(at)
        self._take(engine.complete_task(self._release, state, task.engine_task_id, routing, host, at))


def places(tasks: Iterable[engine.OpenTask]) -> Counter[Place]:
    """How often each step stands open, for which enquiry."""
    return Counter(map(place, tasks))


def place(task: engine.OpenTask) -> Place:
    """Where an open task stands."""
    return task.element_id, (task.unit or {}).get("id", "")


def _by_element(places: Counter[Place]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (element_id, _), count in places.items():
        found[element_id] += count
    return found
