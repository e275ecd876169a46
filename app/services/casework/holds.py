"""Orders that hold a case back from destruction: placed with their number and ground, and lifted by another order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain import numbers
from app.domain.errors import BoxesRefused, Conflict, NotFound
from app.domain.ids import new_id
from app.domain.retention import Ground
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.casefile import case_queries as cases
from app.models.record import retention_queries as table
from app.services.district import calendars
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

LONGEST_NUMBER = 60
_SHOWN = 200


class Refused(BoxesRefused):
    """An order that cannot be. Nothing changed."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An order to hold a case, as it was typed; `dated` is None where no readable day was."""

    case_number: str
    ground: str
    order_no: str
    dated: date | None


def lasting(session: Session, actor: Actor) -> Sequence[AnyRow]:
    """The holds that last, the latest first. Raises NotAllowed."""
    actor.require(Permission.RETENTION_SEE)
    return table.holds(session, _SHOWN)


def place(session: Session, actor: Actor, typed: Typed, now: datetime) -> None:
    """Hold a case: it is destroyed by no list until the hold is lifted. Raises NotAllowed, Refused."""
    actor.require(Permission.RETENTION_SEE)
    known = numbers.parse_case_number(typed.case_number)
    case = cases.find_number(session, known) if known is not None else None
    problems = _problems(session, case, typed, now)
    if problems or case is None:
        raise Refused(problems)
    case_id: UUID = case.id
    hold_id = new_id(session.recorded_at)
    row = {"id": hold_id, "case_id": case_id, "ground": typed.ground, "number": tidy(typed.order_no)}
    placed = {"dated_on": typed.dated, "placed_by": actor.officer_id, "placed_at": now, "lifted_number": ""}
    table.insert_hold(session, {**row, **placed})
    thing = f"hold:{hold_id}"
    audit.record(session, f"case:{case_id}", "hold:place", thing, actor, now, ground=typed.ground)


def lift(session: Session, actor: Actor, hold_id: UUID, order_no: str, now: datetime) -> None:
    """End a hold by the number of another order. Raises NotAllowed, NotFound, Conflict, Refused."""
    actor.require(Permission.RETENTION_SEE)
    row = table.hold_row(session, hold_id)
    if row is None:
        raise NotFound
    if fault := _fault_in_number(order_no):
        raise Refused({"lift_no": fault})
    lifted = {"lifted_by": actor.officer_id, "lifted_at": now, "lifted_number": tidy(order_no)}
    if not table.set_hold(session, hold_id, lifted):
        raise Conflict
    audit.record(session, f"case:{row.case_id}", "hold:lift", f"hold:{hold_id}", actor, now)


def _problems(session: Session, case: AnyRow | None, typed: Typed, now: datetime) -> dict[str, str]:
    problems = {}
    if case is None:
        problems["case"] = "retention.problem.case"
    else:
        standing = table.standing(session, case.id)
        if standing is not None and not standing.has_key:
            problems["case"] = "retention.problem.gone"
    if typed.ground not in set(Ground):
        problems["ground"] = "retention.problem.ground"
    if fault := _fault_in_number(typed.order_no):
        problems["order_no"] = fault
    if typed.dated is None or typed.dated > calendars.day(now):
        problems["dated"] = "order.refused.dated"
    return problems


def _fault_in_number(text: str) -> str:
    number = tidy(text)
    is_one = 0 < len(number) <= LONGEST_NUMBER
    return words_refused(number, lines=False) or ("" if is_one else "retention.problem.order_no")
