"""The site as a browser meets it that knows nothing of it: its certificate, its TLS, its answer, its plain door."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 10.0
_RENEWED_BEFORE = timedelta(days=14)  # authorities that renew by themselves do it a month before
_YEAR_SECONDS = 31_536_000  # ASVS 5.0, 3.4.1
_OK = 200
_MOVED = frozenset({301, 302, 307, 308})
_OF_PROGRAMS = "/api/v1/requisitions"


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was looked at: a key of the catalogues, and whether it is as it must be."""

    key: str
    is_good: bool
    params: dict[str, Any] = field(default_factory=dict)


def look(address: str, now: datetime, plain_port: int = 80) -> list[Seen]:
    """What a browser meets at an `https://` address, first the certificate; nothing more where it is not trusted.

    The trust is that of this machine. Waits at most 10 s for each of three connections.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        return [Seen("site.plain", is_good=False, params={"address": address})]
    host, port = parts.hostname, parts.port or 443
    try:
        certificate = _certificate(host, port)
    except ssl.SSLCertVerificationError as error:
        return [Seen("site.unproven", is_good=False, params={"host": host, "why": error.verify_message})]
    except OSError as error:
        return [Seen("site.silent", is_good=False, params={"host": host, "port": port, "why": _said(error)})]
    return [_lasting(certificate, now), *_answers(host, port), *_plain_door(host, plain_port)]


def _context() -> ssl.SSLContext:
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def _certificate(host: str, port: int) -> dict[str, Any]:
    with (
        socket.create_connection((host, port), _SECONDS) as line,
        _context().wrap_socket(line, server_hostname=host) as sealed,
    ):
        return dict(sealed.getpeercert() or {})


def _lasting(certificate: dict[str, Any], now: datetime) -> Seen:
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    names = {name: value for part in certificate.get("issuer", ()) for name, value in part}
    issuer = names.get("organizationName") or names.get("commonName") or "?"
    is_good = ends - now > _RENEWED_BEFORE
    key = "site.proven" if is_good else "site.ends_soon"
    return Seen(key, is_good, {"issuer": issuer, "till": ends.date().isoformat(), "count": (ends - now).days})


def _answers(host: str, port: int) -> Iterator[Seen]:
    try:
        with closing(HTTPSConnection(host, port, timeout=_SECONDS, context=_context())) as line:
            line.request("GET", "/healthz")
            answer = line.getresponse()
            is_ours = answer.status == _OK and answer.read(16) == b"ok\n"
            kept = _max_age(answer.getheader("Strict-Transport-Security") or "")
    except (OSError, HTTPException) as error:
        yield Seen("site.silent", is_good=False, params={"host": host, "port": port, "why": _said(error)})
        return
    yield Seen("site.answers" if is_ours else "site.other_answers", is_ours, {"status": answer.status})
    yield Seen("site.kept" if kept >= _YEAR_SECONDS else "site.not_kept", kept >= _YEAR_SECONDS)


def _max_age(header: str) -> int:
    for part in header.lower().split(";"):
        name, _, value = part.strip().partition("=")
        if name == "max-age" and value.strip('"').isdecimal():
            return int(value.strip('"'))
    return 0


def _plain_door(host: str, port: int) -> Iterator[Seen]:
    """Without TLS the site leads people to its address with it and refuses programs (ASVS 4.1.2), or is not there."""
    try:
        people, programs = (_led(host, port, path) for path in ("/", _OF_PROGRAMS))
    except (OSError, HTTPException):
        yield Seen("site.plain_closed", is_good=True)
        return
    yield Seen("site.plain_leads" if people else "site.plain_open", people)
    yield Seen("site.plain_leads_programs" if programs else "site.plain_refuses_programs", not programs)


def _led(host: str, port: int, path: str) -> bool:
    with closing(HTTPConnection(host, port, timeout=_SECONDS)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status in _MOVED and (answer.getheader("Location") or "").startswith("https://")


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or error.__class__.__name__
