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
        """The width of each column in mm: by its longest word, which no line should part, and its longest cell."""
        shares = [_share(head, cells) for head, *cells in zip(self.header, *self.rows, strict=True)]
        room = _UPRIGHT if self.is_bound else _SHEET
        return [room * share // sum(shares) for share in shares]


def _share(head: str, cells: Sequence[str]) -> int:
    words = (word for text in (head, *cells) for word in text.split())
    return max(1, max(map(_letters, words), default=0), min(max(map(_letters, cells), default=0), _LONGEST))


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
