"""The record for an auditor: chains page by page, and a case without its person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.numbers import in_address, parse_case_number
from app.domain.roles import Permission
from app.domain.text import ascii_digits
from app.services.casework import inspections
from app.services.reports import recordbook
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.casefile.casefile import AnswerView

bp = Blueprint("record", __name__)

_DIGITS, _DAYS = 9, 3
_LONGEST = 80
_LEAST = 2  # signs of a name


@bp.get("/record")
@requires(Permission.RECORD_READ)
def show() -> ResponseReturnValue:
    """The choice of a chain, or of a case by its number."""
    return _page(None)


@bp.post("/record")
@requires(Permission.RECORD_READ)
@limits.search
def find() -> ResponseReturnValue:
    """Open the case of a number; of a name, tell the numbers of the cases that it may mean."""
    typed = request.form.get("number", "").strip()[:_LONGEST]
    known = parse_case_number(typed)
    if known is not None:
        return redirect(url_for("record.case", number=in_address(known)), code=303)
    if len(typed) < _LEAST:
        return _page(None, 422, problem="record.problem.number", typed=typed)
    actor, now = transaction.actor(), transaction.now()
    found = transaction.write(lambda rows: recordbook.search(rows, actor, typed, now))
    return _page(None, found=found, typed=typed)


@bp.get("/record/chains/<chain>")
@requires(Permission.RECORD_READ)
def chain(chain: str) -> ResponseReturnValue:
    found = recordbook.of_chain(transaction.database(), g.actor, chain, _before(), transaction.now())
    return _page(found)


@bp.get("/record/security/<kind>")
@requires(Permission.SECURITY_LOG)
def security(kind: str) -> ResponseReturnValue:
    """A page of the log of security."""
    return _page(recordbook.security(transaction.database(), g.actor, kind, _before(), transaction.now()))


@bp.get("/record/cases/<number>")
@requires(Permission.RECORD_READ)
def case(number: str) -> ResponseReturnValue:
    """A case without its person, and its chain."""
    database, now = transaction.database(), transaction.now()
    found = recordbook.of_case(database, g.actor, number, _before(), now)
    written: Sequence[AnswerView] = ()
    if found.case is not None and g.actor.may(Permission.INSPECTION_READ):
        written = inspections.read(database, g.actor, found.case.id, now)
    return _page(found, written=written)


@bp.get("/inspections")
@requires(Permission.INSPECTION_GIVE)
def tickets() -> ResponseReturnValue:
    """The cases that are open to the auditor, and the form that opens one."""
    return _tickets()


@bp.post("/inspections")
@requires(Permission.INSPECTION_GIVE)
def give_ticket() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    names = ("number", "days", "reason", "statements")
    typed = {name: request.form.get(name, "").strip()[:_LONGEST] for name in names}
    digits = ascii_digits(typed["days"])
    days = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _DAYS else None
    wanted = inspections.Wanted(typed["number"], days, typed["reason"], typed["statements"] == "yes")
    try:
        transaction.write(lambda rows: inspections.give(rows, actor, wanted, now))
    except inspections.TicketRefused as refused:
        return _tickets(422, refused, typed)
    return redirect(url_for("record.tickets"), code=303)


@bp.post("/inspections/<uuid:case_id>/close")
@requires(Permission.INSPECTION_GIVE)
def close_ticket(case_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: inspections.close(rows, actor, case_id, now))
    return redirect(url_for("record.tickets"), code=303)


def _tickets(
    status: int = 200,
    refused: inspections.TicketRefused | None = None,
    typed: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    now = transaction.now()
    return page(
        "reports/inspections.html",
        status,
        open=transaction.read(lambda rows: inspections.open_now(rows, g.actor, now)),
        reasons=inspections.REASONS,
        most=inspections.MOST_DAYS,
        refused=refused,
        typed=typed or {},
    )


@bp.get("/masked")
@requires(Permission.CASE_MASKED)
def masked_find() -> ResponseReturnValue:
    """The box for a case number, for who supervises from above."""
    typed = request.args.get("number", "").strip()[:_LONGEST]
    known = parse_case_number(typed)
    if known is not None:
        return redirect(url_for("record.masked", number=in_address(known)), code=303)
    problem = "retention.problem.case" if typed else ""
    return page("reports/masked.html", 422 if problem else 200, case=None, problem=problem, typed=typed)


@bp.get("/masked/<number>")
@requires(Permission.CASE_MASKED)
def masked(number: str) -> ResponseReturnValue:
    """A case without its person, for who supervises from above."""
    found = recordbook.masked_case(transaction.database(), g.actor, number, transaction.now())
    return page("reports/masked.html", case=found, problem="", typed="")


def _page(
    book: recordbook.Book | None,
    status: int = 200,
    *,
    problem: str = "",
    typed: str = "",
    found: list[recordbook.Found] | None = None,
    written: Sequence[AnswerView] = (),
) -> ResponseReturnValue:
    now = transaction.now()
    is_security = book is not None and book.chain in recordbook.SECURITY
    return page(
        "reports/record.html",
        status,
        book=book,
        older=_older(book),
        chain_address=_chain_address(book),
        chains=recordbook.CHAINS,
        security=recordbook.SECURITY if g.actor.may(Permission.SECURITY_LOG) else (),
        is_security=is_security,
        may_search=g.actor.may(Permission.RECORD_SEARCH),
        may_check=g.actor.may(Permission.RECORD_CHECK),
        found=found,
        written=written,
        closed_texts=any(inspections.CLOSED in text for each in written for _, text in each.rows),
        tickets=transaction.read(lambda rows: inspections.open_now(rows, g.actor, now))
        if book is None and g.actor.may(Permission.INSPECTION_READ)
        else (),
        problem=problem,
        typed=typed,
    )


def _chain_address(book: recordbook.Book | None) -> str:
    """The chain of a page as addresses of its rows name it; empty where there is none."""
    if book is None:
        return ""
    if book.case is not None:
        return in_address(book.case.number)
    return recordbook.SECURITY[book.chain][0] if book.chain in recordbook.SECURITY else book.chain


def _older(book: recordbook.Book | None) -> str:
    """The address of the acts before those of a page; empty where there are none."""
    if book is None or book.following is None:
        return ""
    if book.case is not None:
        return url_for("record.case", number=in_address(book.case.number), before=book.following)
    if book.chain in recordbook.SECURITY:
        return url_for("record.security", kind=book.chain, before=book.following)
    return url_for("record.chain", chain=book.chain, before=book.following)


def _before() -> int | None:
    text = ascii_digits(request.args.get("before", ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None
