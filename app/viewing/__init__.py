"""A page of a PDF is drawn as a picture by a program of its own, so that no file can stop, fill or run this one."""

from __future__ import annotations

from dataclasses import dataclass
from threading import BoundedSemaphore

from app.apart import Program
from app.domain.errors import Unavailable

NARROW, WIDE = 760, 1500  # pixels across: beside a form and on a phone; opened by itself
_SECONDS = (
    30  # by the clock, on a machine that is busy: its own bound counts the processor's time, and comes first
)
_WAIT_SECONDS = 10
_AT_ONCE = BoundedSemaphore(2)  # of a process


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: which of how many (0: nobody could count them), and its picture, a JPEG; None: it cannot be drawn."""

    number: int
    pages: int
    picture: bytes | None


def draw(data: bytes, number: int, width: int) -> Leaf:
    """A page of this PDF, so many pixels wide; the nearest one where there is none of this number.

    A page that breaks the program, or takes more time or memory than an honest one, has no picture. Raises
    Unavailable when the program cannot be started, or too many pages are being drawn.
    """
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable
    try:
        with Program("app.viewing.program", str(number), str(width), seconds=_SECONDS) as program:
            program.tell(data)
            said = program.heard.read()
            is_whole = program.ended_well()
    finally:
        _AT_ONCE.release()
    head, line, picture = said.partition(b"\n")
    if not line:
        return Leaf(number, 0, None)
    shown, pages = (int(word) for word in head.split())
    return Leaf(shown, pages, picture if is_whole and picture else None)
