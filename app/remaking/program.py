"""A program of its own: makes one uploaded file anew, from stdin to stdout, within bounds that it sets itself.

Started by `app.remaking`. Its arguments are the most pixels and the most pages that a file may have. What it writes
begins with a line: `ok <media type>`, or `no <reason>`. A file that takes it past its bounds, or breaks it, ends it
without such a line.
"""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pikepdf
from PIL import Image, ImageOps

from app.apart import set_bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

_CPU_SECONDS = 10
_MEMORY_BYTES = 1_200_000_000
_LONG_SIDE = 2000  # pixels; a page stays readable, a photo shrinks to about 400 kB
_JPEG_QUALITY = 82
_MAX_DEPTH = 60  # of values within values; honest files have a handful

#: Names under which a PDF keeps scripts, forms that run, and other files.
_ACTIVE_KEYS = ("/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMedia", "/RichMediaContent")
#: Kinds of action (`/S`) and of annotation (`/Subtype`) that start, send or play something.
_ACTIVE_ACTIONS = frozenset(
    (
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/Movie",
        "/Sound",
    )
)
_ACTIVE_NOTES = frozenset(("/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"))


class Refused(Exception):
    """The file cannot be kept; the reason is one word."""


def remake(data: bytes, most_pixels: int, most_pages: int) -> tuple[str, bytes]:
    """The file as it will be kept, and its media type. Raises Refused; whatever a decoder raises on broken bytes."""
    if data.startswith(b"%PDF-"):
        return "application/pdf", _pdf(data, most_pages)
    return "image/jpeg", _picture(data, most_pixels)


def _picture(data: bytes, most_pixels: int) -> bytes:
    """Drawn anew on a white sheet: upright, shrunk, with nothing of the file but its picture."""
    try:
        picture = Image.open(BytesIO(data), formats=("JPEG", "PNG"))
    except Image.DecompressionBombError:
        raise Refused("pixels") from None
    if picture.width * picture.height > most_pixels:
        raise Refused("pixels")
    picture.draft("RGB", (_LONG_SIDE, _LONG_SIDE))
    drawn: Image.Image = picture
    if drawn.mode.startswith("I"):  # 16 bits of grey
        drawn = drawn.convert("I").point(lambda shade: shade / 256).convert("L")
    drawn = ImageOps.exif_transpose(drawn)
    drawn = drawn.convert("RGBA" if drawn.has_transparency_data else "RGB")
    drawn.thumbnail((_LONG_SIDE, _LONG_SIDE))
    sheet = Image.new("RGB", drawn.size, "white")
    sheet.paste(drawn, mask=drawn if drawn.mode == "RGBA" else None)
    kept = BytesIO()
    sheet.save(kept, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return kept.getvalue()


def _pdf(data: bytes, most_pages: int) -> bytes:
    """Rewritten without what stands behind its end and without its particulars; refused when it could act."""
    try:
        pdf = pikepdf.open(BytesIO(data))
    except pikepdf.PasswordError:
        raise Refused("active") from None
    if len(pdf.pages) > most_pages:
        raise Refused("pages")
    if not len(pdf.pages):
        raise Refused("kind")
    if pdf.is_encrypted or any(_is_active(each) for each in _dictionaries(pdf)):
        raise Refused("active")
    for name in ("/Metadata", "/PieceInfo", "/OpenAction"):
        if name in pdf.Root:
            del pdf.Root[name]
    del pdf.docinfo
    kept = BytesIO()
    # Streams go over as they lie: unpacking one may take all of the memory, and packs nothing better.
    pdf.save(kept, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return kept.getvalue()


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file: of its objects, of its streams, and those that stand within others."""
    waiting = [(each, 0) for each in pdf.objects]
    while waiting:
        thing, depth = waiting.pop()
        if depth > _MAX_DEPTH:
            raise Refused("kind")
        if isinstance(thing, pikepdf.Stream):
            waiting.append((thing.stream_dict, depth + 1))
        elif isinstance(thing, pikepdf.Dictionary):
            yield thing
            waiting += _inner((value for _, value in thing.items()), depth)
        elif isinstance(thing, pikepdf.Array):
            waiting += _inner(iter(thing), depth)


def _inner(values: Iterator[Any], depth: int) -> list[tuple[Any, int]]:
    """What stands within a container itself; what it only points to is an object of its own."""
    return [(each, depth + 1) for each in values if isinstance(each, pikepdf.Object) and not each.is_indirect]


def _is_active(thing: Any) -> bool:
    return (
        any(key in thing for key in _ACTIVE_KEYS)
        or str(thing.get("/S", "")) in _ACTIVE_ACTIONS
        or str(thing.get("/Subtype", "")) in _ACTIVE_NOTES
    )


def main() -> int:
    set_bounds(_CPU_SECONDS, _MEMORY_BYTES)
    try:
        media_type, kept = remake(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    except Refused as refused:
        sys.stdout.buffer.write(f"no {refused}\n".encode())
    else:
        sys.stdout.buffer.write(f"ok {media_type}\n".encode() + kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
