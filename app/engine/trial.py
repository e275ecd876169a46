"""A dry run: made-up cases led through a whole release by answers nobody gave, to meet what would stop a real one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from app.domain.errors import RouteStuck
from app.domain.offices import Endorser, UnitKind
from app.engine import runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from app.engine.definitions import Release
    from app.engine.steps import Job, OpenTask, Step

MOST_CASES = 150
MOST_ACTS = 250  # of one case; an honest one of four enquiries, sent back twice, takes about 60
MOST_FAULTS = 5
_FEWEST_CASES = 60  # even when every step was met before
_TOLD = 12  # steps of the way that a fault tells, the last ones
_BEGAN = datetime(2026, 1, 5, 4, 30, tzinfo=UTC)
_LATE, _WITHDRAWN, _ODD = (
    0.08,
    0.02,
    0.15,
)  # how often a step is late, a letter withdrawn, a value drawn at random
_VALUES: Mapping[str, Sequence[Any]] = {
    "boolean": (True, False),
    "number": (0, 1, 3, 12, 400),
    "string": ("अ", ""),
    "date": ("2025-12-31", "1990-02-28", "2030-01-01"),
    "time": ("09:00:00", "18:30:00"),
    "date and time": ("2025-12-31T09:00:00+05:30", "2030-01-01T18:00:00+05:30"),
    "list": ([],),
    "context": ({},),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that a release may read: its type in FEEL, the values worth trying, and whether it may stay blank."""

    type: str = "string"
    worth: Sequence[Any] = ()
    is_optional: bool = False

    def values(self) -> list[Any]:
        given = self.worth or _VALUES.get(self.type, ("",))
        return [*given, None] if self.is_optional else list(given)


@dataclass(frozen=True, slots=True)
class World:
    """What a made-up case takes from around it.

    `forms` and `facts`: key -> its fields. `effects`: form -> the values of the system that its answer sets.
    `results`: kind of a job -> the fields of its answer. `message`: what the department may send meanwhile.
    """

    process: str
    forms: Mapping[str, Mapping[str, Asked]]
    facts: Mapping[str, Mapping[str, Asked]]
    purposes: Sequence[str]
    effects: Mapping[str, Sequence[str]]
    results: Mapping[str, Sequence[str]]
    message: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Where and why a made-up case stopped, and the steps that had been done before."""

    element_id: str
    code: str
    way: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Trial:
    """What a dry run has found. `unmet`: steps to which no case came; `is_cut`: time ran out before all was tried."""

    cases: int = 0
    acts: int = 0
    ended: int = 0
    faults: list[Fault] = field(default_factory=list)
    unmet: list[str] = field(default_factory=list)
    is_cut: bool = False


def explore(
    release: Release, world: World, tell: Callable[[str], None], is_time_over: Callable[[], bool]
) -> Trial:
    """Lead made-up cases through a release until every step was met, five faults are found, or time is over.

    The same release is always tried in the same way. `tell` hears each step before it is done.
    """
    drawn, trial = _Drawer(), Trial()
    unmet = dict.fromkeys(release.user_tasks)
    while trial.cases < MOST_CASES and len(trial.faults) < MOST_FAULTS:
        if trial.cases >= _FEWEST_CASES and not unmet:
            break
        if is_time_over():
            trial.is_cut = True
            break
        one = _MadeUp(release, world, drawn, tell)
        fault = one.play(is_time_over)
        trial.cases += 1
        trial.acts += one.acts
        trial.ended += one.has_ended
        for each in one.met:
            unmet.pop(each, None)
        known = {(each.element_id, each.code) for each in trial.faults}
        if fault is not None and (fault.element_id, fault.code) not in known:
            trial.faults.append(fault)
    trial.unmet = list(unmet)
    return trial


def foresee(release: Release, world: World, step: Step, now: datetime, tries: int) -> Fault | None:
    """Lead an open case from where it stands to its end so often, by answers nobody gave; -> what stopped it.

    Whatever lies behind is the case's own: a value that the way ahead reads and the case lacks shows here.
    """
    drawn = _Drawer()
    for _ in range(tries):
        fault = _MadeUp(release, world, drawn, lambda _: None, (step, now)).play(lambda: False)
        if fault is not None and fault.code != "never_ends":
            return fault
    return None


class _Drawer:
    """Draws values, the least used of a field first, so that none is left out for long."""

    def __init__(self) -> None:
        self.random = Random(218)  # noqa: S311 - made-up answers, drawn the same each time
        self._used: Counter[tuple[str, str]] = Counter()

    def one(self, place: str, values: Sequence[Any]) -> Any:
        if self.random.random() < _ODD:
            return self.random.choice(values)
        least = min(self._used[place, repr(each)] for each in values)
        chosen = self.random.choice([each for each in values if self._used[place, repr(each)] == least])
        self._used[place, repr(chosen)] += 1
        return chosen

    def happens(self, how_often: float) -> bool:
        return self.random.random() < how_often


class _MadeUp:
    """One made-up case; also the host of its steps (engine.Host), in whose calendar every day is a working day."""

    def __init__(
        self,
        release: Release,
        world: World,
        drawn: _Drawer,
        tell: Callable[[str], None],
        begins: tuple[Step, datetime] | None = None,
    ) -> None:
        self._release, self._world, self._drawn, self._tell = release, world, drawn, tell
        self._begins = begins
        self._now = _BEGAN if begins is None else begins[1]
        self._rounds, self._units = 0, 0
        self._way: list[str] = []
        self._step: Step
        self._facts = {
            key: self._fields(f"{key}.", fields, release.routing_reads.get(key, frozenset()))
            for key, fields in world.facts.items()
        }
        self.acts = 0
        self.met: set[str] = set()
        self.has_ended = False

    def facts(self) -> Mapping[str, Any]:
        return self._facts

    def working_days_after(self, days: Any) -> str:
        try:
            return (self._now + timedelta(days=float(days))).isoformat()
        except (OverflowError, ValueError) as error:
            raise RouteStuck("timer_null", expression=str(days)) from error

    def play(self, is_time_over: Callable[[], bool]) -> Fault | None:
        """Lead it to its end; -> what stopped it."""
        try:
            self._tell(self._world.process)
            if self._begins is not None:
                self._take(self._begins[0])
            else:
                begun = self._begin()
                self._take(runtime.start(self._release, self._world.process, begun, self, self._now))
            while not self._step.ended:
                if self.acts >= MOST_ACTS:
                    element_id, _ = Counter(self._way).most_common(1)[0]
                    return self._fault(RouteStuck("never_ends", element_id, most=MOST_ACTS))
                if is_time_over():
                    return None
                self._act()
        except RouteStuck as stuck:
            return self._fault(stuck)
        self.has_ended = True
        return None

    def _fault(self, stuck: RouteStuck) -> Fault:
        own = {name: str(value) for name, value in stuck.params.items() if name not in ("code", "element_id")}
        element_id = stuck.element_id or (self._way[-1] if self._way else "")
        return Fault(element_id, stuck.code, tuple(self._way[-_TOLD:]), own)

    def _begin(self) -> dict[str, Any]:
        case = {
            "id": "made-up",
            "purpose": self._drawn.one("case.purpose", self._world.purposes or ("",)),
            "received_on": _BEGAN.date().isoformat(),
            "sdpo_office_id": "",
            "sample": self._drawn.one("case.sample", (2, 50, 99)),
        }
        return {"case": case, "rounds": 0, "reviewed": -1, "units": []}

    def _take(self, step: Step) -> None:
        self._step = step
        self.acts += 1
        self.met.update(task.element_id for task in step.tasks)

    def _act(self) -> None:
        """Do the next thing: a job at once, else any open step; sometimes time passes or the letter is withdrawn."""
        step, self._now = self._step, self._now + timedelta(hours=3)
        if step.jobs:
            self._finish(step.jobs[0])
        elif step.timers and (not step.tasks or self._drawn.happens(_LATE)):
            self._now = max(self._now, min(timer.due_at for timer in step.timers))
            self._take(runtime.fire_timers(self._release, step.state, self, self._now))
        elif not step.tasks:
            raise RouteStuck("hangs")
        elif self._drawn.happens(_WITHDRAWN):
            self._tell(self._world.message)
            self._way.append(self._world.message)
            self._take(runtime.send_message(self._release, step.state, self._world.message, self, self._now))
        else:
            self._complete(self._drawn.random.choice(step.tasks))

    def _finish(self, job: Job) -> None:
        self._tell(job.element_id)
        self._way.append(job.element_id)
        result = dict.fromkeys(self._world.results.get(job.kind, ()), "1")
        self._take(
            runtime.complete_job(self._release, self._step.state, job.engine_task_id, result, self, self._now)
        )

    def _complete(self, task: OpenTask) -> None:
        self._tell(task.element_id)
        self._way.append(task.element_id)
        reads = self._release.routing_reads.get(task.element_id, frozenset())
        answer = self._fields(f"{task.element_id}.", self._world.forms.get(task.form, {}), reads)
        routing = {task.element_id: answer, **dict(self._system(task, answer))}
        self._take(
            runtime.complete_task(
                self._release, self._step.state, task.engine_task_id, routing, self, self._now
            )
        )

    def _fields(self, place: str, fields: Mapping[str, Asked], reads: frozenset[str]) -> dict[str, Any]:
        return {
            name: self._drawn.one(place + name, fields[name].values()) if name in fields else None
            for name in sorted(reads)
        }

    def _system(self, task: OpenTask, answer: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """What the host hands over beside the answers of a form; new rounds come with new enquiries."""
        for effect in self._world.effects.get(task.form, ()):
            match effect:
                case "units":
                    yield "units", self._some_units()
                case "unit" if task.unit is not None:
                    yield "unit", {**task.unit, "endorses": self._drawn.one("endorses", list(Endorser))}
                case "again" if "re_enquiry" in answer.values():
                    self._rounds += 1
                    yield "rounds", self._rounds
                    yield "units", self._some_units()
                case "reviewed":
                    yield "reviewed", self._rounds

    def _some_units(self) -> list[dict[str, Any]]:
        kinds = [
            self._drawn.one("unit.kind", list(UnitKind)) for _ in range(self._drawn.one("units", (1, 3)))
        ]
        found = []
        for kind in kinds:
            self._units += 1
            own = {"id": f"unit-{self._units}", "office_id": f"office-{self._units}"}
            found.append({**own, "kind": str(kind), "round": self._rounds})
        return found
