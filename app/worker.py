"""The worker: runs due jobs and timers, in a thread or a process of its own, and says once a minute that it lives."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from app.services import jobs

if TYPE_CHECKING:
    from app.services.database import Database

log = structlog.get_logger(__name__)

#: How long an officer waits at most before an automatic step begins, in seconds.
PAUSE = 1.0
#: After a failure of the database: not so often that the log fills, not so late that anybody notices.
PAUSE_AFTER_FAILURE = 10.0
HEARTBEAT = timedelta(minutes=1)
TIMERS = timedelta(seconds=15)


class Worker:
    """Runs until `stop`. Several may run at once, in one process or more: each job is leased."""

    def __init__(self, database: Database, name: str = "") -> None:
        self.database = database
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"[:80]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name="esp-worker", daemon=True)
        self._next_beat = self._next_timers = datetime.min.replace(tzinfo=UTC)

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        """End after the job in hand."""
        self._stopping.set()

    def stop(self, seconds: float = 5.0) -> None:
        """Let the job in hand end, for at most so long; an abandoned one is done again after its lease."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def tick(self, now: datetime) -> bool:
        """Do what is due: heartbeat, timers, one job; -> whether there was a job. Idle, it only beats."""
        if now >= self._next_beat:
            jobs.beat(self.database, self.name, now)
            self._next_beat = now + HEARTBEAT
        if now >= self._next_timers:
            jobs.fire_due_timers(self.database, now)
            self._next_timers = now + TIMERS
        return jobs.run_one(self.database, now)

    def run(self) -> None:
        """Work in this thread until asked to stop."""
        while not self._stopping.is_set():
            try:
                found = self.tick(datetime.now(UTC))
            except Exception:
                # A worker outlives any fault: the database may be back soon, the next job may be sound.
                log.exception("worker_failed")
                self._stopping.wait(PAUSE_AFTER_FAILURE)
            else:
                if not found:
                    self._stopping.wait(PAUSE)
