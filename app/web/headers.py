"""What every answer carries: a strict policy for content, no caching of pages, no sniffing, compression."""

from __future__ import annotations

import secrets
from gzip import GzipFile
from io import BytesIO
from typing import TYPE_CHECKING

from flask import request

if TYPE_CHECKING:
    from flask import Flask, Response

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
}
_YEAR = "max-age=31536000; includeSubDomains"
_WORTH_PACKING = 1_000  # bytes; a shorter answer fits one network packet as it is
_PACKED = ("text/html", "image/svg+xml", "application/json", "text/csv")


def install(app: Flask, *, secure: bool) -> None:
    """Put the headers on every answer, error pages included. `secure`: the district serves over https."""

    def finish(response: Response) -> Response:
        headers = response.headers
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("Cache-Control", "no-store")
        if secure:
            headers.setdefault("Strict-Transport-Security", _YEAR)
        return _packed(response)

    app.after_request(finish)


def _packed(response: Response) -> Response:
    """Compress a page. The random name in the gzip head hides the page's length (the BREACH attack reads lengths)."""
    if (
        response.direct_passthrough
        or response.mimetype not in _PACKED
        or "Content-Encoding" in response.headers
        or "gzip" not in request.headers.get("Accept-Encoding", "")
    ):
        return response
    data = response.get_data()
    if len(data) < _WORTH_PACKING:
        return response
    buffer = BytesIO()
    padding = secrets.token_hex(secrets.randbelow(48))
    with GzipFile(filename=padding, mode="wb", compresslevel=4, fileobj=buffer, mtime=0) as packer:
        packer.write(data)
    response.set_data(buffer.getvalue())
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
