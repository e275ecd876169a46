"""What the program says of itself while it runs: one line of JSON an event, in UTC, without any local variable."""

from __future__ import annotations

import logging
import sys

import orjson
import structlog


def configure() -> None:
    """Set the log up; safe to repeat. A traceback shows lines of code, no values: one may be a name or a key."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _as_json(event: object, **_: object) -> str:
    """One line, whatever stands in it: line ends within a value are escaped by JSON."""
    return orjson.dumps(event, default=str).decode()
