"""Signing keys that never leave their tokens (PKCS#11): each opened once a process, used by one thread at a time.

A token locks itself after a few wrong PINs: one that was refused is not tried again before a restart, for whichever
key of the token, and one thread at a time opens any.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from threading import Lock, RLock
from typing import TYPE_CHECKING

import pkcs11
from pkcs11 import Mechanism
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked, PKCS11Error
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.general import UnacceptableSignerError
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from app.pades.certificate import DIGEST, Certificate, certificate_of, mechanism
from app.pades.errors import KeyRefused
from app.pades.signature import Signatory, signatory_of

if TYPE_CHECKING:
    from pathlib import Path

    from asn1crypto.algos import SignedDigestAlgorithm
    from pkcs11 import Session

    from app.config import TokenKey

_WRONG_PIN = (PinIncorrect, PinInvalid, PinLenRange, PinLocked)
#: What a module that is none, or not there, raises besides its own errors.
_NO_MODULE = (PKCS11Error, RuntimeError, OSError)


class _OnToken(PKCS11Signer):
    """A key on a token. `is_lost` once the token failed: it may be pulled out, and its session is worth nothing."""

    def __init__(self, session: Session, place: TokenKey) -> None:
        super().__init__(session, cert_label=place.label, key_label=place.label, other_certs_to_pull=None)
        self.is_lost = False
        self._place, self._turn = place, Lock()

    @cached_property
    def certificate(self) -> Certificate:
        return certificate_of(self.signing_cert.dump())

    def get_signature_mechanism_for_digest(self, digest_algorithm: str | None) -> SignedDigestAlgorithm:
        if digest_algorithm not in (DIGEST, None):
            raise UnacceptableSignerError(digest_algorithm)
        return mechanism(self.certificate)

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - the library calls it so
    ) -> bytes:
        with self._turn:
            try:
                signature: bytes = await super().async_sign_raw(data, digest_algorithm, dry_run)
            except PKCS11Error as error:
                self.is_lost = True
                _forget(self._place)
                raise KeyRefused("papers.key.no_token", file=str(self._place)) from error
        return signature


#: Who is logged in to a token is so with every thread of the process: one session a token, for all keys on it.
_SESSIONS: dict[tuple[Path, str], Session] = {}
_OPEN: dict[TokenKey, Signatory] = {}
_REFUSED: set[tuple[Path, str, str]] = set()  # module, token and PIN
_DOOR = RLock()  # before all three: two threads that try a PIN at once are two tries of it


def open_token(place: TokenKey, pin: str) -> Signatory:
    """The key of a token, with its certificate and those beside it; held open, opened anew where the token failed.

    Raises KeyRefused: no such module or token, no key and certificate of that label on it, a token that cannot sign
    as this key must, or another PIN, which is tried once.
    """
    with _DOOR:
        held = _OPEN.get(place)
        if held is None or held.is_lost:
            held = _OPEN[place] = _opened(place, pin)
        return held


def _opened(place: TokenKey, pin: str) -> Signatory:
    attempt = (place.module, place.token, pin)
    if attempt in _REFUSED:
        raise KeyRefused("papers.key.pin", file=str(place))
    try:
        session = _session(place, pin)
        signer = _OnToken(session, place)
        own, scheme = signer.signing_cert, signer.certificate.scheme  # reads the key's handle, too
        # Few tokens hash for an elliptic curve themselves: the digest is made here, and no more than it sent in.
        signer.use_raw_mechanism = scheme == "ecdsa"
        can_sign = scheme != "pss" or Mechanism.SHA256_RSA_PKCS_PSS in session.token.slot.get_mechanisms()
    except _WRONG_PIN as error:
        _REFUSED.add(attempt)
        raise KeyRefused("papers.key.pin", file=str(place)) from error
    except _NO_MODULE as error:
        _forget(place)
        raise KeyRefused("papers.key.no_token", file=str(place)) from error
    if not can_sign:
        raise KeyRefused("papers.key.no_pss", file=str(place))
    return signatory_of(signer, own, signer.cert_registry)


def _session(place: TokenKey, pin: str) -> Session:
    held = _SESSIONS.get((place.module, place.token))
    if held is None:
        held = _SESSIONS[(place.module, place.token)] = _logged_in(place, pin)
    return held


def _logged_in(place: TokenKey, pin: str) -> Session:
    """A new session. A module may know only the tokens that were in when it was loaded: it is asked to look anew.

    That ends every session of the module, so it is asked only while none is held. Raises PKCS11Error.
    """
    try:
        return _open(place, pin)
    except _WRONG_PIN:
        raise
    except PKCS11Error:
        if any(module == place.module for module, _ in _SESSIONS):
            raise
        pkcs11.lib(str(place.module)).reinitialize()
        return _open(place, pin)


def _open(place: TokenKey, pin: str) -> Session:
    criteria = TokenCriteria(label=place.token)
    return open_pkcs11_session(str(place.module), token_criteria=criteria, user_pin=pin)


def _forget(place: TokenKey) -> None:
    """Log out of a token that failed, as far as it still hears; all keys on it are opened anew."""
    with _DOOR:
        for each in [key for key in _OPEN if (key.module, key.token) == (place.module, place.token)]:
            del _OPEN[each]
        held = _SESSIONS.pop((place.module, place.token), None)
        if held is not None:
            with suppress(PKCS11Error):
                held.close()
