"""A routing value of a stopped case set by two officers: proposed after a rehearsal, approved with a fresh factor.

Whoever proposes sees codes, numbers and the names of steps, never what the case holds of a person. What a signatory
has said, and whatever decides who gives the paper, cannot be set: the gate says which values these are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from app import engine
from app.domain.errors import DomainError, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.district import amendments as table
from app.models.execution import incident_queries as stopped
from app.models.scope import CaseScope
from app.services.access import stepup
from app.services.deployment import awaited, retrial, routingvalues
from app.services.jobs import retries
from app.services.procedure import releases
from app.services.store import audit
from app.services.store.scopes import actor_scope
from app.services.workflow import incidents, instances

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.deployment.retrial import Foreseen
    from app.services.deployment.routingvalues import Value
    from app.services.jobs.retries import Outcome
    from app.services.store.database import Database

APPROVE, UNDO = "values:approve", "values:undo"  # the acts that ask for a fresh factor
REASONS = ("missing", "wrong", "table", "route")
PROPOSED, DONE, REFUSED, TAKEN_BACK, UNDONE = "proposed", "done", "refused", "taken_back", "undone"
STATES = (PROPOSED, DONE, REFUSED, TAKEN_BACK, UNDONE)
_SHOWN = 100
_RECORDED = frozenset({"name", "unit", "reason", "before", "after", "proposed_by"})


class Refused(DomainError):
    """A change that cannot be proposed or done; the key names the reason (422)."""

    key = "amendment.refused.value"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stopped case as its administrator sees it: its incident, its number, the version of its procedure."""

    incident_id: UUID
    case_id: UUID
    case_number: str
    code: str
    element_hi: str
    element_en: str
    detail: dict[str, str]
    version: int
    release_id: UUID
    values: Sequence[Value]
    proposed: UUID | None  # what waits already for a second officer


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change as it was asked for: which value, of which unit, the text of the new one, and why."""

    name: str
    unit: str
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """A proposed change, and what became of it."""

    row: AnyRow
    has_before: bool
    before: Any
    after: Any
    has_moved: bool  # the case went on since it was proposed
    may_undo: bool  # it was done, and nothing was done in the case since

    @property
    def spot(self) -> engine.Spot:
        key, _, field = self.row.name.partition(".")
        return engine.Spot(self.row.unit, key, field)


# -- seen --------------------------------------------------------------------------------------------------


def look(database: Database, actor: Actor, incident_id: UUID, now: datetime) -> Stop:
    """The stopped case and every value of its route. Raises NotAllowed, NotFound."""
    actor.require(Permission.VALUES_SEE)
    line = _line(database, actor, incident_id)
    row = database.read(partial(stopped.incident_row, incident_id=incident_id), actor_scope(actor))
    if row is None or row.case_id is None:
        raise NotFound
    own = CaseScope(actor.district_id, row.case_id)

    def read(session: Session) -> Stop:
        case = cases.find(session, row.case_id)
        if case is None or case.status != "open":
            raise NotFound
        waiting = table.of_case(session, row.case_id, [PROPOSED])
        return Stop(
            incident_id,
            case.id,
            case.number,
            line.code,
            line.element_hi,
            line.element_en,
            line.detail,
            releases.version_of(session, case.release_id),
            case.release_id,
            routingvalues.of_case(session, case, now),
            waiting[0].id if waiting else None,
        )

    return database.read(read, own)


def _line(database: Database, actor: Actor, incident_id: UUID) -> incidents.IncidentLine:
    found = database.read(incidents.open_incidents, actor_scope(actor))
    line = next((each for each in found if each.id == incident_id), None)
    if line is None or line.act not in incidents.RETRIED_HERE:
        raise NotFound
    return line


def listing(session: Session, actor: Actor, states: Sequence[str] = STATES) -> list[Amendment]:
    """What was proposed in the district, the newest first. Raises NotAllowed."""
    actor.require(Permission.VALUES_SEE)
    return [_amendment(row) for row in table.listing(session, states, _SHOWN)]


def find(session: Session, actor: Actor, amendment_id: UUID) -> Amendment:
    """One of them. Raises NotAllowed, NotFound."""
    actor.require(Permission.VALUES_SEE)
    row = table.told(session, amendment_id)
    if row is None:
        raise NotFound
    return _amendment(row)


def _amendment(row: AnyRow) -> Amendment:
    has_before = "before" in row.change
    return Amendment(
        row,
        has_before,
        row.change.get("before"),
        row.change["after"],
        has_moved=row.state == PROPOSED and row.case_revision != row.revision,
        may_undo=row.state == DONE and row.case_revision == row.done_revision,
    )


def foresee(database: Database, actor: Actor, incident_id: UUID, wanted: Wanted, now: datetime) -> Foreseen:
    """What would come of a change: done on the case with what had stopped, looked at, and taken back.

    Raises NotAllowed, NotFound, Refused.
    """
    actor.require(Permission.VALUES_SEE)
    stop = look(database, actor, incident_id, now)
    value, given = _checked(stop, wanted)
    return _foreseen(database, actor, incident_id, value.spot, given, now)


def foresee_again(database: Database, actor: Actor, found: Amendment, now: datetime) -> Foreseen | None:
    """The same of a change that waits, on the case as it is now; None once what had stopped has gone on."""
    actor.require(Permission.VALUES_SEE)
    row = database.read(partial(stopped.incident_row, incident_id=found.row.incident_id), actor_scope(actor))
    if row is None or row.closed_at is not None or found.has_moved:
        return None
    return _foreseen(database, actor, found.row.incident_id, found.spot, found.after, now)


def _foreseen(
    database: Database, actor: Actor, incident_id: UUID, spot: engine.Spot, given: Any, now: datetime
) -> Foreseen:
    row = database.read(partial(stopped.incident_row, incident_id=incident_id), actor_scope(actor))
    if row is None or row.case_id is None:
        raise NotFound
    own = CaseScope(actor.district_id, row.case_id)

    def first(session: Session) -> None:
        inner = session.narrowed(own)
        case, loaded = releases.with_case_locked(inner, row.case_id)
        instances.amend(inner, case, loaded, spot, given, {}, instances.Act(now))

    return retrial.foresee(database, row, first, now)


# -- proposed ----------------------------------------------------------------------------------------------


def propose(database: Database, actor: Actor, incident_id: UUID, wanted: Wanted, now: datetime) -> UUID:
    """Put a change before the officers who approve. Raises NotAllowed, NotFound, Refused."""
    actor.require(Permission.VALUES_PROPOSE)
    stop = look(database, actor, incident_id, now)
    value, given = _checked(stop, wanted)
    if wanted.reason not in REASONS:
        raise Refused("amendment.refused.reason")

    def work(session: Session) -> UUID:
        own = session.narrowed(CaseScope(actor.district_id, stop.case_id))
        case = cases.lock(own, stop.case_id)
        if case is None:
            raise NotFound
        if table.of_case(session, stop.case_id, [PROPOSED]):
            raise Refused("amendment.refused.waits")
        amendment_id = new_id(session.recorded_at)
        change = {"after": given} | ({"before": value.value} if value.is_there else {})
        table.insert_amendment(
            session,
            {
                "id": amendment_id,
                "case_id": stop.case_id,
                "incident_id": incident_id,
                "unit": value.spot.unit,
                "name": value.spot.name,
                "change": change,
                "reason": wanted.reason,
                "state": PROPOSED,
                "revision": case.revision,
                "proposed_by": actor.officer_id,
                "proposed_at": now,
            },
        )
        told = {"name": value.spot.name, "unit": value.spot.unit, "reason": wanted.reason, **change}
        awaited.tell(session, now)
        audit.record(session, "admin", "values:propose", f"amendment:{amendment_id}", actor, now, **told)
        return amendment_id

    return database.write(work, actor_scope(actor))


def _checked(stop: Stop, wanted: Wanted) -> tuple[Value, Any]:
    """The value that was meant, and what it is to be. Raises Refused."""
    value = next(
        (each for each in stop.values if (each.spot.name, each.spot.unit) == (wanted.name, wanted.unit)), None
    )
    if value is None:
        raise Refused
    if value.bound:
        raise Refused(f"amendment.refused.{value.bound}")
    given = value.read(wanted.text)
    if given is None:
        raise Refused("amendment.refused.text")
    if value.is_there and given == value.value:
        raise Refused("amendment.refused.same")
    return value, given


# -- decided -----------------------------------------------------------------------------------------------


def refuse(session: Session, actor: Actor, amendment_id: UUID, now: datetime) -> None:
    """Let a change not be done. Raises NotAllowed, NotFound, Refused."""
    actor.require(Permission.VALUES_APPROVE)
    _settle(session, actor, _another(session, actor, amendment_id), REFUSED, now)


def take_back(session: Session, actor: Actor, amendment_id: UUID, now: datetime) -> None:
    """Take one's own proposal back. Raises NotAllowed, NotFound, Refused."""
    actor.require(Permission.VALUES_PROPOSE)
    found = find(session, actor, amendment_id)
    if found.row.proposed_by != actor.officer_id:
        raise NotAllowed
    _settle(session, actor, found, TAKEN_BACK, now)


def _settle(session: Session, actor: Actor, found: Amendment, state: str, now: datetime) -> None:
    values = {"state": state, "decided_by": actor.officer_id, "decided_at": now}
    if not table.settle_amendment(session, found.row.id, PROPOSED, values):
        raise Refused("amendment.refused.over")
    act = "values:refuse" if state == REFUSED else "values:take_back"
    audit.record(session, "admin", act, f"amendment:{found.row.id}", actor, now, name=found.row.name)


def _another(session: Session, actor: Actor, amendment_id: UUID) -> Amendment:
    """A change that somebody else has proposed: nobody approves or refuses his own."""
    found = find(session, actor, amendment_id)
    if found.row.proposed_by == actor.officer_id:
        raise NotAllowed
    return found


def to_decide(session: Session, actor: Actor, amendment_id: UUID, now: datetime, *, is_undo: bool) -> UUID:
    """Ask for the fresh factor that approving, or going back, takes; -> the step-up.

    Raises NotAllowed, NotFound, Refused.
    """
    actor.require(Permission.VALUES_APPROVE)
    found = _another(session, actor, amendment_id)
    _still(found, is_undo=is_undo)
    return stepup.begin(session, actor, UNDO if is_undo else APPROVE, [item(found)], now)


def item(found: Amendment) -> stepup.Item:
    """What a fresh factor is given for: the very change of the very state of the case."""
    row = found.row
    content = [row.name, row.unit, row.change, row.reason, row.revision, row.state]
    return stepup.item(f"amendment:{row.id}", content)


def _still(found: Amendment, *, is_undo: bool) -> None:
    if found.row.state != (DONE if is_undo else PROPOSED):
        raise Refused("amendment.refused.over")
    if found.has_moved or (is_undo and not found.may_undo):
        raise Refused("amendment.refused.moved")


def approve(
    database: Database, actor: Actor, amendment_id: UUID, asked: UUID | None, now: datetime
) -> Outcome:
    """Set the value, and try once more what had stopped; -> what came of that.

    Raises as `to_decide`, StepUpOver or ContentChanged where the factor was not given for this, RouteStuck.
    """
    actor.require(Permission.VALUES_APPROVE)
    found = database.write(
        lambda session: _do(session, actor, amendment_id, asked, now, is_undo=False), actor_scope(actor)
    )
    return retries.retry(database, actor, found.row.incident_id, now)


def undo(session: Session, actor: Actor, amendment_id: UUID, asked: UUID | None, now: datetime) -> None:
    """Put the case back into the state that it had before the change, as long as nothing was done in it since.

    Raises as `approve`.
    """
    actor.require(Permission.VALUES_APPROVE)
    _do(session, actor, amendment_id, asked, now, is_undo=True)


def _do(
    session: Session, actor: Actor, amendment_id: UUID, asked: UUID | None, now: datetime, *, is_undo: bool
) -> Amendment:
    row = table.find(session, amendment_id)
    if row is None:
        raise NotFound
    own = session.narrowed(CaseScope(actor.district_id, row.case_id))
    case = cases.lock(own, row.case_id)
    if case is None or case.status != "open":
        raise Refused("amendment.refused.moved")
    found = _another(session, actor, amendment_id)
    _still(found, is_undo=is_undo)
    stepup.use(session, actor, asked, UNDO if is_undo else APPROVE, [item(found)], now)
    loaded, act = releases.load(own, case.release_id), instances.Act(now)
    told = _told(found, actor, is_undo=is_undo)
    if is_undo:
        instances.put_back(own, case, loaded, found.spot, bytes(row.kept), told, act)
        values: dict[str, Any] = {"state": UNDONE}
    else:
        kept = instances.amend(own, case, loaded, found.spot, found.after, told, act)
        values = {"state": DONE, "kept": kept, "done_revision": case.revision + 1}
        values |= {"decided_by": actor.officer_id, "decided_at": now}
    if not table.settle_amendment(session, amendment_id, row.state, values):
        raise Refused("amendment.refused.over")
    recorded = {name: told[name] for name in told.keys() & _RECORDED}
    proof = {"step_up": str(asked)} if asked is not None else {}
    act_name, thing = UNDO if is_undo else APPROVE, f"amendment:{row.id}"
    audit.record(own, f"case:{case.id}", act_name, thing, actor, now, **recorded, **proof)
    return found


def _told(found: Amendment, actor: Actor, *, is_undo: bool) -> dict[str, Any]:
    """What the record of the case says of it: codes and ids."""
    row = found.row
    told = {
        "name": row.name,
        "unit": row.unit,
        "reason": row.reason,
        "amendment": str(row.id),
        "proposed_by": str(row.proposed_by),
        "approved_by": str(actor.officer_id),
        **row.change,
    }
    return {**told, "undone": True} if is_undo else told
