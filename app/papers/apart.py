"""Papers are drawn by programs of their own, side by side, so that none holds up or stops the process that asks."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, LifoQueue
from threading import Timer
from typing import TYPE_CHECKING, Any

import orjson

from app.apart import Program
from app.domain.errors import Unavailable
from app.papers.errors import PaperRefused, PapersUnavailable, PaperTooSlow

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MEMORY_BYTES = 1_200_000_000  # of addresses; a paper takes 130 million, a list of many pages 180
#: Beside what the paper itself may take, by the clock: a program loads itself first, on a machine that is busy.
_MORE_SECONDS = 60
_KINDS = {each.__name__: each for each in (PaperRefused, PapersUnavailable, PaperTooSlow)}


class DrawingFailed(Exception):
    """The drawing itself is at fault; says where, and nothing of the paper."""


class Programs:
    """As many programs as were asked for, each started when it is first needed and kept; none before `begin`.

    A program holds no key and no connection, writes no file, and hears of a paper by its standard input alone. It
    ends when that is closed, and so with the process that started it, however that dies.
    """

    def __init__(self) -> None:
        self.count = 0
        #: The one used last comes first: it is warm. None in place of one that does not run.
        self._free: LifoQueue[_Program | None] = LifoQueue()

    @property
    def pids(self) -> list[int]:
        """Of the programs that rest."""
        return [each.pid for each in list(self._free.queue) if each is not None]

    def begin(self, count: int) -> None:
        """From now on papers of this process are drawn by so many programs. No fork may follow."""
        self.count, self._free = count, LifoQueue()
        for _ in range(count):
            self._free.put(None)

    def end(self) -> None:
        """End those that rest, and the others after the paper in hand; papers are drawn here again."""
        self.count = 0
        with suppress(Empty):
            while True:
                program = self._free.get_nowait()
                if program is not None:
                    program.end()

    def draw(self, html: str, issued_at: datetime, folders: tuple[Path, Path], seconds: int) -> bytes:
        """As `pdf.draw_here`, with fonts and pictures of two folders. Raises what that raises, and DrawingFailed.

        One that has died since its last paper is replaced; a paper over which one dies, too, is refused.
        """
        asked = _asked(html, issued_at, folders, seconds)
        free = self._free
        program = free.get()
        try:
            answer = program.answer(asked, seconds) if program is not None else None
            if answer is None:
                program = _Program()
                answer = program.answer(asked, seconds)
        finally:
            free.put(program if self._keeps(program) else None)
        if answer is None:
            raise PaperRefused("papers.layout_failed")
        return _drawn(*answer)

    def _keeps(self, program: _Program | None) -> bool:
        if program is None:
            return False
        if self.count and program.lives:
            return True
        program.end()
        return False


class _Program:
    """One program, at one paper at a time. Raises PapersUnavailable when it cannot be started."""

    def __init__(self) -> None:
        try:
            self._program = Program("app.papers.program", str(MEMORY_BYTES))
        except Unavailable as error:
            raise PapersUnavailable from error

    @property
    def pid(self) -> int:
        return self._program.pid

    @property
    def lives(self) -> bool:
        return self._program.lives

    def answer(self, asked: bytes, seconds: int) -> tuple[dict[str, Any], bytes] | None:
        """What it says to a paper, and its bytes; None when it died. Raises PaperTooSlow if it was ended for that."""
        clock = Timer(seconds + _MORE_SECONDS, self._program.end)
        clock.start()
        try:
            found = self._exchange(asked)
        except BaseException:
            self.end()  # what it would say next belongs to nobody
            raise
        finally:
            is_over = clock.finished.is_set()
            clock.cancel()
        if found is None:
            self.end()
            if is_over:
                raise PaperTooSlow(seconds=seconds)
        return found

    def _exchange(self, asked: bytes) -> tuple[dict[str, Any], bytes] | None:
        self._program.ask(asked)
        head = self._program.heard.readline()
        if not head.endswith(b"\n"):
            return None
        said: dict[str, Any] = orjson.loads(head)
        size = said.get("size", 0)
        data = self._program.heard.read(size)
        return (said, data) if len(data) == size else None

    def end(self) -> None:
        with self._program:
            pass


def _asked(html: str, issued_at: datetime, folders: tuple[Path, Path], seconds: int) -> bytes:
    body, (fonts, layouts) = html.encode(), folders
    head = {
        "size": len(body),
        "at": issued_at.isoformat(),
        "fonts": str(fonts),
        "layouts": str(layouts),
        "seconds": seconds,
    }
    return orjson.dumps(head) + b"\n" + body


def _drawn(said: dict[str, Any], data: bytes) -> bytes:
    if "refused" in said:
        raise _KINDS[said["refused"]](said["key"], **said["params"])
    if "fault" in said:
        raise DrawingFailed(said["fault"])
    return data


PROGRAMS = Programs()
