"""A posted form as the services want it: its texts by name, its button, its files."""

from __future__ import annotations

import re
from datetime import date, time
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

import flask
from flask import request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

from app.domain.ids import known_id
from app.domain.text import ascii_digits
from app.formjs import Posted
from app.services.store.documents import Upload
from app.web.frame.parts import Parser

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from werkzeug.formparser import FormDataParser

_OURS = {"csrf_token", "_op", "_decided", "_sent_as", "_act", "_item", "_kind", "_base", "_follows", "_age"}
_DECIDE = "decide"
_ID_VERSION = 7  # of every id that the product makes


class _Texts(ImmutableMultiDict[str, Any]):
    """What came by name, without the sign NUL: nobody types it, and PostgreSQL keeps no text that holds it."""

    def __init__(self, mapping: Any = None) -> None:
        pairs = iter_multi_items(mapping) if mapping is not None else ()
        super().__init__([(_without_nul(name), _without_nul(value)) for name, value in pairs])


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


class CutShort(BadRequest):
    """A form whose end never came: the line broke while it was sent, or a browser sent half of it."""


class Request(flask.Request):
    """A request whose files never touch a disk: in the machine's own folder they would lie unsealed.

    What came by half is refused as a whole: read as it is, a form without its end would pass for one that was
    filled in so, and an upload without its end for a form that is empty.
    """

    parameter_storage_class = _Texts
    form_data_parser_class = Parser

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body. Raises ClientDisconnected where less comes than was announced: the server itself says nothing."""
        found: IO[bytes] = super().stream
        length = self.content_length
        return found if length is None else LimitedStream(self.environ["wsgi.input"], length)  # type: ignore[return-value]

    def make_form_data_parser(self) -> FormDataParser:
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser

    def _load_form_data(self) -> None:
        try:
            self._look_at_what_was_typed()
            super()._load_form_data()
        except (ValueError, ClientDisconnected) as cut:
            # The page that tells it looks at the form again, and finds none.
            kept = self.parameter_storage_class()
            self.__dict__.update(stream=BytesIO(), form=kept, files=kept)
            raise CutShort from cut

    def _look_at_what_was_typed(self) -> None:
        """Refuse more text and more fields than a form may have; those of a multipart form are counted as it comes.

        What is larger takes seconds to take apart. Raises RequestEntityTooLarge.
        """
        longest, most = self.max_form_memory_size, self.max_form_parts
        if longest is None or most is None or self.mimetype != "application/x-www-form-urlencoded":
            return
        if (self.content_length or 0) > longest:
            raise RequestEntityTooLarge  # not even read
        sent = self.get_data(cache=True)
        if len(sent) > longest or sent.count(b"&") >= most:
            raise RequestEntityTooLarge


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
    return _own_id("_sent_as")


def act_asked() -> UUID | None:
    """What the page of an act on many cases calls the act; None for what is no id of ours."""
    return _own_id("_act")


def _own_id(box: str) -> UUID | None:
    found = known_id(request.form.get(box, ""))
    return found if found is not None and found.version == _ID_VERSION else None


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


#: The button that keeps a search to be signed with others.
TO_SIGN = "to_sign"


def is_submit(op: str) -> bool:
    """Whether the button sends the form on; every other button keeps it as a draft and draws it again."""
    return op == "submit"


def day_text(given: Mapping[str, str], name: str) -> str:
    """A day of three boxes (`name-d`, `name-m`, `name-y`) as one text, 30-11-2026; empty for none.

    A day that stands in one text (an address that was kept, a program's post) is taken as it is.
    """
    typed = [given.get(f"{name}-{part}") for part in "dmy"]
    if all(part is None for part in typed):
        return given.get(name, "").strip()
    boxes = [part.strip()[:_LONGEST_PART] for part in typed if part is not None]
    return "-".join(boxes) if any(boxes) else ""


def day_of(given: Mapping[str, str], name: str) -> date | None:
    """The day of these boxes; None for none, and for what is none."""
    return known_day(day_text(given, name))


def day_parts(text: object) -> dict[str, str]:
    """What the boxes of a day show: a day, or the text of one as it was typed, taken apart."""
    plain = text.isoformat() if isinstance(text, date) else str(text or "")
    if _DAYS[0].fullmatch(plain) is not None:
        return dict(zip("ymd", plain.split("-"), strict=True))
    return dict(zip("dmy", re.split(r"[-./]", plain), strict=False))


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


def known_time(text: str) -> time | None:
    """A time as officers write it, in either script (10:30, 10.30, 1030); None for what is none."""
    found = _TIME.fullmatch(ascii_digits(text.strip()))
    return None if found is None else time(int(found[1]), int(found[2]))


_TIME = re.compile(r"([01]?\d|2[0-3])[:.\- ]?([0-5]\d)(?::[0-5]\d)?", re.ASCII)
_LONGEST_PART = 10  # characters kept of one box
_DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII),
    re.compile(r"(?P<day>\d{1,2})[-./](?P<month>\d{1,2})[-./](?P<year>\d{4})", re.ASCII),
)
