"""Built-in functions over text."""

from __future__ import annotations

from typing import Any

from app.feel.functions.registry import Registry
from app.feel.limits import PATTERN_PRICE
from app.feel.pattern_compiler import compile_pattern
from app.feel.texts import to_text
from app.feel.values import truncated

STRINGS = Registry()


@STRINGS.add("string", "from: any")
def _string(value: Any) -> str | None:
    return None if value is None else to_text(value)


@STRINGS.add("substring", "string: string, start position: number, length?: number?")
def _substring(text: str, start: Any, length: Any = None) -> str | None:
    first, count = truncated(start), truncated(length) if length is not None else len(text)
    if not first or count is None or count < 0 or abs(first) > max(len(text), 1):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    return text[begin : begin + count]


@STRINGS.add("string length", "string: string")
def _length(text: str) -> int:
    return len(text)


@STRINGS.add("upper case", "string: string")
def _upper(text: str) -> str:
    return text.upper()


@STRINGS.add("lower case", "string: string")
def _lower(text: str) -> str:
    return text.lower()


@STRINGS.add("trim", "string: string")
def _trim(text: str) -> str:
    return text.strip()


@STRINGS.add("is blank", "string: string?")
def _is_blank(text: str | None) -> bool:
    """Not of DMN: an answer that says nothing (null, empty or spaces)."""
    return not (text or "").strip()


@STRINGS.add("substring before", "string: string, match: string")
def _before(text: str, match: str) -> str:
    return text.partition(match)[0] if match and match in text else ""


@STRINGS.add("substring after", "string: string, match: string")
def _after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@STRINGS.add("contains", "string: string, match: string")
def _contains(text: str, match: str) -> bool:
    return match in text


@STRINGS.add("starts with", "string: string, match: string")
def _starts(text: str, match: str) -> bool:
    return text.startswith(match)


@STRINGS.add("ends with", "string: string, match: string")
def _ends(text: str, match: str) -> bool:
    return text.endswith(match)


@STRINGS.add("matches", "input: string, pattern: string, flags?: string?", price=PATTERN_PRICE)
def _matches(text: str, pattern: str, flags: str | None = None) -> bool:
    return compile_pattern(pattern, flags or "").search(text) is not None


@STRINGS.add(
    "replace", "input: string, pattern: string, replacement: string, flags?: string?", price=PATTERN_PRICE
)
def _replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    return compile_pattern(pattern, flags or "").replace(text, replacement)


@STRINGS.add("split", "string: string, delimiter: string", price=PATTERN_PRICE)
def _split(text: str, delimiter: str) -> list[str]:
    return compile_pattern(delimiter, "").split(text)


@STRINGS.add("string join", "list: list, delimiter?: string?")
def _join(items: list[Any], delimiter: str | None = None) -> str | None:
    if any(item is not None and not isinstance(item, str) for item in items):
        return None
    return (delimiter or "").join(item for item in items if item is not None)
