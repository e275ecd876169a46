"""Small charts drawn on the server: bars with words and numbers in them, for everybody, and for paper."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from markupsafe import Markup

from app.web.frame import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.services.reports.statements import Bar

MOST = 15  # bars; the table holds them all
_ROW, _WIDTH, _NUMBER = 26, 400, 60  # px of the picture, which grows with the page
_LEAST, _MOST_LABEL, _LETTER = 190, 420, 8  # px of the names; of one written sign, at most


def bars(values: Sequence[Bar], title: str) -> Markup:
    """Horizontal bars, the longest first as they come; the darker part is `part`. Empty without values."""
    shown = [bar for bar in values if bar.count][:MOST]
    if not shown:
        return Markup("")
    most = max(bar.count for bar in shown)
    height = _ROW * len(shown) + 4
    names = [language.choose(bar.name.name_hi, bar.name.name_en) for bar in shown]
    label = _room(names)
    rows = [
        _bar(*each, label, place * _ROW, most) for place, each in enumerate(zip(shown, names, strict=True))
    ]
    return Markup(
        '<svg class="bars" role="img" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" '
        'aria-label="{title}">{rows}</svg>'
    ).format(width=label + _WIDTH + _NUMBER, height=height, title=title, rows=Markup("").join(rows))


def _room(names: Sequence[str]) -> int:
    """How wide the names stand: by the longest, whose vowel signs take no room of their own."""
    longest = max(sum(unicodedata.category(sign) != "Mn" for sign in name) for name in names)
    return min(max(_LEAST, _LETTER * longest + 16), _MOST_LABEL)


def _bar(bar: Bar, name: str, label: int, top: int, most: int) -> Markup:
    whole, part = (round(_WIDTH * number / most) for number in (bar.count, bar.part))
    told = language.grouped(bar.count) + (f" ({language.grouped(bar.part)})" if bar.part else "")
    return Markup(
        '<text x="{edge}" y="{middle}" text-anchor="end">{name}</text>'
        '<rect class="whole" x="{left}" y="{y}" width="{whole}" height="16"/>'
        '<rect class="part" x="{left}" y="{y}" width="{part}" height="16"/>'
        '<text x="{end}" y="{middle}">{told}</text>'
    ).format(
        edge=label - 8,
        left=label,
        middle=top + 17,
        y=top + 5,
        name=name,
        whole=max(whole, 1),
        part=part,
        end=label + whole + 6,
        told=told,
    )
