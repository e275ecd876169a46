"""How an officer wants to be told of what waits for his office: by e-mail, by SMS, at once or once a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, g, request, url_for

from app.domain.errors import FormInvalid
from app.domain.roles import Permission
from app.services.notices import messages
from app.services.notices.messages import Wishes
from app.web.frame import confirmations
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("notices", __name__)

_LONGEST = 254  # characters of an address (RFC 5321)


@bp.get("/account/notices")
@requires(Permission.ACCOUNT_OWN)
def show() -> ResponseReturnValue:
    return _page(transaction.read(lambda rows: messages.wishes(rows, g.actor)), {})


def _page(wishes: Wishes, problems: dict[str, str], status: int = 200) -> ResponseReturnValue:
    return page(
        "account/notices.html",
        status,
        wishes=wishes,
        problems=problems,
        may_weekly=g.actor.may(Permission.WEEKLY_SUMMARY),
        sent=transaction.read(lambda rows: messages.last_messages(rows, g.actor)),
        is_demo=current_app.extensions["settings"].demo,
        notes=confirmations.take_notes(),
    )


@bp.post("/account/notices")
@requires(Permission.ACCOUNT_OWN)
def change() -> ResponseReturnValue:
    typed = {name: request.form.get(name, "").strip()[:_LONGEST] for name in ("email", "mobile")}
    wanted = Wishes(
        **typed, is_digest=request.form.get("when") == "daily", is_weekly=bool(request.form.get("weekly"))
    )
    actor, now = transaction.actor(), transaction.now()
    try:
        transaction.write(lambda rows: messages.set_wishes(rows, actor, wanted, now))
    except FormInvalid as refused:
        return _page(wanted, {name: problem.key for name, problem in refused.problems.items()}, 422)
    return confirmations.tell_at(url_for("notices.show"), saved="1")
