"""The worker: due jobs and timers, once a day the upkeep; a thread or a process that says once a minute it lives."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from app.services.casework import destruction
from app.services.deployment import dryruns, moving, replays
from app.services.desk import holding, leaving
from app.services.district import calendars
from app.services.installation import recordcheck, upkeep
from app.services.intake import errands, rosterwork
from app.services.jobs import jobs, keysback
from app.services.notices import messages, webhooks
from app.services.notices.messages import NO_CARRIERS
from app.services.papers import bundles, replies
from app.services.timekeeping import recomputing
from app.services.workflow import incidents

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from app.services.notices.messages import Carriers
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

#: How long an officer waits at most before an automatic step begins, in seconds.
PAUSE = 1.0
#: After a failure of the database: not so often that the log fills, not so late that anybody notices.
PAUSE_AFTER_FAILURE = 10.0
HEARTBEAT = timedelta(minutes=1)
TIMERS = timedelta(seconds=15)
MESSAGES = timedelta(seconds=20)


class Worker:
    """Runs until `stop`. Several may run at once, in one process or more: each job is leased.

    `hands`: so many jobs are done at once; one hand does all the rest as well. `checkpoints` is the folder for copies
    of the signed record, `outside` one of another machine for them; `carriers` take messages out of the house.
    """

    def __init__(
        self,
        database: Database,
        checkpoints: Path,
        name: str = "",
        carriers: Carriers = NO_CARRIERS,
        outside: Path | None = None,
        hands: int = 1,
    ) -> None:
        self.database, self.checkpoints, self.carriers = database, checkpoints, carriers
        self.outside, self.hands = outside, hands
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"[:80]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name="esp-worker", daemon=True)
        self._next_beat = self._next_timers = self._next_messages = datetime.min.replace(tzinfo=UTC)
        self._kept_up: date | None = None  # the day whose upkeep is done

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
        """Do what is due: heartbeat, timers, one job or a slice of a roster or a replay, the day's upkeep.

        -> whether there was a job or a slice; idle, it only beats.
        """
        if now >= self._next_beat:
            jobs.beat(self.database, self.name, now)
            leaving.sweep(self.database, now)
            self._next_beat = now + HEARTBEAT
        if now >= self._next_timers:
            jobs.fire_due_timers(self.database, now)
            holding.expire(self.database, now)
            keysback.go_on(self.database, now)
            incidents.close_settled(self.database, now)
            recomputing.go_on(self.database, now)
            self._next_timers = now + TIMERS
        found = self._work(now)
        if not found and now >= self._next_messages:  # a slow server may keep nobody's job waiting
            messages.go_on(self.database, self.carriers, now)
            if self.carriers.caller is not None:
                webhooks.go_on(self.database, self.carriers.caller, now)
            self._next_messages = now + MESSAGES
        if not found and self._kept_up != calendars.day(now):  # officers' jobs come first
            self._kept_up = calendars.day(now)
            upkeep.run(self.database, self.checkpoints, now, self.outside)
        return found

    def _work(self, now: datetime) -> bool:
        """One job; where none is due, a slice of what takes long."""
        dryruns.go_on(self.database, now)  # its program runs beside: it is only looked after
        slices = (
            jobs.run_one,
            errands.go_on,
            rosterwork.go_on,
            replies.go_on,
            bundles.go_on,
            replays.go_on,
            moving.go_on,
            destruction.go_on,
            recordcheck.go_on,
        )
        return any(each(self.database, now) for each in slices)

    def run(self) -> None:
        """Work in this thread until asked to stop, with as many beside it as there are hands more."""
        only_jobs = partial(jobs.run_one, self.database)
        others = [
            threading.Thread(target=self._go_on, args=(only_jobs,), name=f"esp-hand-{number}", daemon=True)
            for number in range(1, self.hands)
        ]
        for each in others:
            each.start()
        self._go_on(self.tick)
        for each in others:
            each.join()

    def _go_on(self, work: Callable[[datetime], bool]) -> None:
        while not self._stopping.is_set():
            try:
                found = work(datetime.now(UTC))
            except Exception:
                # A worker outlives any fault: the database may be back soon, the next job may be sound.
                log.exception("worker_failed")
                self._stopping.wait(PAUSE_AFTER_FAILURE)
            else:
                if not found:
                    self._stopping.wait(PAUSE)
