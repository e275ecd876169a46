"""What the program says of itself while it runs: one line of JSON an event, in UTC, without any local variable."""

from __future__ import annotations

import errno
import logging
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

import orjson
import structlog
from gunicorn.glogging import Logger

if TYPE_CHECKING:
    from structlog.typing import ExcInfo


def configure() -> None:
    """Set the log up; safe to repeat. A fault shows lines of code, no values: one may be a name or a key."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_without_values),
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(each, _Libraries) for each in root.handlers):
        root.addHandler(_Libraries(logging.WARNING))


class _Libraries(logging.Handler):
    """Says that a library had something to say, and where; not its words: they are made of what it had in hand."""

    def emit(self, record: logging.LogRecord) -> None:
        tell = structlog.get_logger().bind(library=record.name, place=f"{record.module}:{record.lineno}")
        with suppress(ValueError):  # the very last words find the stream closed
            tell.log(record.levelno, "library", exc_info=record.exc_info or None)


class _Line(logging.Handler):
    """Says what the server beneath the program says as one of our own lines, without what a caller had sent."""

    def emit(self, record: logging.LogRecord) -> None:
        tell = structlog.get_logger().bind(server="gunicorn")
        fault = sys.exc_info()[1]
        if record.exc_info:
            tell.log(record.levelno, "server", exc_info=record.exc_info)
        elif fault is not None:  # its text is made of the request already
            tell.log(record.levelno, "server", fault=type(fault).__name__)
        else:
            tell.log(record.levelno, "server", said=str(record.msg))  # with place-holders, not filled in


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's log, in lines of ours: a broken request is a kind of fault, not a quotation."""

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        self.error_log.handlers = [_Line()]


def _without_values(exc_info: ExcInfo) -> str:
    """Where and what a fault is, without its message: that may hold what somebody typed, or a row of a table."""
    error: BaseException | None = exc_info[1]
    lines: list[str] = []
    while error is not None:
        place = "".join(traceback.format_tb(error.__traceback__))
        kind = type(error)
        lines.insert(0, f"{place}{kind.__module__}.{kind.__qualname__}{_code(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(lines)


def _code(error: BaseException) -> str:
    """What the machine or the database calls it, if it is theirs."""
    number = getattr(error, "errno", None)
    name = errno.errorcode.get(number) if isinstance(number, int) else None
    found = name or getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return f" ({found})" if found else ""


def _as_json(event: object, **_: object) -> str:
    """One line, whatever stands in it: line ends within a value are escaped by JSON."""
    return orjson.dumps(event, default=str).decode()
