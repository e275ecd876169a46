"""Uploaded files are made anew by a program of its own, so that none can stop, fill or run this one."""

from __future__ import annotations

from dataclasses import dataclass
from threading import BoundedSemaphore

from app.apart import Program

MAX_PIXELS = 40_000_000
MAX_PAGES = 50
_SECONDS = 60  # by the clock; its own bound counts the processor's time
_AT_ONCE = BoundedSemaphore(2)  # of a process; each takes up to a gigabyte


@dataclass(frozen=True, slots=True)
class Remade:
    """The file as it will be kept."""

    media_type: str
    data: bytes


def remake(data: bytes) -> Remade | str:
    """The file made anew, or why it cannot be kept: `active`, `pages`, `pixels` or `kind`.

    Judged by its content: a PDF, or a picture (JPEG, PNG), which becomes a JPEG. A file that breaks the program, or
    takes more time or memory than an honest one, is of no `kind`. Raises Unavailable when it cannot be started.
    """
    most = (str(MAX_PIXELS), str(MAX_PAGES))
    with _AT_ONCE, Program("app.remaking.program", *most, seconds=_SECONDS) as program:
        program.tell(data)
        said = program.heard.read()
        is_whole = program.ended_well()
    head, _, kept = said.partition(b"\n")
    word, _, what = head.decode("ascii", "replace").partition(" ")
    if not is_whole or word not in ("ok", "no"):
        return "kind"
    return Remade(what, kept) if word == "ok" else what
