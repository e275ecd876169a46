"""The dry run of a release happens in a program of its own, so that no diagram can stop, fill or run this one."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

import orjson

from app import engine
from app.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 45  # by the clock, on a machine with much else to do; the program counts the processor's time
_ROOT = Path(__file__).resolve().parent.parent.parent
_ONE = BoundedSemaphore(1)


def run(files: Mapping[str, bytes], world: engine.World) -> engine.Trial:
    """Lead made-up cases through the release that these files make, within bounds of time, memory and steps.

    A program that was stopped by its bounds is a fault `trial_stopped` of the step that it was about to do. The files
    have passed the gate. Raises Unavailable when the program cannot be started.
    """
    drawn = {
        name: b64encode(data).decode() for name, data in files.items() if name.endswith((".bpmn", ".dmn"))
    }
    told = orjson.dumps({"files": drawn, "world": asdict(world)})
    with _ONE:
        try:
            done = subprocess.run(
                [sys.executable, "-s", "-P", "-m", "app.trials.program"],
                input=told,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
                cwd="/",
            )
        except subprocess.TimeoutExpired as late:
            return _stopped(late.stdout or b"")
        except OSError as error:
            raise Unavailable from error
    *_, last = done.stdout.rstrip().split(b"\n")
    word, _, rest = last.partition(b" ")
    return _read(orjson.loads(rest)) if word == b"done" else _stopped(done.stdout)


def _stopped(heard: bytes) -> engine.Trial:
    """What is known of a run that did not come to its end: the steps of its last case."""
    lines = heard.decode(errors="replace").split("\n")
    steps = [line.removeprefix("at ") for line in lines if line.startswith("at ")]
    way = tuple(steps[-12:])
    return engine.Trial(faults=[engine.Fault(way[-1] if way else "", "trial_stopped", way)], is_cut=True)


def _read(plain: Mapping[str, Any]) -> engine.Trial:
    faults = [engine.Fault(**{**each, "way": tuple(each["way"])}) for each in plain["faults"]]
    return engine.Trial(**{**plain, "faults": faults})
