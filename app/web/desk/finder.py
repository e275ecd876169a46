"""The command box of every page: a number, a name, a letter or a screen, by keys or without scripts.

What is looked for is posted, never part of an address. Names are looked for as by the search, and recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, session, url_for

from app.domain.numbers import parse_case_number, parse_certificate_number
from app.domain.roles import Permission
from app.services.casework import cases
from app.services.intake import requisitions
from app.services.papers import certificates
from app.web.desk import screens
from app.web.frame.addresses import case_address
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from app.domain.roles import Actor
    from app.services.casefile.caselines import CaseLine
    from app.services.intake.requisitions import RequisitionLine
    from app.services.store.database import Session

bp = Blueprint("finder", __name__)

_LONGEST = 120
_LETTERS = 5  # of what may be many; the list of requisitions has its own search
_RECENT = 8


@bp.get("/find")
@requires(Permission.ACCOUNT_OWN)
def show() -> ResponseReturnValue:
    """What there is to go to: the cases opened of late, and every screen of the post."""
    return page("finder/found.html", text="", found=None, recent=_recent(), screens=screens.of(g.actor))


@bp.get("/find/panel")
@requires(Permission.ACCOUNT_OWN)
def panel() -> ResponseReturnValue:
    """The same without the frame, for the box that opens under the field."""
    return page("finder/panel.html", recent=_recent(), screens=screens.of(g.actor))


@bp.post("/find")
@requires(Permission.ACCOUNT_OWN)
@limits.search
def find() -> ResponseReturnValue:
    """Go where the words can only mean one thing; else show what they may mean."""
    text = request.form.get("search", "").strip()[:_LONGEST]
    if not text:
        return redirect(url_for("finder.show"), code=303)
    actor, now = transaction.actor(), transaction.now()
    goal = transaction.read(lambda rows: _goal(rows, actor, text))
    if goal is not None:
        return redirect(goal, code=303)
    found, letters = transaction.write(lambda rows: _found(rows, actor, text, now))
    named = screens.named(screens.of(actor), text)
    return page("finder/found.html", text=text, found=found, letters=letters, screens=named, recent=[])


def remember(number: str) -> None:
    """Keep the number of a case that was opened, for the length of the session; a number names nobody."""
    before = session.get("recent", [])
    if before[:1] != [number]:
        session["recent"] = [number, *(each for each in before if each != number)][:_RECENT]


def _recent() -> list[CaseLine]:
    numbers, now = session.get("recent", []), transaction.now()
    if not numbers or not g.actor.may(Permission.CASE_SEE):
        return []
    return transaction.read(lambda rows: cases.of_numbers(rows, numbers, now))


def _goal(rows: Session, actor: Actor, text: str) -> str | None:
    """The address of the case or paper that a number names, where the officer may see it."""
    number = parse_case_number(text)
    if number is not None and actor.may(Permission.CASE_SEE) and cases.has(rows, number):
        return case_address(number)
    paper = parse_certificate_number(text)
    found = certificates.of_number(rows, paper) if paper is not None else None
    if found is None:
        return None
    if actor.may(Permission.PAPER_OPEN):
        return url_for("certificates.show", certificate_id=found.id)
    return case_address(found.case_number, "documents") if actor.may(Permission.CASE_SEE) else None


def _found(
    rows: Session, actor: Actor, text: str, now: datetime
) -> tuple[list[CaseLine], Sequence[RequisitionLine]]:
    found = cases.search(rows, actor, text, now) if actor.may(Permission.CASE_SEARCH) else []
    if not actor.may(Permission.REQUISITION_SEE):
        return found, ()
    return found, requisitions.page(rows, actor, text, "", _LETTERS).rows


__all__: list[Any] = ["bp", "remember"]
