"""Queries for whoever keeps the list of police stations: their rows, their villages, what waits at them, plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from app.models.district.area_queries import VILLAGE
from app.models.scope import visible
from app.models.tables.base import valid_on
from app.models.tables.cases import case, enquiry
from app.models.tables.officers import posting, posting_order
from app.models.tables.offices import jurisdiction, office, setting
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_THANA = "thana"


def all_thanas(session: Session) -> Sequence[AnyRow]:
    """Every police station there is, was or will be, by Hindi name."""
    chosen = select(office).where(visible(office, session.scope), office.c.kind == _THANA)
    return session.connection.execute(chosen.order_by(office.c.name_hi, office.c.id)).all()


def codes(session: Session) -> set[str]:
    """The keys and the short codes that offices of the district bear; no two offices bear the same."""
    rows = session.connection.execute(
        select(office.c.key, office.c.code).where(visible(office, session.scope))
    ).all()
    return {text for row in rows for text in row}


def set_office(session: Session, office_id: UUID, values: Mapping[str, Any]) -> None:
    """Change names, facts, superior or last day of a police station."""
    session.connection.execute(
        update(office)
        .where(visible(office, session.scope), office.c.id == office_id, office.c.kind == _THANA)
        .values(**values)
    )


def villages_of(session: Session, office_id: UUID, day: date) -> Sequence[AnyRow]:
    """The villages that lie in a police station on this day, as far as the district knows, by name."""
    own = jurisdiction.c
    chosen = select(own.id, own.name, own.area_code, own.valid_from).where(
        visible(jurisdiction, session.scope),
        own.office_id == office_id,
        own.area_kind == VILLAGE,
        *valid_on(own, day),
    )
    return session.connection.execute(chosen.order_by(own.name, own.id)).all()


def open_tasks_at(session: Session, office_id: UUID) -> int:
    """How many tasks stand open at an office."""
    chosen = select(func.count()).where(
        visible(user_task, session.scope), user_task.c.office_id == office_id, user_task.c.state == "open"
    )
    return int(session.connection.execute(chosen).scalar_one())


def set_reviewing_office(
    session: Session, thana: UUID, before: UUID | None, after: UUID, left: Collection[UUID]
) -> None:
    """Let another SDPO's office review the running cases in which a thana enquires and none of `left` does."""
    asked = select(enquiry.c.case_id).where(
        visible(enquiry, session.scope), enquiry.c.office_id == thana, enquiry.c.unit_kind == _THANA
    )
    still = select(enquiry.c.case_id).where(
        visible(enquiry, session.scope), enquiry.c.office_id.in_(left), enquiry.c.unit_kind == _THANA
    )
    session.connection.execute(
        update(case)
        .where(
            visible(case, session.scope),
            case.c.status == "open",
            case.c.sdpo_office_id == before,
            case.c.id.in_(asked),
            case.c.id.not_in(still),
        )
        .values(sdpo_office_id=after)
    )


def kept_under(session: Session, prefix: str) -> Sequence[AnyRow]:
    """The settings whose key begins so: `key`, `value`."""
    chosen = select(setting.c.key, setting.c.value).where(
        visible(setting, session.scope), setting.c.key.startswith(prefix, autoescape=True)
    )
    return session.connection.execute(chosen.order_by(setting.c.key)).all()


def delete_office(session: Session, office_id: UUID) -> bool:
    """Take an office out with the area it was to answer for; False where somebody is or was to be posted there."""
    for table in (posting, posting_order):
        held = select(table.c.id).where(visible(table, session.scope), table.c.office_id == office_id)
        if session.connection.execute(held.limit(1)).first() is not None:
            return False
    own = visible(jurisdiction, session.scope), jurisdiction.c.office_id == office_id
    session.connection.execute(delete(jurisdiction).where(*own))
    gone = delete(office).where(visible(office, session.scope), office.c.id == office_id)
    return bool(session.connection.execute(gone).rowcount)
