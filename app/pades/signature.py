"""The signature in an issued paper (PAdES): a file key puts it behind the sealed bytes; anybody's is checked."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal, TypeVar

import pikepdf
from asn1crypto.pkcs12 import Pfx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.keys import internal
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import CMSExtractionError, UnacceptableSignerError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation import EmbeddedPdfSignature, SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.stamp.static import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.pades.certificate import DIGEST, Certificate, certified, mechanism, signed_by
from app.pades.errors import KeyRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from asn1crypto import x509 as asn1
    from pyhanko.sign.signers.pdf_signer import PdfTBSDocument
    from pyhanko.sign.validation.status import PdfSignatureStatus

    from app.papers.proof import Sealed

_T = TypeVar("_T")

#: The library tells its log of every file that is not as it should be, with the name in its certificate.
for _name_of_log in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name_of_log).setLevel(logging.CRITICAL)

#: What the library raises over a file that is none, or was made to confuse it.
_ODD_FILE = (
    PdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    RecursionError,
)

_FIELD = "Signature1"
_MARGIN, _FIRST_LINE = 6.0, 12.0  # points around the sign block; its first line, in small print, is no link
_FRAME = StaticStampStyle(border_width=1, border_color=(0.06, 0.15, 0.31))
_ATTRIBUTES = 3000  # bytes of a signature beside its certificates
_LARGEST_KEY = 200_000  # bytes of a PKCS#12 file with its chain


class _HeldKey(signers.SimpleSigner):
    """A signer that keeps its key open: the library reads and checks it anew for every signature."""

    def __init__(
        self,
        key: RSAPrivateKey | EllipticCurvePrivateKey,
        own: x509.Certificate,
        more: Sequence[x509.Certificate],
    ) -> None:
        certificate = certified(own)
        chain = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        chain.register_multiple([internal.translate_pyca_cryptography_cert_to_asn1(each) for each in more])
        super().__init__(
            signing_cert=internal.translate_pyca_cryptography_cert_to_asn1(own),
            signing_key=internal.translate_pyca_cryptography_key_to_asn1(key),
            cert_registry=chain,
            signature_mechanism=mechanism(certificate),
        )
        self._key, self._scheme = key, certificate.scheme

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != DIGEST:
            raise UnacceptableSignerError(digest_algorithm)
        return signed_by(self._key, self._scheme, data)


@dataclass(frozen=True, slots=True)
class Signatory:
    """A key that can sign papers, held open, with its certificate."""

    certificate: Certificate
    signer: signers.Signer
    room: int  # bytes that its signature takes at most

    @property
    def is_lost(self) -> bool:
        """Whether the token that holds the key failed: it must be opened anew."""
        return bool(getattr(self.signer, "is_lost", False))


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a file, as it proves itself.

    `state`: valid | altered (a byte that it covers differs, or it is none) | added (something was put behind it).
    `certificate` is None where the signature cannot be read; `at` is the time that it claims.
    """

    state: Literal["valid", "altered", "added"]
    certificate: Certificate | None = None
    at: datetime | None = None

    @property
    def was_in_time(self) -> bool:
        """Whether the certificate held when it was used."""
        return self.certificate is not None and self.at is not None and self.certificate.holds_at(self.at)


def open_key(path: Path, passphrase: str) -> Signatory:
    """The key of a PKCS#12 file. Raises KeyRefused: no file, no such file of a key, or another passphrase."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KeyRefused("papers.key.missing", file=path.name) from error
    if len(data) > _LARGEST_KEY:
        raise KeyRefused("papers.key.unreadable", file=path.name)
    try:
        key, own, more = pkcs12.load_key_and_certificates(data, passphrase.encode())
    except ValueError as error:
        raise KeyRefused(f"papers.key.{_why(data)}", file=path.name) from error
    if own is None or not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise KeyRefused("papers.key.unreadable", file=path.name)
    held = _HeldKey(key, own, more)
    return signatory_of(held, held.signing_cert, held.cert_registry)


def signatory_of(
    signer: signers.Signer, own: asn1.Certificate, beside: Iterable[asn1.Certificate]
) -> Signatory:
    """What signs, with its own certificate and those that go with it into each signature."""
    known = {each.dump(): each for each in (own, *beside)}
    certificate = certified(x509.load_der_x509_certificate(own.dump()))
    return Signatory(certificate, signer, _ATTRIBUTES + sum(map(len, known)))


def _why(data: bytes) -> str:
    """Whether the file itself is no PKCS#12, or only its passphrase another one."""
    try:
        Pfx.load(data, strict=True).native  # noqa: B018 - reading it all is the trial
    except (ValueError, TypeError):
        return "unreadable"
    return "passphrase"


def usable(signatory: Signatory, at: datetime, file: str, *, takes_rsa_2048: bool = False) -> Signatory:
    """The same, if its key is strong enough here and its certificate holds at this time. Raises KeyRefused."""
    held = signatory.certificate
    if not held.is_strong(takes_rsa_2048=takes_rsa_2048):
        raise KeyRefused("papers.key.weak", file=file)
    if held.holds_at(at):
        return signatory
    key = "papers.key.expired" if at > held.valid_till else "papers.key.not_yet"
    raise KeyRefused(key, file=file)


def sign(sealed: bytes, signatory: Signatory, at: datetime) -> bytes:
    """The file with a signature behind it, and not a byte of it changed; a frame marks the sign block.

    The signature forbids whatever else might be added. `at` (aware) is the time that it claims.
    """
    document = _reserve(sealed, signatory.signer, signatory.room, at)
    out = BytesIO()
    digest, _ = document.digest_tbs_document(output=out)
    attributes = PdfCMSSignedAttributes(signing_time=at)
    apart(lambda: asyncio.run(document.perform_signature(digest.document_digest, attributes)))
    return out.getvalue()


def reserved(sealed: bytes, signer: signers.Signer, room: int, at: datetime) -> tuple[bytes, int, int]:
    """The file with an empty place for a signature of `room` bytes: its bytes, where the place begins and ends."""
    out = BytesIO()
    digest, _ = _reserve(sealed, signer, room, at).digest_tbs_document(output=out)
    return out.getvalue(), digest.reserved_region_start, digest.reserved_region_end


def _reserve(sealed: bytes, signer: signers.Signer, room: int, at: datetime) -> PdfTBSDocument:
    page, box = _place(sealed)
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    field = fields.SigFieldSpec(_FIELD, on_page=page, box=box)
    meta = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm=DIGEST,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    session = signers.PdfSigner(meta, signer, stamp_style=_FRAME, new_field_spec=field).init_signing_session(
        writer
    )
    session.system_time = at
    return session.prepare_tbs_document(
        validation_info=None, bytes_reserved=2 * room, appearance_text_params=None
    )


def apart(work: Callable[[], _T]) -> _T:
    """Do what starts an event loop of its own in a thread of its own: asyncio refuses a second where one runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def _place(pdf: bytes) -> tuple[int, tuple[int, int, int, int] | None]:
    """The first page with a marked sign block, and the frame around its lines; no frame where none is marked.

    A sign block is marked by a link to itself, the only one in a paper; it tells where each of its lines was drawn.
    """
    with pikepdf.open(BytesIO(pdf)) as paper:
        for number, page in enumerate(paper.pages):
            lines = [
                [float(edge) for edge in each.Rect]
                for each in page.get("/Annots", ())
                if each.get("/Subtype") == pikepdf.Name.Link and "/Dest" in each
            ]
            if lines:
                left, low = (min(line[edge] for line in lines) - _MARGIN for edge in (0, 1))
                right, high = (max(line[edge] for line in lines) + _MARGIN for edge in (2, 3))
                return number, (int(left), int(low), int(right), int(high + _FIRST_LINE))
    return 0, None


def signatures(data: bytes) -> tuple[Signature, ...]:
    """Every signature of a file, in the order in which they were made; none for a file that cannot be read."""
    try:
        found = PdfFileReader(BytesIO(data), strict=False).embedded_regular_signatures
        return tuple(_judged(each) for each in found)
    except _ODD_FILE:
        return ()


def whole_by(sealed: Sealed, found: Sequence[Signature]) -> str:
    """What a sealed file is, its signatures seen: whole | altered | added | unsigned (its signature is gone)."""
    if sealed.state != "added" or not sealed.certificate:
        return "unsigned" if sealed.state == "whole" and sealed.certificate else sealed.state
    if any(each.state == "altered" for each in found):
        return "altered"
    is_own = len(found) == 1 and found[0].state == "valid" and found[0].certificate is not None
    if is_own and found[0].certificate.fingerprint == sealed.certificate:  # type: ignore[union-attr]
        return "whole"
    return "added"


def _judged(embedded: EmbeddedPdfSignature) -> Signature:
    # Whom to trust is for the reader of the paper to say; here each certificate stands for itself.
    trusting = ValidationContext(trust_roots=[embedded.signer_cert], allow_fetching=False)
    try:
        status = apart(lambda: validate_pdf_signature(embedded, signer_validation_context=trusting))
    except (SignatureValidationError, CMSExtractionError, *_ODD_FILE):
        return Signature("altered")
    certificate = x509.load_der_x509_certificate(status.signing_cert.dump())
    return Signature(_state(status), certified(certificate), status.signer_reported_dt)


def _state(status: PdfSignatureStatus) -> Literal["valid", "altered", "added"]:
    if not (status.intact and status.valid):
        return "altered"
    is_whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    untouched = status.modification_level in (None, ModificationLevel.NONE)
    return "valid" if is_whole and untouched and status.docmdp_ok is not False else "added"
