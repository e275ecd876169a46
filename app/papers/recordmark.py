"""The mark of the record in a paper: the newest signed checkpoint at its issue, in the file's document information.

A paper that has left the office is a copy of that checkpoint in a stranger's hand: it says nothing on the page, and
proves with `flask audit verify --checkpoint` whether the record still holds what it held then.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import pikepdf

_NOTE, _KEY = pikepdf.Name("/SatyapanRecord"), pikepdf.Name("/SatyapanRecordKey")
_LONGEST = 2000  # letters, as the table of checkpoints has room for


@dataclass(frozen=True, slots=True)
class RecordMark:
    """A checkpoint as a paper carries it: its signed text, and the id of the key that signed (hexadecimal)."""

    note: str
    key_id: str


def marked(pdf: bytes, mark: RecordMark) -> bytes:
    """The file with the mark in its document information, no page changed; the same file gives the same bytes."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as paper:
        note(paper, mark)
        paper.save(out, deterministic_id=True)
    return out.getvalue()


def note(paper: pikepdf.Pdf, mark: RecordMark) -> None:
    """Write the mark into a file that is not saved yet."""
    paper.docinfo[_NOTE] = mark.note
    paper.docinfo[_KEY] = mark.key_id


def read_mark(data: bytes) -> RecordMark | None:
    """The mark that a file carries; None for a paper that is older than marks, and for what is no readable PDF."""
    try:
        with pikepdf.open(BytesIO(data)) as paper:
            found = paper.trailer.get(pikepdf.Name.Info, pikepdf.Dictionary())
            note, key_id = (str(found.get(name, "")) for name in (_NOTE, _KEY))
    except (pikepdf.PdfError, pikepdf.PasswordError, TypeError, ValueError, AttributeError):
        return None
    return RecordMark(note, key_id) if 0 < len(note) <= _LONGEST else None
