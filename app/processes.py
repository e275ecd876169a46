"""Processes: the one that answers pages, those that do jobs, and the one that keeps several of them alive."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from app import papers
from app.lines import Threads
from app.logs import ServerLog
from app.services.notices import messages
from app.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask

    from app.config import Settings

_THREADS = 16  # requests at once in a process; SQLite's writer is one thread anyhow, and reading is short
_GRACE_SECONDS = 5
_ENDING = (signal.SIGTERM, signal.SIGINT)
_SHORT_LIFE_SECONDS = 5.0  # a process that dies so young is not started again at once
_PAUSES_SECONDS = (1.0, 5.0, 15.0, 60.0)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with processes of many threads each.

    With `with_worker` a thread for jobs lives in the process that answers pages, not in its parent: one process
    then does everything, as SQLite wants it. `greet` is called once, when the first page can be answered.
    """

    def __init__(
        self, settings: Settings, app: Flask, greet: Callable[[], None], *, with_worker: bool
    ) -> None:
        self.settings, self.application = settings, app
        self._greet, self._with_worker = greet, with_worker
        self._worker: Worker | None = None
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "worker_class": Threads,
            "workers": 1 if self._with_worker else self.settings.web_processes,
            "threads": _THREADS,
            "sendfile": False,  # past a line that keeps what the other side does not take
            "graceful_timeout": _GRACE_SECONDS,
            "loglevel": "warning",
            "logger_class": ServerLog,
            "control_socket_disable": True,
            "post_worker_init": self._begin,
            "worker_exit": self._end,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.application

    def _begin(self, process: Any) -> None:
        """In a web process, once the application stands: threads do not survive a fork."""
        if self._with_worker:
            self._worker = _worker(self.application, self.settings)
            self._worker.start()
        if process.age == 1:
            self._greet()

    def _end(self, _server: Any, _process: Any) -> None:
        self.application.extensions["live"].close()
        if self._worker is not None:
            self._worker.stop(_GRACE_SECONDS)
            papers.PROGRAMS.end()
        self.application.extensions["database"].close()


def _worker(app: Flask, settings: Settings) -> Worker:
    papers.PROGRAMS.begin(settings.papers_at_once)
    return Worker(
        app.extensions["database"],
        settings.checkpoints,
        carriers=messages.carriers_of(settings),
        outside=settings.checkpoints_outside,
        hands=settings.papers_at_once,
    )


def run_worker(app: Flask) -> int:
    """Do jobs and timers until told to stop; the job in hand is done to its end. -> the exit code."""
    worker = _worker(app, app.extensions["settings"])
    for name in _ENDING:
        signal.signal(name, lambda *_: worker.ask_to_stop())
    worker.run()
    papers.PROGRAMS.end()
    app.extensions["database"].close()
    return 0


class Supervisor:
    """Keeps processes of this program alive; `play` is what a process of one role does, -> its exit code.

    Each is a copy of this process, which has loaded all that they need: it starts at once, and what was loaded
    lies in memory once. One that dies is started again, later each time if it keeps dying young.
    SIGTERM and SIGINT end them all. Nothing may hold a connection or a thread when `run` is called.
    """

    def __init__(self, roles: Sequence[str], play: Callable[[str], int]) -> None:
        self._roles, self._play = list(roles), play
        self._living: dict[int, tuple[str, float]] = {}
        self._early: dict[str, int] = {}
        self._stopping = False

    def run(self) -> int:
        """Start all and watch them; -> the exit code once all have ended. In each of them it ends by SystemExit."""
        for name in _ENDING:
            signal.signal(name, self._stop)
        for role in self._roles:
            self._start(role)
        while self._living:
            pid, _status = os.wait()
            role, since = self._living.pop(pid, ("", 0.0))
            if role and not self._stopping:
                self._pause(role, time.monotonic() - since)
                self._start(role)
        return 0

    def _start(self, role: str) -> None:
        if self._stopping:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        signal.pthread_sigmask(
            signal.SIG_BLOCK, _ENDING
        )  # a sign to end finds each of the two as it should be
        pid = os.fork()
        if not pid:
            self._living.clear()
            for name in _ENDING:
                signal.signal(name, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
            sys.exit(self._play(role))
        self._living[pid] = (role, time.monotonic())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)

    def _pause(self, role: str, lived: float) -> None:
        early = self._early[role] = self._early.get(role, 0) + 1 if lived < _SHORT_LIFE_SECONDS else 0
        deadline = time.monotonic() + (_PAUSES_SECONDS[min(early, len(_PAUSES_SECONDS)) - 1] if early else 0)
        while not self._stopping and time.monotonic() < deadline:
            time.sleep(0.1)

    def _stop(self, *_: Any) -> None:
        self._stopping = True
        for pid in list(self._living):
            os.kill(pid, signal.SIGTERM)
