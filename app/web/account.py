"""What an officer settles for himself: language, the post he acts in, his open sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, g, redirect, request, session, url_for

from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.services import officers
from app.web import transaction
from app.web.access import local_path, requires
from app.web.language import LANGUAGES
from app.web.pages import home, page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("account", __name__)


@bp.get("/account")
@requires(Permission.ACCOUNT_OWN)
def show() -> ResponseReturnValue:
    lines = transaction.read(lambda rows: officers.open_sessions(rows, g.actor, transaction.now()))
    return page("account/account.html", before=session.get("entered"), sessions=lines)


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


@bp.post("/account/sessions")
@requires(Permission.ACCOUNT_OWN)
def end_others() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: officers.end_other_sessions(rows, actor, now))
    return redirect(url_for("account.show"), code=303)
