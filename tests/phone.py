"""The telephone of an officer with his authenticator app: hands out codes, none of them twice."""

from __future__ import annotations

from base64 import b32decode
from typing import TYPE_CHECKING

from app.domain import totp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class Phone:
    """`code(now)` is what the app shows, or has just shown, or will show next: three at one moment, then no more."""

    def __init__(self, secret: str) -> None:
        letters = secret.replace(" ", "")
        self.secret = b32decode(letters + "=" * (-len(letters) % 8))
        self._last = -1

    def code(self, now: datetime) -> str:
        here = totp.step_of(now)
        self._last = max(self._last + 1, here - totp.SKEW)
        assert self._last <= here + totp.SKEW, "the app shows no further code yet"
        return totp.code(self.secret, self._last)

    def fresh_code(self, clock: Callable[[], datetime], wait: Callable[[float], None]) -> str:
        """The code of the step under way or of the next one, waiting for it where both were used.

        For pages that run by the machine's clock: the code of the step before could run out on its way to the server.
        """
        self._last = max(self._last, totp.step_of(clock()) - 1)
        while self._last >= totp.step_of(clock()) + totp.SKEW:
            wait(1.0)
        return self.code(clock())
