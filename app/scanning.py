"""The scanner for viruses that an installation names: asked before a file is read; no verdict lets none in."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from threading import BoundedSemaphore

import structlog

log = structlog.get_logger(__name__)

SECONDS = 30  # of one file; a scanner that takes longer is down
INFECTED, UNSCANNED = "infected", "unscanned"
_FOUND = 1  # the exit status by which scanners of files (clamscan, clamdscan) say that they found something
_AT_ONCE = BoundedSemaphore(4)  # of a process


@dataclass(frozen=True, slots=True)
class Scanner:
    """A program, with its arguments, that is given a file on its standard input; without one every file passes."""

    command: tuple[str, ...] = ()
    seconds: float = SECONDS

    def refusal(self, data: bytes) -> str:
        """Why a file may not be kept: `infected`, or `unscanned` where the scanner gave no verdict; empty: it may.

        Only exit status 0 lets a file pass: a scanner that cannot be started, dies or does not answer lets none.
        """
        if not self.command:
            return ""
        with _AT_ONCE:
            try:
                done = subprocess.run(  # noqa: S603 - the operator's own program, the file goes in as a stream
                    self.command,
                    input=data,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=self.seconds,
                    check=False,
                    env={"PATH": os.defpath, "LC_ALL": "C"},
                    cwd="/",
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                log.error("scanner_down", fault=type(error).__name__)  # noqa: TRY400 - the trace says no more
                return UNSCANNED
        if done.returncode == 0:
            return ""
        log.error("upload_refused" if done.returncode == _FOUND else "scanner_down", status=done.returncode)
        return INFECTED if done.returncode == _FOUND else UNSCANNED


NO_SCANNER = Scanner()
