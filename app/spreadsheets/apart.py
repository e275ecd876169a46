"""Workbooks are read by a program of its own, so that none can stop or fill this one."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import TYPE_CHECKING

import orjson

from app.apart import Program
from app.spreadsheets.archive import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.spreadsheets.archive import Row

CPU_SECONDS = 20  # ten thousand rows of forty cells take four
MEMORY_BYTES = 1_200_000_000
_SECONDS = 90.0  # by the clock
_AT_ONCE = BoundedSemaphore(2)  # of a process


def rows(data: bytes) -> Iterator[Row]:
    """The rows of a workbook's first sheet, as they are read; whoever has enough ends the program.

    Raises Refused as `archive.judge` does, and `merged`; `bomb` for what takes more time or memory than an honest
    list; Unavailable when the program cannot be started.
    """
    bounds = (str(CPU_SECONDS), str(MEMORY_BYTES))
    with _AT_ONCE, Program("app.spreadsheets.program", *bounds, seconds=_SECONDS) as program:
        program.tell(data)
        for line in program.heard:
            found = orjson.loads(line)
            if isinstance(found, list):
                number, texts = found
                yield number, texts
            elif "refused" in found:
                raise Refused(found["refused"], found["where"])
            else:
                return
    raise Refused("bomb")
