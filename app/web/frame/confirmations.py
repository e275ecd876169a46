"""What an officer is told on the page after an act: carried in the cookie once, without any person's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, session

from app.web.frame import language
from app.web.frame.addresses import case_address

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from app.services.desk.tasks import Completed

_HOLDERS = 4  # a cookie is small; the case's page names them all


def keep(done: Completed, *, signs_by_hand: bool) -> None:
    """Remember a finished task until the next page; the officer may yet have to sign its paper on his own machine."""
    session["sent"] = {
        "is_to_sign": done.makes_paper and signs_by_hand,
        "step": language.choose(done.step_hi, done.step_en),
        "number": done.case_number,
        "holders": [
            {
                "step": language.choose(holder.step_hi, holder.step_en),
                "office": language.office(holder),
            }
            for holder in done.now_with[:_HOLDERS]
        ],
    }


def keep_ready(number: str) -> None:
    """Remember that the search of this case was kept to be signed with others."""
    session["sent"] = {"number": number, "is_ready": True}


def take() -> dict[str, Any] | None:
    """What is to be told on this page, once."""
    sent: dict[str, Any] | None = session.pop("sent", None)
    return {**sent, "address": case_address(sent["number"])} if sent else None


def note(name: str, value: str) -> None:
    """Remember one word (a number, a yes) by its name for the next page."""
    session["note"] = {**session.get("note", {}), name: value}


def tell_at(address: str, **notes: str) -> Response:
    """Go to the page that tells what was done: one word for each name."""
    for name, value in notes.items():
        note(name, value)
    return redirect(address, code=303)


def take_notes() -> dict[str, str]:
    notes: dict[str, str] = session.pop("note", None) or {}
    return notes
