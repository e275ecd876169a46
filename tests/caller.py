"""Somebody at his own browser, over real HTTP: keeps his cookies, sends the page's token back, runs no script."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING

from tests.phone import Phone

if TYPE_CHECKING:
    from uuid import UUID

    from tests.serving import Account

_TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')
_DEMO_CODE = re.compile(r"data-demo-code>(\d{6})<")
_SECONDS = 60.0

Fields = "Mapping[str, str | list[str]]"


@dataclass(frozen=True)
class Answer:
    """What the server said; `location` is where it sends the caller next, if anywhere."""

    status: int
    text: str
    location: str = ""
    data: bytes = b""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Lets the caller see where he is sent, instead of going there by itself."""

    def redirect_request(self, *_args: object) -> None:
        return None


class Caller:
    """`get` and `post` as a browser does them; a post carries the token of the page seen last."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar), _Stay)
        self._token = ""

    @property
    def cookies(self) -> str:
        """The header by which another program comes as this caller."""
        return "; ".join(f"{each.name}={each.value}" for each in self._jar)

    def get(self, path: str) -> Answer:
        return self._ask(path)

    def post(self, path: str, fields: Fields | None = None) -> Answer:
        pairs = {"csrf_token": self._token, **(fields or {})}
        body = urllib.parse.urlencode(pairs, doseq=True).encode()
        return self._ask(path, body)

    def press(self, answer: Answer, action: str) -> Answer:
        """Send the form of a page whose address ends so, with what stands in its hidden fields."""
        form = next(
            each
            for each in re.findall(r"<form.*?</form>", answer.text, re.DOTALL)
            if re.search(rf'action="[^"]*{re.escape(action)}"', each)
        )
        path = re.search(r'action="([^"]*)"', form)
        assert path is not None
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
        fields: dict[str, list[str]] = {}
        for name, value in hidden:
            fields.setdefault(_plain(name), []).append(_plain(value))
        return self.post(_plain(path[1]), fields)

    def sign_in(self, account: Account) -> Caller:
        self.get("/sign-in")
        code = Phone(account.totp_secret).code(datetime.now(UTC))  # noqa: TID251 - the program runs by it
        fields = {"username": account.username, "password": account.password, "code": code}
        answer = self.post("/sign-in", fields)
        assert answer.status == 303, answer.text[:2000]
        return self

    def confirm(self, answer: Answer) -> Answer:
        """Send the page that asks for a fresh factor the code that it shows in the demo; -> the answer of the act."""
        assert answer.location.startswith("/step-up/"), answer.text[:2000]
        return self.post(answer.location, {"code": demo_code(self.get(answer.location))})

    def enter(self, officer_id: UUID) -> Caller:
        """Come in by the demo's button of this officer."""
        self.get("/sign-in")
        answer = self.post("/demo/enter", {"officer": str(officer_id)})
        assert answer.status == 303, answer.text[:2000]
        return self

    def _ask(self, path: str, body: bytes | None = None) -> Answer:
        request = urllib.request.Request(self.url + path, body)  # noqa: S310  # our own loopback
        try:
            with self._opener.open(request, timeout=_SECONDS) as response:
                return self._answer(response)
        except urllib.error.HTTPError as response:
            with response:
                return self._answer(response)

    def _answer(self, response: urllib.request.addinfourl) -> Answer:
        data = response.read()
        text = data.decode("utf-8", "replace")
        if found := _TOKEN.search(text):
            self._token = found[1]
        return Answer(response.status or 0, text, response.headers.get("Location", ""), data)


def demo_code(page: Answer) -> str:
    """The code that a page shows in place of a telephone."""
    found = _DEMO_CODE.search(page.text)
    assert found is not None, page.text[:3000]
    return found[1]


def _plain(text: str) -> str:
    for sign, code in (("<", "&lt;"), (">", "&gt;"), ('"', "&#34;"), ("'", "&#39;"), ("&", "&amp;")):
        text = text.replace(code, sign)
    return text
