"""Lines: what comes from a browser and goes to it, while no thread waits for it; the slow and the silent are cut.

gunicorn gives a connection to one of its threads as soon as it is open, and the thread waits there for the request:
as many connections that send a sign a second as there are threads, and nobody else is served. Here the one loop that
waits for all connections gathers each request whole, gives it to a thread, and takes over what the browser has not
yet read of the answer.
"""

from __future__ import annotations

import errno
import gettext
import re
import selectors
import socket
import time
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from gunicorn.http import errors, wsgi
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.config import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

LONGEST_HEAD = 64 * 1024
LONGEST_BODY = 65 * 1024 * 1024  # the program tells in both languages what is too long, from the head alone
MOST_ARRIVING = 400  # requests that are not whole yet, of a process; the oldest makes room
MOST_BYTES = 256 * 1024 * 1024  # of all of them together
PATIENCE_SECONDS = 10.0  # for a request without a body, and of a reader who takes nothing
LEAST_BYTES_A_SECOND = 16 * 1024  # of a body, on average; a proxy that gathers it first sends far faster
LONGEST_ANSWER_SECONDS = 600.0
_FAREWELL_SECONDS = 2.0  # for the other side to close a connection that ends (RFC 9112, 9.6)
_PIECE = 64 * 1024
_PIECES = 16  # read of one connection before the others have their turn
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_CODED = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_WAITS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


_CATALOGUES = ROOT / "app" / "translations"
#: What the server says by itself, where no thread gets the request: status -> its sentence in the catalogue.
_SAID = {
    "400 Bad Request": "server.unreadable",
    "408 Request Timeout": "server.too_slow",
    "411 Length Required": "server.no_length",
    "414 URI Too Long": "server.too_long",
    "431 Request Header Fields Too Large": "server.too_much_with_it",
    "500 Internal Server Error": "server.failed",
    "501 Not Implemented": "server.unreadable",
}
_UNREADABLE, _FAILED = "400 Bad Request", "500 Internal Server Error"
#: What gunicorn cannot read of a request, where another status tells it better.
_STATUS_OF = {
    errors.LimitRequestLine: "414 URI Too Long",
    errors.LimitRequestHeaders: "431 Request Header Fields Too Large",
    errors.UnsupportedTransferCoding: "501 Not Implemented",
}
#: What gunicorn calls by such a name, and is a fault of the program.
_OUR_FAULTS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)


class Refused(Exception):
    """A request that no thread gets; holds the line of its status."""


@cache
def _answer(status: str) -> bytes:
    """The whole answer of a status, its sentence in both languages; the connection ends with it."""
    told = "".join(
        f'<p lang="{language}">{_sentence(_SAID[status], language)}</p>' for language in ("hi", "en")
    )
    body = f'<!doctype html><html lang="hi"><meta charset="utf-8"><title>e-Satyapan</title>{told}</html>'.encode()
    head = (
        f"HTTP/1.1 {status}",
        "Connection: close",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer",
    )
    return "\r\n".join((*head, "", "")).encode() + body


def _sentence(key: str, language: str) -> str:
    return gettext.translation("errors", _CATALOGUES, [language], fallback=True).gettext(key)


class Line(socket.socket):
    """A connection that a thread reads and writes without ever waiting: a whole request lies here, and its answer."""

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(fileno=accepted.detach())
        self.settimeout(0)
        self.come = bytearray()  # of the request, until a thread reads it
        self.left = bytearray()  # of the answer, until the other side takes it
        self.is_short = (
            False  # a thread wanted more than had come: where the next request begins is not known
        )
        self._whole: int | None = None
        self._has_heard = False

    def gather(self) -> bool:
        """Take what has come; -> whether a thread can read the request now. Raises Refused, EOFError, OSError."""
        for _ in range(_PIECES):
            try:
                piece = super().recv(_PIECE)
            except BlockingIOError:
                return False
            if not piece:
                raise EOFError
            self.come += piece
            if self.is_whole():
                return True
        return False

    def is_whole(self) -> bool:
        """Whether all of a request lies here: its head, and as much of a body as the head says. Raises Refused."""
        if self._whole is None:
            end = self.come.find(b"\r\n\r\n", 0, LONGEST_HEAD)
            if end < 0 and len(self.come) < LONGEST_HEAD:
                return False
            if end < 0:
                raise Refused("431 Request Header Fields Too Large")
            self._whole = self._end_of_body(end + 4)
        return len(self.come) >= self._whole

    def _end_of_body(self, body: int) -> int:
        head = bytes(self.come[:body])
        if _CODED.search(head):
            raise Refused("411 Length Required")  # a body in chunks; a proxy that gathers it names its length
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        if length > LONGEST_BODY:
            return body
        if length and _WAITS.search(head) and not self._has_heard:
            self._has_heard = True
            with suppress(OSError):
                self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return body + length

    def begin_anew(self, early: bytes) -> None:
        """Make ready for the next request, of which some bytes may have come with the last one."""
        self.come[:0] = early
        self._whole, self._has_heard = None, False

    # -- in a thread -------------------------------------------------------------------------------------

    def recv(self, size: int, _flags: int = 0) -> bytes:
        """Give out what has come; never wait for more."""
        piece = bytes(self.come[:size])
        del self.come[:size]
        self.is_short = self.is_short or not piece
        return piece

    def sendall(self, data: Any, _flags: int = 0) -> None:
        """Send what the other side takes now, and keep the rest for `flush`."""
        rest = memoryview(data)
        self.settimeout(0)
        with suppress(BlockingIOError):
            while rest and not self.left:
                rest = rest[self.send(rest) :]
        self.left += rest

    def detach(self) -> int:
        """Give the connection away, as to the hub of live updates; not with half an answer on it."""
        if self.left:
            raise BrokenPipeError(errno.EPIPE, "the head was not taken")
        return super().detach()

    # -- in the loop again -------------------------------------------------------------------------------

    def flush(self) -> bool:
        """Send on; -> whether the whole answer has been taken."""
        with suppress(BlockingIOError):
            while self.left:
                del self.left[: self.send(bytes(self.left[:_PIECE]))]
        return not self.left

    def drain(self) -> bool:
        """Throw away what still comes; -> whether the other side has closed."""
        for _ in range(_PIECES):
            try:
                if not super().recv(_PIECE):
                    return True
            except BlockingIOError:
                return False
            except OSError:
                return True
        return False


class _Nameless(wsgi.Response):  # type: ignore[misc]  # gunicorn has no types
    """An answer that does not say which program gives it, nor of which version (ASVS 13.4.6)."""

    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]


wsgi.Response = _Nameless  # gunicorn has no setting for it


class Threads(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads behind lines; of a connection that a view gave away it keeps no more than the count."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[Any, float] = {}  # connections whose request is not whole, and since when
        self._leaving: dict[
            Any, tuple[float, float]
        ] = {}  # that end: when it is too late, if nothing moves, at all
        self._next_look = 0.0

    def accept(self, listener: socket.socket) -> None:
        """Take a connection in; one too many makes the oldest go that has not said what it wants."""
        try:
            accepted, client = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, Line(accepted), client, listener.getsockname())
        conn.data_ready = True  # when a thread sees it
        self._receive(conn)

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """The next request of a connection that was kept begins."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._receive(conn)

    def _receive(self, conn: Any) -> None:
        if len(self._arriving) >= MOST_ARRIVING:
            self._drop(next(iter(self._arriving)))
        self._arriving[conn] = time.monotonic()
        self._watch(conn, selectors.EVENT_READ, self._more)
        self._more(conn)

    def _watch(self, conn: Any, event: int, then: Callable[[Any], None]) -> None:
        def heard(_line: Any) -> None:
            if (
                conn in self._arriving or conn in self._leaving
            ):  # an event of the same round may have ended it
                then(conn)

        self.poller.register(conn.sock, event, heard)

    def _more(self, conn: Any) -> None:
        try:
            is_whole = conn.sock.is_whole() or conn.sock.gather()
        except Refused as refused:
            self._turn_away(conn, str(refused))
            return
        except (EOFError, OSError):
            self._drop(conn)
            return
        if is_whole:
            self._forget(conn)
            self.enqueue_req(conn)
        elif sum(len(each.sock.come) for each in self._arriving) > MOST_BYTES:
            self._drop(next(iter(self._arriving)))

    def _turn_away(self, conn: Any, status: str) -> None:
        """Say why no thread gets it, and close."""
        conn.sock.sendall(_answer(status))
        self._forget(conn)
        self._bid_farewell(conn)

    def handle_error(self, _req: Any, client: Any, _addr: Any, exc: BaseException) -> None:
        """Tell who sent what cannot be read, in our words; of a fault of ours no more than that there was one."""
        status = next((each for kind, each in _STATUS_OF.items() if isinstance(exc, kind)), _UNREADABLE)
        if isinstance(exc, errors.ParseException) and not isinstance(exc, _OUR_FAULTS):
            self.log.warning("Invalid request")
        else:
            status = _FAILED
            self.log.exception("Error handling request")  # noqa: LOG004 - called where it was caught
        with suppress(OSError):
            client.sendall(_answer(status))

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Let go of an answered connection, once the other side has taken the answer."""
        if conn.sock.fileno() < 0:  # given to the hub of live updates
            self.nr_conns -= 1
            return
        is_kept = not fs.cancelled() and fs.exception() is None and fs.result() and not conn.sock.is_short
        then = partial(self._keep, fs=fs) if is_kept else self._bid_farewell
        if not conn.sock.left:
            then(conn)
            return
        self._leaving[conn] = self._terms(LONGEST_ANSWER_SECONDS)
        self._watch(conn, selectors.EVENT_WRITE, partial(self._send_on, then=then))

    def _send_on(self, conn: Any, *, then: Callable[[Any], None]) -> None:
        before = len(conn.sock.left)
        try:
            is_taken = conn.sock.flush()
        except OSError:
            self._drop(conn)
            return
        if is_taken:
            self._forget(conn)
            then(conn)
        elif len(conn.sock.left) < before:
            self._leaving[conn] = self._terms(self._leaving[conn][1] - time.monotonic())

    @staticmethod
    def _terms(seconds: float) -> tuple[float, float]:
        now = time.monotonic()
        return now + PATIENCE_SECONDS, now + seconds

    def _keep(self, conn: Any, *, fs: Future[Any]) -> None:
        conn.sock.begin_anew(conn.parser.unreader.take_buffered())
        if conn.sock.come:
            self._receive(conn)
        else:
            super().finish_request(conn, fs)

    def _bid_farewell(self, conn: Any) -> None:
        """Say that nothing more is sent, and wait a moment for the other side to close: it may still be reading."""
        with suppress(OSError):
            conn.sock.shutdown(socket.SHUT_WR)
        self._leaving[conn] = self._terms(_FAREWELL_SECONDS)
        self._watch(conn, selectors.EVENT_READ, self._wait_for_the_end)
        self._wait_for_the_end(conn)

    def _wait_for_the_end(self, conn: Any) -> None:
        if conn.sock.drain():
            self._drop(conn)

    def _forget(self, conn: Any) -> None:
        self._arriving.pop(conn, None)
        self._leaving.pop(conn, None)
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Any) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Cut who is too slow, once a second; of a server that stops, also who has asked for nothing."""
        now = time.monotonic()
        if now < self._next_look and self.alive:
            return
        self._next_look = now + 1.0
        for conn, since in list(self._arriving.items()):
            if conn.sock.come and now > since + PATIENCE_SECONDS + len(conn.sock.come) / LEAST_BYTES_A_SECOND:
                self._turn_away(conn, "408 Request Timeout")
            elif not conn.sock.come and (not self.alive or now > since + PATIENCE_SECONDS):
                self._drop(conn)
        for conn, terms in list(self._leaving.items()):
            if now > min(terms):
                self._drop(conn)
