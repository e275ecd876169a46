"""Tokens of departments' programs: made and revoked by the department, seen and revoked by who keeps the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, g, redirect, request, url_for

from app.domain.roles import Permission
from app.postbox import Caller
from app.services.access import tokens
from app.services.casefile import departments
from app.services.notices import webhooks
from app.web.door import stepup
from app.web.frame import language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item as StepUpItem
    from app.services.access.stepup import StepUp

bp = Blueprint("tokens", __name__)

_LONGEST, _LONGEST_ADDRESS = 120, 400
_EMPTY = {"name": "", "scopes": tokens.SCOPES, "days": tokens.LIVES[1]}


@bp.get("/department/tokens")
@requires(Permission.PROGRAM_KEEP)
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/department/tokens")
@requires(Permission.PROGRAM_KEEP)
def ask() -> ResponseReturnValue:
    """Ask for a token; it is made once the officer has confirmed it with a fresh code."""
    actor, now = transaction.actor(), transaction.now()
    name, wanted = request.form.get("name", "")[:_LONGEST], request.form.getlist("scope")
    text = request.form.get("days", "")
    days = int(text) if text.isascii() and text.isdecimal() and len(text) <= len("365") else 0
    try:
        asked = transaction.write(lambda rows: tokens.to_make(rows, actor, name, wanted, days, now))
    except tokens.Refused as refused:
        return _page({"name": name, "scopes": wanted, "days": days}, refused.problems)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.post("/department/tokens/<uuid:token_id>/revoke")
@requires(Permission.PROGRAM_KEEP)
def revoke(token_id: UUID) -> ResponseReturnValue:
    return _revoked(token_id, "tokens.show")


@bp.get("/admin/tokens")
@requires(Permission.PROGRAM_WATCH)
def overview() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    found, known = transaction.read(
        lambda rows: (
            tokens.listing(rows, actor, now),
            {each.id: each for each in departments.known(rows, now)},
        )
    )
    return page("admin/tokens.html", tokens=found, departments=known)


@bp.post("/admin/tokens/<uuid:token_id>/revoke")
@requires(Permission.PROGRAM_WATCH)
def end(token_id: UUID) -> ResponseReturnValue:
    return _revoked(token_id, "tokens.overview")


def _revoked(token_id: UUID, back: str) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: tokens.revoke(rows, actor, token_id, now))
    return redirect(url_for(back), code=303)


@bp.post("/department/webhook")
@requires(Permission.PROGRAM_KEEP)
def tell() -> ResponseReturnValue:
    """Let the department be told at an address; the key of the signatures is shown this once."""
    actor, now = transaction.actor(), transaction.now()
    address, caller = request.form.get("address", "").strip()[:_LONGEST_ADDRESS], _caller()
    try:
        secret = transaction.write(lambda rows: webhooks.set_address(rows, actor, caller, address, now))
    except webhooks.Refused as refused:
        return _page({**_EMPTY, "address": address}, {"address": refused.key})
    return _page(secret=secret)


@bp.post("/department/webhook/stop")
@requires(Permission.PROGRAM_KEEP)
def tell_no_more() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: webhooks.stop(rows, actor, now))
    return redirect(url_for("tokens.show"), code=303)


def _caller() -> Caller:
    return Caller(is_demo=current_app.extensions["settings"].demo)


def _page(
    typed: Mapping[str, Any] | None = None,
    problems: Mapping[str, str] | None = None,
    made: str = "",
    secret: str = "",
) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    found, told = transaction.read(
        lambda rows: (tokens.listing(rows, actor, now), webhooks.view(rows, actor))
    )
    return page(
        "department/tokens.html",
        422 if problems else 200,
        tokens=found,
        typed=typed or _EMPTY,
        webhook=told,
        secret=secret,
        problems=problems or {},
        made=made,
        scopes=tokens.SCOPES,
        lives=tokens.LIVES,
    )


# -- confirmed by a fresh code ---------------------------------------------------------------------------


def _tell(item: StepUpItem) -> stepup.Line:
    found = transaction.read(lambda rows: tokens.asked_for(rows, g.actor, item))
    allowed = ", ".join(language.word("token.scope", each) for each in found.scopes)
    return stepup.Line(found.name, url_for("tokens.show"), allowed, item.digest)


def _make(wanted: StepUp) -> ResponseReturnValue:
    """The token, shown this once."""
    actor, now = transaction.actor(), transaction.now()
    actor.require(Permission.PROGRAM_KEEP)
    text = transaction.write(lambda rows: tokens.make(rows, actor, wanted, now))
    return _page(made=text)


stepup.ACTS[tokens.MAKE] = stepup.Act(_tell, _make, lambda _items: url_for("tokens.show"))
