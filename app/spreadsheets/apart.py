"""Workbooks are read by a program of its own, so that none can stop or fill this one."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore, Timer
from typing import TYPE_CHECKING

import orjson

from app.domain.errors import Unavailable
from app.spreadsheets.archive import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.spreadsheets.archive import Row

CPU_SECONDS = 20  # ten thousand rows of forty cells take four
MEMORY_BYTES = 1_200_000_000
_SECONDS = 90.0  # by the clock
_AT_ONCE = BoundedSemaphore(2)  # of a process
_ROOT = Path(__file__).resolve().parents[2]


def rows(data: bytes) -> Iterator[Row]:
    """The rows of a workbook's first sheet, as they are read; whoever has enough ends the program.

    Raises Refused as `archive.judge` does, and `merged`; `bomb` for what takes more time or memory than an honest
    list; Unavailable when the program cannot be started.
    """
    with _AT_ONCE, _started() as program:
        told, heard = program.stdin, program.stdout
        if told is None or heard is None:
            raise Unavailable
        with suppress(BrokenPipeError):  # it was stopped before it had read
            told.write(data)
            told.close()
        for line in heard:
            found = orjson.loads(line)
            if isinstance(found, list):
                number, texts = found
                yield number, texts
            elif "refused" in found:
                raise Refused(found["refused"], found["where"])
            else:
                return
    raise Refused("bomb")


@contextmanager
def _started() -> Iterator[subprocess.Popen[bytes]]:
    command = ["-s", "-P", "-m", "app.spreadsheets.program", str(CPU_SECONDS), str(MEMORY_BYTES)]
    try:
        program = subprocess.Popen(  # noqa: S603 - our own program, the file goes in as a stream
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            cwd="/",
        )
    except OSError as error:
        raise Unavailable from error
    end = Timer(_SECONDS, program.kill)
    end.start()
    try:
        with program:
            try:
                yield program
            finally:
                program.kill()
    finally:
        end.cancel()
