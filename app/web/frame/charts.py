"""Small charts drawn on the server: bars with words and numbers in them, for everybody, and for paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from app.web.frame import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.services.reports.statements import Bar

MOST = 15  # bars; the table holds them all
_ROW, _LABEL, _WIDTH, _NUMBER = 26, 190, 400, 60  # px of the picture, which grows with the page


def bars(values: Sequence[Bar], title: str) -> Markup:
    """Horizontal bars, the longest first as they come; the darker part is `part`. Empty without values."""
    shown = [bar for bar in values if bar.count][:MOST]
    if not shown:
        return Markup("")
    most = max(bar.count for bar in shown)
    height = _ROW * len(shown) + 4
    rows = [_bar(bar, place * _ROW, most) for place, bar in enumerate(shown)]
    return Markup(
        '<svg class="bars" role="img" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" '
        'aria-label="{title}">{rows}</svg>'
    ).format(width=_LABEL + _WIDTH + _NUMBER, height=height, title=title, rows=Markup("").join(rows))


def _bar(bar: Bar, top: int, most: int) -> Markup:
    whole, part = (round(_WIDTH * number / most) for number in (bar.count, bar.part))
    told = language.grouped(bar.count) + (f" ({language.grouped(bar.part)})" if bar.part else "")
    return Markup(
        '<text x="{edge}" y="{middle}" text-anchor="end">{name}</text>'
        '<rect class="whole" x="{left}" y="{y}" width="{whole}" height="16"/>'
        '<rect class="part" x="{left}" y="{y}" width="{part}" height="16"/>'
        '<text x="{end}" y="{middle}">{told}</text>'
    ).format(
        edge=_LABEL - 8,
        left=_LABEL,
        middle=top + 17,
        y=top + 5,
        name=language.choose(bar.name.name_hi, bar.name.name_en),
        whole=max(whole, 1),
        part=part,
        end=_LABEL + whole + 6,
        told=told,
    )
