"""What carries a message out of the house: a mail server and an SMS gateway, both of the settings; knows no table."""

from __future__ import annotations

import smtplib
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

UNREACHABLE = "unreachable"
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
