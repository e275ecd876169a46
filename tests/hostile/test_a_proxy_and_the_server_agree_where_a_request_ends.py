"""The proxy of docs/nginx.conf before gunicorn: old TLS is refused, and no request hides in the body of another."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import sources
from tests.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "satyapan.example.gov.in"
CONF = sources.text(sources.ROOT / "docs" / "nginx.conf")
SPOOL = "/dev/shm/esatyapan-nginx"  # noqa: S108 - memory
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
#: Answers every request with its path, and notes it: what gunicorn took for a request, and for how many.
UPSTREAM = """
import os
def app(environ, start_response):
    body = environ["wsgi.input"].read()
    told = "%s %s %s %s" % (
        environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("HTTP_X_FORWARDED_FOR"), len(body)
    )
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(told + "\\n")
    status = environ["PATH_INFO"].partition("/status/")[2]
    start_response(f"{status} Said" if status else "200 OK", [("Content-Type", "text/plain")])
    return [told.encode()]
"""
HIDDEN = "GET /hidden HTTP/1.1\r\nHost: satyapan.example.gov.in\r\n\r\n"
#: Requests whose end two servers may see in two places; each carries another one in its body.
DOUBLE = {
    "length and chunks": f"Content-Length: {len(HIDDEN) + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{HIDDEN}",
    "two lengths": f"Content-Length: 0\r\nContent-Length: {len(HIDDEN)}\r\n\r\n{HIDDEN}",
    "a list of lengths": f"Content-Length: 0, {len(HIDDEN)}\r\n\r\n{HIDDEN}",
    "a signed length": f"Content-Length: +0\r\n\r\n{HIDDEN}",
    "another coding": f"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n{HIDDEN}",
    "two codings": f"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{HIDDEN}",
    "a blank before the colon": f"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n{HIDDEN}",
    "a folded line": f"X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n{HIDDEN}",
    "a line end of one sign": f"Content-Length: 0\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{HIDDEN}",
    "a chunk that lies": f"Transfer-Encoding: chunked\r\n\r\n-1\r\n{HIDDEN}",
}

REFUSED = (b"HTTP/1.1 400", b"HTTP/1.1 411", b"HTTP/1.1 501")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The server as the program runs it, alone; -> its port, and where it notes what it took for requests."""
    folder = tmp_path_factory.mktemp("proxy")
    folder.chmod(0o755)
    (folder / "upstream.py").write_text(UPSTREAM)
    (folder / "notes").touch()
    port, environment = (
        free_port(),
        {**os.environ, "NOTES": str(folder / "notes"), "PYTHONPATH": str(sources.ROOT)},
    )
    command = [sys.executable, "-m", "gunicorn", "-k", "app.lines.Threads", "--no-control-socket"]
    with subprocess.Popen(
        [*command, "-b", f"127.0.0.1:{port}", "upstream:app"],
        cwd=folder,
        env=environment,
        stderr=subprocess.DEVNULL,
    ) as server:
        _wait(port)
        yield port, folder / "notes"
        server.terminate()


@pytest.fixture(scope="module")
def front(behind: tuple[int, Path]) -> Iterator[tuple[int, Path]]:
    """nginx before it, by the shipped file; -> the port of TLS, and the notes of the server behind."""
    folder = behind[1].parent
    _certify(folder)
    with _proxy(folder, behind[0]) as port:
        yield port, behind[1]


@contextlib.contextmanager
def _proxy(folder: Path, behind: int) -> Iterator[int]:
    if NGINX is None:
        pytest.skip("nginx is not installed (apt install nginx): docs/nginx.conf was not tried")
    port, plain = free_port(), free_port()
    (folder / "site.conf").write_text(_placed(folder, port, plain, behind))
    (folder / "main.conf").write_text(_main(folder))
    with subprocess.Popen([NGINX, "-c", str(folder / "main.conf"), "-p", str(folder)]) as proxy:
        _wait(port)
        yield port
        proxy.terminate()
    shutil.rmtree(_spool(folder), ignore_errors=True)


def _placed(folder: Path, port: int, plain: int, behind: int) -> str:
    """The shipped file with ports and certificates of this test, and nothing else changed."""
    found = CONF
    for shipped, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("/etc/ssl/esatyapan", str(folder)),
        (SPOOL, _spool(folder)),
    ):
        assert shipped in found
        found = found.replace(shipped, here)
    return found


def _main(folder: Path) -> str:
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    return (
        f"daemon off; {user} pid {folder}/pid; error_log {folder}/error.log; events {{}} "
        f"http {{ access_log off; {places} include {folder}/site.conf; }}"
    )


def _certify(folder: Path) -> None:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]),
    )
    now = datetime.now(UTC)  # noqa: TID251 - nginx and the library ask the machine's clock
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "fullchain.pem").write_bytes(pem)
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _wait(*ports: int) -> None:
    until = time.monotonic() + 30
    for port in ports:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < until, "a server did not come up"
                time.sleep(0.05)


def _line(port: int, context: ssl.SSLContext) -> ssl.SSLSocket:
    raw = socket.create_connection(("127.0.0.1", port), timeout=5)
    return context.wrap_socket(raw, server_hostname=NAME)


def _open(notes: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(notes.parent / "fullchain.pem"))
    context.set_alpn_protocols(["http/1.1"])
    return context


def _ask(line: socket.socket, rest: str, path: str = "/first") -> bytes:
    """Send one request and read whatever comes back on the line."""
    return _said(line, f"POST {path} HTTP/1.1\r\nHost: {NAME}\r\n{rest}")


def _said(line: socket.socket, request: str) -> bytes:
    with line:
        line.sendall(request.encode())
        line.settimeout(1.5)
        found = b""
        with contextlib.suppress(TimeoutError, ConnectionResetError, ssl.SSLError):
            while data := line.recv(65536):
                found += data
        return found


@pytest.mark.parametrize("case", list(DOUBLE))
def test_the_server_itself_takes_no_request_with_two_ends(behind: tuple[int, Path], case: str) -> None:
    port, notes = behind
    before = len(notes.read_text().splitlines())
    answer = _ask(socket.create_connection(("127.0.0.1", port), timeout=5), DOUBLE[case])
    assert answer.startswith(REFUSED), answer
    assert notes.read_text().splitlines()[before:] == []


def test_no_answer_names_its_server(behind: tuple[int, Path]) -> None:
    port, _ = behind
    answer = _ask(
        socket.create_connection(("127.0.0.1", port), timeout=5),
        "Content-Length: 0\r\nConnection: close\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 200"), answer
    for each in (
        answer,
        _ask(socket.create_connection(("127.0.0.1", port), timeout=5), DOUBLE["two lengths"]),
    ):
        assert b"server:" not in each.lower()
        assert b"gunicorn" not in each.lower()


@pytest.mark.parametrize("case", list(DOUBLE))
def test_no_request_hides_in_another(front: tuple[int, Path], case: str) -> None:
    port, notes = front
    before = len(notes.read_text().splitlines())
    answer = _ask(_line(port, _open(notes)), DOUBLE[case])
    rest = "Content-Length: 2\r\nConnection: close\r\n\r\nok"
    assert b"POST /after" in _ask(_line(port, _open(notes)), rest, "/after"), (
        "the next one gets his own answer"
    )
    assert answer.startswith(REFUSED), answer
    assert [line.split()[1] for line in notes.read_text().splitlines()[before:]] == ["/after"]


def test_half_a_scan_lies_in_memory_and_not_on_a_disk(front: tuple[int, Path]) -> None:
    port, notes = front
    with _line(port, _open(notes)) as line:
        head = f"POST /scan HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 500000\r\n\r\n"
        line.sendall(head.encode() + b"x" * 400_000)
        until = time.monotonic() + 10
        while not _held(_spool(notes.parent)) and time.monotonic() < until:
            time.sleep(0.05)
        assert _held(_spool(notes.parent)), "half of it is held"
        assert not _held(str(notes.parent / "client_body"))


def _spool(folder: Path) -> str:
    return f"{SPOOL}-{folder.parent.name}-{folder.name}"


def _held(folder: str) -> list[str]:
    """The files below a folder that a program has open, also those that have no name any more."""
    found = []
    for each in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            found.append(str(each.readlink()))
    return [name for name in found if name.startswith(f"{folder}/")]


def test_what_a_caller_says_of_himself_is_not_believed(front: tuple[int, Path]) -> None:
    port, notes = front
    rest = "X-Forwarded-For: 8.8.8.8\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    assert b"POST /own 127.0.0.1 0" in _ask(_line(port, _open(notes)), rest, "/own")


#: What the proxy answers by itself: the request, the status, and a word of its page.
BY_ITSELF = {
    "an address without an end": (f"GET /{'a' * 9000} HTTP/1.1\r\nHost: {NAME}\r\n\r\n", 414, "मुख्य पृष्ठ"),
    "a head without an end": (f"GET / HTTP/1.1\r\nHost: {NAME}\r\nCookie: {'a' * 9000}\r\n\r\n", 400, "कुकी"),
    "no request at all": ("<b>नमस्ते</b>\r\n\r\n", 400, "मुख्य पृष्ठ"),
    "no host": ("GET / HTTP/1.1\r\n\r\n", 400, "मुख्य पृष्ठ"),
    "a method of its own": (f"TRACE / HTTP/1.1\r\nHost: {NAME}\r\n\r\n", 405, "मुख्य पृष्ठ"),
    "a body too long": (
        f"POST / HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 68000000\r\n\r\n",
        413,
        "64 एमबी",
    ),
}


@pytest.mark.parametrize("case", list(BY_ITSELF))
def test_what_the_proxy_says_by_itself_is_in_both_languages(front: tuple[int, Path], case: str) -> None:
    sent, status, word = BY_ITSELF[case]
    port, notes = front
    before = notes.read_text()
    _looks_like_ours(_said(_line(port, _open(notes)), sent), status, word)
    assert notes.read_text() == before


def test_a_server_that_is_away_is_told_in_both_languages(front: tuple[int, Path], tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name in ("fullchain.pem", "privkey.pem"):
        shutil.copy(front[1].parent / name, tmp_path)
    with _proxy(tmp_path, free_port()) as port:
        line = _line(port, _open(front[1]))
        answer = _said(line, f"GET /inbox HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n")
    _looks_like_ours(answer, 502, "मेरे कार्य")
    assert b"\r\nRetry-After: 60\r\n" in answer


def test_its_own_pages_are_nobodys_address_and_a_refusal_of_the_program_stays_as_it_is(
    front: tuple[int, Path],
) -> None:
    port, notes = front
    rest = f" HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n"
    assert _said(_line(port, _open(notes)), f"GET /proxy-says/away{rest}").startswith(b"HTTP/1.1 404")
    assert b"GET /status/502" in _said(_line(port, _open(notes)), f"GET /status/502{rest}")


def test_who_comes_without_tls_is_led_to_it_and_a_program_is_refused(front: tuple[int, Path]) -> None:
    """Led on, a program would show its token on an open line each time, and nobody would notice."""
    placed = (front[1].parent / "site.conf").read_text()
    for port in (front[0], int(placed.rpartition("listen 127.0.0.1:")[2].partition(";")[0])):
        for asked, status, word in (
            ("GET /inbox", 308, f"\r\nLocation: https://{NAME}/inbox\r\n"),
            ("POST /api/v1/requisitions", 403, '"hi":"केवल https:// से पूछें'),
        ):
            line = socket.create_connection(("127.0.0.1", port), timeout=5)
            head = f"{asked} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            answer = _said(line, head).decode()
            assert answer.startswith(f"HTTP/1.1 {status}"), answer
            assert word in answer
            assert ("\r\nLocation: " in answer) is (status == 308)
            assert status == 308 or "application/problem+json; charset=utf-8" in answer


def _looks_like_ours(answer: bytes, status: int, word: str) -> None:
    head, _, body = answer.decode().partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} "), head
    assert word in body
    assert '<div lang="en">' in body
    assert "nginx" not in body
    for name in (
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'",
        "text/html; charset=utf-8",
    ):
        assert name in head, name


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_of_today_is_spoken_with_a_proven_certificate(
    front: tuple[int, Path], version: ssl.TLSVersion
) -> None:
    port, notes = front
    context = _open(notes)
    context.minimum_version = context.maximum_version = version
    with _line(port, context) as line:
        assert "AES_256_GCM" in line.cipher()[0].replace("AES256-GCM", "AES_256_GCM"), (
            "the strongest comes first"
        )
    with pytest.raises(ssl.SSLCertVerificationError):
        _line(port, ssl.create_default_context())


@pytest.mark.parametrize(
    "ciphers", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256", "NULL", "DES-CBC3-SHA"]
)
def test_a_weak_cipher_is_refused(front: tuple[int, Path], ciphers: str) -> None:
    port, notes = front
    context = _open(notes)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    except ssl.SSLError:
        return  # this machine's library does not know it any more
    with pytest.raises(ssl.SSLError):
        _line(port, context)


def test_the_file_names_the_versions_and_limits_of_the_table() -> None:
    said = {line.strip().rstrip(";") for line in CONF.splitlines()}
    assert {"ssl_protocols TLSv1.2 TLSv1.3", "server_tokens off", "client_max_body_size 64m"} <= said
    assert "proxy_set_header X-Forwarded-For $remote_addr" in said, "one hop: PROXIES=1"
    ciphers = next(line for line in said if line.startswith("ssl_ciphers")).split()[1].split(":")
    assert all(each.startswith("ECDHE-") and ("GCM" in each or "CHACHA20" in each) for each in ciphers)
