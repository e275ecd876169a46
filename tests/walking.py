"""A case taken through a route by the engine alone: saved and loaded at every step, as it is in the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import engine

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
MORNING = datetime(2025, 7, 1, 4, 30, tzinfo=UTC)
CLEAN = {"wanted": False, "record_rows": False, "not_checked": False}
ROUTED = {"need_sdpo": False}
DIAGRAMS = ROOT / "tests" / "process" / "diagrams"


def shipped() -> dict[str, bytes]:
    """The shipped diagrams, with two small decisions that need no facts of a whole case."""
    files = [*(ROOT / "processes").glob("*.bpmn"), DIAGRAMS / "checks.dmn", DIAGRAMS / "outcome.dmn"]
    return {path.name: path.read_bytes() for path in files}


@dataclass
class Surroundings:
    """The world around a case: facts on request, and a calendar in which every day is a working day."""

    now: datetime
    known: Mapping[str, Any] = field(default_factory=lambda: {"findings": CLEAN})
    asked: int = 0

    def facts(self) -> Mapping[str, Any]:
        self.asked += 1
        return self.known

    def working_days_after(self, days: Any) -> str:
        return (self.now + timedelta(days=float(days))).isoformat()


@dataclass
class Walk:
    """One case. `step` is what the engine said last; its bytes are all that is kept between two acts."""

    release: engine.Release
    step: engine.Step
    now: datetime = MORNING
    surroundings: Surroundings = field(default_factory=lambda: Surroundings(MORNING))
    seen: list[engine.Step] = field(default_factory=list)

    def open(self, element_id: str = "") -> list[engine.OpenTask]:
        return [task for task in self.step.tasks if element_id in ("", task.element_id)]

    def names(self) -> list[str]:
        """What is open, by element, in alphabetical order."""
        return sorted(task.element_id for task in self.step.tasks)

    def task(self, element_id: str, unit: str = "") -> engine.OpenTask:
        found = [task for task in self.open(element_id) if unit in ("", (task.unit or {}).get("id"))]
        assert len(found) == 1, f"{element_id} of {unit or 'the case'}: {len(found)} open, of {self.names()}"
        return found[0]

    def do(self, element_id: str, answer: Mapping[str, Any], of: str = "", **more: Any) -> engine.Step:
        """Complete a task (of one unit); `more` are further top-level keys that the host hands over."""
        task = self.task(element_id, of)
        if answer == {"accept": "ours"} and "unit" not in more:  # the host says who will endorse
            more = {"unit": {**(task.unit or {}), "endorses": "sho"}, **more}
        routing = {element_id: dict(answer), **more}
        return self._after(
            engine.complete_task(
                self.release, self.step.state, task.engine_task_id, routing, self._host(), self.now
            )
        )

    def accept(self, of: str = "") -> engine.Step:
        """Let a station take the case as its own."""
        return self.do("accept_enquiry", {"accept": "ours"}, of)

    def finish(self, kind: str, result: Mapping[str, Any] | None = None) -> engine.Step:
        """Let the worker finish the first job of a kind."""
        job = next(job for job in self.step.jobs if job.kind == kind)
        return self._after(
            engine.complete_job(
                self.release, self.step.state, job.engine_task_id, result or {}, self._host(), self.now
            )
        )

    def wait(self, **time: float) -> engine.Step:
        """Let time pass, and the clock find what is due."""
        self.now += timedelta(**time)
        return self._after(engine.fire_timers(self.release, self.step.state, self._host(), self.now))

    def send(self, message: str) -> engine.Step:
        return self._after(
            engine.send_message(self.release, self.step.state, message, self._host(), self.now)
        )

    def leave_out(self, unit: str) -> engine.Step:
        """Go on without what a unit still has to say."""
        told = {"enquiry": unit, "reason": "silent"}
        return self._after(
            engine.leave_out(self.release, self.step.state, unit, told, self._host(), self.now)
        )

    def _host(self) -> Surroundings:
        self.surroundings.now = self.now
        return self.surroundings

    def _after(self, step: engine.Step) -> engine.Step:
        self.seen.append(self.step)
        self.step = step
        return step


UNITS = [
    {
        "id": f"0197c3a0-1111-7222-8333-44444444440{number}",
        "kind": "thana",
        "office_id": f"0197c3a0-aaaa-7bbb-8ccc-dddddddddd0{number}",
        "round": 0,
    }
    for number in (1, 2)
]
FIRST, SECOND = (unit["id"] for unit in UNITS)
NEW_CASE = {
    "case": {
        "id": "0197c3a0-0000-7111-8222-333333333333",
        "purpose": "govt_service",
        "received_on": "2025-07-01",
        "sdpo_office_id": "",
        "sample": 7,
    },
    "rounds": 0,
    "reviewed": -1,
    "units": [],
}


def release(**diagrams: bytes) -> engine.Release:
    """A release of some diagrams, by process id."""
    files = {f"{name}.bpmn": data for name, data in diagrams.items()}
    return engine.load_release(sha256(b"".join(files.values())).digest(), files)


def shipped_release() -> engine.Release:
    files = shipped()
    return engine.load_release(sha256(b"".join(files[name] for name in sorted(files))).digest(), files)


def begin(
    release: engine.Release, data: Mapping[str, Any] | None = None, process: str = "verification"
) -> Walk:
    """Start a case of a release."""
    data = NEW_CASE if data is None else data
    surroundings = Surroundings(MORNING)
    step = engine.start(release, process, data, surroundings, MORNING)
    return Walk(release, step, surroundings=surroundings)
