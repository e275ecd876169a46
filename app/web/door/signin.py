"""The door: signing in by name, password and code, and leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, current_app, g, jsonify, redirect, request, session, url_for

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.access import door, interrupted, officers, passkeys
from app.services.store import devices, scopes
from app.web.door.devices import Device
from app.web.frame.language import day, moment
from app.web.frame.pages import home, page
from app.web.guard import errors
from app.web.guard.access import local_path, public, public_page, requires, without_post
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from app.domain.errors import DomainError
    from app.domain.roles import Actor
    from app.services.store.database import Session

bp = Blueprint("signin", __name__)
log = structlog.get_logger()


@bp.get("/")
@public_page
def front() -> ResponseReturnValue:
    """To work, or to the door."""
    return redirect(home(), code=303)


@bp.get("/sign-in")
@public_page
def show() -> ResponseReturnValue:
    if g.actor is not None:
        return redirect(_destination(), code=303)
    if g.newcomer is not None:
        return redirect(url_for("newcomers.set_up"), code=303)
    ended = session.pop("ended", "")
    return _door(200, ended=ended or ("no_post" if without_post() is not None else ""))


@bp.post("/sign-in")
@public
@limits.sign_in
def enter() -> ResponseReturnValue:
    username, device = request.form.get("username", "")[:80], Device()
    attempt = door.Attempt(
        username=username,
        password=request.form.get("password", ""),
        code=request.form.get("code", ""),
        knows=device.knows,
        device=device.digest,
        kind=device.kind,
        passkey=request.form.get("passkey", ""),
        asked_id=known_id(session.pop("asked", "")),
    )
    try:
        entry = door.sign_in(transaction.database(), transaction.doorkeeper(), attempt, transaction.now())
    except (door.SignInRefused, officers.NoPost) as refused:
        return _door(422, problem=refused, username=username, by_passkey=bool(attempt.passkey))
    return welcome(entry)


@bp.post("/sign-in/passkey")
@public
@limits.sign_in
def ask_passkey() -> ResponseReturnValue:
    """What a passkey has to sign to come in; this browser alone may answer it, once."""
    asked_id, options = door.ask_passkey(transaction.database(), transaction.now())
    session["asked"] = str(asked_id)
    return jsonify(options)


@bp.get("/kept")
@requires(Permission.ACCOUNT_OWN)
def kept() -> ResponseReturnValue:
    """The form that came after the end of the officer's session, once."""
    actor, now = transaction.actor(), transaction.now()
    sent = transaction.write(lambda rows: interrupted.take(rows, actor, now))
    return redirect(home(), code=303) if sent is None else errors.interrupted(sent)


@bp.post("/sign-out")
@requires(Permission.ACCOUNT_OWN)
def leave() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    erased = known_id(session.get("device", "")) if request.form.get("erase") else None
    transaction.write(lambda rows: _leave(rows, actor, erased, now))
    session.clear()
    response = redirect(url_for("signin.show"), code=303)
    # What a phone holds unsent, of this officer or of another, is sealed under keys that are here: it may stay.
    response.headers["Clear-Site-Data"] = '"cache"' if request.form.get("keep") else '"cache", "storage"'
    return response


def _leave(rows: Session, actor: Actor, device_id: UUID | None, now: datetime) -> None:
    """End the session; with it, where the officer wishes it, the key to what this phone still holds of his."""
    if device_id is not None:
        devices.forget(rows, actor, device_id, now)
    officers.sign_out(rows, actor, now)


def welcome(entry: officers.Entry) -> Response:
    """Start the new session in a fresh cookie, and say when and how often this account was tried before.

    The session that this browser had before ends. Who came by a code is led to set what it stands for. From where he
    came is told by the log alone, which is not kept for ever as the record is.
    """
    log.info(
        "session_started",
        officer=str(entry.officer_id),
        stage=entry.stage,
        device=Device().kind,
        address=request.remote_addr,
    )
    kept, former = session.get("kept", ""), session.get("token", "")
    if former:
        now = transaction.now()
        transaction.write(lambda rows: officers.leave_behind(rows, former, now), scopes.door())
    session.clear()
    session["token"] = entry.token
    if entry.stage != officers.OPEN:
        return redirect(url_for("newcomers.set_up"), code=303)
    session["kept"] = kept
    session["before"] = _before(entry.last_sign_in_at)
    session["entered"] = {"at": session["before"], "failures": entry.failures}
    response = redirect(_destination(), code=303)
    Device().remember(response, entry.officer_id)
    return response


def _before(at: datetime | None) -> str:
    return moment(at) if at is not None else ""


def _destination() -> str:
    wanted = local_path(request.args.get("next"))
    return wanted if wanted and not wanted.startswith("/sign-") else url_for("signin.front")


def _door(
    status: int,
    *,
    problem: DomainError | None = None,
    username: str = "",
    ended: str = "",
    by_passkey: bool = False,
) -> ResponseReturnValue:
    groups = []
    if current_app.extensions["settings"].demo:
        groups = transaction.read(lambda rows: officers.demo_accounts(rows, transaction.now()), scopes.door())
    return page(
        "signin/sign_in.html",
        status,
        problem=problem.key if problem is not None else "",
        by_passkey=by_passkey,
        username=username,
        ended=ended,
        next=local_path(request.args.get("next")),
        passkey_host=passkeys.host(transaction.database()),
        accounts=groups,
        today=day(transaction.now()),
    )
