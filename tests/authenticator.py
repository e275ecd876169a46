"""A security key in software: makes keys and answers as a browser would hand it on, or with one thing wrong."""

from __future__ import annotations

import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2 import cbor

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
_WIDE = 32  # bytes of a coordinate


def text_of(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Es256:
    """A key on P-256, as most authenticators make it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> dict[int, Any]:
        numbers = self._key.public_key().public_numbers()
        x, y = (each.to_bytes(_WIDE, "big") for each in (numbers.x, numbers.y))
        return {1: 2, 3: -7, -1: 1, -2: x, -3: y}

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(SHA256()))


class Ed25519:
    def __init__(self) -> None:
        self._key = ed25519.Ed25519PrivateKey.generate()

    @property
    def public(self) -> dict[int, Any]:
        return {1: 1, 3: -8, -1: 6, -2: self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)}

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class Rs256:
    """An RSA key, as the chip of an older computer makes it."""

    def __init__(self, bits: int = 2048) -> None:
        self._key = rsa.generate_private_key(65_537, bits)

    @property
    def public(self) -> dict[int, Any]:
        numbers = self._key.public_key().public_numbers()
        modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        return {1: 3, 3: -257, -1: modulus, -2: numbers.e.to_bytes(3, "big")}

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, padding.PKCS1v15(), SHA256())


@dataclass
class Authenticator:
    """One passkey in somebody's hand; each use counts one up, unless `counter` is set between."""

    key: Any = field(default_factory=Es256)
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    counter: int = 0
    owner: bytes = b""

    def make(self, options: dict[str, Any], **wrong: Any) -> str:
        """Answer `navigator.credentials.create`; `wrong` puts another value in its place (see _client, _data)."""
        self.owner = bytes_of(options["user"]["id"])
        key = cbor.encode(wrong.get("public", self.key.public))
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + key
        data = self._data(options["rp"]["id"], wrong, PRESENT | VERIFIED | ATTESTED) + attested
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options, wrong)
        return self._told({"clientDataJSON": text_of(client), "attestationObject": text_of(made)}, wrong)

    def use(self, options: dict[str, Any], **wrong: Any) -> str:
        """Answer `navigator.credentials.get`."""
        self.counter += 1
        client = self._client("webauthn.get", options, wrong)
        data = self._data(options["rpId"], wrong, PRESENT | VERIFIED)
        signed = wrong.get("signer", self.key).sign(data + sha256(client).digest())
        response = {
            "clientDataJSON": text_of(client),
            "authenticatorData": text_of(data),
            "signature": text_of(signed),
            "userHandle": text_of(wrong.get("owner", self.owner)),
        }
        return self._told(response, wrong)

    def _client(self, kind: str, options: dict[str, Any], wrong: dict[str, Any]) -> bytes:
        said = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", options["challenge"]),
            "origin": wrong.get("origin", ORIGIN),
            "crossOrigin": wrong.get("cross_origin", False),
        }
        return json.dumps(said).encode()

    def _data(self, site: str, wrong: dict[str, Any], flags: int) -> bytes:
        name = wrong.get("site", site)
        return sha256(name.encode()).digest() + struct.pack(">BI", wrong.get("flags", flags), self.counter)

    def _told(self, response: dict[str, str], wrong: dict[str, Any]) -> str:
        shown = text_of(wrong.get("credential", self.credential))
        return json.dumps({"id": shown, "rawId": shown, "type": "public-key", "response": response})
