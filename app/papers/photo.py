"""The applicant's photo as it goes on paper: decoded within limits, cut to passport shape, made small."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from app.papers.errors import PaperRefused

SIZE = (354, 450)  # 25 x 32 mm at 360 dpi
_FRAME = 3
_MAX_PIXELS = 40_000_000  # a telephone's largest picture; more is a bomb
_KINDS = ("JPEG", "PNG", "WEBP")


def photo_jpeg(data: bytes) -> bytes:
    """Re-encode an uploaded photo; nothing of the upload but its picture reaches the paper.

    Raises PaperRefused when the file is no JPEG, PNG or WebP picture, is broken, or is too large.
    """
    try:
        with Image.open(BytesIO(data), formats=_KINDS) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise PaperRefused("papers.photo_too_large", width=picture.width, height=picture.height)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as cause:
        raise PaperRefused("papers.photo_unreadable") from cause
    out = BytesIO()
    framed = ImageOps.expand(ImageOps.fit(upright, SIZE), border=_FRAME, fill="#555555")
    framed.save(out, "JPEG", quality=88)
    return out.getvalue()
