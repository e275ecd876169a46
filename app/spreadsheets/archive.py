"""The parcel that an .xlsx is, judged before anything opens it: how large it unpacks, what its XML holds."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

MOST_COLUMNS = 120
LONGEST = 4_000  # characters of one cell
MAX_UNPACKED = 60_000_000  # bytes of all parts
MAX_RATIO = 200  # an honest sheet of many equal cells comes near a hundred
_MAX_PARTS = 1_000
_SMALL = 200_000  # bytes below which a ratio says nothing
_BLOCK = 1 << 16
_OVERLAP = 200  # a tag may lie across two blocks
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MERGED = re.compile(rb'<(?:\w{1,20}:)?mergeCell\b[^<>]{0,60}?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_FOREIGN = re.compile(r"vbaProject|externalLinks/|embeddings/|activeX/|ctrlProps/", re.IGNORECASE)


Row = tuple[int, list[str]]


class Refused(Exception):
    """A file that is not read; `code` says why, `where` which part of it."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code, self.where = code, where


def judge(data: bytes) -> dict[str, list[str]]:
    """Unpack every part once, in pieces, and throw it away; -> path of a sheet -> its merged ranges.

    Raises Refused: `bomb` for what unpacks too large, `macro` for programs and other files within, `broken`.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as parcel:
            parts = parcel.infolist()
            if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Refused("bomb")
            if any(_FOREIGN.search(part.filename) for part in parts):
                raise Refused("macro")
            room = MAX_UNPACKED
            merged: dict[str, list[str]] = {}
            for part in parts:
                size, found = _look(parcel, part, room)
                room -= size
                if part.filename.startswith("xl/worksheets/") and found:
                    merged[part.filename] = found
            return merged
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError) as broken:
        raise Refused("broken") from broken


def _look(parcel: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> tuple[int, list[str]]:
    """How large a part really is, and the merged ranges in it; what its head says of its size is not believed."""
    is_xml = part.filename.endswith((".xml", ".rels", ".vml"))
    size, tail, found = 0, b"", []
    with parcel.open(part) as stream:
        while block := stream.read(_BLOCK):
            if not size and is_xml and (block[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in block[:64]):
                raise Refused("broken")
            size += len(block)
            if size > room or (size > _SMALL and size > MAX_RATIO * max(part.compress_size, 1)):
                raise Refused("bomb")
            if is_xml:
                seen = tail + block
                if _DTD.search(seen):
                    raise Refused("broken")
                found += [each.decode() for each in _MERGED.findall(seen)]
                tail = seen[-_OVERLAP:]
    return size, list(dict.fromkeys(found))
