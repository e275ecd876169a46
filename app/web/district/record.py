"""The record for an auditor: chains page by page, and a case without its person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.numbers import in_address, parse_case_number
from app.domain.roles import Permission
from app.domain.text import ascii_digits
from app.services.reports import recordbook
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("record", __name__)

_DIGITS = 9
_LONGEST = 40


@bp.get("/record")
@requires(Permission.RECORD_READ)
def show() -> ResponseReturnValue:
    """The choice of a chain, or of a case by its number."""
    return page("reports/record.html", book=None, chains=recordbook.CHAINS, problem="", typed="")


@bp.post("/record")
@requires(Permission.RECORD_READ)
def find() -> ResponseReturnValue:
    typed = request.form.get("number", "")[:_LONGEST]
    known = parse_case_number(typed)
    if known is None:
        problem = "retention.problem.case"
        return page(
            "reports/record.html", 422, book=None, chains=recordbook.CHAINS, problem=problem, typed=typed
        )
    return redirect(url_for("record.case", number=in_address(known)), code=303)


@bp.get("/record/chains/<chain>")
@requires(Permission.RECORD_READ)
def chain(chain: str) -> ResponseReturnValue:
    found = recordbook.of_chain(transaction.database(), g.actor, chain, _before(), transaction.now())
    return page("reports/record.html", book=found, chains=recordbook.CHAINS, problem="", typed="")


@bp.get("/record/cases/<number>")
@requires(Permission.RECORD_READ)
def case(number: str) -> ResponseReturnValue:
    """A case without its person, and its chain."""
    found = recordbook.of_case(transaction.database(), g.actor, number, _before(), transaction.now())
    return page("reports/record.html", book=found, chains=recordbook.CHAINS, problem="", typed="")


def _before() -> int | None:
    text = ascii_digits(request.args.get("before", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
