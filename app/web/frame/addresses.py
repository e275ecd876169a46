"""Addresses that templates ask for: of a screen, of a case, of this page, of this page in the other language."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import g, request, url_for

from app.domain.numbers import in_address
from app.web.frame import templates

if TYPE_CHECKING:
    from flask import Flask


@lru_cache(maxsize=1024)
def address_of(endpoint: str, **values: Any) -> str:
    """`url_for` that remembers: the frame and the filters ask for thirty addresses on every page."""
    return url_for(endpoint, **values)


def case_address(number: str, tab: str = "tasks") -> str:
    """Where a case's page, or one tab of it, is found: /cases/SRN-2026-00001/documents."""
    if tab == "tasks":
        return url_for("cases.show", number=in_address(number))
    return url_for("cases.tab", number=in_address(number), tab=tab)


def here() -> str:
    """This page's own address; after a form and on a refusal the front door: a refusal repeats no address."""
    if request.method != "GET" or "refused" in g:
        return "/"
    return request.full_path.rstrip("?")


def other_language(code: str) -> str:
    """This page in another language, for visitors who are not signed in."""
    path = "/sign-in" if here() == "/" else request.path
    return f"{path}?{urlencode({'lang': code, **_way_on()})}"


def _way_on() -> dict[str, str]:
    """Where a visitor at the door wants to go."""
    return {"next": request.args["next"]} if "next" in request.args else {}


def install(app: Flask) -> None:
    templates.add(app, url_for=address_of, slug=in_address, case_address=case_address)
    app.jinja_env.globals.update(here=here, other_language=other_language)
