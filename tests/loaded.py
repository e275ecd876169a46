"""The program loaded and readied once, of which every start is a copy: that is nine tenths of a start, and a drill
starts it again and again. That the program starts from nothing is shown by the test of starts that cannot be.

`python -m tests.loaded FD` is that program: it is asked through a socket to start a copy, and how a copy ended.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from tests import room, routes
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Copy:
    """A running copy, to be asked what one asks of a `Popen`."""

    def __init__(self, loaded: Loaded, pid: int) -> None:
        self._loaded, self.pid = loaded, pid
        self._code: int | None = None
        self._watch = os.pidfd_open(pid)

    def poll(self) -> int | None:
        return self._ended_within(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises TimeoutExpired, as `Popen.wait` does."""
        code = self._ended_within(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("app.serve", timeout or 0)
        return code

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def _ended_within(self, seconds: float | None) -> int | None:
        if self._code is None and select.select([self._watch], [], [], seconds)[0]:
            self._code = self._loaded.ask(end=self.pid)
            os.close(self._watch)
        return self._code


class Loaded:
    """The process that has loaded the program, from the first start on until `end`."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.loaded", str(theirs.fileno())],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self._lines = self._socket.makefile("rw", encoding="utf-8")

    def start(self, environment: Mapping[str, str], log: Path) -> Copy:
        """Start the program in a session of its own, with this environment; what it says is added to the log."""
        return Copy(self, self.ask(environment=dict(environment), log=str(log)))

    def ask(self, **what: Any) -> int:
        self._lines.write(json.dumps(what) + "\n")
        self._lines.flush()
        return int(self._lines.readline())

    def end(self) -> None:
        self._lines.close()
        self._socket.close()
        self._process.wait()


def _answer(lines: Any) -> None:
    """Do what is asked for, line by line, until nobody is left to ask. In a copy it ends by SystemExit."""
    from app import config, serve

    _ready_once(serve, config)
    for line in lines:
        asked = json.loads(line)
        if "end" in asked:
            done = os.waitstatus_to_exitcode(os.waitpid(asked["end"], 0)[1])
        else:
            done = os.fork()
            if not done:
                os.setsid()
                said = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                os.dup2(said, 1)
                os.dup2(said, 2)
                os.environ.clear()
                os.environ.update(asked["environment"])
                tempfile.tempdir = None  # is found anew by what its own environment says
                sys.exit(serve.main())
        lines.write(f"{done}\n")
        lines.flush()


def _ready_once(serve: Any, config: Any) -> None:
    """Ready it over a folder that is thrown away: what it keeps in memory, each copy has from its start."""
    routes.compile_once()
    with tempfile.TemporaryDirectory(dir=room.in_memory()) as folder:
        serve.ready(config.load({"INSTANCE": folder, "ESP_DEMO": "1", "DEMO_CASES": "0"}))
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    gc.disable()  # as `app.serve` does for itself
    with (
        socket.socket(fileno=int(sys.argv[1])) as _theirs,
        _theirs.makefile("rw", encoding="utf-8") as _lines,
    ):
        _answer(_lines)
