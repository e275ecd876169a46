"""A paper is looked at page by page, as a picture: beside a form, or on a page of its own."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request, url_for

from app import viewing
from app.domain.text import whole_number
from app.services.store.documents import File
from app.web.frame.language import say
from app.web.frame.pages import page
from app.web.request.files import file_response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

_PDF, _JPEG = "application/pdf", "image/jpeg"
_DRAFT = "draft.pdf"
_LARGE = "large"
_KEPT = ("language",)  # of what an address may say besides; anything else could be a word of the router's own
_DIGITS = 4
_AROUND = 2  # pages before and after the one that is shown, which its page leads to


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a paper as the screen has it; `source` is its picture, empty where it cannot be drawn.

    `turns` are the numbers of the pages that it leads to, in order, its own among them.
    """

    name: str
    number: int
    pages: int
    source: str
    turns: Sequence[int]


def is_asked() -> bool:
    """Whether the address asks for a page to look at, and not for the file."""
    return "page" in request.args


def number_asked() -> int:
    """The page that the address names; the first for what is no number."""
    return number_of(request.args.get("page", ""))


def number_of(text: str) -> int:
    return whole_number(text, _DIGITS) or 1


def shown(data: bytes, media_type: str, name: str, number: int, width: int = viewing.NARROW) -> Shown:
    """This page of a PDF, or a picture as its only page. Raises Unavailable where no page can be drawn now."""
    leaf = viewing.Leaf(1, 1, data) if media_type == _JPEG else viewing.draw(data, number, width)
    source = f"data:{_JPEG};base64,{b64encode(leaf.picture).decode()}" if leaf.picture is not None else ""
    near = range(max(leaf.number - _AROUND, 1), min(leaf.number + _AROUND, leaf.pages) + 1)
    turns = sorted({*near, 1, leaf.pages}) if leaf.pages > 1 else []
    return Shown(name, leaf.number, leaf.pages, source, turns)


def title(file: File) -> str:
    """What a paper is called above its picture: its kind and number, or the name under which it came."""
    return f"{say(file.kind)} {file.number}".rstrip() if file.kind else file.name


def draft_response(pdf: bytes) -> ResponseReturnValue:
    """A paper that is issued to nobody yet, as `paper_response`."""
    return paper_response(File(_DRAFT, _PDF, pdf, "leaf.draft"))


def paper_response(file: File) -> ResponseReturnValue:
    """A paper to take away; where its address asks for a page (`?page=2`), the screen that shows it."""
    if not is_asked() or file.media_type not in (_PDF, _JPEG):
        return file_response(file.data, file.media_type, file.name)
    is_large = request.args.get("size") == _LARGE
    width = viewing.WIDE if is_large else viewing.NARROW
    found = shown(file.data, file.media_type, title(file), number_asked(), width)
    size = {"size": _LARGE} if is_large else {}
    return page(
        "frame/leaf.html",
        leaf=found,
        is_large=is_large,
        addresses={number: _address(page=number, **size) for number in found.turns},
        file_address=_address(),
        other_address=_address(page=found.number, **({} if is_large else {"size": _LARGE})),
    )


def _address(**more: str | int) -> str:
    """The address of this request with another page or size, in its language; of the file where nothing is said."""
    kept = {name: request.args[name] for name in _KEPT if name in request.args}
    parts: dict[str, Any] = {**kept, **(request.view_args or {}), **more}
    return url_for(request.endpoint or "", **parts)
