"""Live updates: a line that is kept open for the page an officer looks at, or an answer to "has it changed?"."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, g, request

from app.domain.numbers import parse_case_number
from app.domain.roles import Permission
from app.services.notices import live
from app.web.guard.access import quiet, requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from app.services.notices.live import Hub, Subject

bp = Blueprint("live", __name__)

_STREAM = "text/event-stream"
_DIGITS = 20  # of an event's number


@bp.get("/live/inbox")
@quiet
@requires(Permission.INBOX_SEE)
def inbox() -> ResponseReturnValue:
    return _answer(live.own_office(g.actor))


@bp.get("/live/tracking")
@quiet
@requires(Permission.TRACKING_SEE)
def tracking() -> ResponseReturnValue:
    return _answer(transaction.read(lambda rows: live.supervised(rows, g.actor)))


@bp.get("/live/cases/<number>")
@quiet
@requires(Permission.CASE_SEE)
def case(number: str) -> ResponseReturnValue:
    known = parse_case_number(number)
    return _answer(transaction.read(lambda rows: live.of_case(rows, g.actor, known)))


def _answer(subject: Subject) -> ResponseReturnValue:
    """A line that stays open, for a browser that asks for one; else the number of the last event, as an ETag."""
    if _STREAM in request.headers.get("Accept", ""):
        return _line(subject)
    number = str(transaction.read(lambda rows: live.last(rows, subject)))
    answer = Response(number, mimetype="text/plain")
    answer.set_etag(number)
    answer.headers["Cache-Control"] = "no-cache"  # may be kept, and is asked for again each time
    return answer.make_conditional(request)


def _line(subject: Subject) -> Response:
    """The beginning of a stream; the rest is the hub's. 204 sends the browser to ask by itself instead."""
    hub: Hub = current_app.extensions["live"]
    held: socket.socket | None = request.environ.get("gunicorn.socket")
    if held is None or hub.is_full:
        return Response(status=204)
    is_chunked = request.environ.get("SERVER_PROTOCOL") != "HTTP/1.0"
    begin = _hand_over(hub, held, subject, _since(), is_chunked=is_chunked)
    return Response(begin, mimetype=_STREAM, headers={"X-Accel-Buffering": "no"})


def _since() -> int:
    """The last event that the browser has seen: it says so when it comes again, else its page does."""
    given = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    is_number = given.isascii() and given.isdecimal() and len(given) <= _DIGITS
    return int(given) if is_number else live.number_at(transaction.now())


def _hand_over(
    hub: Hub, held: socket.socket, subject: Subject, since: int, *, is_chunked: bool
) -> Iterator[bytes]:
    """Let the server write the head and a first line, then take the socket from it: its thread is free again.

    The server is told that the other side is gone; app.lines.Threads then leaves the socket alone.
    """
    yield b"retry: 2000\n\n"
    hub.join(live.Listener(socket.socket(fileno=held.detach()), subject, since, is_chunked))
    raise BrokenPipeError(errno.EPIPE, "handed over to the hub of live updates")
