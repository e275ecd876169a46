"""Literals as text: string escapes, and single literals read without a parser."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app.feel.temporal import read_date, read_duration, read_instant, read_temporal, read_time

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_STRING = r'"(?:[^"\\]|\\.)*"'
_LITERAL = re.compile(
    rf"(?P<number>-?\d+(?:\.\d+)?)|(?P<string>{_STRING})|@(?P<at>{_STRING})"
    rf"|(?P<call>date and time|date|time|duration)\(\s*(?P<argument>{_STRING})\s*\)",
    re.DOTALL | re.ASCII,
)
_READERS = {"date": read_date, "time": read_time, "date and time": read_instant, "duration": read_duration}
_LAST_CHARACTER = 0x10FFFF


def unescape(quoted: str) -> str:
    """The text of a string literal; a backslash before any other character stays (regular expressions need it)."""

    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code:
            return chr(int(code, 16)) if int(code, 16) <= _LAST_CHARACTER else match[0]
        return _LETTERS.get(match[3], match[0])

    text = _ESCAPE.sub(character, quoted[1:-1])
    # A pair like D83D DCA9 is one character; half a pair is none.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_literal(text: str) -> Any:
    """The value of one number, string, at-literal or `date("...")`; None for any other text."""
    match = _LITERAL.fullmatch(text)
    if match is None:
        return None
    if match["number"]:
        return Decimal(match["number"])
    if match["string"]:
        return unescape(match["string"])
    if match["at"]:
        return read_temporal(unescape(match["at"]))
    return _READERS[match["call"]](unescape(match["argument"]))
