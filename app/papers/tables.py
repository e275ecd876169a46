"""A statement drawn as PDF: one table across A4 sheets on their side, its head repeated on each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unicodedata import category

from app.papers.errors import PaperRefused
from app.papers.fonts import BOLD, REGULAR, missing_letters
from app.papers.layout import environment
from app.papers.pdf import Assets, render_pages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_LONGEST = 40  # letters of a cell: what is longer goes over several lines
_SHEET, _UPRIGHT = 277, 190  # mm between the margins
_LETTER, _PADDING = 1.7, 2.0  # mm of a letter at the size of a table, and beside the text of a cell


@dataclass(frozen=True, slots=True)
class Table:
    """A statement as it is printed: title, lines above, head, rows, whether the last is the sum, lines below."""

    title: str
    language: str
    above: Sequence[str]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    is_number: Sequence[bool]
    total: bool
    below: Sequence[str]
    stamp: str
    is_practice: bool = field(kw_only=True)  # of a district for practice: every sheet says so
    #: The first sheets of a file that is bound: upright, as what follows is, and numbered with it.
    is_bound: bool = field(default=False, kw_only=True)

    @property
    def widths(self) -> list[int]:
        """The width of each column in mm: room for its longest word, never to be parted, and a share of the rest.

        The share goes by how much longer its longest cell is. Where not even the words have room, all shrink alike.
        """
        room = _UPRIGHT if self.is_bound else _SHEET
        asked = [_asked(head, cells) for head, *cells in zip(self.header, *self.rows, strict=True)]
        least = [_PADDING + _LETTER * word for word, _ in asked]
        rest = room - sum(least)
        if rest <= 0:
            return [int(room * each / sum(least)) for each in least]
        more = [longest - word for word, longest in asked]
        shares = more if any(more) else [word for word, _ in asked]
        return [int(each + rest * share / sum(shares)) for each, share in zip(least, shares, strict=True)]


def _asked(head: str, cells: Sequence[str]) -> tuple[int, int]:
    """Letters of the longest word of a column, and of its longest cell."""
    word = max((_letters(word) for text in (head, *cells) for word in text.split()), default=1)
    most = max(_LONGEST, word + _LONGEST // 2)  # a column of long words, as names of files, has a share, too
    return word, max(word, min(max(map(_letters, cells), default=0), most))


def _letters(text: str) -> int:
    """How many letters stand side by side: signs above and below one take no room."""
    return sum(category(letter) not in ("Mn", "Me") for letter in text)


def draw_table(table: Table, made_at: datetime, assets: Assets) -> bytes:
    """Draw a statement. Raises PaperRefused, PapersUnavailable."""
    texts = [table.title, table.stamp, *table.above, *table.header, *table.below]
    texts += [cell for row in table.rows for cell in row]
    letters = missing_letters("".join(texts), assets.fonts)
    if letters:
        raise PaperRefused("papers.letter_missing", letters=" ".join(letters))
    template = environment(str(assets.layouts)).get_template("statement.html")

    def html(pages: int) -> str:
        return template.render(
            table=table,
            pages=pages,
            regular=(assets.fonts / REGULAR).as_posix(),
            bold=(assets.fonts / BOLD).as_posix(),
        )

    return render_pages(html, 1, made_at, assets)
