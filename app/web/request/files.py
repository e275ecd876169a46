"""A file on its way out: to be taken away, never shown in the frame of this site, whatever it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, g, redirect, request, url_for

from app.domain.text import ascii_digits
from app.services.papers import bundles
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.papers import Spoken

_DIGITS = 3


def file_response(data: bytes | Iterator[bytes], media_type: str, name: str) -> Response:
    """The answer that hands a file over."""
    return Response(
        data,
        mimetype=media_type,
        headers={
            "Content-Disposition": attachment(name),
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def attachment(name: str) -> str:
    """A header for a file name in any script (RFC 6266): an ASCII stand-in, and the true name encoded."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    stem, dot, ending = plain.rpartition(".")
    plain = f"{stem.strip('._') or 'document'}{dot}{ending}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def language_asked() -> Spoken:
    """In which language a paper is wanted that is drawn when it is asked for; Hindi where nothing is said."""
    asked = request.args.get("language", "")
    return asked if asked in ("en", "both") else "hi"  # type: ignore[return-value]


def ask_letter_file(requisition_id: UUID) -> ResponseReturnValue:
    """Have a part of a letter's papers put into one ZIP, or one file to print: that of the form, or the first."""
    text = ascii_digits(request.form.get("part", ""))
    part = int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 1
    kind = bundles.PRINT if request.form.get("as") == "print" else bundles.ZIP
    return ask_file(bundles.Wanted(kind, requisition_id, part=part))


def ask_file(wanted: bundles.Wanted) -> ResponseReturnValue:
    """Have a file made of many documents; the page that is led to tells how far it is."""
    bundle_id = bundles.ask(transaction.database(), g.actor, wanted, transaction.now())
    return redirect(url_for("bundles.show", bundle_id=bundle_id), code=303)
