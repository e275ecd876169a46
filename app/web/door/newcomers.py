"""Coming in by a code of the administrators, to set a password or a second factor before anything else opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request, session, url_for

from app.services.access import door, officers
from app.services.staff import accounts, entrycodes
from app.services.store import scopes
from app.web.door.account import answer_change, typed
from app.web.door.devices import Device
from app.web.door.signin import welcome
from app.web.frame.pages import page
from app.web.guard.access import newcomers, public, public_page
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

bp = Blueprint("newcomers", __name__)


@bp.get("/sign-in/code")
@public_page
def show() -> ResponseReturnValue:
    return page("signin/code.html", problem="", username="")


@bp.post("/sign-in/code")
@public
@limits.sign_in
def enter() -> ResponseReturnValue:
    username, code = request.form.get("username", "")[:80], request.form.get("entry_code", "")[:80]
    try:
        entry = entrycodes.enter(transaction.database(), username, code, Device().kind, transaction.now())
    except (door.SignInRefused, officers.NoPost) as refused:
        return page("signin/code.html", 422, problem=refused.key, username=username)
    return welcome(entry)


@bp.get("/set-up")
@newcomers
def set_up() -> ResponseReturnValue:
    return _page(200, {})


@bp.post("/set-up")
@newcomers
def finish() -> ResponseReturnValue:
    """Set what the code stands for; the session opens, and the code is worth nothing any more."""
    standing = transaction.newcomer()
    try:
        changed = accounts.change(
            transaction.database(),
            transaction.doorkeeper(),
            session["token"],
            standing.stage,
            typed(),
            transaction.now(),
        )
    except accounts.NotAccepted as refused:
        return _page(422, refused.problems)
    return answer_change(changed, standing.actor.officer_id)


def _page(status: int, problems: Mapping[str, str]) -> ResponseReturnValue:
    stage, token = transaction.newcomer().stage, session["token"]
    sheet = transaction.read(lambda rows: accounts.sheet(rows, token, stage), scopes.door())
    return page(
        "account/change.html",
        status,
        sheet=sheet,
        problems=problems,
        action=url_for("newcomers.finish"),
        demo_code=None,
    )
