"""What we sign into a browser's hands: the session's cookie and the token of its forms, by signers made once."""

from __future__ import annotations

import secrets
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import current_app, g, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer, TimestampSigner, URLSafeTimedSerializer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

_TOKEN = "csrf_token"  # noqa: S105 - the field's name, as Flask-WTF has it in forms, session and `g`
_SALT = "wtf-csrf-token"  # Flask-WTF reads what we write


class _Signer(TimestampSigner):
    """Signs with a key that is derived once, not at each signature."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._derive = cache(super().derive_key)

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return self._derive(secret_key)


class _Serializer(URLSafeTimedSerializer):
    """Keeps the signer of its own salt; a signer holds nothing but keys, so threads may share it."""

    default_signer = _Signer

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._own: TimestampSigner = super().make_signer()  # type: ignore[assignment]

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        return self._own if salt is None else super().make_signer(salt)

    def iter_unsigners(self, salt: str | bytes | None = None) -> Iterator[TimestampSigner]:
        if salt is None:
            yield self._own
        else:
            yield from super().iter_unsigners(salt)


class _Sessions(SecureCookieSessionInterface):
    """Flask's sessions in signed cookies; Flask itself makes a signer and its keys anew for every request."""

    def __init__(self, secret: bytes) -> None:
        self._kept = _Serializer(
            secret,
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:  # noqa: ARG002 - as Flask calls it
        return self._kept


def form_token() -> str:
    """The token of this page's forms, signed once a page; Flask-WTF checks it when a form comes back."""
    token: str | None = g.get(_TOKEN)
    if token is None:
        own = session.get(_TOKEN)
        if own is None:
            own = session[_TOKEN] = secrets.token_hex(20)
        token = current_app.extensions["form_tokens"].dumps(own)
        g.csrf_token = token
    return token


def install(app: Flask) -> None:
    """Sign by the application's key; after Flask-WTF, whose `csrf_token` this takes the place of."""
    secret: bytes = app.config["SECRET_KEY"]
    app.session_interface = _Sessions(secret)
    app.extensions["form_tokens"] = _Serializer(secret, salt=_SALT)
    app.jinja_env.globals[_TOKEN] = form_token
