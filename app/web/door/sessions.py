"""Sessions ended by hand: one's own from the account page, an officer's by the administrator; each by a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, url_for

from app.domain.roles import Permission
from app.services.staff import sessionends
from app.services.store import scopes
from app.web.door import stepup
from app.web.frame import confirmations, language
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp

bp = Blueprint("sessions", __name__)


@bp.post("/account/sessions")
@requires(Permission.ACCOUNT_OWN)
def end_others() -> ResponseReturnValue:
    return _asked(None)


@bp.post("/account/sessions/<uuid:session_id>/end")
@requires(Permission.ACCOUNT_OWN)
def end_one(session_id: UUID) -> ResponseReturnValue:
    return _asked(session_id)


def _asked(session_id: UUID | None) -> ResponseReturnValue:
    """Ask for a fresh factor before anything ends; back to the account where nothing is left to end."""
    actor, now = transaction.actor(), transaction.now()
    asked = transaction.write(
        lambda rows: sessionends.to_end(rows, actor, session_id, now), scopes.door(actor.district_id)
    )
    where = url_for("account.show") if asked is None else url_for("stepup.show", step_up_id=asked)
    return redirect(where, code=303)


# -- the acts behind the step-ups ------------------------------------------------------------------------


def _tell_own(item: Item) -> stepup.Line:
    now = transaction.now()
    line = transaction.read(lambda rows: sessionends.line_of(rows, g.actor, item, now))
    since, seen = (
        (language.moment(each) for each in (line.created_at, line.last_seen_at)) if line else ("", "")
    )
    told = language.say("account.session", since=since, seen=seen) if line else language.say("sessions.over")
    return stepup.Line(
        text=f"{told} · {language.word('account.device', line.device)}" if line and line.device else told,
        address=url_for("account.show"),
        done=language.word("sessions.act", "one"),
        digest=item.digest,
    )


def _end_own(wanted: StepUp) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: sessionends.end(rows, actor, wanted, now), scopes.door(actor.district_id))
    return confirmations.tell_at(url_for("account.show"), changed="sessions")


def _tell_officers(item: Item) -> stepup.Line:
    row = transaction.read(lambda rows: sessionends.officer_of(rows, item), scopes.door(g.actor.district_id))
    return stepup.Line(
        text=f"{language.choose(row.name_hi, row.name_en)} ({row.username})",
        address=url_for("entrycodes.show"),
        done=language.word("sessions.act", "all"),
        digest=item.digest,
    )


def _end_officers(wanted: StepUp) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(
        lambda rows: sessionends.end_all(rows, actor, wanted, now), scopes.door(actor.district_id)
    )
    return confirmations.tell_at(url_for("entrycodes.show"), ended="yes")


stepup.ACTS.update(
    {
        sessionends.OWN: stepup.Act(_tell_own, _end_own, lambda _items: url_for("account.show")),
        sessionends.OF_OFFICER: stepup.Act(
            _tell_officers, _end_officers, lambda _items: url_for("entrycodes.show")
        ),
    }
)
