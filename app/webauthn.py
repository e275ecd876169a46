"""Passkeys after the standard (W3C Web Authentication 2): what a browser is asked, and the proof of its answer.

Nothing here knows officers or tables. No attestation is asked for: who made a key is nobody's business here; that
its holder was verified by it (PIN, finger, face) is. What a browser signs names the address of its page, so that an
answer given to another site proves nothing.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import orjson
from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.webauthn import AuthenticationResponse, CollectedClientData, RegistrationResponse

from app.config import LOCAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fido2.webauthn import AuthenticatorData

Response = TypeVar("Response", RegistrationResponse, AuthenticationResponse)

#: Of 128 bits of security, and PKCS#1 v1.5 with as many bits of RSA as the chips of computers make (decisions/049).
_STRONG: tuple[type[CoseKey], ...] = (ES256, EdDSA)
_WITH_RSA: tuple[type[CoseKey], ...] = (*_STRONG, RS256)
#: Signs of an answer; the longest honest one (RSA key, long id) has fewer than 4,000.
LONGEST = 16_000
CHALLENGE_BYTES = 32
_ID_BYTES = range(16, 1_024)  # of a credential (section 4)
_RSA_BITS = range(2_048, 8_193)
_MILLISECONDS = 120_000  # that the browser waits for its user
_DEFAULT_PORTS = {"https": 443, "http": 80}


class NotProven(Exception):
    """The answer proves nothing; `fault` says in one word why, for the record."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys hold: the name that browsers tie them to (RP id), and the one address of pages that use them."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Made:
    """A new key: its id, its public half (COSE), and how often it has signed."""

    credential: bytes
    public_key: bytes
    counter: int


def site(public_address: str) -> Site | None:
    """The site of an installation by its public address; None where browsers would make no passkey.

    They want https and a name; this machine itself is called localhost, for a number is no name.
    """
    parts = urlsplit(public_address)
    host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    if host in LOCAL:
        host = "localhost"
    elif parts.scheme != "https" or not host or _is_number(host):
        return None
    shown = "" if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{port}"
    return Site(host, f"{parts.scheme}://{host}{shown}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


# -- what a browser is asked ------------------------------------------------------------------------------


def to_make(
    here: Site,
    challenge: bytes,
    owner: bytes,
    names: tuple[str, str],
    known: Sequence[bytes],
    *,
    takes_rsa_2048: bool,
) -> dict[str, Any]:
    """Options for a new passkey of an owner, as JSON. `names`: of his account, and his own; `known`: keys he has."""
    return {
        "rp": {"id": here.name, "name": "e-Satyapan"},
        "user": {"id": _text(owner), "name": names[0], "displayName": names[1]},
        "challenge": _text(challenge),
        "pubKeyCredParams": [
            {"type": "public-key", "alg": each.ALGORITHM} for each in _kinds(takes_rsa_2048)
        ],
        "timeout": _MILLISECONDS,
        "excludeCredentials": _listed(known),
        "authenticatorSelection": {
            "residentKey": "required",  # the door asks for a key before it knows whose
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def _kinds(takes_rsa_2048: bool) -> tuple[type[CoseKey], ...]:  # noqa: FBT001
    return _WITH_RSA if takes_rsa_2048 else _STRONG


def to_use(here: Site, challenge: bytes, known: Sequence[bytes] = ()) -> dict[str, Any]:
    """Options for the use of a passkey, as JSON: of one of these, or of whichever its holder chooses."""
    return {
        "rpId": here.name,
        "challenge": _text(challenge),
        "timeout": _MILLISECONDS,
        "allowCredentials": _listed(known),
        "userVerification": "required",
    }


def _listed(credentials: Sequence[bytes]) -> list[dict[str, str]]:
    return [{"type": "public-key", "id": _text(each)} for each in credentials]


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


# -- what it answers --------------------------------------------------------------------------------------


def made(answer: str, challenge: bytes, here: Site, *, takes_rsa_2048: bool) -> Made:
    """The key that a browser made for this challenge (section 7.1). Raises NotProven."""
    found = _parsed(RegistrationResponse, answer)
    data = found.response.attestation_object.auth_data
    _check(found.response.client_data, data, CollectedClientData.TYPE.CREATE, challenge, here)
    credential = data.credential_data
    if credential is None or credential.credential_id != found.raw_id or len(found.raw_id) not in _ID_BYTES:
        raise NotProven("answer")
    if not _is_key(credential.public_key, _kinds(takes_rsa_2048)):
        raise NotProven("algorithm")
    return Made(found.raw_id, cbor.encode(dict(credential.public_key)), data.counter)


class Use:
    """A browser's answer by a passkey (section 7.2): whose it says it is, to be proven by that key's public half."""

    def __init__(self, answer: str) -> None:
        """Read the answer. Raises NotProven for what is none."""
        self._found = _parsed(AuthenticationResponse, answer)
        self.credential: bytes = self._found.raw_id
        self.owner: bytes | None = self._found.response.user_handle
        self.counter: int = self._found.response.authenticator_data.counter

    def prove(self, public_key: bytes, challenge: bytes, here: Site, *, takes_rsa_2048: bool) -> None:
        """Check what was signed, where, and by whom. Raises NotProven, also for a key too weak by now."""
        response = self._found.response
        _check(
            response.client_data,
            response.authenticator_data,
            CollectedClientData.TYPE.GET,
            challenge,
            here,
        )
        if is_weak(public_key) and not takes_rsa_2048:
            raise NotProven("weak")
        key = CoseKey.parse(cbor.decode(public_key))  # type: ignore[arg-type]
        try:
            key.verify(response.authenticator_data + response.client_data.hash, response.signature)
        except InvalidSignature:
            raise NotProven("signature") from None


def _parsed(kind: type[Response], answer: str) -> Response:
    """An answer as the standard writes it in JSON."""
    if len(answer) > LONGEST:
        raise NotProven("answer")
    try:
        found: Response | None = kind.from_dict(_plain(orjson.loads(answer)))
    except Exception as broken:  # the library trips over hostile bytes in ways that it does not list
        raise NotProven("answer") from broken
    if found is None:
        raise NotProven("answer")
    return found


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    """What counts of an answer, all of it texts: of a number the library would make as many zero bytes."""
    response = answer["response"]
    if not all(isinstance(each, str) for each in (answer["id"], answer["rawId"], *response.values())):
        raise NotProven("answer")
    return {"id": answer["id"], "rawId": answer["rawId"], "response": dict(response)}


def _check(
    client: CollectedClientData, data: AuthenticatorData, kind: str, challenge: bytes, here: Site
) -> None:
    """Check what making and using have in common: act, place, question, and that the holder was verified."""
    if client.type != kind:
        raise NotProven("kind")
    if client.origin != here.origin or client.cross_origin:
        raise NotProven("origin")
    if not hmac.compare_digest(data.rp_id_hash, sha256(here.name.encode()).digest()):
        raise NotProven("site")
    if not hmac.compare_digest(client.challenge, challenge):
        raise NotProven("challenge")
    if not data.is_user_present() or not data.is_user_verified():
        raise NotProven("unverified")


def is_weak(public_key: bytes) -> bool:
    """Whether a key that was taken is one of RSA."""
    return isinstance(CoseKey.parse(cbor.decode(public_key)), RS256)  # type: ignore[arg-type]


def _is_key(key: CoseKey, kinds: Sequence[type[CoseKey]]) -> bool:
    """Whether a key is of a kind that we take, and something can be proven by it."""
    if type(key) not in kinds:
        return False
    try:
        if isinstance(key, RS256) and 8 * len(key[-1].lstrip(b"\0")) not in _RSA_BITS:
            return False
        key.verify(b"", b"")
    except InvalidSignature:
        return True
    except Exception:  # noqa: BLE001 - of numbers that are no key the library says so in many ways
        return False
    return False
