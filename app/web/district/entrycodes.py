"""Codes for officers who have yet to come in, or have lost a factor: asked for, agreed to, shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.errors import DomainError
from app.domain.roles import Permission
from app.services.staff import entrycodes, newstaff, sessionends
from app.services.store import scopes
from app.web.door import stepup
from app.web.frame import confirmations, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item as StepUpItem
    from app.services.access.stepup import StepUp

bp = Blueprint("entrycodes", __name__)

_LONGEST = 400


@bp.get("/admin/entry-codes")
@requires(Permission.ENTRY_CODE)
def show() -> ResponseReturnValue:
    return _page(200)


@bp.post("/admin/entry-codes")
@requires(Permission.ENTRY_CODE)
def ask() -> ResponseReturnValue:
    """Make a code for an officer, once the administrator has confirmed it."""
    actor, now, username = transaction.actor(), transaction.now(), request.form.get("username", "")[:80]
    kind = entrycodes.FACTOR if request.form.get("kind") == entrycodes.FACTOR else entrycodes.PASSWORD
    try:
        asked = transaction.write(
            lambda rows: entrycodes.to_ask(rows, actor, username, kind, now), scopes.door(actor.district_id)
        )
    except DomainError as refused:
        return _page(422, problem=refused, username=username, kind=kind)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.post("/admin/entry-codes/sessions")
@requires(Permission.ENTRY_CODE)
def end_sessions() -> ResponseReturnValue:
    """End every session of an officer, once the administrator has confirmed it."""
    actor, now, username = transaction.actor(), transaction.now(), request.form.get("ending", "")[:80]
    try:
        asked = transaction.write(
            lambda rows: sessionends.to_end_all(rows, actor, username, now), scopes.door(actor.district_id)
        )
    except DomainError as refused:
        return _page(422, problem=refused, ending=username)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.get("/admin/officers/new")
@requires(Permission.ENTRY_CODE)
def new_officer() -> ResponseReturnValue:
    return page("admin/new_officer.html", typed={}, problems={})


@bp.post("/admin/officers/new")
@requires(Permission.ENTRY_CODE)
def add_officer() -> ResponseReturnValue:
    """Make the account of a new officer; his first code is shown once it is confirmed."""
    actor, now = transaction.actor(), transaction.now()
    typed = {name: request.form.get(name, "")[:_LONGEST] for name in ("username", *newstaff.LONGEST)}
    try:
        asked = transaction.write(
            lambda rows: newstaff.add(rows, actor, newstaff.Newcomer(**typed), now),
            scopes.door(actor.district_id),
        )
    except newstaff.Refused as refused:
        return page("admin/new_officer.html", 422, typed=typed, problems=refused.problems)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.post("/admin/entry-codes/<uuid:request_id>/allow")
@requires(Permission.ENTRY_CODE)
def allow(request_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    asked = transaction.write(
        lambda rows: entrycodes.to_allow(rows, actor, request_id, now), scopes.door(actor.district_id)
    )
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _tell(item: StepUpItem) -> stepup.Line:
    row, kind = transaction.database().read(
        lambda rows: entrycodes.asked_for(rows, item), scopes.door(g.actor.district_id)
    )
    return stepup.Line(
        text=f"{language.choose(row.name_hi, row.name_en)} ({row.username})",
        address=url_for("entrycodes.show"),
        done=language.word("entry.kind", entrycodes.told_as(row, kind)),
        digest=item.digest,
    )


def _make(wanted: StepUp) -> ResponseReturnValue:
    """The code, shown this once; or the word that a second administrator has to agree."""
    actor, now = transaction.actor(), transaction.now()
    actor.require(Permission.ENTRY_CODE)
    act = entrycodes.ask if wanted.action == entrycodes.ASK else entrycodes.allow
    code = transaction.write(lambda rows: act(rows, actor, wanted, now), scopes.door(actor.district_id))
    if code is not None:
        return _page(200, code=code)
    return confirmations.tell_at(url_for("entrycodes.show"), asked="yes")


for _action in (entrycodes.ASK, entrycodes.ALLOW):
    stepup.ACTS[_action] = stepup.Act(_tell, _make, lambda _items: url_for("entrycodes.show"))


@bp.post("/admin/entry-codes/<uuid:request_id>/refuse")
@requires(Permission.ENTRY_CODE)
def refuse(request_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(
        lambda rows: entrycodes.refuse(rows, actor, request_id, now), scopes.door(actor.district_id)
    )
    return redirect(url_for("entrycodes.show"), code=303)


def _page(
    status: int,
    *,
    problem: DomainError | None = None,
    username: str = "",
    kind: str = entrycodes.PASSWORD,
    code: str = "",
    ending: str | None = None,
) -> ResponseReturnValue:
    actor, now, notes = transaction.actor(), transaction.now(), confirmations.take_notes()
    waiting = transaction.read(
        lambda rows: entrycodes.requests(rows, actor, now), scopes.door(actor.district_id)
    )
    return page(
        "admin/entry_codes.html",
        status,
        problem=problem,
        username=username,
        kind=kind,
        code=code,
        waiting=waiting,
        asked=notes.get("asked", ""),
        ended=notes.get("ended", ""),
        ending=ending,
    )
