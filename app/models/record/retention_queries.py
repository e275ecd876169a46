"""Queries on retention: which cases are past their term, what holds one back, lists, orders to hold a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, not_, or_, select

from app.domain.retention import ARMS_PURPOSE, Kind
from app.models.scope import visible
from app.models.statements import Query, Update, inserting
from app.models.tables.cases import area_proposal, case, data_key, document, note
from app.models.tables.clocks import case_clock
from app.models.tables.officers import officer
from app.models.tables.offices import office
from app.models.tables.papers import certificate
from app.models.tables.retention import case_hold, destruction, destruction_case, destruction_entry
from app.models.tables.workflow import incident, job, timer, user_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Table

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_ISSUED_BY_SP = "sp_office"
_FILE_OF_OFFICER = (document.c.created_by.is_not(None), document.c.destroyed_at.is_(None))


def _of(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a case has a row like this."""
    own = (table.c.district_id == case.c.district_id, table.c.case_id == case.c.id)
    return exists().where(*own, *conditions).correlate(case)


#: What of a case is still under way; a case with any of it is passed over.
_AT_WORK = (
    case.c.status == "open",
    case.c.closed_at.is_(None),
    _of(user_task, user_task.c.state == "open"),
    _of(job, job.c.state.in_(("queued", "running", "failed"))),
    _of(timer),
    _of(incident, incident.c.closed_at.is_(None)),
    _of(note, note.c.closed_at.is_(None)),
    _of(area_proposal, area_proposal.c.state == "proposed"),
    _of(case_clock, case_clock.c.stopped_at.is_(None)),
    _of(certificate, certificate.c.status == "allotted"),
)
_HELD = _of(case_hold, case_hold.c.lifted_at.is_(None))
_HAS_KEY = exists().where(
    data_key.c.district_id == case.c.district_id,
    data_key.c.id == case.c.data_key_id,
    data_key.c.wrapped.is_not(None),
)


def _of_sp() -> ColumnElement[bool]:
    """Whether the SP's office has issued the paper of a case."""
    by_sp = exists().where(
        office.c.district_id == certificate.c.district_id,
        office.c.id == certificate.c.office_id,
        office.c.kind == _ISSUED_BY_SP,
    )
    return _of(certificate, by_sp)


def _in_class(term: str) -> ColumnElement[bool]:
    """Whether a case belongs to a class: by its purpose, or because files of officers are left."""
    if term == Kind.ATTACHMENTS:
        return _of(document, *_FILE_OF_OFFICER)
    is_of_arms = case.c.purpose.startswith(ARMS_PURPOSE, autoescape=True)
    return is_of_arms if term == Kind.ARMS else not_(is_of_arms)


def past(
    session: Session,
    closed_before: datetime,
    day: date,
    term: str,
    limit: int,
    *,
    of_sp: bool,
) -> Sequence[AnyRow]:
    """Cases of a class (`term`) disposed of before an instant that nothing holds back, the oldest first.

    Passed over are those already on a list that is not settled, and those whose paper is still valid on `day`.
    `of_sp`: those whose paper the SP's office has issued; else all others.
    """
    listed = _of(
        destruction_case,
        destruction_case.c.state == "listed",
        exists().where(
            destruction.c.district_id == destruction_case.c.district_id,
            destruction.c.id == destruction_case.c.destruction_id,
            destruction.c.state.in_(("proposed", "approved")),
        ),
    )
    still_valid = _of(certificate, certificate.c.status == "issued", certificate.c.valid_till >= day)
    statement = (
        select(case.c.id, case.c.number, case.c.closed_at)
        .where(
            visible(case, session.scope),
            case.c.closed_at < closed_before,
            not_(or_(*_AT_WORK[2:], _HELD, listed, still_valid)),
            case.c.status != "open",
            _HAS_KEY,
            _of_sp() if of_sp else not_(_of_sp()),
            _in_class(term),
        )
        .order_by(case.c.closed_at, case.c.id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


def standing(session: Session, case_id: UUID) -> AnyRow | None:
    """Of one case: its number, whether it is held, whether anything is under way, whether its key is there."""
    return session.connection.execute(
        select(
            case.c.number,
            case.c.requisition_id,
            case.c.data_key_id,
            _HELD.label("is_held"),
            or_(*_AT_WORK).label("is_at_work"),
            _HAS_KEY.label("has_key"),
        ).where(visible(case, session.scope), case.c.id == case_id)
    ).one_or_none()


def files_of_officers(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """The files of a case that officers handed in and that are left; what the product drew is not among them."""
    return session.connection.execute(
        select(document.c.id, document.c.path).where(
            visible(document, session.scope), document.c.case_id == case_id, *_FILE_OF_OFFICER
        )
    ).all()


def unlocked_of_letter(session: Session, requisition_id: UUID) -> int:
    """How many cases of a letter have their key still."""
    return int(
        session.connection.execute(
            select(func.count())
            .select_from(case)
            .where(visible(case, session.scope), case.c.requisition_id == requisition_id, _HAS_KEY)
        ).scalar_one()
    )


# -- lists -----------------------------------------------------------------------------------------------


def insert_list(session: Session, row: Mapping[str, Any]) -> None:
    inserting(destruction).put(session, [row])


def insert_lines(session: Session, lines: Sequence[Mapping[str, Any]]) -> None:
    inserting(destruction_case).put(session, lines)


_SET_LIST = Update(
    destruction, lambda at: [destruction.c.id == at.destruction_id, destruction.c.state == at.before]
)
_SET_LINE = Update(
    destruction_case,
    lambda at: [
        destruction_case.c.destruction_id == at.destruction_id,
        destruction_case.c.case_id == at.case_id,
        destruction_case.c.state == at.before,
    ],
)


def set_list(session: Session, destruction_id: UUID, before: str, values: Mapping[str, Any]) -> bool:
    """Move a list on from the state `before`; False when another was quicker."""
    return _SET_LIST.run(session, values, destruction_id=destruction_id, before=before) == 1


def set_line(session: Session, destruction_id: UUID, case_id: UUID, values: Mapping[str, Any]) -> bool:
    """Say what became of a listed case; False when that was said already."""
    return (
        _SET_LINE.run(session, values, destruction_id=destruction_id, case_id=case_id, before="listed") == 1
    )


_LINES_OF = (destruction_case, destruction_entry)


def _of_list(line: Table) -> tuple[ColumnElement[bool], ...]:
    return (line.c.district_id == destruction.c.district_id, line.c.destruction_id == destruction.c.id)


def _with_people() -> Any:
    proposer, decider = officer.alias(), officer.alias()
    whole = destruction.join(
        proposer,
        and_(proposer.c.district_id == destruction.c.district_id, proposer.c.id == destruction.c.proposed_by),
    ).outerjoin(
        decider,
        and_(decider.c.district_id == destruction.c.district_id, decider.c.id == destruction.c.decided_by),
    )
    cases, entries = (
        select(func.count()).where(*_of_list(line)).correlate(destruction).scalar_subquery()
        for line in _LINES_OF
    )
    return select(
        destruction,
        (cases + entries).label("cases"),
        proposer.c.name_hi.label("proposed_by_hi"),
        proposer.c.name_en.label("proposed_by_en"),
        decider.c.name_hi.label("decided_by_hi"),
        decider.c.name_en.label("decided_by_en"),
    ).select_from(whole)


def lists(session: Session, limit: int) -> Sequence[AnyRow]:
    """The lists of the district, newest first: how many records each names, who proposed and decided it."""
    statement = _with_people().where(visible(destruction, session.scope))
    newest = statement.order_by(destruction.c.proposed_at.desc(), destruction.c.id.desc())
    return session.connection.execute(newest.limit(limit)).all()


def list_row(session: Session, destruction_id: UUID) -> AnyRow | None:
    """One list, as `lists` tells it."""
    found = session.connection.execute(
        _with_people().where(visible(destruction, session.scope), destruction.c.id == destruction_id)
    )
    return found.one_or_none()


_LINES = Query(
    lambda at: (
        select(destruction_case)
        .where(at.visible(destruction_case), destruction_case.c.destruction_id == at.destruction_id)
        .order_by(destruction_case.c.closed_on, destruction_case.c.number)
    )
)


def lines(session: Session, destruction_id: UUID) -> Sequence[AnyRow]:
    """What a list names, the oldest first, with what became of each."""
    return _LINES.all(session, destruction_id=destruction_id)


def next_lines(session: Session, limit: int) -> Sequence[AnyRow]:
    """Cases of approved lists that were not looked at yet."""
    statement = (
        select(
            destruction_case.c.district_id,
            destruction_case.c.destruction_id,
            destruction_case.c.case_id,
            destruction.c.kind,
        )
        .join(
            destruction,
            and_(
                destruction.c.district_id == destruction_case.c.district_id,
                destruction.c.id == destruction_case.c.destruction_id,
            ),
        )
        .where(
            visible(destruction_case, session.scope),
            destruction.c.state == "approved",
            destruction_case.c.state == "listed",
        )
        .order_by(destruction_case.c.destruction_id, destruction_case.c.case_id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


def worked_off(session: Session) -> Sequence[AnyRow]:
    """Approved lists of which nothing waits any more, with their class."""
    waits = [
        exists().where(*_of_list(line), line.c.state == "listed").correlate(destruction) for line in _LINES_OF
    ]
    statement = select(destruction.c.district_id, destruction.c.id, destruction.c.kind).where(
        visible(destruction, session.scope), destruction.c.state == "approved", not_(or_(*waits))
    )
    return session.connection.execute(statement).all()


# -- orders to hold a case -------------------------------------------------------------------------------


def insert_hold(session: Session, row: Mapping[str, Any]) -> None:
    inserting(case_hold).put(session, [row])


_SET_HOLD = Update(case_hold, lambda at: [case_hold.c.id == at.case_hold_id, case_hold.c.lifted_at.is_(None)])


def set_hold(session: Session, case_hold_id: UUID, values: Mapping[str, Any]) -> bool:
    """End a hold; False when it has ended before."""
    return _SET_HOLD.run(session, values, case_hold_id=case_hold_id) == 1


def holds(session: Session, limit: int) -> Sequence[AnyRow]:
    """The holds that last, the latest first, with the case's number and who placed each."""
    statement = (
        select(
            case_hold,
            case.c.number.label("case_number"),
            officer.c.name_hi.label("placed_by_hi"),
            officer.c.name_en.label("placed_by_en"),
        )
        .join(case, and_(case.c.district_id == case_hold.c.district_id, case.c.id == case_hold.c.case_id))
        .join(
            officer,
            and_(officer.c.district_id == case_hold.c.district_id, officer.c.id == case_hold.c.placed_by),
        )
        .where(visible(case_hold, session.scope), case_hold.c.lifted_at.is_(None))
        .order_by(case_hold.c.placed_at.desc(), case_hold.c.id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


_HOLD = Query(lambda at: select(case_hold).where(at.visible(case_hold), case_hold.c.id == at.case_hold_id))


def hold_row(session: Session, case_hold_id: UUID) -> AnyRow | None:
    return _HOLD.one_or_none(session, case_hold_id=case_hold_id)
