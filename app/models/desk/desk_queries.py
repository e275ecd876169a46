"""Queries on what officers keep for themselves: the days on which they want to look again, and saved filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, or_, select

from app.models.statements import Change, Query, Update, inserting
from app.models.tables.officers import follow_up, officer, saved_view
from app.models.tables.workflow import is_open, user_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow

INBOX, CASES = "inbox", "cases"  # the lists whose filters are saved
MOST_FOLLOW_UPS = 500  # an officer who wants to look again at more than these looks at his whole inbox

FOLLOW_UPS = Query(
    lambda at: (
        select(follow_up.c.user_task_id, follow_up.c.look_on, follow_up.c.note)
        .join(
            user_task,
            and_(
                user_task.c.district_id == follow_up.c.district_id, user_task.c.id == follow_up.c.user_task_id
            ),
        )
        .where(
            at.visible(follow_up),
            follow_up.c.officer_id == at.officer_id,
            user_task.c.office_id == at.office_id,
            is_open,
        )
        .order_by(follow_up.c.look_on, follow_up.c.user_task_id)
        .limit(MOST_FOLLOW_UPS)
    )
)


def follow_ups(session: Session, officer_id: UUID, office_id: UUID) -> Sequence[AnyRow]:
    """The days on which the officer wants to look again at open tasks of an office, the next one first."""
    return FOLLOW_UPS.all(session, officer_id=officer_id, office_id=office_id)


_FOLLOW_UP = Query(
    lambda at: select(follow_up.c.look_on, follow_up.c.note).where(
        at.visible(follow_up),
        follow_up.c.officer_id == at.officer_id,
        follow_up.c.user_task_id == at.user_task_id,
    )
)


def follow_up_of(session: Session, officer_id: UUID, user_task_id: UUID) -> AnyRow | None:
    return _FOLLOW_UP.one_or_none(session, officer_id=officer_id, user_task_id=user_task_id)


def _upsert(at: At) -> Any:
    statement = at.insert(follow_up).values(
        district_id=at.district,
        officer_id=at.officer_id,
        user_task_id=at.user_task_id,
        look_on=at.look_on,
        note=at.note,
        written_at=at.written_at,
    )
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["district_id", "officer_id", "user_task_id"],
        set_={"look_on": new.look_on, "note": new.note, "written_at": new.written_at},
    )


_KEEP = Change(follow_up, _upsert)
_DROP = Change(
    follow_up,
    lambda at: delete(follow_up).where(
        at.visible(follow_up),
        follow_up.c.officer_id == at.officer_id,
        follow_up.c.user_task_id == at.user_task_id,
    ),
)


def insert_follow_up(
    session: Session, officer_id: UUID, user_task_id: UUID, look_on: date, note: bytes | None, at: datetime
) -> None:
    """Keep the officer's day for a task, in place of an earlier one."""
    _KEEP.put(
        session, officer_id=officer_id, user_task_id=user_task_id, look_on=look_on, note=note, written_at=at
    )


def delete_follow_up(session: Session, officer_id: UUID, user_task_id: UUID) -> None:
    _DROP.put(session, officer_id=officer_id, user_task_id=user_task_id)


_DROP_SETTLED = Change(
    follow_up,
    lambda at: delete(follow_up).where(
        at.visible(follow_up),
        ~select(user_task.c.id)
        .where(
            user_task.c.district_id == follow_up.c.district_id,
            user_task.c.id == follow_up.c.user_task_id,
            is_open,
        )
        .correlate(follow_up)
        .exists(),
    ),
)


def delete_settled_follow_ups(session: Session) -> int:
    """Drop the days of tasks that are open no more; -> how many."""
    return _DROP_SETTLED.run(session)


VIEWS = Query(
    lambda at: (
        select(
            saved_view.c.id,
            saved_view.c.officer_id,
            saved_view.c.name,
            saved_view.c.filters,
            saved_view.c.shared,
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
        )
        .join(
            officer,
            and_(officer.c.district_id == saved_view.c.district_id, officer.c.id == saved_view.c.officer_id),
        )
        .where(
            at.visible(saved_view),
            saved_view.c.office_id == at.office_id,
            saved_view.c.list_kind == at.list_kind,
            or_(saved_view.c.officer_id == at.officer_id, saved_view.c.shared),
        )
        .order_by(saved_view.c.created_at, saved_view.c.id)
    )
)


def views(session: Session, officer_id: UUID, office_id: UUID, list_kind: str) -> Sequence[AnyRow]:
    """The saved filters of a list, of an officer in an office and those shared there, oldest first."""
    return VIEWS.all(session, officer_id=officer_id, office_id=office_id, list_kind=list_kind)


def insert_view(session: Session, row: Mapping[str, Any]) -> None:
    inserting(saved_view).put(session, [row])


_OWN_VIEW = Update(
    saved_view, lambda at: [saved_view.c.id == at.view_id, saved_view.c.officer_id == at.officer_id]
)
_DROP_VIEW = Change(
    saved_view,
    lambda at: delete(saved_view).where(
        at.visible(saved_view), saved_view.c.id == at.view_id, saved_view.c.officer_id == at.officer_id
    ),
)


def set_view(session: Session, view_id: UUID, officer_id: UUID, values: Mapping[str, Any]) -> bool:
    """Change an officer's own saved filter; False when it is not his, or not there."""
    return bool(_OWN_VIEW.run(session, values, view_id=view_id, officer_id=officer_id))


def delete_view(session: Session, view_id: UUID, officer_id: UUID) -> bool:
    return bool(_DROP_VIEW.run(session, view_id=view_id, officer_id=officer_id))
