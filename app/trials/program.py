"""A program of its own: leads made-up cases through one release, from stdin to stdout, within bounds that it sets.

Started by `app.trials`. It reads files and world as JSON, writes a line `at <step>` before each step, and at its end
one line `done <what it found>`. A release that takes it past its bounds ends it without that line.
"""

from __future__ import annotations

import os
import sys
import time
from base64 import b64decode
from dataclasses import asdict
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from app import engine
from app.apart import set_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENOUGH = 8.0  # seconds of the processor, after which no further case is begun
_CPU_SECONDS = 20
_MEMORY_BYTES = 1_200_000_000


def world_of(plain: Mapping[str, Any]) -> engine.World:
    """The world as `app.trials` has written it."""
    fields = {
        name: {
            key: {each: engine.Asked(**asked) for each, asked in own.items()}
            for key, own in plain[name].items()
        }
        for name in ("forms", "facts")
    }
    return engine.World(**{**plain, **fields})


def _tell(step: str) -> None:
    os.write(1, f"at {step}\n".encode())


def main() -> int:
    told = orjson.loads(sys.stdin.buffer.read())
    set_bounds(_CPU_SECONDS, _MEMORY_BYTES)
    files = {name: b64decode(data) for name, data in told["files"].items()}
    release = engine.load_release(sha256(repr(sorted(files.items())).encode()).digest(), files)
    found = engine.explore(release, world_of(told["world"]), _tell, lambda: time.process_time() > _ENOUGH)
    os.write(1, b"done " + orjson.dumps(asdict(found)) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
