"""An issued paper signed by a key from a file: pyHanko and Poppler accept it, and name what was done to it since."""

from __future__ import annotations

import asyncio
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdfium2 import PdfDocument

from app import pades, papers
from tests import paper_samples as samples
from tests.programs import pdfsig

if TYPE_CHECKING:
    from pathlib import Path

NAME = "डेमो जिला पदाधिकारी"
OPENS = "खुल जा सिमसिम"
SIGNED_AT = datetime(2026, 11, 23, 12, 10, 5, tzinfo=UTC)
SEALING = Ed25519PrivateKey.from_private_bytes(b"a key of the tests, of 32 bytes.")


def key_file(folder: Path, kind: Any = "ec") -> Path:
    path = folder / "office.p12"
    path.write_bytes(pades.demo_key(NAME, OPENS, SIGNED_AT, kind=kind))
    return path


@pytest.fixture(scope="module", params=["ec", "rsa"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> pades.Signatory:
    return pades.open_key(key_file(tmp_path_factory.mktemp("key"), request.param), OPENS)


@pytest.fixture(scope="module")
def drawn() -> bytes:
    """A report whose sign block says that it is digitally signed."""
    facts = samples.clear_report()
    how = {"mode": "digital", "signed_at": "23-11-2026 17:40", "certified_to": NAME}
    facts = replace(facts, signer=replace(facts.signer, **how))
    return papers.draw_paper(papers.compose(samples.texts(), facts), samples.ISSUED_AT, samples.ASSETS)


@pytest.fixture(scope="module")
def sealed(drawn: bytes, office: pades.Signatory) -> bytes:
    """The same under the seal that names the certificate."""
    return papers.seal(drawn, "a" * 26, "TOKEN", SEALING, office.certificate.fingerprint)


@pytest.fixture(scope="module")
def signed(sealed: bytes, office: pades.Signatory) -> bytes:
    return pades.sign(sealed, office, SIGNED_AT)


def with_another_language(data: bytes) -> bytes:
    """The file with one more revision behind it, as an editor would add it."""
    writer, out = IncrementalPdfFileWriter(BytesIO(data)), BytesIO()
    writer.root["/Lang"] = pdf_string("en")
    writer.update_root()
    writer.write(out)
    return out.getvalue()


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def state(data: bytes) -> str:
    """What is said of a file that claims to be the paper."""
    found = papers.read_seal(data, SEALING.public_key())
    assert found is not None
    return pades.whole_by(found, pades.signatures(data))


def test_the_signature_leaves_every_byte_of_the_sealed_file_as_it_was(sealed: bytes, signed: bytes) -> None:
    assert signed.startswith(sealed)
    assert papers.sealed_part(signed) == sealed
    [found] = pades.signatures(signed)
    assert (found.state, found.at, found.was_in_time) == ("valid", SIGNED_AT, True)
    assert found.certificate is not None
    assert found.certificate.subject == NAME
    assert state(signed) == "whole"


def pyhanko(data: bytes) -> Any:
    """What pyHanko says of the signature by itself, when it trusts the certificate that signed."""
    [embedded] = PdfFileReader(BytesIO(data)).embedded_signatures
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    trusting = ValidationContext(trust_roots=[embedded.signer_cert], moment=SIGNED_AT, allow_fetching=False)
    with ThreadPoolExecutor(1) as thread:  # the process may have a loop of its own
        return thread.submit(validate_pdf_signature, embedded, signer_validation_context=trusting).result()


def test_pyhanko_trusts_it_by_its_certificate_and_finds_nothing_added(
    signed: bytes, office: pades.Signatory
) -> None:
    status = pyhanko(signed)
    assert status.bottom_line
    assert status.docmdp_ok
    how = {"P-256": "sha256_ecdsa", "RSA 3072": "rsassa_pss"}
    assert status.pkcs7_signature_mechanism == how[office.certificate.key]


def test_pyhanko_names_a_changed_byte_and_an_added_revision(signed: bytes, sealed: bytes) -> None:
    changed = pyhanko(flipped(signed, sealed.index(b"stream") + 40))
    assert (changed.intact, changed.bottom_line) == (False, False)
    added = pyhanko(with_another_language(signed))
    assert (added.intact, added.docmdp_ok, added.bottom_line) == (True, False, False)


@pytest.mark.pdfsig
def test_poppler_accepts_it_and_names_a_changed_byte_and_an_added_revision(
    signed: bytes, sealed: bytes, tmp_path: Path
) -> None:
    def said(data: bytes) -> str:
        path = tmp_path / "paper.pdf"
        path.write_bytes(data)
        run = subprocess.run(
            [str(pdfsig()), "-nocert", str(path)], capture_output=True, text=True, check=False
        )
        return run.stdout

    whole = said(signed)
    assert "Signature is Valid" in whole
    assert "Total document signed" in whole
    assert NAME in whole
    assert "Digest Mismatch" in said(flipped(signed, sealed.index(b"stream") + 40))
    assert "Not total document signed" in said(with_another_language(signed))


def test_a_changed_byte_and_an_added_revision_are_named(signed: bytes, sealed: bytes) -> None:
    inside = flipped(signed, sealed.index(b"stream") + 40)
    assert [each.state for each in pades.signatures(inside)] == ["altered"]
    assert state(inside) == "altered"
    for added in (with_another_language(signed), signed + b"% one more line\n"):
        assert [each.state for each in pades.signatures(added)] == ["added"]
        assert state(added) == "added"
    in_signature = flipped(signed, signed.index(b"/Contents <", len(sealed)) + 400)
    assert state(in_signature) in {"altered", "added"}
    assert state(sealed) == "unsigned"


def test_a_signature_by_another_key_is_no_signature_of_the_office(sealed: bytes, tmp_path: Path) -> None:
    path = key_file(tmp_path)
    other = pades.open_key(path, OPENS)
    forged = pades.sign(sealed, other, SIGNED_AT)
    assert [each.state for each in pades.signatures(forged)] == ["valid"]
    assert state(forged) == "added"


def test_what_is_no_pdf_has_no_signature() -> None:
    for data in (
        b"",
        b"%PDF-1.7 nothing",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n",
    ):
        assert pades.signatures(data) == ()


def test_a_key_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    rubbish = tmp_path / "rubbish.p12"
    rubbish.write_bytes(b"not a key")
    wrong = {
        "papers.key.missing": (tmp_path / "nowhere.p12", OPENS),
        "papers.key.passphrase": (path, "wrong"),
        "papers.key.unreadable": (rubbish, OPENS),
    }
    for reason, (file, passphrase) in wrong.items():
        with pytest.raises(pades.KeyRefused) as refused:
            pades.open_key(file, passphrase)
        assert (refused.value.key, refused.value.params) == (reason, {"file": file.name})


@pytest.mark.parametrize(
    ("kind", "key", "strong", "older"),
    [("ec", "P-256", True, True), ("rsa", "RSA 3072", True, True), ("rsa-2048", "RSA 2048", False, True)],
)
def test_a_key_of_less_than_128_bits_signs_where_the_operator_has_opened_it_alone(
    tmp_path: Path, kind: str, key: str, *, strong: bool, older: bool
) -> None:
    held = pades.open_key(key_file(tmp_path, kind), OPENS)
    assert held.certificate.key == key
    for is_open, signs in ((False, strong), (True, older)):
        if signs:
            assert pades.usable(held, SIGNED_AT, "office.p12", takes_rsa_2048=is_open) is held
            continue
        with pytest.raises(pades.KeyRefused) as refused:
            pades.usable(held, SIGNED_AT, "office.p12", takes_rsa_2048=is_open)
        assert refused.value.key == "papers.key.weak"


@pytest.mark.parametrize(
    ("made", "bits"),
    [
        (lambda: ec.generate_private_key(ec.SECP384R1()), 192),
        (lambda: ec.generate_private_key(ec.SECP521R1()), 256),
        (lambda: ec.generate_private_key(ec.SECP256K1()), 0),
        (lambda: ec.generate_private_key(ec.SECP224R1()), 0),
        (lambda: rsa.generate_private_key(65_537, 1024), 0),  # noqa: S505 - that it is too weak is the test
        (Ed25519PrivateKey.generate, 0),  # Poppler and older readers of PDF cannot check it
    ],
    ids=["P-384", "P-521", "secp256k1", "P-224", "RSA 1024", "Ed25519"],
)
def test_a_certificate_of_each_kind_of_key_is_taken_or_refused_whatever_is_open(made: Any, bits: int) -> None:
    data = certificate_of(made())
    if bits:
        assert pades.read_certificate(data)[0].bits == bits
        return
    with pytest.raises(pades.KeyRefused) as refused:
        pades.read_certificate(data, takes_rsa_2048=True)
    assert refused.value.key == "papers.own.weak_key"


def certificate_of(key: Any) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    digest = None if isinstance(key, Ed25519PrivateKey) else hashes.SHA256()
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(SIGNED_AT).not_valid_after(SIGNED_AT + timedelta(days=9))
    return made.sign(key, digest).public_bytes(Encoding.PEM)


def test_a_certificate_signs_only_while_it_holds(office: pades.Signatory) -> None:
    assert pades.usable(office, SIGNED_AT, "office.p12") is office
    for at, reason in (
        (SIGNED_AT - timedelta(days=1), "papers.key.not_yet"),
        (SIGNED_AT + timedelta(days=366), "papers.key.expired"),
    ):
        with pytest.raises(pades.KeyRefused) as refused:
            pades.usable(office, at, "office.p12")
        assert refused.value.key == reason


def test_the_frame_stands_around_the_sign_block(signed: bytes) -> None:
    [embedded] = PdfFileReader(BytesIO(signed)).embedded_signatures
    left, low, right, high = (float(edge) for edge in embedded.sig_field["/Rect"])
    assert 300 < left < right < 545
    assert 80 < high - low < 130
    page = PdfDocument(signed)[0].get_textpage()
    beneath = [
        page.get_charbox(at)[3] for at in range(page.count_chars()) if 0 < low - page.get_charbox(at)[1] < 20
    ]
    assert beneath, "the line that tells how to check the paper"
    assert max(beneath) <= low, "the frame strikes no letter of it"


def test_a_paper_is_signed_and_checked_where_a_loop_runs_already(
    sealed: bytes, office: pades.Signatory
) -> None:
    async def within() -> list[str]:
        return [each.state for each in pades.signatures(pades.sign(sealed, office, SIGNED_AT))]

    with ThreadPoolExecutor(
        1
    ) as thread:  # beside the loop that the browser's tests may have left running here
        assert thread.submit(lambda: asyncio.run(within())).result() == ["valid"]
