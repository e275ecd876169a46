"""A rush of numbers, `python -m tests.rush URL DOCUMENTS`: processes that number papers, issue some, and are killed.

The leader forks them (no process has a connection that another opened), kills one after another at random moments,
and puts a new one in the place of each that begins where the dead one was last heard of. What came of it stands in
the rows; the leader's last line tells what it did, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import struct
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select as rows_of

from app.crypto import KeyRing
from app.domain.errors import Unavailable
from app.models.scope import CaseScope
from app.models.tables.workflow import job
from app.services.jobs import jobs
from app.services.papers import certificates
from app.services.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

NUMBERS = 1000
HELD = datetime(2100, 1, 1, tzinfo=UTC)  # the jobs of cases whose papers never leave are put off beyond it
_SHARES = 4  # lists of papers that are worked through side by side
_ROLLED_BACK = 7  # one in so many is given up once, within its transaction, before it is done
_SHARED = 10  # one in so many stands on two lists
_PAPERS_FROM = 40  # after how many numbers a whole paper is looked for
_LIVES = (20, 80)  # so many numbers are given between two deaths
_INSTANT = 0.01  # seconds, within which death comes then
_HEARD = struct.Struct("<HHH")  # a list, how far it is, how many were rolled back since the last word

Shares = dict[int, tuple[list[Any], int]]  # list -> its papers, and how many of them are known to be done


class GivenUp(Exception):
    """The transaction that gave a number does not come to its end."""


@dataclass
class Hand:
    """A process at its lists: on SQLite the one that serves an installation, on PostgreSQL one of several."""

    pid: int
    ear: int  # what it tells of each commit
    shares: Shares
    heard: int = 0
    rolled_back: int = 0


def task(place: int, cases: Sequence[AnyRow], at: datetime) -> Any:
    """A paper of one of the cases whose papers never leave, as its job would ask for it."""
    of = cases[place % len(cases)]
    return SimpleNamespace(
        district_id=of.district_id, case_id=of.case_id, engine_task_id=f"rush-{place:04}", at=at
    )


def number(database: Database, asked: Any, *, gives_up: bool) -> None:
    """Give a paper its number by the program's own act; with `gives_up` the transaction ends in nothing."""

    def work(session: Session) -> None:
        certificates.allot(session, asked, None)
        if gives_up:
            raise GivenUp

    database.write(work, CaseScope(asked.district_id, asked.case_id))


def work_through(database: Database, share: int, shares: Shares, mouth: int) -> None:
    """What is done with one list, until death or its end."""
    tasks, begin = shares[share]
    for place in range(begin, len(tasks)):
        rolled_back = 0
        if place % _ROLLED_BACK == 0:
            try:
                insist(partial(number, database, tasks[place], gives_up=True))
            except GivenUp:
                rolled_back = 1
        insist(partial(number, database, tasks[place], gives_up=False))
        os.write(mouth, _HEARD.pack(share, place + 1, rolled_back))
        if place % _PAPERS_FROM == _PAPERS_FROM - 1:
            soon = datetime.now(UTC) + timedelta(seconds=1)  # noqa: TID251
            insist(partial(jobs.run_one, database, soon))


def insist(act: Callable[[], object]) -> None:
    """Do it again where the machine is so busy that the database gave up waiting, as a worker does."""
    while True:
        try:
            act()
        except Unavailable:
            continue
        return


def live(url: str, documents: Path, shares: Shares, mouth: int) -> None:
    """A process from its birth to the end of its work: a thread a list."""
    database = Database(url, KeyRing.for_tests(), documents, clock_is_free=True)
    with ThreadPoolExecutor(len(shares)) as threads:
        done = [threads.submit(work_through, database, share, shares, mouth) for share in shares]
        for each in done:
            each.result()
    database.close()


def fork(url: str, documents: Path, shares: Shares) -> Hand:
    """A new process at these lists, each from where it is known to be."""
    ear, mouth = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(ear)
            live(url, documents, shares, mouth)
            code = 0
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(code)
    os.close(mouth)
    return Hand(pid, ear, shares)


def listen(hand: Hand) -> bool:
    """Take in what a process told; False once it is dead and nothing more will come."""
    data = os.read(hand.ear, _HEARD.size * 500)
    for share, place, rolled_back in _HEARD.iter_unpack(data):
        hand.shares[share] = (hand.shares[share][0], place)
        hand.rolled_back += rolled_back
        hand.heard += 1
    return bool(data)


def lead(url: str, documents: Path, chance: random.Random) -> dict[str, int]:
    """Have all numbers given while processes die. -> how many died, and how many numbers were rolled back."""
    database = Database(url, KeyRing.for_tests(), documents, clock_is_free=True)
    with database.engine.connect() as connection:
        held = connection.execute(rows_of(job).where(job.c.kind == "issue_report", job.c.run_at > HELD)).all()
    every = [task(place, held, held[0].at) for place in range(NUMBERS)]
    with suppress(GivenUp):  # what is read once of the release lies ready for every process
        number(database, every[0], gives_up=True)
    database.close()
    lists = [[each for place, each in enumerate(every) if is_of(share, place)] for share in range(_SHARES)]
    shares: Shares = {share: (tasks, 0) for share, tasks in enumerate(lists)}
    apart = [shares] if database.is_sqlite else [{share: found} for share, found in shares.items()]
    return rush(url, documents, apart, chance)


def is_of(share: int, place: int) -> bool:
    """Whether a paper stands on a list."""
    return share == place % _SHARES or (place % _SHARED == 0 and share == (place + 1) % _SHARES)


def rush(url: str, documents: Path, apart: list[Shares], chance: random.Random) -> dict[str, int]:
    """A process for each of these sets of lists, one dying after another, until all lists are done."""
    hands = [fork(url, documents, shares) for shares in apart]
    died = rolled_back = heard = 0
    next_death = chance.randint(*_LIVES)
    while hands:
        speaking, _, _ = select.select([hand.ear for hand in hands], [], [])
        for hand in [each for each in hands if each.ear in speaking]:
            before = hand.heard
            is_alive = listen(hand)
            heard += hand.heard - before
            if is_alive:
                continue
            os.close(hand.ear)
            hands.remove(hand)
            rolled_back += hand.rolled_back
            _, how = os.waitpid(hand.pid, 0)
            if how == signal.SIGKILL:
                died += 1
                hands.append(fork(url, documents, hand.shares))
            elif how != 0:
                raise SystemExit(f"a process failed: {how}")
        if hands and heard >= next_death:
            time.sleep(chance.uniform(0, _INSTANT))
            os.kill(chance.choice(hands).pid, signal.SIGKILL)
            next_death = heard + chance.randint(*_LIVES)
    return {"died": died, "rolled_back": rolled_back}


if __name__ == "__main__":
    print(json.dumps(lead(sys.argv[1], Path(sys.argv[2]), random.Random())))  # noqa: S311, T201
