"""A form as a browser posts it; and answers written that way for whoever sends a form without one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.formjs.model import Form


@dataclass(frozen=True, slots=True)
class Posted:
    """A form as it was posted, files apart; `op` names the button: submit, draft, add:list, del:row, drop:file.

    `sent_as` is the id that the page of a start form carries: what it makes takes it, so that it is made once.
    """

    values: Mapping[str, list[str]]
    op: str = "submit"
    sent_as: UUID | None = None


def as_posted(form: Form, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """The boxes of a form filled with `values`, the inverse of `read`: rows numbered, a date in three, ticks named.

    Names that are on no field of the form are left out, and so are files, which are posted apart.
    """
    kinds = {field.path: field.type for field in form.fields}
    posted: dict[str, list[str]] = {}
    for key, value in values.items():
        if kinds.get(key) != "list":
            posted |= _boxes(key, kinds.get(key, ""), value)
            continue
        posted[f"{key}-n"] = [str(len(value or []))]
        for number, row in enumerate(value or []):
            for column, cell in row.items():
                posted |= _boxes(f"{key}-{number}-{column}", kinds.get(f"{key}.{column}", ""), cell)
    return posted


def _boxes(name: str, kind: str, value: Any) -> dict[str, list[str]]:
    if value is None or kind in ("", "file"):
        return {}
    if kind in ("date", "datetime"):
        return _date_boxes(name, str(value)) if value else {}
    if kind == "month":
        year, month = str(value).split("-")
        return {f"{name}-m": [month], f"{name}-y": [year]}
    if kind == "checkbox":
        return {name: ["true"]} if value else {}
    if kind == "checklist":
        return {name: [str(each) for each in value]}
    box = f"{name}-t" if kind == "time" else name
    return {box: [str(value).lower() if isinstance(value, bool) else str(value)]}


def _date_boxes(name: str, text: str) -> dict[str, list[str]]:
    day, _, time = text.partition("T")
    at = date.fromisoformat(day)
    boxes = {f"{name}-d": [str(at.day)], f"{name}-m": [str(at.month)], f"{name}-y": [str(at.year)]}
    return boxes | ({f"{name}-t": [time[:5]]} if time else {})
