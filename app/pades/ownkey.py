"""A signature made on the officer's own machine: bytes prepared for it, and what he brings back put in its place.

What he brings is a detached CMS over `to_sign`, as any tool makes it, or the bare signature over `attributes`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from asn1crypto import cms, pem
from asn1crypto import x509 as asn1
from pyhanko.sign import signers
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.pades.certificate import DIGEST, certificate_of, check_algorithm, fits, mechanism
from app.pades.errors import KeyRefused
from app.pades.signature import apart, reserved, signatures

if TYPE_CHECKING:
    from datetime import datetime

    from app.pades.certificate import Certificate

LARGEST = 2_000_000  # bytes of what is brought back: one that encloses the paper is told so
_ROOM = 16_000  # bytes kept free for a signature with its chain of certificates
#: What reading a file that is no CMS raises.
_ODD = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sealed paper with an empty place for its signature, between `start` and `end` of its bytes."""

    data: bytes
    start: int
    end: int
    at: datetime  # the time that a bare signature claims

    @property
    def to_sign(self) -> bytes:
        """What a detached CMS is made over: every byte but the place of the signature."""
        return self.data[: self.start] + self.data[self.end :]

    @property
    def digest(self) -> bytes:
        """SHA-256 of what is signed: by it a signature is known to be of this paper."""
        return sha256(self.to_sign).digest()


def prepare(sealed: bytes, certificate: bytes, at: datetime) -> Prepared:
    """Keep a place for the signature of this certificate behind a sealed paper; not a byte of it is changed."""
    data, start, end = reserved(sealed, _signer(certificate, _ROOM // 8), _ROOM, at)
    return Prepared(data, start, end, at)


def attributes(prepared: Prepared, certificate: bytes) -> bytes:
    """What a bare signature is made over (DER): the digest of the paper, the certificate, the time."""
    return bytes(_attributes(prepared, certificate).untag().dump())


def _attributes(prepared: Prepared, certificate: bytes) -> cms.CMSAttributes:
    settings = PdfCMSSignedAttributes(signing_time=prepared.at)
    signer = _signer(certificate, 0)
    return apart(
        lambda: asyncio.run(
            signer.signed_attrs(prepared.digest, DIGEST, attr_settings=settings, use_pades=True)
        )
    )


def _signer(certificate: bytes, value: bytes | int) -> signers.ExternalSigner:
    own = asn1.Certificate.load(certificate)
    return signers.ExternalSigner(
        own,
        SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        value,
        signature_mechanism=mechanism(certificate_of(certificate)),
    )


def digest_in(answer: bytes) -> bytes | None:
    """The digest of the paper that a CMS was made over; None for what is no CMS with one signature."""
    signed = _signed_data(answer)
    if signed is None:
        return None
    with suppress(*_ODD):
        for attribute in signed["signer_infos"][0]["signed_attrs"]:
            if attribute["type"].native == "message_digest":
                return bytes(attribute["values"][0].native)
    return None


def _signed_data(answer: bytes) -> cms.SignedData | None:
    try:
        raw = pem.unarmor(answer)[2] if pem.detect(answer) else answer
        info = cms.ContentInfo.load(raw, strict=True)
        if info["content_type"].native != "signed_data" or len(info["content"]["signer_infos"]) != 1:
            return None
        return info["content"]
    except _ODD:
        return None


def is_of(answer: bytes, prepared: Prepared, certificate: bytes) -> bool:
    """Whether a bare signature is this certificate's over the attributes of a prepared paper."""
    return fits(certificate, attributes(prepared, certificate), answer)


def complete(
    prepared: Prepared, answer: bytes, certificate: bytes, now: datetime, *, takes_rsa_2048: bool
) -> bytes:
    """The signed paper: what was brought stands in its place, and proves itself there.

    Raises KeyRefused: of other bytes, by another certificate, by one that does not hold now, enclosing a document
    (it must be detached), by a weak algorithm, too large for its place, or not standing proof.
    """
    signed = _signed_data(answer)
    if signed is None:
        signed_info = _bare(prepared, answer, certificate)
    else:
        _check_cms(signed, prepared, takes_rsa_2048=takes_rsa_2048)
        signed_info = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    if 2 * len(signed_info) > prepared.end - prepared.start - 2:
        raise KeyRefused("papers.own.too_large", file="")
    out = BytesIO(prepared.data)
    PreparedByteRangeDigest(prepared.digest, prepared.start, prepared.end).fill_with_cms(out, signed_info)
    return _proven(out.getvalue(), certificate_of(certificate), now)


def _check_cms(signed: cms.SignedData, prepared: Prepared, *, takes_rsa_2048: bool) -> None:
    if signed["encap_content_info"]["content"].native is not None:
        raise KeyRefused("papers.own.not_detached", file="")
    try:
        check_algorithm(signed["signer_infos"][0], takes_rsa_2048=takes_rsa_2048)
    except _ODD as error:
        raise KeyRefused("papers.own.no_proof", file="") from error
    if (
        digest_in(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())
        != prepared.digest
    ):
        raise KeyRefused("papers.own.other_bytes", file="")


def _bare(prepared: Prepared, answer: bytes, certificate: bytes) -> bytes:
    if not is_of(answer, prepared, certificate):
        raise KeyRefused("papers.own.other_bytes", file="")
    signer = _signer(certificate, answer)
    made = apart(
        lambda: asyncio.run(
            signer.async_sign_prescribed_attributes(DIGEST, _attributes(prepared, certificate))
        )
    )
    return bytes(made.dump())


def _proven(data: bytes, own: Certificate, now: datetime) -> bytes:
    """The same file, if its one signature is valid, by this certificate, and made while that holds."""
    found = signatures(data)
    if len(found) != 1 or found[0].certificate is None:
        raise KeyRefused("papers.own.no_proof", file="")
    if found[0].certificate.fingerprint != own.fingerprint:
        raise KeyRefused("papers.own.other_certificate", file="")
    if found[0].state != "valid":
        raise KeyRefused("papers.own.no_proof", file="")
    if not own.holds_at(now) or not own.holds_at(found[0].at or now):
        raise KeyRefused("papers.own.expired", file="")
    return data
