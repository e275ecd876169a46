"""The door: signing in by name and password, and leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from app.domain.roles import Permission
from app.services import officers, scopes
from app.web import limits, transaction
from app.web.access import local_path, public, public_page, requires
from app.web.language import day, moment
from app.web.pages import home, page

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from app.domain.errors import DomainError

bp = Blueprint("signin", __name__)

_DEVICE_YEARS = 31_536_000  # seconds for which a device is known
_DEVICES_KEPT = 20  # officers who share one office computer


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
    return _door(200, ended=session.pop("ended", ""))


@bp.post("/sign-in")
@public
@limits.sign_in
def enter() -> ResponseReturnValue:
    username = request.form.get("username", "")[:80]
    known = _known_officers()
    try:
        entry = officers.sign_in(
            transaction.database(),
            current_app.extensions["doorkeeper"],
            username,
            request.form.get("password", "")[:128],
            knows=lambda officer_id: str(officer_id) in known,
            now=transaction.now(),
        )
    except (officers.SignInRefused, officers.NoPost) as refused:
        return _door(422, problem=refused, username=username)
    return welcome(entry)


@bp.post("/sign-out")
@requires(Permission.ACCOUNT_OWN)
def leave() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: officers.sign_out(rows, actor, now))
    session.clear()
    response = redirect(url_for("signin.show"), code=303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def welcome(entry: officers.Entry) -> Response:
    """Start the new session in a fresh cookie, and say when and how often this account was tried before."""
    kept = session.get("kept", "")
    session.clear()
    session["token"] = entry.token
    session["kept"] = kept
    session["before"] = _before(entry.last_sign_in_at)
    session["entered"] = {"at": session["before"], "failures": entry.failures}
    response = redirect(_destination(), code=303)
    _remember_device(response, entry)
    return response


def _before(at: datetime | None) -> str:
    return moment(at) if at is not None else ""


def _destination() -> str:
    wanted = local_path(request.args.get("next"))
    return wanted if wanted and not wanted.startswith("/sign-") else url_for("signin.front")


def _door(
    status: int, *, problem: DomainError | None = None, username: str = "", ended: str = ""
) -> ResponseReturnValue:
    groups = []
    if current_app.extensions["settings"].demo:
        groups = transaction.read(lambda rows: officers.demo_accounts(rows, transaction.now()), scopes.door())
    return page(
        "signin/sign_in.html",
        status,
        problem=problem.key if problem is not None else "",
        username=username,
        ended=ended,
        next=local_path(request.args.get("next")),
        accounts=groups,
        today=day(transaction.now()),
    )


def _device_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _devices() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="device")


def _known_officers() -> list[str]:
    """The officers who have entered from this device before; nobody can claim that without our signature."""
    try:
        found = _devices().loads(request.cookies.get(_device_name(), ""))
    except BadSignature:
        return []
    return [str(each) for each in found][:_DEVICES_KEPT]


def _remember_device(response: Response, entry: officers.Entry) -> None:
    own = str(entry.officer_id)
    others = [each for each in _known_officers() if each != own]
    response.set_cookie(
        _device_name(),
        str(_devices().dumps([own, *others][:_DEVICES_KEPT])),
        max_age=_DEVICE_YEARS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
