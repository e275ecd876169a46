"""A call goes to the address that was named, if that lies on the open internet, and to nobody else."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from app import postbox
from app.postbox import AddressRefused, Caller, NotSent

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTSIDE, DEMO = Caller(), Caller(is_demo=True)
PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://karyalay.gov.in/hook", "no_https"),
        ("ftp://karyalay.gov.in/", "no_https"),
        ("https://10.0.0.7/", "private"),
        ("https://127.0.0.1/", "private"),
        ("https://0.0.0.0/", "private"),
        ("https://169.254.169.254/latest", "private"),
        ("https://100.64.1.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://[fd00::1]/", "private"),
        ("https://[fe80::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://[64:ff9b::7f00:1]/", "private"),
        ("https://[2002:7f00:1::]/", "private"),
        ("https://192.88.99.1/", "private"),
        ("https://[3fff::1]/", "private"),
        ("https://[fec0::1]/", "private"),
        ("https://192.0.0.8/", "private"),
        ("https://localhost./", "private"),
        ("https://127.1/", "malformed"),
        ("https://0x7f.1/", "malformed"),
        ("https://127.0.0.1%00.gov.in/", "malformed"),
        ("https://karyalay..gov.in/", "malformed"),
        (f"https://{'a' * 64}.gov.in/", "malformed"),
        ("https://localhost/", "private"),
        ("https://224.0.0.1/", "private"),
        ("https://name:word@karyalay.gov.in/", "malformed"),
        ("https://karyalay.gov.in/#a", "malformed"),
        ("https://karyalay.gov.in:22/", "port"),
        ("https://karyalay.gov.in:99999/", "malformed"),
        ("https:///hook", "malformed"),
        ("https://karyalay.gov.in/" + "a" * 300, "malformed"),
        ("https://कार्यालय.gov.in/", "malformed"),
    ],
)
def test_an_address_in_somebodys_own_network_is_refused(address: str, reason: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        OUTSIDE.judge(address)
    assert refused.value.reason == reason


def test_an_address_on_the_internet_is_taken() -> None:
    OUTSIDE.judge("https://karyalay.gov.in/hook?office=7")
    OUTSIDE.judge(f"https://{PUBLIC}:8443/")


@pytest.mark.parametrize("host", ["karyalay..gov.in", "a" * 64 + ".gov.in", ".gov.in"])
def test_a_name_that_no_resolver_takes_is_told_and_stops_no_worker(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was kept before names were looked at so."""
    with pytest.raises(NotSent):
        OUTSIDE.post(f"https://{host}/", b"{}", {})
    monkeypatch.setattr(postbox, "_NAME", re.compile(".*"))
    with pytest.raises(NotSent) as refused:
        OUTSIDE.post(f"https://{host}/", b"{}", {})
    assert refused.value.reason == "unreachable"


def found(*places: str) -> Any:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443)) for place in places]


@pytest.mark.parametrize("places", [("10.1.2.3",), (PUBLIC, "127.0.0.1")])
def test_a_name_that_leads_into_a_private_network_is_not_called(
    monkeypatch: pytest.MonkeyPatch, places: tuple[str, ...]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found(*places))
    with pytest.raises(NotSent) as refused:
        OUTSIDE.post("https://karyalay.gov.in/", b"{}", {})
    assert refused.value.reason == "private"


def test_the_call_goes_where_the_name_led_when_it_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, dialled = [found(PUBLIC), found("127.0.0.1")], []

    def dial(place: Any, *_: Any, **__: Any) -> Any:
        dialled.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: looks.pop(0))
    monkeypatch.setattr(socket, "create_connection", dial)
    with pytest.raises(NotSent) as refused:
        OUTSIDE.post("https://karyalay.gov.in/", b"{}", {})
    assert (refused.value.reason, dialled) == ("unreachable", [(PUBLIC, 443)])
    assert len(looks) == 1, "a name is looked at once: the second answer may be another"


class Answers(BaseHTTPRequestHandler):
    """Answer by the path: /302 leads elsewhere."""

    def do_POST(self) -> None:
        self.server.seen.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(int(self.path.strip("/")))
        self.send_header("Location", "/200")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[Any]:
    with HTTPServer(("127.0.0.1", 0), Answers) as made:
        made.seen = []
        thread = threading.Thread(target=made.serve_forever, args=(0.05,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "reason", "is_final"),
    [(302, "http_302", False), (404, "http_404", False), (410, "gone", True), (503, "http_503", False)],
)
def test_what_is_not_taken_is_told_and_no_redirect_is_followed(
    server: Any, status: int, reason: str, *, is_final: bool
) -> None:
    with pytest.raises(NotSent) as refused:
        DEMO.post(f"http://127.0.0.1:{server.server_port}/{status}", b"{}", {})
    assert (refused.value.reason, refused.value.is_final) == (reason, is_final)
    assert server.seen == [(f"/{status}", b"{}")]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_program_that_answers_sign_by_sign_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """Each sign comes before the line is given up; all of them would take hours."""
    monkeypatch.setattr(postbox, "_WHOLE_SECONDS", 0.3)
    said = b"HTTP/1.1 200 O" + b"K" * 200 if scheme == "http" else b"\x16\x03\x03\x40\x00\x02" + bytes(200)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=drip, args=(listener, said))
        dripping.start()
        begun = time.monotonic()
        with pytest.raises(NotSent) as refused:
            DEMO.post(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/", b"{}", {})
        assert time.monotonic() - begun < 5
        dripping.join()
    assert (refused.value.reason, refused.value.is_final) == ("unreachable", False)


def drip(listener: socket.socket, said: bytes) -> None:
    line, _ = listener.accept()
    with line, contextlib.suppress(OSError):
        for sign in said:
            line.sendall(bytes([sign]))
            time.sleep(0.05)


def test_in_the_demo_this_machine_alone_is_called(server: Any) -> None:
    DEMO.post(f"http://127.0.0.1:{server.server_port}/200", b'{"a": 1}', {"Esp-Id": "1"})
    assert server.seen == [("/200", b'{"a": 1}')]
    for address in (f"https://{PUBLIC}/", "http://10.0.0.7/"):
        with pytest.raises(AddressRefused) as refused:
            DEMO.judge(address)
        assert refused.value.reason == "demo"
