"""What a certificate says of itself, how strong its key is, and by which algorithm that signs papers.

128 bits of security (NIST SP 800-57, part 1): ECDSA on a curve of NIST, RSA of 3072 bits by RSASSA-PSS. RSA of 2048
bits has 112 and signs by PKCS#1 v1.5, as older tokens do: where the operator has opened that (decisions/049).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from asn1crypto import pem
from asn1crypto.algos import RSASSAPSSParams, SignedDigestAlgorithm
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from app.pades.errors import KeyRefused

if TYPE_CHECKING:
    from datetime import datetime

    from asn1crypto.cms import SignerInfo

DIGEST = "sha256"
_GOOD_DIGESTS = ("sha256", "sha384", "sha512")
_STRONG, _OLDER = 128, 112  # bits of security
_STRONG_RSA, _OLDER_RSA = 3072, 2048  # bits of the modulus that have them
_CURVES = {"secp256r1": ("P-256", 128), "secp384r1": ("P-384", 192), "secp521r1": ("P-521", 256)}
#: The salt is as long as the digest (FIPS 186-5, 5.4).
_SALT = hashes.SHA256.digest_size
_PSS = PSS(MGF1(hashes.SHA256()), _SALT)

Scheme = Literal["ecdsa", "pss", "pkcs1", ""]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Whose certificate it is, who gave it, from when until when it holds, and what its key is worth.

    `key` as people call it ("P-256", "RSA 2048"); `bits` of security, 0 for a key that signs no paper.
    """

    subject: str
    issuer: str
    valid_from: datetime
    valid_till: datetime
    fingerprint: bytes
    key: str
    bits: int

    def holds_at(self, at: datetime) -> bool:
        return self.valid_from <= at <= self.valid_till

    def is_strong(self, *, takes_rsa_2048: bool) -> bool:
        """Whether papers may be signed by its key here."""
        return self.bits >= (_OLDER if takes_rsa_2048 else _STRONG)

    @property
    def scheme(self) -> Scheme:
        """By which algorithm its key signs papers; empty: by none."""
        if not self.bits:
            return ""
        if not self.key.startswith("RSA"):
            return "ecdsa"
        return "pss" if self.bits >= _STRONG else "pkcs1"


def certified(own: x509.Certificate) -> Certificate:
    """What a certificate says of itself."""
    key, bits = _worth(own)
    return Certificate(
        _name(own.subject),
        _name(own.issuer),
        own.not_valid_before_utc,
        own.not_valid_after_utc,
        sha256(own.public_bytes(Encoding.DER)).digest(),
        key,
        bits,
    )


def certificate_of(der: bytes) -> Certificate:
    """The same of one that was entered before, whatever is asked of a new one since."""
    return certified(x509.load_der_x509_certificate(der))


def _worth(own: x509.Certificate) -> tuple[str, int]:
    """What people call the key of a certificate, and its bits of security; 0 for a key that signs no paper."""
    try:
        key = own.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "", 0
    if isinstance(key, RSAPublicKey):
        is_old = key.key_size >= _OLDER_RSA
        return f"RSA {key.key_size}", _STRONG if key.key_size >= _STRONG_RSA else _OLDER * is_old
    if isinstance(key, EllipticCurvePublicKey):
        return _CURVES.get(key.curve.name, (key.curve.name, 0))
    return "", 0


def _name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME) or list(name)
    return str(found[0].value) if found else ""


def read_certificate(data: bytes, *, takes_rsa_2048: bool = False) -> tuple[Certificate, bytes]:
    """A certificate to sign papers with, and its bytes (DER); PEM is taken, too.

    Raises KeyRefused: no certificate, a key that is too weak or of another kind, one that is not for signatures.
    """
    try:
        raw = pem.unarmor(data)[2] if pem.detect(data) else data
        found = x509.load_der_x509_certificate(raw)
        certificate = certified(found)
    except (ValueError, TypeError) as error:
        raise KeyRefused("papers.own.no_certificate", file="") from error
    if not certificate.is_strong(takes_rsa_2048=takes_rsa_2048):
        raise KeyRefused("papers.own.weak_key", file="")
    with suppress(x509.ExtensionNotFound):
        usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature or usage.content_commitment):
            raise KeyRefused("papers.own.other_use", file="")
    return certificate, raw


# -- how a key signs ---------------------------------------------------------------------------------------


def mechanism(certificate: Certificate) -> SignedDigestAlgorithm:
    """The algorithm of a signature by this certificate's key, as a CMS names it."""
    if certificate.scheme != "pss":
        name = "ecdsa" if certificate.scheme == "ecdsa" else "rsa"
        return SignedDigestAlgorithm({"algorithm": f"{DIGEST}_{name}"})
    digest = {"algorithm": DIGEST}
    mask = {"algorithm": "mgf1", "parameters": digest}
    said = RSASSAPSSParams({"hash_algorithm": digest, "mask_gen_algorithm": mask, "salt_length": _SALT})
    return SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": said})


def signed_by(key: RSAPrivateKey | EllipticCurvePrivateKey, scheme: Scheme, data: bytes) -> bytes:
    """The bare signature of a key over these bytes."""
    if isinstance(key, RSAPrivateKey):
        return key.sign(data, _PSS if scheme == "pss" else PKCS1v15(), hashes.SHA256())
    return key.sign(data, ECDSA(hashes.SHA256()))


def fits(certificate: bytes, said: bytes, signature: bytes) -> bool:
    """Whether a bare signature over `said` is by the key of a certificate (DER), by that key's own algorithm."""
    own = x509.load_der_x509_certificate(certificate)
    key, scheme = own.public_key(), certified(own).scheme
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, said, _PSS if scheme == "pss" else PKCS1v15(), hashes.SHA256())
        elif isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, said, ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def check_algorithm(signer: SignerInfo, *, takes_rsa_2048: bool) -> None:
    """Refuse a signature that was made by a weak digest, or by a padding that is not open here.

    Raises KeyRefused, and ValueError or KeyError for an algorithm that nobody knows.
    """
    made = signer["signature_algorithm"]
    digests = {signer["digest_algorithm"]["algorithm"].native}
    if made.signature_algo == "rsassa_pss":
        said = made["parameters"]
        digests |= {said["hash_algorithm"]["algorithm"].native}
        digests |= {said["mask_gen_algorithm"]["parameters"]["algorithm"].native}
    if not digests.issubset(_GOOD_DIGESTS):
        raise KeyRefused("papers.own.weak_digest", file="")
    if made.signature_algo == "rsassa_pkcs1v15" and not takes_rsa_2048:
        raise KeyRefused("papers.own.weak_padding", file="")
