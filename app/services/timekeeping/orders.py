"""Orders of the SP or DM that stop the clocks of their offices, or give days more: issued, cancelled, listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.errors import Conflict, DomainError, NotAllowed
from app.domain.ids import new_id
from app.domain.ledger import ENQUIRING, EXTEND, PAUSE, REASONS, Order
from app.domain.offices import OfficeKind, is_police
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.timekeeping import calendar_queries as table
from app.services.district import calendars
from app.services.store import audit
from app.services.timekeeping import recomputing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.timekeeping.recomputing import Preview

KINDS = (PAUSE, EXTEND)
LONGEST = timedelta(days=92)  # of one order: whoever needs more issues another, and says why
MOST_DAYS = 60
_NUMBER_LENGTH = 60  # characters


class Refused(DomainError):
    """An order that cannot be issued; the key names the reason (422)."""

    key = "order.refused.days"


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as it was typed."""

    kind: str
    office_id: UUID | None  # None: every office of the district that enquires, by order of the SP alone
    first: date | None
    last: date | None
    days: int
    reason: str
    number: str
    dated: date | None


def listing(session: Session, actor: Actor) -> Sequence[AnyRow]:
    """Every order, the latest first. Raises NotAllowed."""
    actor.require(Permission.CALENDAR_SEE)
    return table.orders(session)


def offices(session: Session, actor: Actor, now: datetime) -> Sequence[AnyRow]:
    """The offices for which this post may issue an order: the SP's those that enquire, the DM's its own."""
    kinds = ENQUIRING if of_district(actor) else {OfficeKind.DM_OFFICE}
    return table.offices_of_orders(session, calendars.day(now), sorted(kinds))


def of_district(actor: Actor) -> bool:
    """Whether his orders may be for all offices that enquire: those of the SP, by the matrix, row act.extend_due."""
    return is_police(actor.post.office_kind)


def preview(session: Session, actor: Actor, asked: Asked, now: datetime) -> Preview:
    """What an order would do to clocks. Raises NotAllowed, Refused."""
    order = _checked(session, actor, asked, now)
    orders = (*calendars.orders(session), order)
    return recomputing.preview(session, calendars.of(session), orders, order.first, now)


def issue(session: Session, actor: Actor, asked: Asked, now: datetime) -> None:
    """Let an order hold; clocks follow. Raises NotAllowed, Refused."""
    order = _checked(session, actor, asked, now)
    order_id = new_id(session.recorded_at)
    table.insert_order(
        session,
        {
            "id": order_id,
            "kind": order.kind,
            "office_id": order.office,
            "first_on": order.first,
            "last_on": order.last,
            "days": order.days,
            "reason": order.reason,
            "number": order.number,
            "dated_on": asked.dated,
            "issued_by": actor.officer_id,
            "issued_at": now,
        },
    )
    _follow(session, order.first)
    audit.record(
        session, "admin", "order:issue", f"order:{order_id}", actor, now, kind=order.kind, reason=order.reason
    )


def cancel(session: Session, actor: Actor, order_id: UUID, now: datetime) -> None:
    """Take an order back: clocks run as if it had never been. Raises NotAllowed, Conflict."""
    actor.require(Permission.CLOCK_ORDER)
    known = next((row for row in table.orders(session) if row.id == order_id), None)
    if known is not None and not _is_his(session, actor, known.office_id, now):
        raise NotAllowed
    row = table.set_cancelled(session, order_id, {"cancelled_by": actor.officer_id, "cancelled_at": now})
    if row is None:
        raise Conflict
    _follow(session, row.first_on)
    audit.record(session, "admin", "order:cancel", f"order:{order_id}", actor, now)


def _follow(session: Session, first: date) -> None:
    calendars.forget(session)
    recomputing.ask(session, first)


def _checked(session: Session, actor: Actor, asked: Asked, now: datetime) -> Order:
    """The order as clocks read it. Raises NotAllowed, Refused."""
    actor.require(Permission.CLOCK_ORDER)
    number = _number(session, asked)
    first, last = _span(asked)
    if asked.kind not in KINDS or asked.reason not in REASONS:
        raise Refused("order.refused.reason")
    if asked.dated is None or asked.dated > calendars.day(now):
        raise Refused("order.refused.dated")
    if not _is_his(session, actor, asked.office_id, now):
        raise Refused("order.refused.office")
    days = asked.days if asked.kind == EXTEND else 0
    return Order(asked.kind, asked.office_id, first, last, days, asked.reason, number)


def _is_his(session: Session, actor: Actor, office_id: UUID | None, now: datetime) -> bool:
    """Whether an order for this office (None: for all that enquire) is his to issue."""
    if office_id is None:
        return of_district(actor)
    return office_id in {row.id for row in offices(session, actor, now)}


def _span(asked: Asked) -> tuple[date, date]:
    """The first and the last day. Raises Refused, also for an extension that gives no days."""
    first, last = asked.first, asked.last
    if first is None or last is None or not first <= last <= first + LONGEST:
        raise Refused
    if asked.kind == EXTEND and not 1 <= asked.days <= MOST_DAYS:
        raise Refused("order.refused.more")
    return first, last


def _number(session: Session, asked: Asked) -> str:
    """The number of the order, its proof. Raises Refused."""
    number = tidy(asked.number)
    if fault := words_refused(number, lines=False, may_hold_aadhaar=True):
        raise Refused(fault)
    if not 0 < len(number) <= _NUMBER_LENGTH or "|" in number:
        raise Refused("order.refused.number")
    if table.has_order(session, number):
        raise Refused("order.refused.twice")
    return number
