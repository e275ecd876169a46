"""`flask site check`: the public address is met as a stranger's browser would meet it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app import config, create_app, frontdoor
from tests.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "127.0.0.1"
END = datetime(2126, 1, 1, tzinfo=UTC)  # of the certificate
YEAR = "max-age=31536000; includeSubDomains"
LEADS = {"status": 301, "location": "https://x"}
Open = Callable[..., str]


class _Site(BaseHTTPRequestHandler):
    says, status, location, leads_programs = YEAR, 200, "", True

    def do_GET(self) -> None:
        is_refused = self.path.startswith("/api/") and not self.leads_programs
        self.send_response(403 if is_refused else self.status)
        if self.says:
            self.send_header("Strict-Transport-Security", self.says)
        if self.location and not is_refused:
            self.send_header("Location", self.location)
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, *_: object) -> None:
        """Says nothing on the screen of whoever runs the tests."""


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Tests")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(END)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    place, secret = folder / "site.pem", folder / "site.key"
    place.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return place, secret


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a site on a free port; -> its address. This machine trusts its certificate unless told otherwise."""
    servers: list[ThreadingHTTPServer] = []

    def serve(*, is_trusted: bool = True, is_plain: bool = False, **of_site: object) -> str:
        server = ThreadingHTTPServer((HOST, 0), type("_Own", (_Site,), of_site))
        if not is_plain:
            place, secret = _certificate(tmp_path)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(place, secret)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            if is_trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(place))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http{'' if is_plain else 's'}://{HOST}:{server.server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def told(address: str, plain_port: int | None = None, days: int = 90) -> dict[str, bool]:
    """What is seen of a site so many days before its certificate ends."""
    seen = frontdoor.look(address, END - timedelta(days=days, hours=-1), plain_port or free_port())
    return {each.key: each.is_good for each in seen}


def test_a_site_whose_certificate_is_trusted_is_in_order(opened: Open) -> None:
    assert told(opened()) == {
        "site.proven": True,
        "site.answers": True,
        "site.kept": True,
        "site.plain_closed": True,
    }


def test_a_certificate_that_this_machine_does_not_trust_is_named_and_nothing_else_is_asked(
    opened: Open,
) -> None:
    assert told(opened(is_trusted=False)) == {"site.unproven": False}


def test_a_certificate_of_another_name_is_not_trusted(opened: Open) -> None:
    assert told(opened().replace(HOST, "localhost")) == {"site.unproven": False}


def test_a_certificate_that_ends_soon_is_told_two_weeks_before(opened: Open) -> None:
    address = opened()
    assert told(address, days=13)["site.ends_soon"] is False
    assert told(address, days=15)["site.proven"] is True


@pytest.mark.parametrize(
    ("of_site", "key"),
    [
        ({"status": 502}, "site.other_answers"),
        ({"says": ""}, "site.not_kept"),
        ({"says": "max-age=60"}, "site.not_kept"),
    ],
)
def test_what_the_proxy_gets_wrong_is_named(opened: Open, of_site: dict[str, object], key: str) -> None:
    assert told(opened(**of_site))[key] is False


@pytest.mark.parametrize(
    ("of_site", "seen"),
    [
        ({"status": 200}, {"site.plain_open": False, "site.plain_refuses_programs": True}),
        (LEADS, {"site.plain_leads": True, "site.plain_leads_programs": False}),
        (
            {**LEADS, "leads_programs": False},
            {"site.plain_leads": True, "site.plain_refuses_programs": True},
        ),
    ],
    ids=["open", "leads everybody", "leads people"],
)
def test_the_plain_door_leads_people_to_tls_and_refuses_programs_or_is_amiss(
    opened: Open, of_site: dict[str, object], seen: dict[str, bool]
) -> None:
    plain = int(opened(is_plain=True, **of_site).rpartition(":")[2])
    assert told(opened(), plain).items() >= seen.items()


def test_a_site_that_is_not_there_and_one_without_tls_are_told() -> None:
    assert told(f"https://{HOST}:{free_port()}") == {"site.silent": False}
    assert told("http://esatyapan.example") == {"site.plain": False}


@pytest.mark.parametrize(
    ("given", "said", "code"),
    [("", "PUBLIC_URL is not set", 1), ("untrusted", "does not trust the certificate", 1)],
)
def test_the_command_says_in_both_languages_what_is_amiss_and_exits_with_1(
    opened: Open, tmp_path: Path, given: str, said: str, code: int
) -> None:
    address = opened(is_trusted=False) if given else ""
    named = {"INSTANCE": str(tmp_path / "instance"), "ESP_DEMO": "1", "PUBLIC_URL": address}
    settings = config.load({**named, "RSA_2048": "1"})
    ran = create_app(settings).test_cli_runner().invoke(args=["site", "check"])
    assert ran.exit_code == code
    assert said in ran.output
    assert "प्रमाणपत्र" in ran.output or "PUBLIC_URL नहीं" in ran.output
    assert "departs from rows 11.2.3 and 11.6.1" in ran.output, "an auditor sees what the operator opened"
