"""Browsers that send or take a byte now and then: the real server goes on with all others, and cuts these in time."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import threading
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app import lines
from app.domain.roles import Role
from tests.caller import Caller
from tests.journey import scan
from tests.serving import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loaded import Loaded

HOST = "Host: 127.0.0.1\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
#: What each kind sends at once; more of it drips afterwards. More of each than the server has threads.
SLOW = {
    "a head that drips": f"GET / HTTP/1.1\r\n{HOST}X-Long: ",
    "a body that drips": f"POST /sign-in HTTP/1.1\r\n{HOST}{FORM}Content-Length: 900000\r\n\r\nusername=",
    "a second request that drips": f"GET /healthz HTTP/1.1\r\n{HOST}\r\nGET /healthz HTTP/1.1\r\n{HOST}X-Long: ",
}
IDLE = {
    "silence": "",
    "half a file": f"POST /requisitions/new HTTP/1.1\r\n{HOST}%sContent-Type: multipart/form-data; boundary=b\r\n"
    "Content-Length: 5000000\r\n\r\n--b\r\nContent-Disposition: form-data; "
    'name="letter_scan"; filename="a.pdf"\r\n\r\n%%PDF-1.7' + "x" * 20_000,
    "an answer that nobody takes": f"GET %s HTTP/1.1\r\n{HOST}\r\n",
}
EACH = 24


class House:
    """The program as anybody starts it, with a folder for temporary files of its own."""

    def __init__(self, folder: Path, loaded: Loaded) -> None:
        self.spool = folder / "spool"
        self.spool.mkdir()
        self.site = Site(folder / "instance", {"TMPDIR": str(self.spool)}, loaded).start()

    def officer(self, role: Role) -> Caller:
        found = next(each for each in self.site.accounts() if each.role == role)
        caller = Caller(self.site.url)
        caller.get("/sign-in")
        assert caller.post("/demo/enter", {"officer": found.id}).status == 303
        return caller

    def line(self, *, takes: int = 0) -> socket.socket:
        """A bare connection; with `takes`, one whose system takes no more than so many bytes at once."""
        made = socket.socket()
        if takes:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
        made.settimeout(5)
        made.connect(("127.0.0.1", self.site.port))
        return made

    def faults(self) -> int:
        """How many faults the server has told of so far."""
        return self.site.said("error") + self.site.said("warning")

    def documents(self) -> list[Path]:
        return [each for each in (self.site.instance / "documents").rglob("*") if each.is_file()]

    def largest_asset(self) -> str:
        page = Caller(self.site.url).get("/sign-in").text
        found = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page))
        return max(found, key=lambda each: len(Caller(self.site.url).get(each).data))

    def ask(self, *pieces: bytes, half_closes: bool = False) -> bytes:
        """Send the pieces one after another, and read until the server closes."""
        with self.line() as line:
            for piece in pieces:
                line.sendall(piece)
                time.sleep(0.05)
            if half_closes:
                line.shutdown(socket.SHUT_WR)
            line.settimeout(60)
            return read(line)


def read(line: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        while piece := line.recv(65536):
            found += piece
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, loaded: Loaded) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("slow"), loaded)
    yield made
    made.site.kill()


@contextlib.contextmanager
def slow_crowd(house: House, officer: Caller) -> Iterator[list[tuple[str, socket.socket]]]:
    """All kinds at once; those that drip send a sign every half second until they are cut."""
    sent = {
        "half a file": f"Cookie: {officer.cookies}\r\n",
        "an answer that nobody takes": house.largest_asset(),
    }
    crowd, stop = [], threading.Event()
    for kind, first in {**SLOW, **IDLE}.items():
        for _ in range(EACH):
            line = house.line(takes=1024 if "nobody takes" in kind else 0)
            line.sendall((first % sent[kind] if kind in sent else first).encode())
            crowd.append((kind, line))

    def drip() -> None:
        while not stop.wait(0.5):
            for kind, line in crowd:
                if kind in SLOW:
                    with contextlib.suppress(OSError):
                        line.send(b"a")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        yield crowd
    finally:
        stop.set()
        dripping.join()
        for _, line in crowd:
            line.close()


def test_slow_browsers_of_every_kind_stop_no_officer_and_are_cut_in_their_time(house: House) -> None:
    officer, other = house.officer(Role.DM_ASSISTANT), house.officer(Role.DM_SECTION_HEAD)
    kept, told = house.documents(), house.faults()
    with slow_crowd(house, officer) as crowd:
        begun, longest = time.monotonic(), 0.0
        while time.monotonic() < begun + 1:
            for act in (
                lambda: other.get("/inbox").status == 200,
                lambda: officer.get("/requisitions/new").status == 200,
                lambda: (
                    officer.post("/requisitions/new", {"_op": "draft", "purpose": "passport"}).status < 400
                ),
                lambda: Caller(house.site.url).get("/healthz").status == 200,
            ):
                before = time.monotonic()
                assert act()
                longest = max(longest, time.monotonic() - before)
        assert longest < 60, "others do not wait until the slow are cut"
        assert upload(officer).status < 400, "and so do files"
        time.sleep(max(0.0, begun + lines.PATIENCE_SECONDS + 3 - time.monotonic()))
        deadline = time.monotonic() + 60  # a busy machine looks late, and looks
        while left := {kind for kind, line in crowd if not is_cut(line)}:
            assert time.monotonic() < deadline, left
    before = {path.name for path in kept}
    assert len([path for path in house.documents() if path.name not in before]) == 1, "the honest one's alone"
    assert list(house.spool.rglob("*")) == [], "nothing of half a file lies anywhere"
    assert house.faults() == told, house.site.log.read_text()[-2000:]


def upload(officer: Caller) -> Any:
    """Save a draft with a photographed letter, as a browser does."""
    officer.get("/requisitions/new")
    photo = FileStorage(BytesIO(scan("letter_scan").data), filename="a.jpg", content_type="image/jpeg")
    boundary, body = encode_multipart({"csrf_token": officer._token, "_op": "draft", "letter_scan": photo})
    line = http.client.HTTPConnection("127.0.0.1", int(officer.url.rsplit(":", 1)[1]), timeout=20)
    with contextlib.closing(line):
        kind = f"multipart/form-data; boundary={boundary}"
        line.request("POST", "/requisitions/new", body, {"Content-Type": kind, "Cookie": officer.cookies})
        return line.getresponse()


def is_cut(line: socket.socket) -> bool:
    """Whether the server has ended the connection, after whatever it may have said before."""
    line.settimeout(0.2)
    try:
        while line.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def test_requests_in_pieces_or_several_at_once_are_each_answered_once(house: House) -> None:
    ask = f"GET /healthz HTTP/1.1\r\n{HOST}\r\n".encode()
    last = f"GET /healthz HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n".encode()
    assert house.ask(last[:9], last[9:40], last[40:]).count(b"HTTP/1.1 200") == 1
    assert house.ask(ask + ask + last[:30], last[30:]).count(b"HTTP/1.1 200") == 3
    assert house.ask(last, half_closes=True).count(b"HTTP/1.1 200") == 1
    form = f"POST /sign-in HTTP/1.1\r\n{HOST}{FORM}Content-Length: 3\r\n\r\na=1".encode()
    assert house.ask(form + last).count(b"HTTP/1.1 ") == 2, "what follows a body is the next request"


def test_a_body_is_called_for_when_its_sender_waits_for_that(house: House) -> None:
    more = "Expect: 100-continue\r\nConnection: close\r\n"
    head = f"POST /sign-in HTTP/1.1\r\n{HOST}{FORM}Content-Length: 3\r\n{more}\r\n".encode()
    with house.line() as line:
        line.settimeout(60)
        line.sendall(head)
        assert line.recv(100).startswith(b"HTTP/1.1 100 Continue")
        line.sendall(b"a=1")
        assert b"HTTP/1.1 4" in read(line)


def test_what_is_too_long_or_of_no_length_is_told_so_and_the_line_closed(house: House) -> None:
    chunked = f"POST /sign-in HTTP/1.1\r\n{HOST}{FORM}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode()
    far, heavy = (
        f"GET /{'a' * 5000} HTTP/1.1\r\n{HOST}\r\n",
        f"GET / HTTP/1.1\r\n{HOST}X: {'x' * 9000}\r\n\r\n",
    )
    unread = {
        "411": house.ask(chunked),
        "431": house.ask(b"GET / HTTP/1.1\r\nX: " + b"x" * lines.LONGEST_HEAD),
        "431 ": house.ask(heavy.encode()),
        "414": house.ask(far.encode()),
        "400": house.ask(f"<b>GET</b> nowhere\r\n{HOST}\r\n".encode()),
    }
    for status, answer in unread.items():
        head, _, body = answer.decode().partition("\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {status.strip()} "), answer
        assert f"Content-Length: {len(body.encode())}" in head, "nothing stands behind it"
        assert {"Cache-Control: no-store", "X-Content-Type-Options: nosniff"} <= set(head.splitlines())
        assert '<p lang="hi">' in body
        assert '<p lang="en">' in body
        assert "server." not in body, "the sentences stand in the catalogues"
        assert "nowhere" not in body, "what was sent is not repeated"
    length = lines.LONGEST_BODY + 1
    ask = f"GET /healthz HTTP/1.1\r\n{HOST}\r\n".encode()
    too_long = house.ask(
        f"POST /sign-in HTTP/1.1\r\n{HOST}{FORM}Content-Length: {length}\r\n\r\n".encode(), ask
    )
    assert too_long.count(b"HTTP/1.1 ") == 1, "its body is not taken for a request"
    assert too_long.startswith(b"HTTP/1.1 413 ")
    assert "बड़ा" in too_long.decode() or "बड़ी" in too_long.decode()


def test_an_answer_that_is_taken_slowly_but_steadily_arrives_whole(house: House) -> None:
    asset = house.largest_asset()
    whole = Caller(house.site.url).get(asset).data
    with house.line(takes=4096) as line:
        line.sendall(f"GET {asset} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n".encode())
        found = bytearray()
        while piece := line.recv(16_384):
            found += piece
            time.sleep(0.005)
    assert bytes(found).partition(b"\r\n\r\n")[2] == whole


BROKEN = {
    "InvalidRequestLine": "GET  /Jhankritesh HTTP/1.1",
    "InvalidHTTPVersion": "GET /Jhankritesh HTTP/7.7",
    "InvalidRequestMethod": "jhankritesh /Jhankritesh HTTP/1.1",
    "InvalidHeaderName": "GET / HTTP/1.1\r\nJhankritesh \x1b[31m: 1",
    "LimitRequestLine": f"GET /Jhankritesh{'x' * 5000} HTTP/1.1",
}


@pytest.mark.parametrize("fault", list(BROKEN))
def test_a_broken_request_is_a_line_of_json_that_quotes_nothing_of_it(house: House, fault: str) -> None:
    begun = len(house.site.log.read_bytes())
    assert house.ask(f"{BROKEN[fault]}\r\n{HOST}\r\n".encode()).startswith(b"HTTP/1.1 4")
    said = house.site.log.read_bytes()[begun:].decode()
    [line] = [json.loads(each) for each in said.splitlines()]
    assert (line["event"], line["fault"], line["level"]) == ("server", fault, "warning")
    assert "hankritesh" not in said
