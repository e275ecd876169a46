"""The real program, started as `make run` starts it, on a free port with an instance folder of its own."""

from __future__ import annotations

import csv
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.loaded import Copy, Loaded

_START_SECONDS = 120.0
_STOP_SECONDS = 15.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Account:
    """A line of demo-accounts.csv; id and Hindi name are those of the site's database."""

    username: str
    password: str
    totp_secret: str
    role: str
    office: str
    name: str
    id: str = ""
    name_hi: str = ""


class Site:
    """A running e-Satyapan in demo mode; `stop` ends it as Ctrl-C would, `kill` as a power cut would."""

    def __init__(
        self, instance: Path, environment: Mapping[str, str] | None = None, loaded: Loaded | None = None
    ) -> None:
        """With `loaded`, the program is a copy of it; otherwise it is loaded from nothing at each start."""
        self.instance, self._loaded = instance, loaded
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = instance.with_suffix(".log")
        self.environment = {
            **os.environ,
            "PORT": str(self.port),
            "INSTANCE": str(instance),
            "ESP_DEMO": "1",
            "DEMO_CASES": "0",  # a test enters the cases that it needs
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | Copy | None = None
        self._known: dict[str, tuple[str, str]] = {}

    def start(self) -> Site:
        """Start it and wait until it says that it is ready."""
        self.launch()
        deadline = time.monotonic() + _START_SECONDS
        while not self.answers("/readyz"):
            if self._has_ended() or time.monotonic() > deadline:
                last = self.log.read_text(errors="replace")[-4000:]
                self.kill()
                raise RuntimeError(f"The site did not become ready:\n{last}")
            time.sleep(0.1)
        return self

    def launch(self) -> Site:
        """Start it and come back at once."""
        if self._loaded is not None:
            self._process = self._loaded.start(self.environment, self.log)
            return self
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    @property
    def pid(self) -> int:
        """The process that was started; others may stand below it."""
        assert self._process is not None
        return self._process.pid

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310  # our own loopback
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def accounts(self) -> list[Account]:
        with (self.instance / "demo-accounts.csv").open(encoding="utf-8-sig", newline="") as file:
            return [
                Account(*row.values(), *self._officers().get(row["username"], ()))
                for row in csv.DictReader(file)
            ]

    def _officers(self) -> dict[str, tuple[str, str]]:
        """The officers' ids and names by user name, where the site keeps its own database."""
        if self._known or not (path := self.instance / "satyapan.db").exists():
            return self._known
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            rows = connection.execute("select username, id, name_hi from officer").fetchall()
        self._known = {username: (str(UUID(bytes=officer_id)), name) for username, officer_id, name in rows}
        return self._known

    def account(self, username: str) -> Account:
        return next(each for each in self.accounts() if each.username == username)

    def let_a_minute_pass(self) -> None:
        """Age the codes that officers have used, as waiting for their telephones would."""
        with closing(sqlite3.connect(self.instance / "satyapan.db", timeout=30)) as connection, connection:
            connection.execute("update officer set totp_step = totp_step - 2 where totp_step is not null")

    def stop(self) -> int:
        """Ask it to end; returns its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.terminate()
        try:
            return process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            raise

    def thaw(self) -> None:
        """Let go of a process that froze at a point of the drill."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGCONT)

    def said(self, word: str) -> int:
        """How often a word stands in the log."""
        return self.log.read_text(errors="replace").count(f'"{word}"') if self.log.exists() else 0

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.poll() is None:
                os.killpg(process.pid, 9)
            process.wait()
