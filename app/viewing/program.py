"""A program of its own: draws one page of a PDF, from stdin to stdout, within bounds that it sets itself.

Started by `app.viewing`; its arguments are the number of the page and the pixels that it is wide. What it writes is a
line, `<page> <pages>`, and then the picture. A page that takes it past its bounds, or breaks it, ends it before that.
"""

from __future__ import annotations

import sys

import pypdfium2

from app.apart import set_bounds

_CPU_SECONDS = 1  # a page takes 0.12, with the start of the program; one scanned at 600 dpi 0.5
_MEMORY_BYTES = 600_000_000  # of addresses
_TALLEST = 3  # times its width; a longer page gets narrower
_JPEG_QUALITY = 75


def draw(data: bytes, number: int, width: int) -> None:
    """Raises what the library raises on a file that is none, and ValueError for a page without any extent."""
    document = pypdfium2.PdfDocument(data)
    if document.get_formtype():
        document.init_forms()  # what is filled into a form's boxes is drawn by that alone
    pages = len(document)
    number = min(max(number, 1), pages)
    sys.stdout.buffer.write(f"{number} {pages}\n".encode())
    sys.stdout.buffer.flush()
    page = document[number - 1]
    across, down = page.get_size()
    if not (across > 0 and down > 0):
        raise ValueError
    scale = min(width / across, _TALLEST * width / down)
    drawn = page.render(scale=scale).to_pil()
    drawn.save(sys.stdout.buffer, "JPEG", quality=_JPEG_QUALITY, optimize=True)


def main() -> int:
    set_bounds(_CPU_SECONDS, _MEMORY_BYTES)
    draw(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
