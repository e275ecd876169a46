"""Queries on which village lies in which thana: what was approved, on the day of the act, and what is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from app.models.statements import Query, Update, inserting
from app.models.tables.base import valid_on
from app.models.tables.cases import address, answer, area_proposal, case
from app.models.tables.officers import officer
from app.models.tables.offices import jurisdiction, named, office

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow

VILLAGE = "village"


def _holds(at: At) -> list[Any]:
    return [
        at.visible(jurisdiction),
        jurisdiction.c.area_kind == VILLAGE,
        *valid_on(jurisdiction.c, at.day),
    ]


_THANA = Query(
    lambda at: select(jurisdiction.c.office_id).where(*_holds(at), jurisdiction.c.area_code == at.key)
)


def thana_of(session: Session, key: str, day: date) -> UUID | None:
    """The thana in which a village lies on this day, as far as it was approved; see `domain.areas.area_key`."""
    row = _THANA.one_or_none(session, key=key, day=day)
    return None if row is None else row.office_id


def _known(at: At) -> Any:
    own = jurisdiction.c
    return (
        select(own.id, own.name, own.area_code, own.valid_from, *named(office, "office"))
        .join(office, and_(office.c.district_id == own.district_id, office.c.id == own.office_id))
        .where(*_holds(at))
        .order_by(own.name, own.id)
        .limit(at.limit)
    )


_KNOWN = Query(_known)


def known(session: Session, day: date, limit: int) -> Sequence[AnyRow]:
    """The villages whose thana was approved, by name, with the thana."""
    return _KNOWN.all(session, day=day, limit=limit)


def insert_area(session: Session, row: Mapping[str, Any]) -> None:
    inserting(jurisdiction).put(session, [row])


_END = Update(
    jurisdiction,
    lambda at: [
        jurisdiction.c.area_kind == VILLAGE,
        jurisdiction.c.area_code == at.key,
        jurisdiction.c.valid_to.is_(None),
    ],
)


def end_area(session: Session, key: str, last: date) -> int:
    """A village lies in its thana up to this day only; -> how many rows said so without end."""
    return _END.run(session, {"valid_to": last}, key=key)


def insert_proposal(session: Session, row: Mapping[str, Any]) -> None:
    inserting(area_proposal).put(session, [row])


def _proposals(at: At) -> Any:
    own, sender, receiver = area_proposal.c, office.alias(), office.alias()
    return (
        select(
            area_proposal,
            case.c.number,
            case.c.data_key_id,
            address.c.details,
            answer.c.id.label("answer_id"),
            answer.c["values"].label("answered"),
            officer.c.name_hi.label("proposed_by_hi"),
            officer.c.name_en.label("proposed_by_en"),
            *named(sender, "from"),
            *named(receiver, "to"),
        )
        .join(case, and_(case.c.district_id == own.district_id, case.c.id == own.case_id))
        .join(address, and_(address.c.district_id == own.district_id, address.c.id == own.address_id))
        .outerjoin(
            answer,  # of the act that proposes, if the reader may see it
            and_(
                at.visible(answer),
                answer.c.district_id == own.district_id,
                answer.c.case_id == own.case_id,
                answer.c.form == at.form,
                answer.c.answered_by == own.proposed_by,
                answer.c.at == own.proposed_at,
            ),
        )
        .join(officer, and_(officer.c.district_id == own.district_id, officer.c.id == own.proposed_by))
        .join(sender, and_(sender.c.district_id == own.district_id, sender.c.id == own.from_office_id))
        .join(receiver, and_(receiver.c.district_id == own.district_id, receiver.c.id == own.to_office_id))
        .where(at.visible(area_proposal), own.state == at.state)
        .order_by(own.proposed_at, own.id)
        .limit(at.limit)
    )


_PROPOSALS = Query(_proposals)


def proposals(session: Session, state: str, form: str, limit: int) -> Sequence[AnyRow]:
    """The proposals in this state, the oldest first: case, sealed address, both thanas; sealed, what `form` said."""
    return _PROPOSALS.all(session, state=state, form=form, limit=limit)


_SET = Update(
    area_proposal, lambda at: [area_proposal.c.id == at.proposal_id, area_proposal.c.state == "proposed"]
)


def set_proposal(session: Session, proposal_id: UUID, values: Mapping[str, Any]) -> bool:
    """Decide a proposal; False when somebody did before."""
    return bool(_SET.run(session, values, proposal_id=proposal_id))
