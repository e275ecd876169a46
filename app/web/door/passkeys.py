"""An officer's own passkeys: the page that makes one, and the buttons that remove them; both after a step-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, jsonify, redirect, request, url_for

from app.domain.roles import Permission
from app.services.staff import ownpasskeys
from app.services.store import scopes
from app.web.door import stepup
from app.web.frame import confirmations, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp
    from app.services.store.database import Session

bp = Blueprint("passkeys", __name__)


@bp.post("/account/passkeys")
@requires(Permission.ACCOUNT_OWN)
def ask() -> ResponseReturnValue:
    """Ask for a fresh factor before a passkey is made."""
    actor, now = transaction.actor(), transaction.now()
    asked = transaction.write(
        lambda rows: ownpasskeys.to_add(rows, actor, now), scopes.door(actor.district_id)
    )
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.get("/account/passkeys/<uuid:step_up_id>")
@requires(Permission.ACCOUNT_OWN)
def show(step_up_id: UUID) -> ResponseReturnValue:
    return _page(step_up_id, 200, "", {})


@bp.post("/account/passkeys/<uuid:step_up_id>/options")
@requires(Permission.ACCOUNT_OWN)
def options(step_up_id: UUID) -> ResponseReturnValue:
    """What the browser has to make; the page's script asks for it."""
    actor, now = transaction.actor(), transaction.now()
    asked = transaction.write(
        lambda rows: ownpasskeys.request(rows, actor, step_up_id, now), scopes.door(actor.district_id)
    )
    return jsonify(asked)


@bp.post("/account/passkeys/<uuid:step_up_id>")
@requires(Permission.ACCOUNT_OWN)
def add(step_up_id: UUID) -> ResponseReturnValue:
    """Add the passkey that the browser made."""
    typed = (request.form.get("name", ""), request.form.get("passkey", ""))
    try:
        ownpasskeys.add(transaction.database(), g.actor, step_up_id, typed, transaction.now())
    except ownpasskeys.NotAdded as refused:
        return _page(step_up_id, 422, typed[0], refused.problems)
    return confirmations.tell_at(url_for("account.show"), changed="passkey_added")


@bp.post("/account/passkeys/<uuid:passkey_id>/remove")
@requires(Permission.ACCOUNT_OWN)
def remove(passkey_id: UUID) -> ResponseReturnValue:
    """Ask for a fresh factor before a passkey is removed."""
    actor, now = transaction.actor(), transaction.now()
    asked = transaction.write(
        lambda rows: ownpasskeys.to_remove(rows, actor, passkey_id, now), scopes.door(actor.district_id)
    )
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _page(step_up_id: UUID, status: int, name: str, problems: Mapping[str, str]) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()

    def look(rows: Session) -> tuple[StepUp, ownpasskeys.Own]:
        return ownpasskeys.see(rows, actor, step_up_id, now), ownpasskeys.own(rows, actor)

    wanted, own = transaction.read(look)
    return page(
        "account/passkey.html",
        status,
        wanted=wanted,
        own=own,
        name=name,
        problems=problems,
        longest=ownpasskeys.LONGEST_NAME,
    )


# -- the acts behind the step-ups ------------------------------------------------------------------------


def _tell_adding(item: Item) -> stepup.Line:
    return stepup.Line(
        text=language.choose(g.actor.name_hi, g.actor.name_en),
        address=url_for("account.show"),
        done=language.word("passkey.act", "add"),
        digest=item.digest,
    )


def _make(wanted: StepUp) -> ResponseReturnValue:
    """Go on to the page where the browser makes the key; the step-up is used up by the key."""
    return redirect(url_for("passkeys.show", step_up_id=wanted.id), code=303)


def _tell_removing(item: Item) -> stepup.Line:
    line = transaction.read(lambda rows: ownpasskeys.find(rows, g.actor, item.id))
    return stepup.Line(
        text=line.name,
        address=url_for("account.show"),
        done=language.word("passkey.act", "remove"),
        digest=item.digest,
    )


def _remove(wanted: StepUp) -> ResponseReturnValue:
    actor, now, passkey_id = transaction.actor(), transaction.now(), wanted.items[0].id
    transaction.write(
        lambda rows: ownpasskeys.remove(rows, actor, wanted.id, passkey_id, now),
        scopes.door(actor.district_id),
    )
    return confirmations.tell_at(url_for("account.show"), changed="passkey_removed")


stepup.ACTS |= {
    ownpasskeys.ADD: stepup.Act(_tell_adding, _make, lambda _items: url_for("account.show")),
    ownpasskeys.REMOVE: stepup.Act(_tell_removing, _remove, lambda _items: url_for("account.show")),
}
