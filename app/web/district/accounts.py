"""Accounts of the district: found by name, shut with a reason and a day, opened again by two administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.roles import Permission
from app.services.staff import shutting
from app.services.store import scopes
from app.web.door import stepup
from app.web.frame import confirmations, language
from app.web.frame.forms import day_text, known_day
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp

bp = Blueprint("accounts", __name__)

_LONGEST = 80


@bp.get("/admin/accounts")
@requires(Permission.ENTRY_CODE)
def listing() -> ResponseReturnValue:
    """The first of the accounts that stand open."""
    return _listed("", shut=False)


@bp.post("/admin/accounts")
@requires(Permission.ENTRY_CODE)
@limits.search
def find() -> ResponseReturnValue:
    """The accounts, open or shut, in whose names these signs are; a name stands in no address."""
    words, shut = request.form.get("words", "")[:_LONGEST], request.form.get("state") == "shut"
    return _listed(words, shut=shut)


def _listed(words: str, *, shut: bool) -> ResponseReturnValue:
    actor = transaction.actor()
    found, is_more = transaction.read(
        lambda rows: shutting.search(rows, actor, words, shut=shut), scopes.door(actor.district_id)
    )
    return page(
        "admin/accounts.html", found=found, is_more=is_more, most=shutting.SHOWN, words=words, shut=shut
    )


@bp.get("/admin/accounts/<uuid:officer_id>")
@requires(Permission.ENTRY_CODE)
def show(officer_id: UUID) -> ResponseReturnValue:
    return _page(officer_id, 200, {"why": "", "since": ""}, {})


@bp.post("/admin/accounts/<uuid:officer_id>/shut")
@requires(Permission.ENTRY_CODE)
def shut(officer_id: UUID) -> ResponseReturnValue:
    """Shut the account, once the administrator has confirmed it."""
    actor, now = transaction.actor(), transaction.now()
    why, since = request.form.get("why", "")[:_LONGEST], day_text(request.form, "since")
    try:
        asked = transaction.write(
            lambda rows: shutting.to_shut(rows, actor, officer_id, why, known_day(since), now),
            scopes.door(actor.district_id),
        )
    except shutting.Refused as refused:
        return _page(officer_id, 422, {"why": why, "since": since}, refused.problems)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.post("/admin/accounts/<uuid:officer_id>/reopen")
@requires(Permission.ENTRY_CODE)
def reopen(officer_id: UUID) -> ResponseReturnValue:
    """Put a shut account before a second administrator, once this one has confirmed it."""
    actor, now = transaction.actor(), transaction.now()
    asked = transaction.write(
        lambda rows: shutting.to_reopen(rows, actor, officer_id, now), scopes.door(actor.district_id)
    )
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


# -- confirmed by a code ---------------------------------------------------------------------------------


def _tell(item: Item) -> stepup.Line:
    asked = transaction.database().read(
        lambda rows: shutting.asked_for(rows, item), scopes.door(g.actor.district_id)
    )
    row = asked.officer
    return stepup.Line(
        text=f"{language.choose(row.name_hi, row.name_en)} ({row.username})",
        address=url_for("accounts.show", officer_id=row.id),
        done=language.say(
            "accounts.line", why=language.word("accounts.why", asked.why), since=language.day(asked.since)
        ),
        digest=item.digest,
    )


def _shut(wanted: StepUp) -> ResponseReturnValue:
    freed = shutting.shut(transaction.database(), g.actor, wanted, transaction.now())
    return confirmations.tell_at(_back(wanted.items), account_shut=str(len(freed)))


def _back(items: Sequence[Item]) -> str:
    return url_for("accounts.show", officer_id=items[0].thing.split(":")[1])


stepup.ACTS[shutting.SHUT] = stepup.Act(_tell, _shut, _back)


def _page(
    officer_id: UUID, status: int, typed: Mapping[str, str], problems: Mapping[str, str]
) -> ResponseReturnValue:
    actor, now, notes = transaction.actor(), transaction.now(), confirmations.take_notes()
    found = transaction.read(
        lambda rows: shutting.account(rows, actor, officer_id, now), scopes.door(actor.district_id)
    )
    return page(
        "admin/account.html",
        status,
        account=found,
        typed=typed,
        problems=problems,
        reasons=list(shutting.Why),
        freed=int(notes["account_shut"]) if "account_shut" in notes else None,
    )
