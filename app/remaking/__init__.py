"""Uploaded files are made anew by a program of its own, so that none can stop, fill or run this one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from app.domain.errors import Unavailable

MAX_PIXELS = 40_000_000
MAX_PAGES = 50
_PROGRAM = Path(__file__).with_name("program.py")
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
    with _AT_ONCE:
        try:
            done = subprocess.run(  # noqa: S603 - our own program, the file goes in as a stream
                [sys.executable, "-I", str(_PROGRAM), str(MAX_PIXELS), str(MAX_PAGES)],
                input=data,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env={},
                cwd="/",
            )
        except subprocess.TimeoutExpired:
            return "kind"
        except OSError as error:
            raise Unavailable from error
    head, _, kept = done.stdout.partition(b"\n")
    word, _, what = head.decode("ascii", "replace").partition(" ")
    if done.returncode != 0 or word not in ("ok", "no"):
        return "kind"
    return Remade(what, kept) if word == "ok" else what
