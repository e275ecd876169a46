"""The QR code of a paper, as a picture: as segno draws it, whose masks and pixels are worked out a row at a time."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from struct import pack
from typing import TYPE_CHECKING, Any

from segno import encoder as typeless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

encoder: Any = typeless
_SCALE, _BORDER = 6, 2  # pixels of a module; modules of light around the code
_LENGTH = 7  # of a finder pattern, dark and light as 1011101, of which the data should have none
_OPEN = 2  # what segno writes where data may stand


def qr_png(data: str) -> bytes:
    """Draw the QR code of a text (level M: a stamp or a fold may cover a seventh of it) as PNG bytes.

    The bytes are those of segno, which chooses among eight masks by looking at every module of each, a fifth of all
    work on a paper; here a row or column is one number, and its modules are looked at together.
    """
    code = encoder.encode(data, error="m", micro=False, mask=0)
    ground = _ground(len(code.matrix))
    rows = [
        _number(row) & open_ ^ mask
        for row, open_, mask in zip(code.matrix, ground.open, ground.masks[0], strict=True)
    ]
    columns, turned = _turned(rows), ground.turned
    best = min(
        range(len(ground.masks)),
        key=lambda mask: _penalty(ground.masked(rows, mask), turned.masked(columns, mask)),
    )
    matrix = [bytearray(_bits(row, len(rows))) for row in ground.masked(rows, best)]
    encoder.add_format_info(matrix, code.version, code.error, best)
    encoder.add_version_info(matrix, code.version)
    return _png(matrix)


@dataclass(frozen=True, slots=True)
class _Lines:
    """What the lines of every code of a size have alike, a number a line, its lowest bit the first module."""

    fixed: list[int]  # patterns; where format and version will stand there is light
    open: list[int]  # where data may stand
    masks: list[list[int]]  # what each of the eight masks turns round

    def masked(self, lines: Sequence[int], mask: int) -> list[int]:
        """Whole lines, from what stands in their open places without a mask."""
        parts = zip(self.fixed, lines, self.masks[mask], strict=True)
        return [fixed | line ^ turns for fixed, line, turns in parts]


@dataclass(frozen=True, slots=True)
class _Ground(_Lines):
    """The same of rows, and in `turned` of columns."""

    turned: _Lines


@lru_cache(maxsize=40)  # there are so many sizes
def _ground(size: int) -> _Ground:
    matrix = encoder.make_matrix(size, size)
    encoder.add_finder_patterns(matrix, size, size)
    encoder.add_alignment_patterns(matrix, size, size)
    fixed = [_number(module & 1 for module in row) for row in matrix]
    matrix[-8][8] = 1  # the dark module, which is set with the format
    places = range(size)
    masks = [
        [_number(matrix[i][j] == _OPEN and turns(i, j) for j in places) for i in places]
        for turns in encoder.get_data_mask_functions(is_micro=False)
    ]
    open_ = [_number(module == _OPEN for module in row) for row in matrix]
    turned = _Lines(_turned(fixed), _turned(open_), [_turned(each) for each in masks])
    return _Ground(fixed, open_, masks, turned)


def _number(modules: Iterable[int]) -> int:
    return sum(1 << place for place, module in enumerate(modules) if module)


def _bits(line: int, size: int) -> Iterator[int]:
    return (line >> place & 1 for place in range(size))


def _turned(lines: Sequence[int]) -> list[int]:
    """The columns of rows, or the rows of columns; a code is a square."""
    return [_number(each) for each in zip(*(_bits(line, len(lines)) for line in lines), strict=True)]


def _penalty(rows: Sequence[int], columns: Sequence[int]) -> int:
    """What a mask is judged by (ISO/IEC 18004:2015, 7.8.3.1): the less, the better a code is read."""
    size = len(rows)
    inner = (1 << size - 1) - 1
    found = 0
    for line in (*rows, *columns):
        alike = ~(line ^ line >> 1) & inner
        five = alike & alike >> 1 & alike >> 2 & alike >> 3
        found += five.bit_count() + 2 * (five & ~(five << 1)).bit_count()
        found += 40 * _finders(line, size)
    for one, next_ in pairwise(rows):
        found += 3 * (~(one ^ one >> 1) & ~(next_ ^ next_ >> 1) & ~(one ^ next_) & inner).bit_count()
    dark = sum(row.bit_count() for row in rows)
    return found + 10 * int(abs(dark / size**2 * 100 - 50) / 5)


def _finders(line: int, size: int) -> int:
    """How often a line looks like a finder pattern with four light modules on one side of it."""
    places = line & line >> 2 & line >> 3 & line >> 4 & line >> 6 & ~(line >> 1) & ~(line >> 5)
    count = begin = 0
    while places:
        place = (places & -places).bit_length() - 1
        places &= places - 1
        if place < begin:
            continue
        before = line >> max(place - 4, 0) & (1 << min(place, 4)) - 1
        if place in (0, size - _LENGTH) or not before or not line >> place + _LENGTH & 0b1111:
            count, begin = count + 1, place + _LENGTH
        else:
            begin = place + 4
    return count


def _png(matrix: Sequence[bytearray]) -> bytes:
    """Write modules as a picture of one bit a pixel; a line that is like the one above says only that."""
    size = (len(matrix) + 2 * _BORDER) * _SCALE
    margin = b"\1" * (_BORDER * _SCALE)
    same = (b"\2" + bytes(-(-size // 8))) * (_SCALE - 1)
    edge = _line(b"\1" * size) * (_BORDER * _SCALE)
    lines = [_line(margin + b"".join(_PIXELS[module] for module in row) + margin) + same for row in matrix]
    head = pack(">2I5B", size, size, 1, 0, 0, 0, 0)
    body = zlib.compress(edge + b"".join(lines) + edge, 9)
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\211PNG\r\n\032\n" + b"".join(_chunk(*each) for each in chunks)


_PIXELS = (b"\1" * _SCALE, b"\0" * _SCALE)  # of a light module and a dark one
_DIGITS = bytes.maketrans(b"\0\1", b"01")


def _line(pixels: bytes) -> bytes:
    """Pack pixels eight a byte, the last one filled up with dark."""
    whole = pixels + bytes(-len(pixels) % 8)
    return b"\0" + int(whole.translate(_DIGITS), 2).to_bytes(len(whole) // 8, "big")


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))
