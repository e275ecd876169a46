"""Which village lies in which thana: learnt when a thana passes a case on as not its own, once the SP approves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.areas import area_key
from app.domain.errors import Conflict, DomainError, NotFound
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.casefile import case_queries as cases
from app.models.district import area_queries as table
from app.services.district import calendars
from app.services.store import audit, keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_PROPOSED = "proposed"
_FORM = "accept_enquiry"  # in which a thana passes a case on, and says why
_SHOWN = 100  # proposals that wait, on one page
_PLACES = 1000  # villages, on one page
_NAME = 120  # characters


class Refused(DomainError):
    """A proposal that cannot be approved as it was typed; the key names the reason (422)."""

    key = "areas.refused.name"


@dataclass(frozen=True, slots=True)
class Proposal:
    """That an address lies in another thana than the one to which it was marked."""

    id: UUID
    case_number: str
    village: str
    panchayat: str
    po: str
    pin: str
    from_hi: str
    from_en: str
    from_kind: str
    to_hi: str
    to_en: str
    to_kind: str
    proposed_by_hi: str
    proposed_by_en: str
    proposed_at: datetime
    reason: str  # in the words of the thana; empty where the reader may not see its answer


@dataclass(frozen=True, slots=True)
class Page:
    proposals: list[Proposal]
    is_more: bool  # others wait beyond those
    known: Sequence[AnyRow]


def passed_on(
    session: Session,
    actor: Actor,
    case: AnyRow,
    asked: Iterable[str],
    way: tuple[UUID, UUID],
    now: datetime,
) -> None:
    """Keep as proposals that the addresses of an enquiry lie not in the first thana of `way`, but in the second.

    `asked` are the ids of the addresses that the thana was to look at.
    """
    wanted = set(asked)
    for address in cases.addresses_of(session, case.id):
        if str(address.id) in wanted and _key_of(session, case.data_key_id, address.id, address.details):
            proposal_id = new_id(session.recorded_at)
            table.insert_proposal(
                session,
                {
                    "id": proposal_id,
                    "case_id": case.id,
                    "address_id": address.id,
                    "from_office_id": way[0],
                    "to_office_id": way[1],
                    "state": _PROPOSED,
                    "proposed_by": actor.officer_id,
                    "proposed_at": now,
                    "decided_by": None,
                    "decided_at": None,
                },
            )


def show(session: Session, actor: Actor, now: datetime) -> Page:
    """What is proposed, as far as the officer sees its cases, and the villages that are known. Raises NotAllowed."""
    actor.require(Permission.AREA_SEE)
    rows = table.proposals(session, _PROPOSED, _FORM, _SHOWN + 1)
    found = [_proposal(session, row) for row in rows[:_SHOWN]]
    return Page(found, len(rows) > _SHOWN, table.known(session, calendars.day(now), _PLACES))


def decide(session: Session, actor: Actor, proposal_id: UUID, village: str | None, now: datetime) -> None:
    """Approve a proposal under this name of the village, from today on; None: refuse it.

    The name is corrected where somebody's house was typed in: it stands in the open. Raises NotAllowed, NotFound for
    a proposal that is decided or not there, Conflict for one's own, Refused.
    """
    actor.require(Permission.AREA_APPROVE)
    shown = table.proposals(session, _PROPOSED, _FORM, _SHOWN)
    row = next((row for row in shown if row.id == proposal_id), None)
    if row is None:
        raise NotFound
    if row.proposed_by == actor.officer_id:
        raise Conflict
    if village is not None:
        _learn(session, row, village, now)
    state = "refused" if village is None else "approved"
    decided = {"state": state, "decided_by": actor.officer_id, "decided_at": now}
    if not table.set_proposal(session, proposal_id, decided):
        raise NotFound
    act = "refuse" if village is None else "approve"
    audit.record(session, "admin", f"area:{act}", f"area_proposal:{proposal_id}", actor, now)


def _learn(session: Session, row: AnyRow, village: str, now: datetime) -> None:
    """Let the village lie in its thana from today; what was said of it before ends yesterday. Raises Refused."""
    name, today = tidy(village), calendars.day(now)
    if fault := words_refused(name, lines=False):
        raise Refused(fault)
    key = area_key(_place(session, row).get("pin") or "", name)
    if not key or len(name) > _NAME:
        raise Refused(most=_NAME)
    table.end_area(session, key, today - timedelta(days=1))
    table.insert_area(
        session,
        {
            "id": new_id(session.recorded_at),
            "area_kind": table.VILLAGE,
            "area_code": key,
            "name": name,
            "office_id": row.to_office_id,
            "valid_from": today,
            "valid_to": None,
        },
    )


def _key_of(session: Session, key_id: UUID, address_id: UUID, sealed: bytes) -> str:
    place = keys.open_json(keys.unlock(session, key_id), f"address|details|{address_id}", bytes(sealed))
    return area_key(str(place.get("pin") or ""), str(place.get("village") or ""))


def _place(session: Session, row: AnyRow) -> dict[str, str]:
    """The words of the address; none of them once the case was erased."""
    try:
        key = keys.unlock(session, row.data_key_id)
    except keys.KeyDestroyed:
        return {}
    place = keys.open_json(key, f"address|details|{row.address_id}", bytes(row.details))
    return {name: str(place.get(name) or "") for name in ("village", "panchayat", "po", "pin")}


def _reason(session: Session, row: AnyRow) -> str:
    """Why the thana passed the case on; nothing once the case was erased."""
    if row.answer_id is None:
        return ""
    try:
        key = keys.unlock(session, row.data_key_id)
    except keys.KeyDestroyed:
        return ""
    said = keys.open_json(key, f"answer|values|{row.answer_id}", bytes(row.answered))
    return str(said.get("bounce_reason") or "")


def _proposal(session: Session, row: AnyRow) -> Proposal:
    place = _place(session, row)
    return Proposal(
        row.id,
        row.number,
        place.get("village", ""),
        place.get("panchayat", ""),
        place.get("po", ""),
        place.get("pin", ""),
        row.from_hi,
        row.from_en,
        row.from_kind,
        row.to_hi,
        row.to_en,
        row.to_kind,
        row.proposed_by_hi,
        row.proposed_by_en,
        row.proposed_at,
        _reason(session, row),
    )
