"""A hearing prepared beforehand: day, time, place and reason, kept for whoever orders it, and read in his office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.offices import ROLE_OFFICES, OfficeKind
from app.domain.rights import MATRIX
from app.models.casefile import case_queries as cases

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app import formjs
    from app.domain.roles import Role
    from app.models.tables.base import AnyRow
    from app.services.casefile.facts import CaseFacts

_ROW = "act.hearing"
_WHEN = ("hearing_date", "hearing_time", "hearing_place")


@dataclass(frozen=True, slots=True)
class Order:
    """How a deciding form orders a hearing: the boxes that it fills for one, and what is chosen in it.

    `act` is what the preparation is called among the answers of the case; it lies in an office of this kind.
    """

    act: str
    office: OfficeKind
    fields: tuple[str, ...]
    chosen: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A hearing as it was prepared, by whom and when."""

    values: Mapping[str, Any]
    by: UUID
    at: datetime


#: Deciding form -> how it orders a hearing.
ORDERS: dict[str, Order] = {
    "decide": Order(
        "prepare_hearing",
        OfficeKind.DM_OFFICE,
        (*_WHEN, "dm_reason"),
        {"dm_decision": "hear_applicant"},
    ),
    "recommend": Order(
        "prepare_hearing_by_sp",
        OfficeKind.SP_OFFICE,
        (*_WHEN, "sp_reason"),
        {"action": "recommend", "sp_decision": "hear_applicant"},
    ),
}
#: What a preparation is called among the answers -> the form whose words tell it.
FORM_OF = {order.act: form for form, order in ORDERS.items()}


def reads(role: Role, act: str) -> bool:
    """Whether a post reads what was prepared: until it is ordered, whoever prepares or orders it in that office."""
    kind = ORDERS[FORM_OF[act]].office
    return role in MATRIX[_ROW] and kind in ROLE_OFFICES.get(role, frozenset())


def order_of(form: formjs.Form) -> Order | None:
    """How this form orders a hearing; None where it decides on none, or a release has not all its boxes."""
    order = ORDERS.get(form.id)
    if order is None or any(form.node(name) is None for name in (*order.fields, *order.chosen)):
        return None
    return order


def prepared(known: CaseFacts, task: AnyRow) -> Prepared | None:
    """What was last prepared for this task; what an earlier task of the step was prepared for is over."""
    order = ORDERS.get(task.form)
    row = cases.last_answer(known.session, known.case.id, order.act) if order is not None else None
    if order is None or row is None or row.at < task.created_at:
        return None
    values = {name: value for name, value in known.open_answer(row).items() if name in order.fields}
    return Prepared(values, row.answered_by, row.at)
