"""Built-in functions over ranges: DMN 10.3.4.9, after Allen's interval algebra. A point is a range of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.feel.compare import compare
from app.feel.functions.registry import Registry
from app.feel.literals import read_literal
from app.feel.values import Range

if TYPE_CHECKING:
    from collections.abc import Callable

RANGES = Registry()
_ENDS = re.compile(r"\s*([\[\](])(.+?)\.\.(.+)([\])\[])\s*", re.DOTALL)


def _lt(left: Any, right: Any) -> bool | None:
    return compare("<", left, right)


def _eq(left: Any, right: Any) -> bool | None:
    return compare("=", left, right)


def as_range(value: Any) -> Range:
    """The range itself, or the range that holds exactly this point."""
    return value if isinstance(value, Range) else Range(value, value, start_included=True, end_included=True)


def _before(a: Range, b: Range) -> Any:
    touching = _eq(a.end, b.start) and not (a.end_included and b.start_included)
    return _lt(a.end, b.start) or touching


def _meets(a: Range, b: Range) -> Any:
    return a.end_included and b.start_included and _eq(a.end, b.start)


def _starts_no_later(a: Range, b: Range) -> Any:
    same = _eq(a.start, b.start) and (a.start_included or not b.start_included)
    return _lt(a.start, b.start) or same


def _ends_no_earlier(a: Range, b: Range) -> Any:
    same = _eq(a.end, b.end) and (a.end_included or not b.end_included)
    return _lt(b.end, a.end) or same


def _includes(a: Range, b: Range) -> Any:
    return _starts_no_later(a, b) and _ends_no_earlier(a, b)


def _overlaps(a: Range, b: Range) -> Any:
    return not _before(a, b) and not _before(b, a)


def _overlaps_before(a: Range, b: Range) -> Any:
    starts_first = _lt(a.start, b.start) or (
        _eq(a.start, b.start) and a.start_included and not b.start_included
    )
    ends_first = _lt(a.end, b.end) or (_eq(a.end, b.end) and (not a.end_included or b.end_included))
    return starts_first and _overlaps(a, b) and ends_first


def _overlaps_after(a: Range, b: Range) -> Any:
    starts_last = _lt(b.start, a.start) or (
        _eq(a.start, b.start) and b.start_included and not a.start_included
    )
    ends_last = _lt(b.end, a.end) or (_eq(a.end, b.end) and (a.end_included or not b.end_included))
    return starts_last and _overlaps(a, b) and ends_last


def _finishes(a: Range, b: Range) -> Any:
    return _eq(a.end, b.end) and a.end_included == b.end_included and _starts_no_later(b, a)


def _starts(a: Range, b: Range) -> Any:
    return _eq(a.start, b.start) and a.start_included == b.start_included and _ends_no_earlier(b, a)


def _coincides(a: Range, b: Range) -> Any:
    same_ends = a.start_included == b.start_included and a.end_included == b.end_included
    return same_ends and _eq(a.start, b.start) and _eq(a.end, b.end)


def _declare(name: str, relation: Callable[[Range, Range], Any], *signatures: str) -> None:
    def body(left: Any, right: Any) -> bool | None:
        first, second = as_range(left), as_range(right)
        if (
            None in (first.start, first.end, second.start, second.end)
            or _eq(first.start, second.start) is None
        ):
            return None
        return bool(relation(first, second))

    RANGES.add(name, *signatures)(body)


def _inverse(relation: Callable[[Range, Range], Any]) -> Callable[[Range, Range], Any]:
    return lambda a, b: relation(b, a)


_BOTH = "range1: range, range2: range"
_POINT_RANGE = "point: point, range: range"
_RANGE_POINT = "range: range, point: point"
_POINTS = "point1: point, point2: point"
for _name, _relation, _signatures in (
    ("before", _before, (_POINTS, _POINT_RANGE, _RANGE_POINT, _BOTH)),
    ("after", _inverse(_before), (_POINTS, _POINT_RANGE, _RANGE_POINT, _BOTH)),
    ("meets", _meets, (_BOTH,)),
    ("met by", _inverse(_meets), (_BOTH,)),
    ("overlaps", _overlaps, (_BOTH,)),
    ("overlaps before", _overlaps_before, (_BOTH,)),
    ("overlaps after", _overlaps_after, (_BOTH,)),
    ("finishes", _finishes, (_POINT_RANGE, _BOTH)),
    ("finished by", _inverse(_finishes), (_RANGE_POINT, _BOTH)),
    ("includes", _includes, (_RANGE_POINT, _BOTH)),
    ("during", _inverse(_includes), (_POINT_RANGE, _BOTH)),
    ("starts", _starts, (_POINT_RANGE, _BOTH)),
    ("started by", _inverse(_starts), (_RANGE_POINT, _BOTH)),
    ("coincides", _coincides, (_POINTS, _BOTH)),
):
    _declare(_name, _relation, *_signatures)


@RANGES.add("range", "from: string")
def _range(text: str) -> Range | None:
    """`[1..3]`: both ends literals, in order."""
    match = _ENDS.fullmatch(text)
    if match is None:
        return None
    start, end = read_literal(match[2].strip()), read_literal(match[3].strip())
    if not compare("<=", start, end):
        return None
    return Range(start, end, start_included=match[1] == "[", end_included=match[4] == "]")
