"""Finding a case by number or name; every search is recorded, and none leaves a name in an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, request

from app.domain.roles import Permission
from app.services.casework import cases
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from app.services.casefile.caselines import CaseLine

bp = Blueprint("search", __name__)

_LONGEST = 120


@bp.get("/search")
@requires(Permission.CASE_SEARCH)
def form() -> ResponseReturnValue:
    return _page()


@bp.post("/search")
@requires(Permission.CASE_SEARCH)
@limits.search
def find() -> ResponseReturnValue:
    text = request.form.get("search", "").strip()[:_LONGEST]
    if not text:
        return _page()
    actor, now = transaction.actor(), transaction.now()
    found = transaction.write(lambda rows: cases.search(rows, actor, text, now))
    return _page(text, found)


def _page(text: str = "", found: Sequence[CaseLine] | None = None) -> ResponseReturnValue:
    may_open = g.actor.may(Permission.EMERGENCY_OPEN)
    return page("search/search.html", text=text, found=found, may_open_in_emergency=may_open)
