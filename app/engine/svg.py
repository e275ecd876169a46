"""Pieces of SVG: elements with escaped attributes, lines with round corners, rows of letters."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from app.engine.diagram import Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.engine.diagram import Box

SIZE = 13.5  # of every letter, in the drawing's own unit: pixels at full size
LINE = 17.0
_CLOSEST = 14.5  # lines nearer than this run into each other: matras above, matras below
_BEND = 8.0  # how far before a corner a flow begins to turn


def element(name: str, inside: str = "", **attributes: str | float | None) -> str:
    """Write one element around finished markup. Attributes are escaped; `class_` is class, `font_size` font-size.

    An attribute of None is left out; numbers are written to a tenth of a pixel.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def number(value: float) -> str:
    return f"{round(value, 1):g}"


def xy(x: float, y: float) -> str:
    return f"{number(x)} {number(y)}"


def rect(box: Box, corner: float | None = None) -> str:
    return element("rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=corner)


def symbol(name: str, shape: str, at: Point) -> str:
    """Draw a path moved to a point; `name` is its class."""
    return element("path", class_=name, d=shape, transform=f"translate({xy(*at)})")


def words(said: str, at: Point, name: str | None = None, anchor: str | None = None) -> str:
    """Write one row of text on its base line."""
    return element("text", escape(said), class_=name, x=at.x, y=at.y, text_anchor=anchor)


def rows(lines: Sequence[str], middle: Point, name: str = "label", apart: float = LINE) -> str:
    """Write rows of text around a middle; nothing for no rows."""
    first = middle.y - (len(lines) - 1) * apart / 2 + SIZE / 3
    spans = (
        element("tspan", escape(line), x=middle.x, y=first + at * apart) for at, line in enumerate(lines)
    )
    return element("text", " ".join(spans), class_=name, text_anchor="middle") if lines else ""


def fitting(lines: int, room: float) -> float:
    """Return the distance of rows so that they stay in their shape, never closer than the letters allow."""
    return max(_CLOSEST, min(LINE, room / lines)) if lines else LINE


def bent(points: Sequence[Point]) -> str:
    """Return the path through points, its corners rounded."""
    parts = [f"M{xy(*points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{xy(*into)}Q{xy(*corner)} {xy(*out)}")
    return "".join((*parts, f"L{xy(*points[-1])}"))


def _towards(start: Point, end: Point) -> Point:
    """Return the point a bend's length from a corner on the way to the next one, at most half way."""
    length = ((end.x - start.x) ** 2 + (end.y - start.y) ** 2) ** 0.5
    share = min(_BEND, length / 2) / length if length else 0.0
    return Point(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)
