"""What the district has decided of its own way of working: proposed by one officer, in force when another agrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import Conflict, DomainError, NotAllowed
from app.domain.roles import Permission
from app.models.district import setting_queries as settings
from app.models.staff import officer_queries as officers
from app.services.store import audit

if TYPE_CHECKING:
    from app.domain.roles import Actor
    from app.models.scope import Session

CLEAN_REPORTS = "clean_reports"
_PROPOSED = ".proposed"  # behind the key of what is proposed in its place
_SAID = ("by", "at")
MOST = 200  # reports that one office may approve in lists on one day: more are no longer read


class Refused(DomainError):
    """A number of reports that cannot be allowed; nothing is proposed (422)."""

    key = "policy.refused"


@dataclass(frozen=True, slots=True)
class Said:
    """So many clean reports a day (0: none, each is approved by itself), and who said so when."""

    cap: int
    officer_id: UUID | None = None
    name_hi: str = ""
    name_en: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What holds, and what is proposed in its place."""

    in_force: Said
    proposed: Said | None


def daily_cap(session: Session) -> int:
    """How many reports without adverse facts an office may approve in lists on one day; 0 unless two agreed."""
    return int((settings.value_of(session, CLEAN_REPORTS) or {}).get("cap", 0))


def show(session: Session) -> Page:
    held, proposed = kept(session, CLEAN_REPORTS)
    none = Said(0)
    return Page(none if held is None else _said(held), None if proposed is None else _said(proposed))


def propose(session: Session, actor: Actor, cap: int | None, now: datetime) -> None:
    """Put another number before the officer who approves; it takes the place of what was proposed before.

    Raises NotAllowed, Refused.
    """
    actor.require(Permission.POLICY_PROPOSE)
    if cap is None or not 0 <= cap <= MOST or cap == daily_cap(session):
        raise Refused(most=MOST)
    put_forward(session, actor, CLEAN_REPORTS, {"cap": cap}, now)


def stop(session: Session, actor: Actor, now: datetime) -> None:
    """Switch lists of reports off at once: whoever approves may do so alone. Raises NotAllowed."""
    actor.require(Permission.POLICY_APPROVE)
    _put(session, CLEAN_REPORTS, actor, {"cap": 0}, now)
    audit.record(session, "admin", "policy:approve", CLEAN_REPORTS, actor, now, cap=0)


def _said(found: Kept) -> Said:
    return Said(int(found.value["cap"]), found.officer_id, found.name_hi, found.name_en, found.at)


# -- any policy: a value by its key, proposed by one officer, in force when another agrees ------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """What was said under a key, by whom and when; of what an older version kept, nobody."""

    value: dict[str, Any]
    officer_id: UUID | None = None
    name_hi: str = ""
    name_en: str = ""
    at: datetime | None = None


def kept(session: Session, key: str) -> tuple[Kept | None, Kept | None]:
    """What holds under a key, and what is proposed in its place."""
    held, proposed = (settings.value_of(session, each) for each in (key, f"{key}{_PROPOSED}"))
    return _kept(session, held), _kept(session, proposed)


def proposed_under(*keys: str) -> list[str]:
    """The settings in which what is proposed for these keys is kept."""
    return [f"{key}{_PROPOSED}" for key in keys]


def put_forward(
    session: Session,
    actor: Actor,
    key: str,
    value: dict[str, Any],
    now: datetime,
    may: Permission = Permission.POLICY_PROPOSE,
) -> None:
    """Propose a value, in place of what was proposed before. Raises NotAllowed."""
    actor.require(may)
    _put(session, f"{key}{_PROPOSED}", actor, value, now)
    audit.record(session, "admin", "policy:propose", key, actor, now, **value)


def decide(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    approves: bool,
    key: str = CLEAN_REPORTS,
    may: Permission = Permission.POLICY_APPROVE,
) -> None:
    """Let what was proposed hold, never one's own proposal; or refuse it. Raises NotAllowed, Conflict."""
    actor.require(may)
    proposed = settings.value_of(session, f"{key}{_PROPOSED}")
    if proposed is None:
        raise Conflict
    if proposed["by"] == str(actor.officer_id):
        raise NotAllowed
    value = {name: each for name, each in proposed.items() if name not in _SAID}
    settings.delete_value(session, f"{key}{_PROPOSED}")
    if approves:
        _put(session, key, actor, value, now)
    act = "policy:approve" if approves else "policy:refuse"
    audit.record(session, "admin", act, key, actor, now, **value)


def saw(session: Session, actor: Actor, key: str, digest: str, now: datetime) -> None:
    """Keep that an officer who approves found what has this digest as it should be. Raises NotAllowed."""
    actor.require(Permission.POLICY_APPROVE)
    _put(session, key, actor, {"digest": digest}, now)
    audit.record(session, "admin", "policy:seen", key, actor, now, digest=digest)


def _put(session: Session, key: str, actor: Actor, value: dict[str, Any], now: datetime) -> None:
    settings.put_value(session, key, {**value, "by": str(actor.officer_id), "at": now.isoformat()})


def _kept(session: Session, found: dict[str, Any] | None) -> Kept | None:
    if found is None:
        return None
    value = {name: each for name, each in found.items() if name not in _SAID}
    if "by" not in found:
        return Kept(value)
    officer_id = UUID(found["by"])
    names = officers.names(session, officer_id)
    return Kept(value, officer_id, *names, datetime.fromisoformat(found["at"]))
