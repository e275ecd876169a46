"""A visitor with a browser of his own: follows forms as they stand on the page, keeps its cookies, runs no script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.services.access import officers

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

_DEMO_CODE = re.compile(rb"data-demo-code>(\d{6})<")
_TOKEN = re.compile(rb'name="csrf_token" value="([^"]*)"')


class Visitor:
    """`get` and `post` as a browser does them; a post carries the token of the page seen last."""

    def __init__(self, app: Flask, **headers: str) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.headers = headers
        self._token = ""

    def get(self, address: str, **options: Any) -> TestResponse:
        return self._seen(self.client.get(address, headers=self.headers, buffered=True, **options))

    def post(self, address: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        fields = {"csrf_token": self._token, **(data or {})}
        if options.get("content_type") == "multipart/form-data":
            # Written here: the client would spool a large form into a file that it never closes.
            boundary, body = encode_multipart({name: _parts(value) for name, value in fields.items()})
            options["content_type"] = f"multipart/form-data; boundary={boundary}"
            return self._seen(self.client.post(address, data=body, headers=self.headers, **options))
        return self._seen(self.client.post(address, data=fields, headers=self.headers, **options))

    def post_and_follow(self, address: str, data: dict[str, Any] | None = None) -> TestResponse:
        """Post, and go where the answer leads, to the end."""
        answer = self.post(address, data)
        while answer.status_code in (302, 303):
            answer = self.get(answer.headers["Location"])
        return answer

    def confirm(self, answer: TestResponse, code: str = "") -> TestResponse:
        """Go to the page that asks for a fresh factor, if the answer leads to one, and send it the code it shows.

        Only the demo shows one. The answer is that of the act.
        """
        address = answer.headers.get("Location", "")
        if not address.startswith("/step-up/"):
            return answer
        shown = _DEMO_CODE.search(self.get(address).data)
        return self.post(address, {"code": code or (shown[1].decode() if shown else "")})

    def sign_in(self, username: str, password: str, code: str = "") -> TestResponse:
        self.get("/sign-in")
        return self.post("/sign-in", {"username": username, "password": password, "code": code})

    def enter(self, officer_id: UUID, at: Any) -> Visitor:
        """Come in as this officer without the door; tests of the door itself go through it."""
        token = officers.enter_as(self.app.extensions["database"], officer_id, at).token
        with self.client.session_transaction() as session:
            session["token"] = token
        return self

    def _seen(self, answer: TestResponse) -> TestResponse:
        if found := _TOKEN.search(answer.data):
            self._token = found[1].decode()
        return answer


def without_tokens(page: bytes) -> bytes:
    """A page without what differs from one answer to the next by design: the signed time in its form tokens."""
    return _TOKEN.sub(b"", page)


@dataclass
class Element:
    name: str
    attributes: dict[str, str | None]
    text: str = ""


class Sheet(HTMLParser):
    """What the tests ask of a page: its elements in order, with their text, and which tags were left open."""

    _EMPTY = frozenset(("meta", "link", "input", "br", "hr", "img"))

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.faults: list[str] = []
        self._open: list[Element] = []
        self.feed(page)
        self.faults += [f"<{each.name}> is never closed" for each in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in self._EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].name != tag:
            place = self._open[-1].name if self._open else "nothing"
            self.faults.append(f"</{tag}> at {self.getpos()} closes {place}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, name: str) -> list[Element]:
        return [each for each in self.elements if each.name == name]

    def ids(self) -> list[str]:
        return [each.attributes["id"] or "" for each in self.elements if "id" in each.attributes]


def _parts(value: Any) -> Any:
    """A box as it is encoded: (stream, name) and (stream, name, type) are files, also in a list of them."""
    if isinstance(value, list):
        return [_parts(each) for each in value]
    if isinstance(value, tuple):
        stream, name, *kind = value
        return FileStorage(stream, filename=name, content_type=kind[0] if kind else None)
    return value
