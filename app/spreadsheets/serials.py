"""Days as the numbers that Excel keeps for them: cells of a column of dates that have lost their format."""

from __future__ import annotations

import re
import zipfile
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.spreadsheets.archive import Row

_FIRST = date(1899, 12, 30)  # day 0; Excel counts a 29-02-1900 that never was
_NUMBER = re.compile(r"[1-7]\d{4}", re.ASCII)  # 18-05-1927 to 09-01-2119
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SINCE_1904 = re.compile(rb"date1904\s*=\s*[\"'](?:1|true)", re.IGNORECASE)


def is_day_number(text: str) -> bool:
    """Whether a text may be the number that Excel keeps for a day."""
    return _NUMBER.fullmatch(text) is not None


def read_days(data: bytes, rows: Sequence[Row]) -> int:
    """Write each number in the rows of a file as the day that it surely stands for; -> how many there were.

    Sure is that of a number among dates: in a workbook that counts from 1900, in a column of which every text is a
    date as Excel keeps one or such a number, and more are dates.
    """
    columns = _columns_of_days(rows) if _counts_from_1900(data) else set()
    count = 0
    for _, texts in rows:
        for place in columns:
            if place < len(texts) and is_day_number(texts[place]):
                texts[place] = (_FIRST + timedelta(days=int(texts[place]))).isoformat()
                count += 1
    return count


def _columns_of_days(rows: Sequence[Row]) -> set[int]:
    days: dict[int, int] = {}
    others = set[int]()
    for _, texts in rows:
        for place, text in enumerate(texts):
            if _DAY.fullmatch(text):
                days[place] = days.get(place, 0) + 1
            elif is_day_number(text):
                days[place] = days.get(place, 0) - 1
            elif text:
                others.add(place)
    return {place for place, surplus in days.items() if surplus > 0 and place not in others}


def _counts_from_1900(data: bytes) -> bool:
    """Whether a file is a workbook that counts days as Excel on Windows does; that of an old Mac begins in 1904."""
    if not data.startswith(b"PK"):
        return False
    with zipfile.ZipFile(BytesIO(data)) as parcel:
        books = [name for name in parcel.namelist() if name.endswith("workbook.xml")]
        return not any(_SINCE_1904.search(parcel.read(name)) for name in books)
