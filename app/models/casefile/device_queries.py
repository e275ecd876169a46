"""Queries on phones that keep typed text sealed, and on the items that came from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, select

from app.models.scope import visible
from app.models.statements import Change, Query, Update, inserting
from app.models.tables.base import insert_or
from app.models.tables.cases import data_key
from app.models.tables.visits import device, received_item

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.tables.base import AnyRow


_OF_OFFICER = Query(
    lambda at: (
        select(device, data_key.c.wrapped)
        .join(
            data_key,
            and_(data_key.c.district_id == device.c.district_id, data_key.c.id == device.c.data_key_id),
        )
        .where(at.visible(device), device.c.officer_id == at.officer_id, data_key.c.wrapped.is_not(None))
        .order_by(device.c.used_at)
    )
)


def devices_of(session: Session, officer_id: UUID) -> Sequence[AnyRow]:
    """An officer's phones whose keys live, with the wrapped key, the one used longest ago first."""
    return _OF_OFFICER.all(session, officer_id=officer_id)


def insert_device(session: Session, row: Mapping[str, Any]) -> None:
    inserting(device).put(session, [row])


_SET = Update(device, lambda at: [device.c.id == at.device_id])
_DELETE = Change(device, lambda at: delete(device).where(at.visible(device), device.c.id == at.device_id))


def set_used(session: Session, device_id: UUID, at: datetime) -> None:
    _SET.put(session, {"used_at": at}, device_id=device_id)


def delete_device(session: Session, device_id: UUID) -> bool:
    """Forget a phone; False when it was forgotten before."""
    return bool(_DELETE.run(session, device_id=device_id))


def unused(session: Session, before: datetime, limit: int) -> Sequence[AnyRow]:
    """Phones whose key nobody asked for since an instant, in the scope's district."""
    statement = (
        select(device.c.id, device.c.officer_id, device.c.data_key_id)
        .where(visible(device, session.scope), device.c.used_at < before)
        .order_by(device.c.used_at, device.c.id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


_RECEIVED = Query(
    lambda at: select(received_item.c.version).where(
        at.visible(received_item),
        received_item.c.officer_id == at.officer_id,
        received_item.c.sent_as == at.sent_as,
    )
)


def received(session: Session, officer_id: UUID, sent_as: UUID) -> str | None:
    """The version of the draft behind an item that came before; None for one that did not."""
    row = _RECEIVED.first(session, officer_id=officer_id, sent_as=sent_as)
    return None if row is None else str(row.version)


def versions_received(session: Session, officer_id: UUID, sent_as_ids: Collection[UUID]) -> frozenset[str]:
    """The versions of the draft behind these items, as far as they came."""
    if not sent_as_ids:
        return frozenset()
    statement = select(received_item.c.version).where(
        visible(received_item, session.scope),
        received_item.c.officer_id == officer_id,
        received_item.c.sent_as.in_(list(sent_as_ids)),
    )
    return frozenset(session.connection.execute(statement).scalars())


def add_received(session: Session, row: Mapping[str, Any]) -> bool:
    """Note that an item came; False when the same one came before, or at the same moment."""
    statement = (
        insert_or(session.connection, received_item)
        .values(district_id=session.district_id, **row)
        .on_conflict_do_nothing(index_elements=["district_id", "officer_id", "sent_as"])
        .returning(received_item.c.sent_as)
    )
    return session.connection.execute(statement).first() is not None


_FORGET = Change(
    received_item,
    lambda at: delete(received_item).where(at.visible(received_item), received_item.c.at < at.before),
)


def forget_received(session: Session, before: datetime) -> int:
    """Forget items that came before an instant; -> how many."""
    return _FORGET.run(session, before=before)
