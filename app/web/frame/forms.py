"""A posted form as the services want it: its texts by name, its button, its files."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import IO, Any
from uuid import UUID

import flask
from flask import request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items

from app.domain.text import ascii_digits
from app.services.desk.tasks import Posted
from app.services.store.documents import Upload

_OURS = {"csrf_token", "_op", "_decided", "_sent_as", "_item", "_kind", "_base", "_follows", "_age"}
_DECIDE = "decide"
_ID_VERSION = 7  # of every id that the product makes


class _Texts(ImmutableMultiDict[str, Any]):
    """What came by name, without the sign NUL: nobody types it, and PostgreSQL keeps no text that holds it."""

    def __init__(self, mapping: Any = None) -> None:
        pairs = iter_multi_items(mapping) if mapping is not None else ()
        super().__init__([(_without_nul(name), _without_nul(value)) for name, value in pairs])


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


class Request(flask.Request):
    """A request whose files never touch a disk: in the machine's own folder they would lie unsealed."""

    parameter_storage_class = _Texts

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return BytesIO()


def posted() -> Posted:
    """Every text of the form, by name; `_op` is the button that was pressed. A decision is a button, too."""
    values = {name: texts for name, texts in request.form.lists() if name not in _OURS}
    op = request.form.get("_op", "submit")
    act, _, choice = op.partition(":")
    name, _, value = choice.partition("=")
    if act == _DECIDE and name:
        return Posted({**values, name: [value]}, "submit")
    return Posted(values, op, sent_as())


def sent_as() -> UUID | None:
    """The id that the page of a start form carries; None for what is no id of ours."""
    try:
        found = UUID(request.form.get("_sent_as", ""))
    except ValueError:
        return None
    return found if found.version == _ID_VERSION else None


def decided_before() -> tuple[str, str] | None:
    """The decision's name and what was chosen on the page, when the button chose otherwise; None when not."""
    act, _, choice = request.form.get("_op", "").partition(":")
    before = request.form.get("_decided", "")
    if act != _DECIDE or choice == before:
        return None
    name, _, value = before.partition("=")
    return (name, value) if name == choice.partition("=")[0] else None


def uploads() -> list[Upload]:
    """The files of the form; an empty file box is no file."""
    return [
        Upload(field, file.filename, file.mimetype, file.read())
        for field, files in request.files.lists()
        for file in files
        if file.filename
    ]


#: The button that throws away what was typed.
DISCARD = "discard"


def is_submit(op: str) -> bool:
    """Whether the button sends the form on; every other button keeps it as a draft and draws it again."""
    return op == "submit"


def known_id(text: str) -> UUID | None:
    """The id that a form or an address names; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def known_day(text: str) -> date | None:
    """A day as a browser posts it (2026-11-30) or as officers write it (30-11-2026, in either script); else None."""
    plain = ascii_digits(text.strip())
    found = next((each for way in _DAYS if (each := way.fullmatch(plain)) is not None), None)
    if found is None:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


_DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII),
    re.compile(r"(?P<day>\d{1,2})[-./](?P<month>\d{1,2})[-./](?P<year>\d{4})", re.ASCII),
)
