"""Queries on issued papers, and the gap-free number series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select, update

from app.models import guarded
from app.models.scope import visible
from app.models.statements import Change, Query, inserting
from app.models.tables.cases import case, document
from app.models.tables.officers import officer
from app.models.tables.offices import office
from app.models.tables.papers import certificate, number_series, paper_act

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow


_SERIES = ("district_id", "office_id", "kind", "year")


def _next(at: At) -> Any:
    taken = at.insert(number_series).values(
        district_id=at.district, office_id=at.office_id, kind=at.kind, year=at.year, last=at.count
    )
    own = number_series.c
    return taken.on_conflict_do_update(
        index_elements=_SERIES, set_={"last": own.last + taken.excluded.last}
    ).returning(own.last)


def _next_in_series(at: At) -> Any:
    own = number_series.c
    before = (
        select(own.prefix)
        .where(at.visible(number_series), own.office_id == at.office_id, own.kind == at.kind)
        .where(own.year < at.year)
        .order_by(own.year.desc())
        .limit(1)
        .scalar_subquery()
    )
    taken = at.insert(number_series).values(
        district_id=at.district, office_id=at.office_id, kind=at.kind, year=at.year, last=1, prefix=before
    )
    return taken.on_conflict_do_update(index_elements=_SERIES, set_={"last": own.last + 1}).returning(
        own.last, own.prefix
    )


def _put_series(at: At) -> Any:
    own, said = number_series.c, {"prefix": at.prefix, "first": at.first, "last": at.last}
    put = at.insert(number_series).values(
        district_id=at.district, office_id=at.office_id, kind=at.kind, year=at.year, **said
    )
    return put.on_conflict_do_update(
        index_elements=_SERIES, set_=said, where=own.last < func.coalesce(own.first, 1)
    ).returning(own.last)


_NEXT, _NEXT_IN_SERIES = Change(number_series, _next), Change(number_series, _next_in_series)
_PUT_SERIES = Change(number_series, _put_series)


def next_number(session: Session, office_id: UUID, kind: str, year: int, count: int = 1) -> int:
    """The next number of an office's series, or the first of so many; the others follow it.

    The row is locked until the transaction ends, so there is no gap.
    """
    row = _NEXT.returned(session, office_id=office_id, kind=kind, year=year, count=count)
    assert row is not None  # noqa: S101 - it adds its row or changes it
    return int(row.last) - count + 1


def next_number_in_series(session: Session, office_id: UUID, kind: str, year: int) -> tuple[int, str | None]:
    """The next number of an office's series, as `next_number`, and the prefix that was set for it or before it.

    A year that begins takes over the prefix of the year before.
    """
    row = _NEXT_IN_SERIES.returned(session, office_id=office_id, kind=kind, year=year)
    assert row is not None  # noqa: S101 - it adds its row or changes it
    return int(row.last), row.prefix


def put_series(session: Session, office_id: UUID, kind: str, year: int, prefix: str, first: int) -> bool:
    """Set prefix and first number of a series in which none was given yet; -> whether that was so."""
    said = {"prefix": prefix, "first": first, "last": first - 1}
    return _PUT_SERIES.returned(session, office_id=office_id, kind=kind, year=year, **said) is not None


def series_rows(session: Session, kinds: Sequence[str]) -> Sequence[AnyRow]:
    """The series of these kinds of all offices in sight, year by year."""
    own = number_series.c
    statement = (
        select(own.office_id, own.kind, own.year, own.last, own.prefix, own.first)
        .where(visible(number_series, session.scope), own.kind.in_(kinds))
        .order_by(own.office_id, own.kind, own.year)
    )
    return session.connection.execute(statement).all()


def last_number(session: Session, office_id: UUID, kind: str, year: int) -> int:
    """The number that an office's series has reached; 0 where none was given."""
    own = number_series.c
    statement = select(own.last).where(
        visible(number_series, session.scope), own.office_id == office_id, own.kind == kind, own.year == year
    )
    return int(session.connection.execute(statement).scalar_one_or_none() or 0)


def _with_case() -> Any:
    return certificate.join(
        case, and_(case.c.district_id == certificate.c.district_id, case.c.id == certificate.c.case_id)
    )


def by_task(session: Session, engine_task_id: str) -> AnyRow | None:
    return session.connection.execute(
        select(certificate).where(
            visible(certificate, session.scope), certificate.c.engine_task_id == engine_task_id
        )
    ).one_or_none()


def by_digest(session: Session) -> AnyRow | None:
    """The paper that a public scope lets one see, with the key of its case."""
    return session.connection.execute(
        select(certificate, case.c.data_key_id)
        .select_from(_with_case())
        .where(visible(certificate, session.scope))
    ).one_or_none()


def insert_certificate(session: Session, row: Mapping[str, Any]) -> None:
    inserting(certificate).put(session, [row])


def set_certificate(session: Session, certificate_id: UUID, **values: Any) -> None:
    session.connection.execute(
        update(certificate)
        .where(visible(certificate, session.scope), certificate.c.id == certificate_id)
        .values(**values)
    )


ISSUED = Query(
    lambda at: select(func.count()).where(
        at.visible(certificate), certificate.c.case_id == at.case_id, certificate.c.status == "issued"
    )
)


def has_issued(session: Session, case_id: UUID) -> bool:
    return bool(ISSUED.scalar(session, case_id=case_id))


def is_revoked() -> Any:
    """Whether the paper of a case was revoked and none stands in its place, as a column of a query over cases."""

    def some(*statuses: str) -> Any:
        own = certificate.c
        of_case = and_(own.district_id == case.c.district_id, own.case_id == case.c.id)
        return exists(select(own.id).where(of_case, own.status.in_(statuses)).correlate(case))

    return and_(case.c.status == "issued", some("revoked"), ~some("allotted", "issued"))


_REVOKED = Query(
    lambda at: select(is_revoked()).select_from(case).where(at.visible(case), case.c.id == at.case_id)
)


def has_only_revoked(session: Session, case_id: UUID) -> bool:
    """As `is_revoked`, of one case."""
    return bool(_REVOKED.scalar(session, case_id=case_id))


def of_case(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    return session.connection.execute(
        select(certificate)
        .where(visible(certificate, session.scope), certificate.c.case_id == case_id)
        .order_by(certificate.c.allotted_at)
    ).all()


def issued(session: Session, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[AnyRow]:
    """The register of papers, newest first, with case numbers and when each was `entered_at`.

    A number whose paper never left, for its case was withdrawn first, stands there from that day on.
    """
    entered_at = func.coalesce(certificate.c.issued_at, case.c.closed_at)
    statement = (
        select(
            certificate,
            case.c.number.label("case_number"),
            entered_at.label("entered_at"),
            document.c.pii.label("document_pii"),
        )
        .select_from(
            _with_case().outerjoin(
                document,
                and_(
                    document.c.district_id == certificate.c.district_id,
                    document.c.id == certificate.c.document_id,
                ),
            )
        )
        .where(
            visible(certificate, session.scope),
            or_(certificate.c.status != "allotted", case.c.status == "withdrawn"),
        )
        .order_by(entered_at.desc(), certificate.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last = after
        statement = statement.where(or_(entered_at < at, and_(entered_at == at, certificate.c.id < last)))
    return session.connection.execute(statement).all()


def find(session: Session, certificate_id: UUID) -> AnyRow | None:
    """An issued paper with the number and key of its case."""
    return session.connection.execute(
        select(certificate, case.c.number.label("case_number"), case.c.data_key_id, case.c.release_id)
        .select_from(_with_case())
        .where(visible(certificate, session.scope), certificate.c.id == certificate_id)
    ).one_or_none()


def by_number(session: Session, number: str) -> AnyRow | None:
    """The paper of a number, with the number of its case."""
    return session.connection.execute(
        select(certificate, case.c.number.label("case_number"))
        .select_from(_with_case())
        .where(visible(certificate, session.scope), certificate.c.number == number)
    ).one_or_none()


def insert_act(session: Session, row: Mapping[str, Any]) -> None:
    inserting(paper_act).put(session, [row])


def set_act(session: Session, act_id: UUID, **values: Any) -> bool:
    """Confirm an act that was asked for; False when it was confirmed already."""
    return guarded.change(session, paper_act, paper_act.c.id == act_id, paper_act.c.at.is_(None), **values)


def _acts() -> Any:
    return (
        select(
            paper_act,
            certificate.c.number.label("paper_number"),
            certificate.c.output,
            certificate.c.issued_at,
            case.c.data_key_id,
            case.c.number.label("case_number"),
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
            office.c.kind.label("office_kind"),
        )
        .select_from(paper_act)
        .join(
            office,
            and_(office.c.district_id == paper_act.c.district_id, office.c.id == paper_act.c.office_id),
        )
        .join(
            certificate,
            and_(
                certificate.c.district_id == paper_act.c.district_id,
                certificate.c.id == paper_act.c.certificate_id,
            ),
        )
        .join(case, and_(case.c.district_id == paper_act.c.district_id, case.c.id == paper_act.c.case_id))
        .join(
            officer,
            and_(officer.c.district_id == paper_act.c.district_id, officer.c.id == paper_act.c.done_by),
        )
    )


def act(session: Session, act_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        _acts().where(visible(paper_act, session.scope), paper_act.c.id == act_id)
    ).one_or_none()


def acts_of(session: Session, certificate_id: UUID) -> Sequence[AnyRow]:
    """What became of a paper, oldest first; what was only asked for is left out."""
    return session.connection.execute(
        _acts()
        .where(
            visible(paper_act, session.scope),
            paper_act.c.certificate_id == certificate_id,
            paper_act.c.at.is_not(None),
        )
        .order_by(paper_act.c.at, paper_act.c.id)
    ).all()


def waiting_act(session: Session, certificate_id: UUID, kind: str) -> AnyRow | None:
    """The act of a kind on a paper without a number yet: the one that was confirmed, else the one asked for last."""
    return session.connection.execute(
        _acts()
        .where(
            visible(paper_act, session.scope),
            paper_act.c.certificate_id == certificate_id,
            paper_act.c.kind == kind,
            paper_act.c.number.is_(None),
        )
        .order_by(paper_act.c.at.is_(None), paper_act.c.asked_at.desc(), paper_act.c.id.desc())
        .limit(1)
    ).one_or_none()


def act_that_made(session: Session, kind: str, number: str) -> AnyRow | None:
    """The act from which a paper came that bears its number."""
    return session.connection.execute(
        _acts().where(
            visible(paper_act, session.scope), paper_act.c.kind == kind, paper_act.c.number == number
        )
    ).one_or_none()


def set_act_number(session: Session, act_id: UUID, number: str) -> bool:
    """Give a confirmed act its number; False when it has one."""
    return guarded.change(
        session, paper_act, paper_act.c.id == act_id, paper_act.c.number.is_(None), number=number
    )


def acts_of_kind(session: Session, kind: str, since: datetime, until: datetime) -> Sequence[AnyRow]:
    """The register of one kind of act, in the order in which they were done."""
    return session.connection.execute(
        _acts()
        .where(
            visible(paper_act, session.scope),
            paper_act.c.kind == kind,
            paper_act.c.at >= since,
            paper_act.c.at < until,
        )
        .order_by(paper_act.c.at, paper_act.c.id)
    ).all()
