"""The QR code of a paper is the library's own, to the byte, whatever its text and size."""

from __future__ import annotations

import random
from io import BytesIO

import pytest
import segno

from app.papers import qr_png

_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789-/:.?=&"


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "0" * 200,
        "\0" * 60,
        "चरित्र प्रमाणपत्र",
        *("".join(random.Random(size).choices(_LETTERS, k=size)) for size in (9, 30, 77, 140, 260, 410)),  # noqa: S311
        *(f"https://satyapan.example/v/{seed:032x}?k={seed * 7919:x}" for seed in range(7, 70_000, 7_000)),
    ],
)
def test_the_picture_is_the_librarys_own(text: str) -> None:
    picture = BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="png", scale=6, border=2)
    assert qr_png(text) == picture.getvalue()
