"""Saved filters of a list, under a name: kept, shown to the office or not, dropped; the inbox's and that of cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import g, redirect, request

from app.services.desk import desk
from app.web.frame import confirmations
from app.web.frame.addresses import address_of
from app.web.frame.pages import page
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class Shelf:
    """The saved filters of one list, by the endpoints of its pages."""

    kind: str  # desk.INBOX or desk.CASES
    show: str
    views: str
    save: str
    change: str


INBOX = Shelf(desk.INBOX, "inbox.show", "inbox.views", "inbox.save_view", "inbox.change_view")
CASES = Shelf(desk.CASES, "caselist.show", "caselist.views", "caselist.save_view", "caselist.change_view")


def listed(
    shelf: Shelf,
    status: int = 200,
    refused: DomainError | None = None,
    name: str = "",
    filters: Mapping[str, Any] | None = None,
    *,
    shared: bool = False,
) -> ResponseReturnValue:
    """The saved filters of the officer and his office; with what was typed, after a check failed."""
    found = transaction.read(lambda rows: desk.views(rows, g.actor, shelf.kind))
    return page(
        "views/list.html",
        status,
        shelf=shelf,
        views=found,
        refused=refused,
        name=name,
        shared=shared,
        save_at=address_of(shelf.save, **(filters or {})),
    )


def saved(shelf: Shelf, filters: Mapping[str, Any]) -> ResponseReturnValue:
    """Keep these filters under the name that was typed."""
    actor, now = transaction.actor(), transaction.now()
    name, shared = request.form.get("name", ""), bool(request.form.get("shared"))
    try:
        transaction.write(
            lambda rows: desk.save_view(rows, actor, name, filters, now, shared=shared, kind=shelf.kind)
        )
    except desk.Refused as refused:
        return listed(shelf, 422, refused, name, filters, shared=shared)
    return confirmations.tell_at(address_of(shelf.show, **filters), view="saved")


def changed(shelf: Shelf, view_id: UUID) -> ResponseReturnValue:
    """Drop one's own saved filter, show it to the office, or keep it to oneself."""
    actor, op = transaction.actor(), request.form.get("_op", "")
    if op == "drop":
        transaction.write(lambda rows: desk.drop_view(rows, actor, view_id))
    elif op in ("share", "keep"):
        transaction.write(lambda rows: desk.share_view(rows, actor, view_id, shared=op == "share"))
    return redirect(address_of(shelf.views), code=303)
