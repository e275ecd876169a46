"""Orders of the SP or DM that stop clocks or give days more: listed, and issued after a look at what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.ids import known_id
from app.domain.ledger import REASONS
from app.domain.roles import Permission
from app.domain.text import whole_number
from app.services.access import standins
from app.services.papers import orderpapers
from app.services.timekeeping import orders
from app.web.frame import confirmations
from app.web.frame.forms import day_of, day_text
from app.web.frame.leaves import paper_response
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction
from app.web.request.files import language_asked

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("orders", __name__)

_DIGITS = 3
_DAYS = ("first", "last", "dated")
_ISSUE = "issue"  # the button of the second page, on which the difference stands


@bp.get("/orders")
@requires(Permission.CALENDAR_SEE)
def show() -> ResponseReturnValue:
    return _page()


@bp.get("/orders/<uuid:order_id>/paper")
@requires(Permission.CALENDAR_SEE)
def paper(order_id: UUID) -> ResponseReturnValue:
    """The order as the paper that is signed."""
    file = orderpapers.draw(transaction.database(), g.actor, order_id, language_asked())
    return paper_response(file)


@bp.post("/orders")
@requires(Permission.CLOCK_ORDER)
def issue() -> ResponseReturnValue:
    """Show first what the order does to clocks; a second press issues it."""
    actor, now, asked = transaction.actor(), transaction.now(), _asked()
    try:
        if request.form.get("_op") != _ISSUE:
            seen = transaction.read(lambda rows: orders.preview(rows, actor, asked, now))
            return _page(preview=seen, asked=asked, **_written())
        transaction.write(lambda rows: orders.issue(rows, actor, asked, now))
    except orders.Refused as refused:
        return _page(422, refused=refused, asked=asked, **_written())
    return confirmations.tell_at(url_for("orders.show"), order="issued")


@bp.post("/orders/cancel")
@requires(Permission.CLOCK_ORDER)
def cancel() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    order_id = known_id(request.form.get("order", ""))
    if order_id is not None:
        transaction.write(lambda rows: orders.cancel(rows, actor, order_id, now))
        confirmations.note("order", "cancelled")
    return redirect(url_for("orders.show"), code=303)


def _asked() -> orders.Asked:
    form = request.form
    return orders.Asked(
        form.get("kind", ""),
        known_id(form.get("office", "")),
        day_of(form, "first"),
        day_of(form, "last"),
        whole_number(form.get("days", "").strip(), _DIGITS) or 0,
        form.get("reason", ""),
        form.get("number", ""),
        day_of(form, "dated"),
    )


def _written() -> dict[str, Any]:
    """What stands in the boxes of the form, to be shown again."""
    return {"form": request.form, "days": {name: day_text(request.form, name) for name in _DAYS}}


def _page(status: int = 200, **typed: Any) -> ResponseReturnValue:
    now = transaction.now()

    def look(rows: Any) -> tuple[Any, Any, Any]:
        listed = orders.listing(rows, g.actor)
        issued = ((row.issued_by, row.issued_at) for row in listed)
        acting = standins.by_right(rows, issued, Permission.CLOCK_ORDER)
        return listed, acting, orders.offices(rows, g.actor, now)

    found, acting, offices = transaction.read(look)
    return page(
        "clocks/orders.html",
        status,
        orders=found,
        stand_ins=acting,
        offices=offices,
        kinds=orders.KINDS,
        reasons=REASONS,
        of_district=orders.of_district(g.actor),
        may_order=g.actor.may(Permission.CLOCK_ORDER),
        told=confirmations.take_notes().get("order", ""),
        **{"asked": None, "refused": None, "preview": None, "form": {}, "days": {}, **typed},
    )
