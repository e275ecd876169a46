"""A form changed without its editor: what its fields say and whether they must be filled. Rules stay as written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ASKED = frozenset(
    {"textfield", "textarea", "number", "datetime", "radio", "select", "checklist", "checkbox", "filepicker"}
)

_UNLABELLED = frozenset({"text", "separator", "spacer"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A component as a table shows it; texts that it does not have are empty. `place` is its way into the form.

    `id` is what a fault of the form names it by.
    """

    place: str
    id: str
    type: str
    key: str
    label_hi: str
    label_en: str
    hint_hi: str
    hint_en: str
    pii: str
    is_required: bool
    may_be_required: bool


def is_form(data: bytes) -> bool:
    """Whether an editor can show these bytes: a schema with its components, however wrong those may be."""
    try:
        form = _read(data)
    except ValueError:
        return False
    return all(isinstance(each, dict) and isinstance(each.get("type"), str) for each in form["components"])


def entries(data: bytes) -> list[Entry]:
    """Return the components of a form in their order, those inside others behind them. Raises ValueError."""
    return [
        _entry(place, component)
        for place, component in _components(_read(data), "")
        if component.get("type") not in _UNLABELLED
    ]


def change_texts(data: bytes, texts: Mapping[str, Mapping[str, str]], required: Mapping[str, bool]) -> bytes:
    """Return the form with these texts (`label_hi`, `label_en`, `hint_hi`, `hint_en`) at these places.

    `required` says of places whether they must be filled. Nothing else changes. Raises ValueError.
    """
    form = _read(data)
    for place, component in _components(form, ""):
        said = texts.get(place, {})
        if not said:
            continue
        properties = component.setdefault("properties", {})
        for name, holder, key in (
            ("label_hi", component, _label_key(component)),
            ("label_en", properties, "label_en"),
            ("hint_hi", component, "description"),
            ("hint_en", properties, "description_en"),
        ):
            _put(holder, key, said.get(name))
        if place in required and component.get("type") in _ASKED:
            _require(component, is_required=required[place])
    return orjson.dumps(form, option=orjson.OPT_INDENT_2)


def renamed(data: bytes, key: str, title_hi: str, title_en: str) -> bytes:
    """Return a copy of a form under another key and title. Raises ValueError."""
    form = _read(data)
    form["id"] = key
    form.setdefault("properties", {}).update(label_hi=title_hi, label_en=title_en)
    return orjson.dumps(form, option=orjson.OPT_INDENT_2)


def _read(data: bytes) -> dict[str, Any]:
    form = orjson.loads(data)
    if not isinstance(form, dict) or not isinstance(form.get("components"), list):
        raise ValueError("not a form")  # noqa: TRY004 - of bytes that are no form
    return form


def _components(holder: Mapping[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, component in enumerate(holder.get("components") or []):
        own = f"{place}{number}"
        yield own, component
        yield from _components(component, f"{own}.")


def _entry(place: str, component: Mapping[str, Any]) -> Entry:
    properties = component.get("properties") or {}
    return Entry(
        place=place,
        id=str(component.get("id") or component.get("key") or ""),
        type=str(component.get("type") or ""),
        key=str(component.get("key") or component.get("path") or ""),
        label_hi=str(component.get(_label_key(component)) or ""),
        label_en=str(properties.get("label_en") or ""),
        hint_hi=str(component.get("description") or ""),
        hint_en=str(properties.get("description_en") or ""),
        pii=str(properties.get("pii") or ""),
        is_required=bool((component.get("validate") or {}).get("required")),
        may_be_required=component.get("type") in _ASKED,
    )


def _label_key(component: Mapping[str, Any]) -> str:
    """Where the schema keeps a component's label: of a day or a time under a name of its own."""
    return next((key for key in ("dateLabel", "timeLabel") if component.get(key)), "label")


def _put(holder: dict[str, Any], key: str, text: str | None) -> None:
    """Set a text; an empty one is taken out, none leaves what is there."""
    if text:
        holder[key] = text
    elif text is not None:
        holder.pop(key, None)


def _require(component: dict[str, Any], *, is_required: bool) -> None:
    rules = component.setdefault("validate", {})
    if is_required:
        rules["required"] = True
    else:
        rules.pop("required", None)
    if not rules:
        del component["validate"]
