"""Photographs of persons who do not exist: a head and shoulders in plain shapes, with DEMO written across."""

from __future__ import annotations

from colorsys import hsv_to_rgb
from io import BytesIO

from PIL import Image, ImageDraw

_WIDTH, _HEIGHT = 240, 300
_GOLDEN = 0.618  # steps of the hue that never come near each other


def draw(number: int) -> bytes:
    """The picture of the so-many-th person, as a PNG file; each number has its own colours."""
    hue = number * _GOLDEN % 1
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), _colour(hue, 0.15, 0.95))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((20, 200, 220, 420), fill=_colour(hue + 0.5, 0.5, 0.6))
    pen.ellipse((75, 60, 165, 180), fill=_colour(0.07, 0.35 + number % 5 / 20, 0.8 - number % 4 / 10))
    pen.pieslice((68, 45, 172, 165), 180, 360, fill=_colour(0.08, 0.4, 0.15))
    pen.rectangle((0, 262, _WIDTH, _HEIGHT), fill=(255, 255, 255))
    pen.text((84, 266), "DEMO", fill=(150, 0, 0), font_size=26)
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = hsv_to_rgb(hue % 1, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)
