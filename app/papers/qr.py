"""The QR code of a paper, as a picture."""

from __future__ import annotations

from io import BytesIO

import segno


def qr_png(data: str) -> bytes:
    """Draw the QR code of a text (level M: a stamp or a fold may cover a seventh of it) as PNG bytes."""
    picture = BytesIO()
    segno.make(data, error="m", micro=False).save(picture, kind="png", scale=6, border=2)
    return picture.getvalue()
