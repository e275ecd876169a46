"""A key with a certificate that nobody vouches for: for the demo and the tests, and marked as such in its name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from datetime import datetime

YEAR = timedelta(days=365)
_EXPONENT = 65_537
_BITS = {"rsa": 3072, "rsa-2048": 2048}  # the latter as the country's licensed authorities certify them
_BACK = timedelta(minutes=5)  # clocks differ


def demo_key(
    name: str,
    passphrase: str,
    begins: datetime,
    lasts: timedelta = YEAR,
    kind: Literal["ec", "rsa", "rsa-2048"] = "ec",
) -> bytes:
    """The bytes of a PKCS#12 file; `name` (64 bytes at most) becomes the subject, which is its own issuer."""
    key = (
        rsa.generate_private_key(_EXPONENT, _BITS[kind])
        if kind in _BITS
        else ec.generate_private_key(ec.SECP256R1())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signs_only = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    usage = x509.KeyUsage(digital_signature=True, content_commitment=True, **signs_only)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins - _BACK)
        .not_valid_after(begins + lasts)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        name.encode(), key, made, None, BestAvailableEncryption(passphrase.encode())
    )
