"""Where a run of tests keeps what it throws away: in memory, where the machine has room, else on its disk."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

_MEMORY, _STATE = Path("/dev/shm"), Path("/proc/meminfo")  # noqa: S108 - each run makes a folder of its own there
_WANTED = (
    8_000_000_000  # bytes: databases of the runners, their clusters, and what the tests leave until the end
)


def in_memory() -> Path | None:
    """The folder in memory; None where there is none, or where it or the machine is too small for a whole run.

    A disk writes each commit through, thousands of times: a third of a test's time, of which no test asks anything.
    """
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _WANTED or not _STATE.is_file():
        return None
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", _STATE.read_text(), re.MULTILINE)
    return _MEMORY if found and int(found[1]) * 1024 > _WANTED else None
