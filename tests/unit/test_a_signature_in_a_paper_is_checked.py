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
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdfium2 import PdfDocument

from app import papers
from tests import paper_samples as samples
from tests.programs import pdfsig

if TYPE_CHECKING:
    from pathlib import Path

NAME = "डेमो जिला पदाधिकारी"
OPENS = "खुल जा सिमसिम"
SIGNED_AT = datetime(2026, 11, 23, 12, 10, 5, tzinfo=UTC)
SEALING = Ed25519PrivateKey.from_private_bytes(b"a key of the tests, of 32 bytes.")


def key_file(folder: Path) -> Path:
    path = folder / "office.p12"
    path.write_bytes(papers.demo_key(NAME, OPENS, SIGNED_AT))
    return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> papers.Signatory:
    return papers.open_key(key_file(tmp_path_factory.mktemp("key")), OPENS)


@pytest.fixture(scope="module")
def sealed(office: papers.Signatory) -> bytes:
    """A report whose sign block says that it is digitally signed, under the seal that names the certificate."""
    facts = samples.clear_report()
    how = {"mode": "digital", "signed_at": "23-11-2026 17:40", "certified_to": NAME}
    facts = replace(facts, signer=replace(facts.signer, **how))
    drawn = papers.draw_paper(papers.compose(samples.texts(), facts), samples.ISSUED_AT, samples.ASSETS)
    return papers.seal(drawn, "a" * 26, "TOKEN", SEALING, office.certificate.fingerprint)


@pytest.fixture(scope="module")
def signed(sealed: bytes, office: papers.Signatory) -> bytes:
    return papers.sign(sealed, office, SIGNED_AT)


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
    return papers.whole_by(found, papers.signatures(data))


def test_the_signature_leaves_every_byte_of_the_sealed_file_as_it_was(sealed: bytes, signed: bytes) -> None:
    assert signed.startswith(sealed)
    assert papers.sealed_part(signed) == sealed
    [found] = papers.signatures(signed)
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


def test_pyhanko_trusts_it_by_its_certificate_and_finds_nothing_added(signed: bytes) -> None:
    status = pyhanko(signed)
    assert status.bottom_line
    assert status.docmdp_ok


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
    assert [each.state for each in papers.signatures(inside)] == ["altered"]
    assert state(inside) == "altered"
    for added in (with_another_language(signed), signed + b"% one more line\n"):
        assert [each.state for each in papers.signatures(added)] == ["added"]
        assert state(added) == "added"
    in_signature = flipped(signed, signed.index(b"/Contents <", len(sealed)) + 400)
    assert state(in_signature) in {"altered", "added"}
    assert state(sealed) == "unsigned"


def test_a_signature_by_another_key_is_no_signature_of_the_office(sealed: bytes, tmp_path: Path) -> None:
    path = key_file(tmp_path)
    path.write_bytes(papers.demo_key(NAME, OPENS, SIGNED_AT, kind="rsa"))
    other = papers.open_key(path, OPENS)
    forged = papers.sign(sealed, other, SIGNED_AT)
    assert [each.state for each in papers.signatures(forged)] == ["valid"]
    assert state(forged) == "added"


def test_what_is_no_pdf_has_no_signature() -> None:
    for data in (
        b"",
        b"%PDF-1.7 nothing",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n",
    ):
        assert papers.signatures(data) == ()


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
        with pytest.raises(papers.KeyRefused) as refused:
            papers.open_key(file, passphrase)
        assert (refused.value.key, refused.value.params) == (reason, {"file": file.name})


def test_a_certificate_signs_only_while_it_holds(office: papers.Signatory) -> None:
    assert papers.usable(office, SIGNED_AT, "office.p12") is office
    for at, reason in (
        (SIGNED_AT - timedelta(days=1), "papers.key.not_yet"),
        (SIGNED_AT + timedelta(days=366), "papers.key.expired"),
    ):
        with pytest.raises(papers.KeyRefused) as refused:
            papers.usable(office, at, "office.p12")
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
    sealed: bytes, office: papers.Signatory
) -> None:
    async def within() -> list[str]:
        return [each.state for each in papers.signatures(papers.sign(sealed, office, SIGNED_AT))]

    with ThreadPoolExecutor(
        1
    ) as thread:  # beside the loop that the browser's tests may have left running here
        assert thread.submit(lambda: asyncio.run(within())).result() == ["valid"]
