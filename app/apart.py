"""Programs of our own, apart from this one: for work on what came from outside, so that none can stop or fill it.

`Program` is the side that asks; `set_bounds` is the first act of the other.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO, TYPE_CHECKING, Self

from app.domain.errors import Unavailable

if TYPE_CHECKING:
    from types import TracebackType

_ROOT = Path(__file__).resolve().parent.parent


class Program:
    """A module of ours that runs by itself: it has its arguments and its standard streams, and nothing else of ours.

    Whoever leaves its context ends it; so does the clock after so many `seconds`, where it is for one piece of work.
    Raises Unavailable where it cannot be started.
    """

    def __init__(self, module: str, *arguments: str, seconds: float | None = None) -> None:
        try:
            self._program = subprocess.Popen(  # noqa: S603 - our own module, what it works on goes in as a stream
                [sys.executable, "-s", "-P", "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
                cwd="/",
            )
        except OSError as error:
            raise Unavailable from error
        self._clock = Timer(seconds or 0.0, self._program.kill)
        self._clock.daemon = True
        if seconds is not None:
            self._clock.start()

    @property
    def pid(self) -> int:
        return self._program.pid

    @property
    def lives(self) -> bool:
        return self._program.poll() is None

    def tell(self, data: bytes) -> None:
        """Give it all that it works on; one that was ended before it had read says so by what is heard."""
        with suppress(BrokenPipeError), self._stream(self._program.stdin) as told:
            told.write(data)

    def ask(self, data: bytes) -> None:
        """Give it a piece of work; it waits for more until its standard input is closed, as by our own death."""
        told = self._stream(self._program.stdin)
        with suppress(BrokenPipeError):
            told.write(data)
            told.flush()

    @property
    def heard(self) -> IO[bytes]:
        """What it says, as it says it, up to its end."""
        return self._stream(self._program.stdout)

    def ended_well(self) -> bool:
        """Wait for its end; false where it was ended, or failed."""
        return self._program.wait() == 0

    def end(self) -> None:
        """End it at once, from any thread."""
        self._program.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
        self._clock.cancel()
        with suppress(BrokenPipeError):  # of what it has not read
            self._program.__exit__(kind, error, trace)  # closes its streams and waits for it

    @staticmethod
    def _stream(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None  # noqa: S101 - both were asked for
        return pipe


def set_bounds(cpu_seconds: int, memory_bytes: int) -> None:
    """Bound this process, for good, in its processor's time and its memory; nothing of it ever lies on a disk."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
