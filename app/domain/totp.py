"""One-time codes that an officer's telephone shows (RFC 6238: SHA-1, six digits, a new one every 30 seconds)."""

from __future__ import annotations

import hmac
from base64 import b32encode
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from datetime import datetime

STEP = 30  # seconds
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226 section 4 asks for 128 bits at least and recommends 160
#: How many steps a telephone's clock may be off, either way (RFC 6238 section 5.2).
SKEW = 1


def step_of(now: datetime) -> int:
    """The step that an instant lies in."""
    return int(now.timestamp()) // STEP


def code(secret: bytes, step: int) -> str:
    """The six digits of one step (RFC 4226 section 5.3: dynamic truncation)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def fitting_step(secret: bytes, typed: str, now: datetime, last: int | None) -> int | None:
    """The step whose code was typed, if it lies near now and after the `last` one that was accepted; else None.

    Every step is compared, so that the time taken tells nothing.
    """
    here, found = step_of(now), None
    for step in range(here - SKEW, here + SKEW + 1):
        fits = hmac.compare_digest(code(secret, step).encode(), typed.encode())
        if fits and (last is None or step > last):
            found = step
    return found


def next_step(now: datetime, last: int | None) -> int | None:
    """The first step whose code would be accepted now; None while all near ones were used."""
    here = step_of(now)
    first = here if last is None else max(here, last + 1)
    return first if first <= here + SKEW else None


def in_letters(secret: bytes) -> str:
    """The secret as an authenticator takes it by hand: base32 without padding."""
    return b32encode(secret).decode().rstrip("=")


def address(secret: bytes, account: str, issuer: str) -> str:
    """What the QR code holds: otpauth://totp/issuer:account?secret=...; the defaults of the format are ours."""
    label = quote(f"{issuer}:{account}", safe=":")
    return f"otpauth://totp/{label}?{urlencode({'secret': in_letters(secret), 'issuer': issuer}, quote_via=quote)}"
