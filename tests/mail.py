"""A mail server of the tests: speaks as much SMTP as a sender needs, keeps what it is given, refuses when told to."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import EmailMessage


class _Talk(socketserver.StreamRequestHandler):
    server: MailBox

    def handle(self) -> None:
        self._say("220 tests")
        while line := self.rfile.readline().decode().strip():
            match line.split(" ")[0].upper():
                case "EHLO" | "HELO":
                    self._say("250 tests")
                case "RCPT":
                    self._say(self.server.answer)
                case "DATA":
                    self._say("354 go on")
                    self.server.keep(b"".join(iter(self.rfile.readline, b".\r\n")))
                    self._say("250 kept")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 well")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailBox(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine until `end`; `answer` is what it says to each recipient."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters: list[EmailMessage] = []
        self.answer = "250 well"
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def keep(self, data: bytes) -> None:
        letter: Any = message_from_bytes(data, policy=policy.default)
        self.letters.append(letter)

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()
