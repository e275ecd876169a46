"""Cases on older releases, and those that were moved to a newer one: which they are, what each was before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from app.models.deployment.releases import release
from app.models.scope import visible
from app.models.statements import Update
from app.models.tables.cases import case
from app.models.tables.workflow import engine_state, is_open, user_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_OF_CASE = and_(
    engine_state.c.district_id == case.c.district_id,
    engine_state.c.case_id == case.c.id,
    engine_state.c.revision == case.c.revision,
)
_SET_PLACE = Update(user_task, lambda at: [user_task.c.id == at.task_id])


def count_older(session: Session, release_id: UUID) -> int:
    """How many open cases run on another release than this one."""
    chosen = select(func.count()).where(
        visible(case, session.scope), case.c.status == "open", case.c.release_id != release_id
    )
    return int(session.connection.execute(chosen).scalar_one())


def older(session: Session, release_id: UUID, after: UUID | None, limit: int) -> Sequence[AnyRow]:
    """Id, number and version of the next open cases that run on another release, in the order of their ids."""
    chosen = (
        select(case.c.id, case.c.number, release.c.version)
        .join(release, and_(release.c.district_id == case.c.district_id, release.c.id == case.c.release_id))
        .where(visible(case, session.scope), case.c.status == "open", case.c.release_id != release_id)
    )
    if after is not None:
        chosen = chosen.where(case.c.id > after)
    return session.connection.execute(chosen.order_by(case.c.id).limit(limit)).all()


def moved(session: Session, release_id: UUID, after: UUID | None, limit: int) -> Sequence[AnyRow]:
    """Id and number of the next cases moved to this release that nothing was done in since."""
    chosen = (
        select(case.c.id, case.c.number)
        .join(engine_state, _OF_CASE)
        .where(
            visible(case, session.scope),
            visible(engine_state, session.scope),
            case.c.status == "open",
            case.c.release_id == release_id,
            engine_state.c.moved_revision == engine_state.c.revision,
        )
    )
    if after is not None:
        chosen = chosen.where(case.c.id > after)
    return session.connection.execute(chosen.order_by(case.c.id).limit(limit)).all()


def count_moved(session: Session, release_id: UUID) -> int:
    """How many cases `moved` would name."""
    chosen = (
        select(func.count())
        .select_from(case)
        .join(engine_state, _OF_CASE)
        .where(
            visible(case, session.scope),
            visible(engine_state, session.scope),
            case.c.status == "open",
            case.c.release_id == release_id,
            engine_state.c.moved_revision == engine_state.c.revision,
        )
    )
    return int(session.connection.execute(chosen).scalar_one())


def before(session: Session, case_id: UUID) -> AnyRow | None:
    """From which version a case was moved, at which revision, and its sealed state before."""
    chosen = select(engine_state.c.moved_from, engine_state.c.moved_revision, engine_state.c.before).where(
        visible(engine_state, session.scope), engine_state.c.case_id == case_id
    )
    return session.connection.execute(chosen).one_or_none()


def set_place(session: Session, task_id: UUID, place: Mapping[str, Any]) -> None:
    """Tell an open task by which id the engine knows it from now on, and at which step it stands."""
    _SET_PLACE.put(session, place, task_id=task_id)


def standing(session: Session, release_id: UUID) -> Sequence[AnyRow]:
    """How many tasks stand open at each step of each other release: release, version, element, count."""
    chosen = (
        select(case.c.release_id, release.c.version, user_task.c.element_id, func.count().label("open"))
        .join(case, and_(case.c.district_id == user_task.c.district_id, case.c.id == user_task.c.case_id))
        .join(release, and_(release.c.district_id == case.c.district_id, release.c.id == case.c.release_id))
        .where(
            visible(user_task, session.scope),
            visible(case, session.scope),
            is_open,
            case.c.status == "open",
            case.c.release_id != release_id,
        )
        .group_by(case.c.release_id, release.c.version, user_task.c.element_id)
    )
    return session.connection.execute(chosen.order_by(release.c.version, user_task.c.element_id)).all()
