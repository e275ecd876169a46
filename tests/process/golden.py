"""Cases at every station of the route, as the engine of one version of the product put them away.

`python -m tests.process.golden VERSION` writes `golden/VERSION/`: the diagrams and decisions of that day, and the
bytes of each case with what is open in it. It is run once for each version that goes out, and its files are never
changed: a district's cases run for months, and a new version must go on with all of them.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import engine
from tests.walking import FIRST, SECOND, UNITS, Surroundings, Walk, begin, shipped, shipped_release

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parent / "golden"


@dataclass(frozen=True)
class Station:
    """A case that rests: its bytes, the time, and what is open, each with its unit and id."""

    version: str
    name: str
    state: bytes
    now: datetime
    tasks: list[list[str]]
    jobs: list[list[str]]
    timers: list[list[str]]

    def walk(self) -> Walk:
        """The case, taken up by the engine as it is now."""
        paths = (FOLDER / self.version).iterdir()
        files = {path.name: path.read_bytes() for path in paths if path.suffix in {".bpmn", ".dmn"}}
        release = engine.load_release(sha256(b"".join(files[name] for name in sorted(files))).digest(), files)
        host = Surroundings(self.now)
        step = engine.fire_timers(release, self.state, host, self.now)
        return Walk(release, step, self.now, host)


def stations() -> list[Station]:
    """All that are kept."""
    return [
        Station(
            path.parent.name,
            name,
            b64decode(kept.pop("state")),
            datetime.fromisoformat(kept.pop("now")),
            **kept,
        )
        for path in sorted(FOLDER.glob("*/states.json"))
        for name, kept in json.loads(path.read_text(encoding="utf-8")).items()
    ]


def open_in(step: engine.Step) -> dict[str, list[list[str]]]:
    """What is open after a step: elements, units, ids and times."""
    return {
        "tasks": [[t.element_path, (t.unit or {}).get("id", ""), t.engine_task_id] for t in step.tasks],
        "jobs": [[j.element_path, j.kind, j.engine_task_id] for j in step.jobs],
        "timers": [[t.element_id, t.due_at.isoformat(), t.engine_task_id] for t in step.timers],
    }


def _on_the_way() -> Iterator[tuple[str, Walk]]:
    """Take one case along the route, and stop where something new lies in its memory."""
    walk = begin(shipped_release())
    yield "scrutiny", walk
    walk.do("scrutinise", {"action": "forward"})
    yield "routing", walk
    walk.do("route", {}, units=UNITS)
    yield "two thanas", walk
    walk.wait(days=3)
    yield "reminders not yet sent", walk
    walk.do("accept_enquiry", {"accept": "other_thana"}, FIRST, unit=UNITS[0])
    walk.do("accept_enquiry", {"accept": "ours"}, FIRST)
    walk.do("accept_enquiry", {"accept": "ours"}, SECOND)
    walk.do("visit", {"resident": "house_locked"}, FIRST)
    walk.do("visit", {"resident": "resident"}, SECOND)
    yield "one branch waits for the other", walk
    walk.do("check_registers", {}, SECOND)
    walk.do("endorse_enquiry", {"agree": "agree"}, SECOND)
    yield "one thana is done", walk
    walk.do("visit", {"resident": "resident"}, FIRST)
    walk.do("check_registers", {}, FIRST)
    walk.do("endorse_enquiry", {"agree": "return_to_eo"}, FIRST)
    walk.do("revisit", {"resident": "resident"}, FIRST)
    walk.do("endorse_enquiry", {"agree": "agree"}, FIRST)
    yield "recommendation", walk
    walk.do("recommend", {"action": "re_enquiry"}, units=[{**UNITS[0], "round": 1}], rounds=1)
    yield "second round", walk
    for name, answer in (
        ("accept_enquiry", {"accept": "ours"}),
        ("visit", {"resident": "resident"}),
        ("check_registers", {}),
        ("endorse_enquiry", {"agree": "agree"}),
        ("recommend", {"action": "recommend"}),
    ):
        walk.do(name, answer)
    yield "decision", walk
    walk.do("decide", {"dm_decision": "issue_clear"})
    yield "paper not yet issued", walk
    walk.finish("issue_report", {"number": "1"})
    yield "dispatch", walk


def write(version: str) -> None:
    """Keep the files and cases of this version."""
    folder = FOLDER / version
    folder.mkdir(parents=True)
    for name, data in shipped().items():
        (folder / name).write_bytes(data)
    (folder / "engine").write_text(f"{engine.VERSION}\n", encoding="utf-8")
    kept: dict[str, dict[str, Any]] = {
        name: {
            "state": b64encode(walk.step.state).decode(),
            "now": walk.now.isoformat(),
            **open_in(walk.step),
        }
        for name, walk in _on_the_way()
    }
    (folder / "states.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1])
