"""Who may open a view: each names its permission or is public; a view that does neither answers nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import structlog
from flask import Response, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect

from app.domain.errors import NotAllowed
from app.services.access import interrupted, officers, stepup, tokens
from app.services.store import scopes
from app.services.store.scopes import actor_scope
from app.web.frame import language
from app.web.guard import errors, problems
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Request
    from flask.typing import ResponseReturnValue

    from app.domain.roles import Actor, Permission

View = TypeVar("View", bound="Callable[..., ResponseReturnValue]")

PUBLIC = "public"
LIVE = "X-Live"  # header of a page that is asked for anew by itself, because something on it changed
AGAIN = "again"  # the same in the address, where a browser without scripts asks
NEWCOMER = "newcomer"  # somebody who came by a code, and has yet to set his factors
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
#: What is sent there are factors, or nothing that anybody typed.
_OF_THE_DOOR = frozenset({"signin", "demo", "newcomers", "account", "stepup", "passkeys", "phones"})
_LONGEST_TOKEN = 200
_LAST_CONTROL = 32  # of ASCII: control characters and the space


@dataclass(frozen=True, slots=True)
class OfPrograms:
    """Access by a department's token that is good for this."""

    scope: str


csrf = CSRFProtect()
log = structlog.get_logger()


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login holds for the request: the officer's standing, read once."""

    def __init__(self, standing: officers.Standing) -> None:
        self.standing = standing

    def get_id(self) -> str:
        return str(self.standing.actor.officer_id)


def requires(permission: Permission, keeps: Callable[..., None] | None = None) -> Callable[[View], View]:
    """Open the view to posts with this permission. `keeps` saves a form that came after the session's end."""

    def mark(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        view.keeps = keeps  # type: ignore[attr-defined]
        return view

    return mark


def for_programs(scope: str) -> Callable[[View], View]:
    """Open the view to programs whose token is good for this: no cookie is read, so none can be misused."""

    def mark(view: View) -> View:
        view.access = OfPrograms(scope)  # type: ignore[attr-defined]
        view.knows_officer = False  # type: ignore[attr-defined]
        return view

    return mark


def quiet(view: View) -> View:
    """A view that pages call by themselves: it keeps no session alive."""
    view.is_quiet = True  # type: ignore[attr-defined]
    return view


def asks_only(view: View) -> View:
    """Mark a form that changes nothing and is open to everybody: it needs no token, so its page sets no cookie."""
    view.asks_only = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Open the view to everybody, without looking who asks."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    view.knows_officer = False  # type: ignore[attr-defined]
    return view


def public_page(view: View) -> View:
    """Open the view to everybody; who is signed in keeps his header and language."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def newcomers(view: View) -> View:
    """Open the view to who came by a code of the administrators, and to nobody else."""
    view.access = NEWCOMER  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Identify, check the form's token, then close what is not open: in this order, before every view."""
    login = LoginManager()
    login.session_protection = None  # the session is a row of ours, bound to its token alone
    login.request_loader(_standing)
    # Its template context would load the officer anew in every template; `g.actor` is already there.
    login.init_app(app, add_context_processor=False)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the session ends, not the page
    app.config["WTF_CSRF_SSL_STRICT"] = (
        False  # pages are sent with no-referrer; Sec-Fetch-Site is read instead
    )
    csrf.init_app(app)
    app.before_request(_guard)


def local_path(address: str | None) -> str | None:
    """The address if it leads back into this product, else None: nobody is sent elsewhere by a link."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    if any(ord(sign) <= _LAST_CONTROL or sign == "\\" for sign in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def sign_in_address(destination: str | None = None) -> str:
    """Where to sign in, and come back to afterwards."""
    target = local_path(destination)
    return url_for("signin.show", next=target) if target and target != "/" else url_for("signin.show")


def _standing(_: Request) -> SignedIn | None:
    token = session.get("token")
    if not token:
        return None
    found = transaction.look(lambda rows: officers.actor_for(rows, token, transaction.now()), scopes.door())
    if found is None and request.endpoint == "stepup.confirm":
        found = _pressed_twice(token)
    return SignedIn(found) if found is not None else None


def _pressed_twice(token: str) -> officers.Standing | None:
    """Who has pressed the button of a confirmation a second time, before the first answer gave him another token."""
    step_up_id = (request.view_args or {})["step_up_id"]
    found = stepup.goes_on(transaction.database(), token, step_up_id, factor_shown(), transaction.now())
    if found is None:
        return None
    session["token"], standing = found
    return standing


def factor_shown() -> stepup.Given:
    """The fresh factor in the form of a confirmation."""
    return stepup.Given(request.form.get("code", ""), request.form.get("passkey", ""))


def _guard() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    access = getattr(view, "access", None)
    g.actor = g.newcomer = None
    is_quiet = getattr(view, "is_quiet", False) or request.headers.get(LIVE) is not None
    is_quiet = is_quiet or AGAIN in request.args
    standing = _identify(is_quiet=is_quiet) if getattr(view, "knows_officer", True) else None
    language.settle()
    if isinstance(access, OfPrograms):
        return _program(access)
    if request.method in {"POST", "PUT", "PATCH", "DELETE"}:
        _refuse_foreign_forms()
    if view is None or access == PUBLIC:
        return None
    return _closed(view, access, standing)


def _program(access: OfPrograms) -> ResponseReturnValue | None:
    """Let a program in by the token that it shows; a session of a browser counts for nothing here."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    now = transaction.now()
    found = None
    if kind.casefold() == "bearer" and 0 < len(token) <= _LONGEST_TOKEN:
        found = transaction.look(lambda rows: tokens.program(rows, token.strip(), now), scopes.door())
    if found is None:
        refused = problems.of_key(401, "not_allowed", "api.no_token")
        refused.headers["WWW-Authenticate"] = 'Bearer realm="e-satyapan"'
        return refused
    if access.scope not in found.scopes:
        return problems.of_key(403, "not_allowed", "api.scope_missing")
    g.actor, g.program = found.actor, found
    if found.is_stale:
        transaction.write(
            lambda rows: tokens.touch(rows, found.token_id, now), scopes.door(found.actor.district_id)
        )
    return None


def _closed(view: Any, access: Any, standing: officers.Standing | None) -> ResponseReturnValue | None:
    """Close a view that is not public to whom it is not open."""
    if access is None:
        log.error("view_without_access", endpoint=request.endpoint)
        abort(404)
    if access == NEWCOMER:
        return None if g.newcomer is not None else redirect(sign_in_address(), code=303)
    if g.actor is None:
        return _turned_away(view, standing)
    if not g.actor.may(access):
        raise NotAllowed
    return None


def _way_back(*, is_kept: bool) -> str | None:
    """The page to return to: the one asked for, or that of the form that was kept."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return request.path.removesuffix("/draft") if is_kept else None


def _identify(*, is_quiet: bool = False) -> officers.Standing | None:
    """Set `g.actor` for a session that is open; -> the standing, also of one that has run out.

    What a page asks for by itself (`is_quiet`) is no sign of its officer: an open page keeps no session alive.
    """
    user = current_user
    if not user.is_authenticated:
        return None
    standing: officers.Standing = user.standing
    if standing.stage != officers.OPEN:
        g.newcomer = standing if standing.is_open else None
        return None
    if standing.is_open:
        g.actor, g.district = standing.actor, standing.district
        if standing.is_stale and not is_quiet:
            now = transaction.now()
            transaction.write(lambda rows: officers.touch(rows, standing, now), scopes.door())
    return standing


def _refuse_foreign_forms() -> None:
    """A form must come from our own page: the browser says so, and the token proves it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(400, "cross-site form")
    if request.content_length and request.mimetype not in _FORMS:
        abort(400, "not a form")  # it would be read as an empty one, and take the place of what was typed
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and not getattr(view, "asks_only", False):
        csrf.protect()


def without_post() -> Actor | None:
    """The officer of this browser's session who holds no post any more; only his own browser learns it."""
    token = session.get("token")
    if not token:
        return None
    return transaction.look(lambda rows: officers.without_post(rows, token, transaction.now()), scopes.door())


def _is_worth_keeping(view: Any, actor: Actor) -> bool:
    """Whether an officer has filled in a form of a page here that he may send, and no factor of his."""
    is_page = request.headers.get("Sec-Fetch-Dest", "document") == "document" and not request.headers.get(
        "X-Draft"
    )
    if request.method != "POST" or not is_page or request.blueprint in _OF_THE_DOOR:
        return False
    boxes = errors.posted_boxes()
    length = sum(len(name) + len(text) for name, text in boxes)
    is_typed = any(text.strip() and not name.startswith("_") for name, text in boxes)
    return actor.may(view.access) and is_typed and length <= interrupted.LONGEST


def _keep(actor: Actor) -> None:
    had_files = any(file.filename for file in request.files.values())
    sent = interrupted.Sent(request.full_path.rstrip("?"), errors.posted_boxes(), had_files)
    now = transaction.now()
    transaction.write(lambda rows: interrupted.keep(rows, actor, sent, now), actor_scope(actor))


def _turned_away(view: Any, standing: officers.Standing | None) -> ResponseReturnValue:
    """To the sign-in page, with the way back; a form of an expired session is kept for its officer first."""
    if standing is None and (actor := without_post()) is not None:
        return _relieved(view, actor)
    keeps = getattr(view, "keeps", None)
    kept = standing is not None and request.method == "POST" and keeps is not None
    back = _way_back(is_kept=kept)
    if standing is not None and keeps is not None and kept:
        keeps(standing.actor, **(request.view_args or {}))
    elif standing is not None and _is_worth_keeping(view, standing.actor):
        _keep(standing.actor)
        back = url_for("signin.kept")
    if standing is not None:
        session["ended"] = "kept" if kept or back == url_for("signin.kept") else "expired"
        session["kept"] = "1" if kept else ""
    return _to_the_door(back)


def _relieved(view: Any, actor: Actor) -> ResponseReturnValue:
    """Tell an officer without a post why he is at the door; what he sent does nothing, and waits for his next one."""
    is_kept = _is_worth_keeping(view, actor)
    if is_kept:
        _keep(actor)
    session["ended"] = "no_post_kept" if is_kept else "no_post"
    return _to_the_door(url_for("signin.kept") if is_kept else None)


def _to_the_door(back: str | None) -> ResponseReturnValue:
    if request.headers.get("X-Draft"):
        return Response(status=401)
    return redirect(sign_in_address(back), code=303)
