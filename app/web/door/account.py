"""What an officer settles for himself: language, the post he acts in, his open sessions, his factors."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, current_app, g, jsonify, make_response, redirect, request, session, url_for

from app.domain.errors import NotFound
from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.access import factors, officers
from app.services.staff import accounts, ownpasskeys
from app.services.store import scopes
from app.web.door.devices import Device
from app.web.frame import confirmations
from app.web.frame.language import LANGUAGES
from app.web.frame.pages import home, page, typing_cookie
from app.web.guard.access import local_path, requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

bp = Blueprint("account", __name__)

_A_YEAR = 365 * 24 * 3600  # seconds
_LONGEST = 1_000  # signs of a box; a password may have fewer, and is told so


@bp.get("/account")
@requires(Permission.ACCOUNT_OWN)
def show() -> ResponseReturnValue:
    now = transaction.now()
    lines, own, keys = transaction.read(
        lambda rows: (
            officers.open_sessions(rows, g.actor, now),
            accounts.own(rows, g.actor),
            ownpasskeys.own(rows, g.actor),
        )
    )
    return page(
        "account/account.html",
        before=session.get("entered"),
        sessions=lines,
        own=own,
        passkeys=keys,
        has_charge=g.actor.may(Permission.INBOX_SEE),
        changed=confirmations.take_notes().get("changed", ""),
    )


@bp.post("/account/typing")
@requires(Permission.ACCOUNT_OWN)
def typing() -> ResponseReturnValue:
    """Remember for this device whether Latin keys write Hindi."""
    answer, secure = make_response("", 204), current_app.config["SESSION_COOKIE_SECURE"]
    if request.form.get("on"):
        answer.set_cookie(
            typing_cookie(), "on", max_age=_A_YEAR, secure=secure, httponly=True, samesite="Lax"
        )
    else:
        answer.delete_cookie(typing_cookie(), secure=secure, httponly=True, samesite="Lax")
    return answer


@bp.post("/account/language")
@requires(Permission.ACCOUNT_OWN)
def language() -> ResponseReturnValue:
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        actor = transaction.actor()
        transaction.write(lambda rows: officers.set_language(rows, actor, wanted))
    return redirect(local_path(request.form.get("next")) or home(), code=303)


@bp.post("/account/post")
@requires(Permission.ACCOUNT_OWN)
def switch_post() -> ResponseReturnValue:
    try:
        posting_id = UUID(request.form.get("posting", ""))
    except ValueError:
        raise NotFound from None
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: officers.switch_post(rows, actor, posting_id, now))
    return redirect(url_for("signin.front"), code=303)


@bp.get("/account/factors/<what>")
@requires(Permission.ACCOUNT_OWN)
def factor(what: str) -> ResponseReturnValue:
    return _page(what, 200, {})


@bp.post("/account/factors/<what>")
@requires(Permission.ACCOUNT_OWN)
def change(what: str) -> ResponseReturnValue:
    """Set a new password, another authenticator or new recovery codes; his other sessions end."""
    database, keeper = transaction.database(), transaction.doorkeeper()
    try:
        changed = accounts.change(
            database, keeper, session["token"], f"own_{what}", typed(), transaction.now()
        )
    except accounts.NotAccepted as refused:
        return _page(what, 422, refused.problems)
    if changed.recovery_codes:
        return answer_change(changed, g.actor.officer_id)
    session["token"] = changed.token
    return confirmations.tell_at(url_for("account.show"), changed=what)


@bp.post("/account/factors/<what>/passkey")
@requires(Permission.ACCOUNT_OWN)
def ask_passkey(what: str) -> ResponseReturnValue:
    """What the officer's passkey has to sign for this change; this browser alone may answer it, once."""
    token, now = session["token"], transaction.now()
    asked_id, options = transaction.write(
        lambda rows: accounts.request_passkey(rows, token, f"own_{what}", now),
        scopes.door(g.actor.district_id),
    )
    session["asked"] = str(asked_id)
    return jsonify(options)


def typed() -> accounts.Typed:
    """What stands in the boxes of the form; never shown again."""
    names = ("current", "password", "again", "code", "new_code")
    boxes = {name: request.form.get(name, "")[:_LONGEST] for name in names}
    asked_id = known_id(session.pop("asked", ""))
    return accounts.Typed(**boxes, passkey=request.form.get("passkey", ""), asked_id=asked_id)


def answer_change(changed: accounts.Changed, officer_id: UUID) -> Response:
    """The page of the new recovery codes, shown this once; where there are none, the first screen of the post."""
    session["token"] = changed.token
    if changed.recovery_codes:
        response = make_response(page("account/codes.html", codes=changed.recovery_codes))
    else:
        response = make_response(redirect(url_for("signin.front"), code=303))
    Device().remember(response, officer_id)
    return response


def demo_code() -> str | None:
    """The code that the officer's authenticator shows, in demo mode alone: a visitor has no telephone for it."""
    if not current_app.extensions["settings"].demo:
        return None
    officer_id, now = g.actor.officer_id, transaction.now()
    found = transaction.database().read(
        lambda rows: factors.demo_code(rows, officer_id, now), scopes.door(g.actor.district_id)
    )
    return found or ""


def _page(what: str, status: int, problems: Mapping[str, str]) -> ResponseReturnValue:
    """The page of a change; 404 for one that there is not."""
    token = session["token"]
    sheet = transaction.read(lambda rows: accounts.sheet(rows, token, f"own_{what}"), scopes.door())
    return page(
        "account/change.html",
        status,
        sheet=sheet,
        problems=problems,
        action=url_for("account.change", what=what),
        demo_code=demo_code(),
    )
