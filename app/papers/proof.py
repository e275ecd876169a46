"""What a paper proves by itself: a signed token in its QR, and a seal over the file; both checked without a database.

The token says of which paper it is (number, kind, days, and a digest of the name and day of birth on it); the seal is
one line after the PDF, over every byte before it. Both are signed by the key of the district's installation.
"""

from __future__ import annotations

import re
import struct
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

from cryptography.exceptions import InvalidSignature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_KINDS = ("REPORT", "CERTIFICATE", "NOC_REPORT")
_VERSION = 1
_HEAD = struct.Struct(
    ">BIBHH8s"
)  # version, district, kind, issued, valid till (0: no end), digest of the holder
_SIGNATURE = 64
_FIRST_DAY = date(2000, 1, 1)
_HOLDER = 8
#: The line after the file; `%` begins a comment, which every reader of PDF passes over.
_SEAL = re.compile(rb"%e-satyapan ([A-Z2-7]+)\.([A-Z2-7]+) ([A-Z2-7]+)\n")
_CERTIFICATE = re.compile(rb"%e-satyapan certificate ([A-Z2-7]+)\n")
_SEALED = b"e-satyapan file\0"
_NAMED = b"e-satyapan paper\0"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says of its paper."""

    district_id: int
    number: str
    output: str  # REPORT | CERTIFICATE | NOC_REPORT
    issued_on: date
    valid_till: date | None
    holder: bytes  # of `holder_digest`

    def is_of(self, name: str, born: date | None) -> bool:
        """Whether the paper is of this person, as the name is printed on it."""
        return self.holder == holder_digest(name, born)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file with a seal: the public code and token of its paper, and whether the file is as it was sealed.

    `state`: whole | altered (a byte before the seal differs, or the seal is not ours) | added (something follows it).
    `certificate`: the fingerprint of the certificate whose signature belongs behind the seal; empty: none does.
    """

    code: str
    claim: Claim | None
    state: Literal["whole", "altered", "added"]
    certificate: bytes = b""


def holder_digest(name: str, born: date | None) -> bytes:
    """Eight bytes of the name, however it is spaced, and the day of birth."""
    plain = " ".join(normalize("NFC", name).casefold().split())
    return sha256(f"{plain}|{born.isoformat() if born else ''}".encode()).digest()[:_HOLDER]


def token(claim: Claim, key: Ed25519PrivateKey) -> str:
    """The claim, signed, in letters and digits that a QR code holds densely."""
    head = _HEAD.pack(
        _VERSION,
        claim.district_id,
        _KINDS.index(claim.output),
        _days(claim.issued_on),
        _days(claim.valid_till),
        claim.holder,
    )
    body = head + claim.number.encode("ascii")
    return _letters(body + key.sign(_NAMED + body))


def read_token(text: str, key: Ed25519PublicKey) -> Claim | None:
    """What a token says, if this key signed it; None for any other text."""
    data = _bytes(text)
    body, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
    try:
        key.verify(signature, _NAMED + body)
        version, district, kind, issued, till, holder = _HEAD.unpack(body[: _HEAD.size])
        if version != _VERSION:
            return None
        day = _day(issued)
        number = body[_HEAD.size :].decode("ascii")
        return Claim(district, number, _KINDS[kind], day, _day(till) if till else None, holder)
    except (InvalidSignature, ValueError, struct.error, IndexError):
        return None


def seal(pdf: bytes, code: str, named: str, key: Ed25519PrivateKey, certificate: bytes = b"") -> bytes:
    """The file with its seal: code and token of the paper, and a signature over every byte before.

    `certificate`: fingerprint of the one that will sign behind it; so a signature by anybody else proves nothing.
    """
    whole = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    if certificate:
        whole += f"%e-satyapan certificate {_letters(certificate)}\n".encode("ascii")
    signature = _letters(key.sign(_SEALED + sha256(whole).digest()))
    return whole + f"%e-satyapan {code.upper()}.{named} {signature}\n".encode("ascii")


def read_seal(data: bytes, key: Ed25519PublicKey) -> Sealed | None:
    """What the seal of a file proves; None for a file that has none."""
    found = _SEAL.search(data)
    if found is None:
        return None
    code, named, signature = (part.decode("ascii") for part in found.groups())
    claim = read_token(named, key)
    named_in = _CERTIFICATE.search(data, 0, found.start())
    certificate = _bytes(named_in[1].decode("ascii")) if named_in is not None else b""
    try:
        key.verify(_bytes(signature), _SEALED + sha256(data[: found.start()]).digest())
    except InvalidSignature:
        return Sealed(code.lower(), claim, "altered", certificate)
    return Sealed(code.lower(), claim, "added" if found.end() < len(data) else "whole", certificate)


def sealed_part(data: bytes) -> bytes:
    """The file up to and with its seal: without what a signature, or anybody, has added behind it."""
    found = _SEAL.search(data)
    return data if found is None else data[: found.end()]


def _days(day: date | None) -> int:
    return 0 if day is None else (day - _FIRST_DAY).days


def _day(days: int) -> date:
    return _FIRST_DAY + timedelta(days=days)


def _letters(data: bytes) -> str:
    return b32encode(data).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        return b""
