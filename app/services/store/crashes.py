"""Points for the drills at which the program dies as by a power cut, or stands still as a machine out of breath."""

from __future__ import annotations

import os
import signal

import structlog

log = structlog.get_logger(__name__)


def crash_point(name: str) -> None:
    """Die here without any clean-up (ESP_CRASH_AT), or freeze until the drill lets go (ESP_FREEZE_AT)."""
    if os.environ.get("ESP_CRASH_AT") == name:
        log.warning("crash_point", at=name)
        os._exit(137)
    if os.environ.get("ESP_FREEZE_AT") == name:
        log.warning("freeze_point", at=name)
        os.kill(os.getpid(), signal.SIGSTOP)
