"""The rows that say what became of an issued paper: read, written and told, for whoever does such an act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError, NotFound
from app.domain.ids import new_id
from app.domain.offices import OfficeKind
from app.domain.roles import Role
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.issuing import paper_queries as table
from app.services.access import standins
from app.services.casefile import casefile
from app.services.procedure import releases
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor, Permission
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn

DUPLICATE, REVOKED, SUPERSEDED, NOTICE = "duplicate", "revoke", "supersede", "notice"
_HEADS = {OfficeKind.DM_OFFICE: Role.DM, OfficeKind.SP_OFFICE: Role.SP}
_LISTS = {DUPLICATE: "reason", REVOKED: "ground", SUPERSEDED: "cause", NOTICE: "cause"}


class Refused(DomainError):
    """What was given does not do; `key` says what is missing."""


@dataclass(frozen=True, slots=True)
class ActLine:
    """One thing that became of a paper. `number`: of the order, of the paper in its place, or of the duplicate."""

    id: UUID
    kind: str
    number: str
    code: str  # the reason or ground, as a word of the catalogue
    at: datetime
    officer_hi: str
    officer_en: str
    paper_number: str
    case_number: str
    effective: date | None
    acting: StandIn | None = None  # for whom its officer acted

    @property
    def list(self) -> str:
        """From which list of the catalogue the code was chosen."""
        return _LISTS[self.kind]


def opened(session: Session, actor: Actor, certificate_id: UUID, now: datetime) -> tuple[AnyRow, AnyRow]:
    """The paper and its document, for whoever may open it. Raises NotFound."""
    row = table.find(session, certificate_id)
    if row is None or row.document_id is None:
        raise NotFound
    case, document = cases.find(session, row.case_id), filed.find(session, row.document_id)
    if case is None or document is None:
        raise NotFound
    file = casefile.CaseFile(session, actor, case, releases.load(session, case.release_id), now)
    if not file.may_open(document):
        raise NotFound
    return row, document


def may(actor: Actor, row: AnyRow, permission: Permission) -> bool:
    """Whether the post may do this to the paper: each office to those that it issued itself."""
    return actor.may(permission) and row.office_id == actor.post.office_id


def is_giving_way(session: Session, certificate_id: UUID) -> bool:
    """Whether a corrected paper in its place was signed and is not issued yet."""
    return any(each.kind == SUPERSEDED and not each.number for each in table.acts_of(session, certificate_id))


def lines(session: Session, acts: Sequence[AnyRow]) -> list[ActLine]:
    """Acts as a page tells them, each with the officer for whom it was done, where that was another."""
    acting = standins.find(session, map(_done, acts))
    return [replace(_line(session, act), acting=acting.get(_done(act))) for act in acts]


def _done(act: AnyRow) -> standins.Act | None:
    """What only the head of an office orders was done as he; of a duplicate the role is not kept."""
    role = "" if act.kind == DUPLICATE else _HEADS.get(act.office_kind, "")
    return standins.act(act.done_by, act.office_id, act.at, role)


def _line(session: Session, act: AnyRow) -> ActLine:
    facts = facts_of(session, act)
    return ActLine(
        act.id,
        act.kind,
        act.number or "",
        str(facts.get("reason") or facts.get("ground") or ""),
        act.at,
        act.officer_hi,
        act.officer_en,
        act.paper_number,
        act.case_number,
        date.fromisoformat(facts["effective"]) if facts.get("effective") else None,
    )


def facts_of(session: Session, act: AnyRow) -> dict[str, Any]:
    """What was given with an act: reasons and texts, as they were typed."""
    key = keys.unlock(session, act.data_key_id)
    opened_facts: dict[str, Any] = keys.open_json(key, f"paper_act|facts|{act.id}", act.facts)
    return opened_facts


def insert(
    session: Session,
    actor_id: UUID,
    row: AnyRow,
    what: tuple[str, str | None],
    facts: Mapping[str, Any],
    now: datetime,
    *,
    at: datetime | None,
) -> UUID:
    """Keep an act on a paper: `what` is its kind and number; without `at` it waits for a code. -> its id."""
    act_id = new_id(session.recorded_at)
    key = keys.unlock(session, row.data_key_id)
    table.insert_act(
        session,
        {
            "id": act_id,
            "case_id": row.case_id,
            "certificate_id": row.id,
            "office_id": row.office_id,
            "kind": what[0],
            "number": what[1],
            "facts": keys.seal_json(key, f"paper_act|facts|{act_id}", facts),
            "asked_at": now,
            "at": at,
            "done_by": actor_id,
        },
    )
    return act_id
