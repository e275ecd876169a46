"""Finding a case by number or name; every search is recorded, and none leaves a name in an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from app.domain.roles import Permission
from app.services.casework import cases
from app.web import limits, transaction
from app.web.access import requires
from app.web.pages import page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("search", __name__)

_LONGEST = 120


@bp.get("/search")
@requires(Permission.CASE_SEARCH)
def form() -> ResponseReturnValue:
    return page("search/search.html", text="", found=None)


@bp.post("/search")
@requires(Permission.CASE_SEARCH)
@limits.search
def find() -> ResponseReturnValue:
    text = request.form.get("search", "").strip()[:_LONGEST]
    if not text:
        return page("search/search.html", text="", found=None)
    actor, now = transaction.actor(), transaction.now()
    found = transaction.write(lambda rows: cases.search(rows, actor, text, now))
    return page("search/search.html", text=text, found=found)
