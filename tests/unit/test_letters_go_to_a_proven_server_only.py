"""A mail server shows a certificate that the machine trusts, or it gets neither password nor letter."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.postbox import MailServer, NotSent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HOST = "127.0.0.1"


def _made_by_itself(folder: Path) -> tuple[Path, Path]:
    """A certificate for this host that nobody but its maker signed, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime(2026, 1, 1, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, _HOST)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(_HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, secret


@pytest.fixture(params=["smtps", "smtp"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, list[bytes]]]:
    """A server behind such a certificate, from the first byte or after STARTTLS; -> its address, what it was told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_made_by_itself(tmp_path))
    told: list[bytes] = []

    def talk() -> None:
        line, _ = listener.accept()
        try:
            if request.param == "smtp":
                line.sendall(b"220 tests\r\n")
                line.recv(1000)
                line.sendall(b"250-tests\r\n250 STARTTLS\r\n")
                line.recv(1000)
                line.sendall(b"220 go on\r\n")
            with context.wrap_socket(line, server_side=True) as wrapped:
                if request.param == "smtps":
                    wrapped.sendall(b"220 tests\r\n")
                told.append(wrapped.recv(1000))
        except OSError:
            line.close()

    with socket.create_server((_HOST, 0)) as listener:
        speaker = threading.Thread(target=talk, daemon=True)
        speaker.start()
        yield f"{request.param}://clerk:secret@{_HOST}:{listener.getsockname()[1]}", told
        speaker.join(5)


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(server: tuple[str, list[bytes]]) -> None:
    address, told = server
    with pytest.raises(NotSent):
        MailServer(address, "office@example.org").send("sho@example.org", "लंबित", "1")
    assert not any(told)
