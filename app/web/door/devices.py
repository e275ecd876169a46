"""Devices from which officers were let in before: a signed cookie that nobody can make for himself."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response

_YEAR = 31_536_000  # seconds for which a device is known
_KEPT = 20  # officers who share one office computer


class Device:
    """The device of this request: the officers who were let in from it, and its digest."""

    def __init__(self) -> None:
        self._id, self._officers = _read()

    @property
    def digest(self) -> bytes:
        """What tries from this device are counted under; empty for a device that nobody knows."""
        return sha256(self._id.encode()).digest() if self._id else b""

    @property
    def kind(self) -> str:
        """What it calls itself: `phone` or `desk`; a word for the list of sessions, and no proof of anything."""
        return "phone" if "Mobi" in request.headers.get("User-Agent", "") else "desk"

    def knows(self, officer_id: UUID) -> bool:
        return str(officer_id) in self._officers

    def remember(self, response: Response, officer_id: UUID) -> None:
        """Know this officer here from now on."""
        own = str(officer_id)
        others = [each for each in self._officers if each != own]
        known = {"device": self._id or secrets.token_hex(16), "officers": [own, *others][:_KEPT]}
        response.set_cookie(
            _name(),
            str(_signed().dumps(known)),
            max_age=_YEAR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
            path="/",
        )


def _read() -> tuple[str, list[str]]:
    try:
        found = _signed().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return "", []
    if not isinstance(found, dict):  # a cookie of an earlier version named the officers alone
        return "", []
    return str(found.get("device", "")), [str(each) for each in found.get("officers", [])][:_KEPT]


def _signed() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="device")


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"
