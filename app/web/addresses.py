"""Addresses that templates ask for: of a case, of this page, of this page in the other language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request, url_for

from app.domain.numbers import in_address

if TYPE_CHECKING:
    from flask import Flask


def case_address(number: str, tab: str = "tasks") -> str:
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
    kept = "&".join(f"{name}={value}" for name, value in request.args.items() if name == "next")
    return f"{path}?lang={code}" + (f"&{kept}" if kept else "")


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        slug=in_address, case_address=case_address, here=here, other_language=other_language
    )
