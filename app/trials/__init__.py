"""The dry run of a release happens in a program of its own, so that no diagram can stop, fill or run this one."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections import deque
from dataclasses import asdict
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

import orjson

from app import engine
from app.apart import Program

if TYPE_CHECKING:
    from collections.abc import Mapping

#: By the clock, for a program that sleeps or hangs: its work is bounded by cases, acts and the processor's time, all
#: of which it counts itself, so that a crowded machine changes no verdict.
SECONDS = 300
_ONE = BoundedSemaphore(1)
_TOLD = 12  # steps of the way of a case that was stopped


def run(files: Mapping[str, bytes], world: engine.World) -> engine.Trial:
    """Lead made-up cases through the release that these files make, within bounds of time, memory and steps.

    A program that was stopped by its bounds is a fault `trial_stopped` of the step that it was about to do. The files
    have passed the gate. Raises Unavailable when the program cannot be started.
    """
    with _ONE:
        running = Running(files, world)
        running.wait()
        found = running.found()
    assert found is not None  # noqa: S101 - it was waited for
    return found


class Running:
    """A dry run under way; `cases` and `acts` tell how far it is. Raises Unavailable where none can be started."""

    def __init__(self, files: Mapping[str, bytes], world: engine.World) -> None:
        drawn = {
            name: b64encode(data).decode() for name, data in files.items() if name.endswith((".bpmn", ".dmn"))
        }
        self._told = orjson.dumps({"files": drawn, "world": asdict(world)})
        self._began_with, self._way, self._last = world.process, deque[str](maxlen=_TOLD), b""
        self.cases = self.acts = 0
        self._program = Program("app.trials.program", seconds=SECONDS)
        self._reader = threading.Thread(target=self._listen, name="esp-dry-run", daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        with self._program as program:
            program.tell(self._told)
            for line in program.heard:
                word, _, rest = line.rstrip(b"\n").partition(b" ")
                if word == b"at":
                    self._hear(rest.decode(errors="replace"))
                elif word == b"done":
                    self._last = rest

    def _hear(self, step: str) -> None:
        self._way.append(step)
        if step == self._began_with:
            self.cases += 1
        else:
            self.acts += 1

    def wait(self) -> None:
        """Wait for its end."""
        self._reader.join()

    def stop(self) -> None:
        """End the program at once."""
        self._program.end()
        self._reader.join()

    def found(self) -> engine.Trial | None:
        """What it has found; None while it runs."""
        if self._reader.is_alive():
            return None
        return read(orjson.loads(self._last)) if self._last else self._stopped()

    def _stopped(self) -> engine.Trial:
        """What is known of a run that did not come to its end: the steps of its last case."""
        way = tuple(self._way)
        return engine.Trial(faults=[engine.Fault(way[-1] if way else "", "trial_stopped", way)], is_cut=True)


def read(plain: Mapping[str, Any]) -> engine.Trial:
    """A dry run as it was written down."""
    faults = [engine.Fault(**{**each, "way": tuple(each["way"])}) for each in plain["faults"]]
    return engine.Trial(**{**plain, "faults": faults})
