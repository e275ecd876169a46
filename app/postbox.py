"""What carries a message out of the house: a mail server and an SMS gateway of the settings, calls to departments."""

from __future__ import annotations

import ipaddress
import re
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

UNREACHABLE = "unreachable"
_WHOLE_SECONDS = 20.0  # for a call to an address of others, from the first word to the last
_SECONDS = 8  # for a connection or an answer; a dead server must not hold up the worker


class NotSent(Exception):
    """It was not accepted. `is_final`: another try would be refused as well. `reason` is a short code."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


@dataclass(frozen=True, slots=True)
class MailServer:
    """An address smtp://user:password@host:port (STARTTLS where it is offered) or smtps://…, and the sender."""

    url: str
    sender: str

    def send(self, to: str, subject: str, text: str, file: tuple[str, bytes] | None = None) -> None:
        """`file` is the name of a PDF and its bytes. Raises NotSent."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self.sender, to, subject
        letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=self.sender.rpartition("@")[2])
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers to it
        letter.set_content(text)
        if file is not None:
            name, data = file
            letter.add_attachment(data, maintype="application", subtype="pdf", filename=name)
        try:
            with self._connected() as server:
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            raise NotSent(f"smtp_{code}", is_final=code >= _FOR_GOOD) from refused
        except smtplib.SMTPResponseException as refused:
            raise NotSent(f"smtp_{refused.smtp_code}", is_final=refused.smtp_code >= _FOR_GOOD) from refused
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(UNREACHABLE, is_final=False) from error

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "localhost", parts.port or 0
        proven = ssl.create_default_context()  # a certificate that the machine trusts, made out to this host
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=proven)
        else:
            server = smtplib.SMTP(host, port, timeout=_SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=proven)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


class _Stay(urllib.request.HTTPRedirectHandler):
    """The gateway's address is that of the settings: token and number go nowhere else, whatever it answers."""

    def redirect_request(self, *_: object) -> None:
        return None


_DIRECT = urllib.request.build_opener(_Stay)
_FOR_GOOD = 500  # SMTP and HTTP agree: from here on, or from 400 on, the same again is refused again
_BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """An HTTPS address that takes a form: to, text, header (DLT sender id) and template (DLT template id).

    `templates` holds the id of each kind of message; one without is sent with an empty id, for the gateway to judge.
    """

    url: str
    header: str
    token: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)

    def send(self, to: str, kind: str, text: str) -> None:
        """Raises NotSent."""
        form = {
            "to": f"91{to}",
            "text": text,
            "header": self.header,
            "template": self.templates.get(kind, ""),
        }
        request = urllib.request.Request(self.url, urlencode(form).encode(), method="POST")  # noqa: S310 - of the settings
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with _DIRECT.open(request, timeout=_SECONDS):
                return
        except urllib.error.HTTPError as refused:
            refused.close()  # it holds the connection
            is_final = refused.code < _FOR_GOOD and refused.code not in _BUSY
            raise NotSent(f"http_{refused.code}", is_final=is_final) from refused
        except OSError as error:
            raise NotSent(UNREACHABLE, is_final=False) from error


# -- calls to addresses that a department has named ------------------------------------------------------

_PORTS = {"https": 443, "http": 80}
_OWN_PORTS = 1024  # below it, nobody serves programs but under 80 and 443
_LONGEST = 300
#: A name as the registers of domains give it; one whose last part is a number is an address in disguise (0x7f.1).
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\.?")
_GONE = 410  # whoever answers so wants no further call


class AddressRefused(ValueError):
    """No program may be called there; `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls addresses by POST. `is_demo`: this machine alone may be called, also without TLS."""

    is_demo: bool = False

    def judge(self, address: str) -> None:
        """Look at an address before it is kept, by what it says itself. Raises AddressRefused."""
        self._host_of(self._parts(address))

    def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send once; no redirect is followed, no answer is read beyond its status. Raises NotSent."""
        try:
            parts = self._parts(address)
            host, port = self._host_of(parts)
            place = self._resolved(host, port)
        except AddressRefused as refused:
            raise NotSent(refused.reason, is_final=False) from refused
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = _dialled(parts.scheme, host, port, place)
        end = Timer(_WHOLE_SECONDS, partial(_hang_up, connection))
        end.start()
        try:
            connection.request("POST", path, body, dict(headers))
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            raise NotSent(UNREACHABLE, is_final=False) from error
        finally:
            end.cancel()
            connection.close()
        if status == _GONE:
            raise NotSent("gone", is_final=True)
        if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls success
            raise NotSent(f"http_{status}", is_final=False)

    def _parts(self, address: str) -> SplitResult:
        try:
            parts = urlsplit(address)
            _ = parts.port
        except ValueError as error:
            raise AddressRefused("malformed") from error
        if len(address) > _LONGEST or not address.isascii() or not address.isprintable() or " " in address:
            raise AddressRefused("malformed")
        if parts.scheme != "https" and not (self.is_demo and parts.scheme == "http"):
            raise AddressRefused("no_https")
        if parts.username or parts.password or parts.fragment or not parts.hostname:
            raise AddressRefused("malformed")
        return parts

    def _host_of(self, parts: SplitResult) -> tuple[str, int]:
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        if port < _OWN_PORTS and port not in _PORTS.values():
            raise AddressRefused("port")
        try:
            named = ipaddress.ip_address(host)
        except ValueError:
            if not _NAME.fullmatch(host):
                raise AddressRefused("malformed") from None
            if "." not in host.rstrip(".") and not self.is_demo:
                raise AddressRefused("private") from None
            return host, port
        self._open(named)
        return host, port

    def _resolved(self, host: str, port: int) -> tuple[str, int]:
        """One look at the name, and the connection goes to what it said: a second look might say otherwise."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise AddressRefused(UNREACHABLE) from error
        places = [str(each[4][0]) for each in found]
        for place in places:
            self._open(ipaddress.ip_address(place.partition("%")[0]))
        return places[0], port

    def _open(self, place: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
        """Raises AddressRefused for a place in somebody's own network, this machine's above all."""
        plain = getattr(place, "ipv4_mapped", None) or place
        if self.is_demo:
            if not plain.is_loopback:
                raise AddressRefused("demo")
        elif not plain.is_global or plain.is_multicast or plain.is_reserved or _tunnels(plain):
            raise AddressRefused("private")


def _tunnels(place: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an IPv6 address carries an IPv4 one that nobody has looked at (6to4, Teredo, NAT64).

    So are those of protocols, relays and sites of old and of examples, which the library takes for open ones.
    """
    if isinstance(place, ipaddress.IPv4Address):
        return place in _PROTOCOLS or place in _RELAYS
    if place.sixtofour is not None or place.teredo is not None or place.is_site_local:
        return True
    return place in _NAT64 or place in _EXAMPLES


_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
_RELAYS = ipaddress.ip_network("192.88.99.0/24")  # to 6to4, until RFC 7526
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_EXAMPLES = ipaddress.ip_network("3fff::/20")  # RFC 9637


class _Plain(HTTPConnection):
    """A connection to the place that was looked at, whatever the name says by now."""

    place: tuple[str, int] = ("", 0)
    is_over = False

    def connect(self) -> None:
        self.sock = socket.create_connection(self.place, _SECONDS)
        if self.is_over:
            raise TimeoutError


class _Sealed(HTTPSConnection):
    """The same with TLS; the certificate is that of the name."""

    place: tuple[str, int] = ("", 0)
    is_over = False

    def connect(self) -> None:
        line = socket.create_connection(self.place, _SECONDS)
        proven = ssl.create_default_context()
        sealed = proven.wrap_socket(line, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = sealed  # before a word is said, so that it can be hung up
        if self.is_over:
            raise TimeoutError
        sealed.do_handshake()


def _dialled(scheme: str, host: str, port: int, place: tuple[str, int]) -> _Plain | _Sealed:
    made: _Plain | _Sealed = _Sealed(host, port) if scheme == "https" else _Plain(host, port)
    made.place = place
    return made


def _hang_up(connection: _Plain | _Sealed) -> None:
    """End a call whose other side says a sign now and then: each comes in time, and the whole never does."""
    connection.is_over = True
    line = connection.sock
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
