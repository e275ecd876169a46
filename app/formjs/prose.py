"""The texts of a form: headings, paragraphs and lists of a small markdown, as plain parts and never as HTML."""

from __future__ import annotations

import re
from typing import Any

_HEADING = re.compile(r"(#{1,4})\s+(.*)")
_POINT = re.compile(r"(?:[-*]|\d{1,2}[.)])\s+(.*)")
_STRONG = re.compile(r"\*\*(.+?)\*\*")

Span = tuple[bool, str]  # whether it is strong, and its text


def paragraphs(text: str) -> list[tuple[str, Any]]:
    """("heading", spans), ("text", spans) and ("list", [spans, ...]) in their order."""
    parts: list[tuple[str, Any]] = []
    is_open = False  # whether the last paragraph goes on in the next line
    for line in (each.strip() for each in text.splitlines()):
        heading, point = _HEADING.fullmatch(line), _POINT.fullmatch(line)
        if heading:
            parts.append(("heading", _spans(heading[2])))
        elif point and parts and parts[-1][0] == "list":
            parts[-1][1].append(_spans(point[1]))
        elif point:
            parts.append(("list", [_spans(point[1])]))
        elif line and is_open:
            parts[-1][1].extend([(False, " "), *_spans(line)])
        elif line:
            parts.append(("text", _spans(line)))
        is_open = bool(line) and not heading and not point
    return parts


def _spans(text: str) -> list[Span]:
    """A line cut at its `**strong**` words."""
    return [(place % 2 == 1, part) for place, part in enumerate(_STRONG.split(text)) if part]
