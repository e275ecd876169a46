"""Codes for officers who have yet to come in, or have lost a factor: asked for, agreed to, shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from app.domain.errors import DomainError
from app.domain.roles import Permission
from app.services import entrycodes, scopes
from app.web import confirmations, transaction
from app.web.access import requires
from app.web.pages import page

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("entrycodes", __name__)


@bp.get("/admin/entry-codes")
@requires(Permission.ENTRY_CODE)
def show() -> ResponseReturnValue:
    return _page(200)


@bp.post("/admin/entry-codes")
@requires(Permission.ENTRY_CODE)
def ask() -> ResponseReturnValue:
    actor, now, username = transaction.actor(), transaction.now(), request.form.get("username", "")[:80]
    kind = entrycodes.FACTOR if request.form.get("kind") == entrycodes.FACTOR else entrycodes.PASSWORD
    try:
        code = transaction.write(
            lambda rows: entrycodes.ask(rows, actor, username, kind, now), scopes.door(actor.district_id)
        )
    except DomainError as refused:
        return _page(422, problem=refused, username=username, kind=kind)
    if code is not None:
        return _page(200, code=code)
    confirmations.note("asked", "yes")
    return redirect(url_for("entrycodes.show"), code=303)


@bp.post("/admin/entry-codes/<uuid:request_id>/allow")
@requires(Permission.ENTRY_CODE)
def allow(request_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    code = transaction.write(
        lambda rows: entrycodes.allow(rows, actor, request_id, now), scopes.door(actor.district_id)
    )
    return _page(200, code=code)


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
) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
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
        asked=confirmations.take_notes().get("asked", ""),
    )
