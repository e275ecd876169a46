"""What the district has decided of its own way of working: proposed by one officer, in force when another agrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import Conflict, DomainError, NotAllowed
from app.domain.roles import Permission
from app.models import officer_queries as officers
from app.models import setting_queries as settings
from app.services.store import audit

if TYPE_CHECKING:
    from app.domain.roles import Actor
    from app.models.scope import Session

_IN_FORCE, _PROPOSED = "clean_reports", "clean_reports.proposed"
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
    return int((settings.value_of(session, _IN_FORCE) or {}).get("cap", 0))


def show(session: Session) -> Page:
    proposed = settings.value_of(session, _PROPOSED)
    return Page(
        _said(session, settings.value_of(session, _IN_FORCE) or {"cap": 0}),
        None if proposed is None else _said(session, proposed),
    )


def propose(session: Session, actor: Actor, cap: int | None, now: datetime) -> None:
    """Put another number before the officer who approves; it takes the place of what was proposed before.

    Raises NotAllowed, Refused.
    """
    if not actor.may(Permission.POLICY_PROPOSE):
        raise NotAllowed
    if cap is None or not 0 <= cap <= MOST or cap == daily_cap(session):
        raise Refused(most=MOST)
    _put(session, _PROPOSED, actor, cap, now)
    audit.record(session, "admin", "policy:propose", _IN_FORCE, actor, now, cap=cap)


def decide(session: Session, actor: Actor, now: datetime, *, approves: bool) -> None:
    """Let what was proposed hold, never one's own proposal; or refuse it. Raises NotAllowed, Conflict."""
    if not actor.may(Permission.POLICY_APPROVE):
        raise NotAllowed
    proposed = settings.value_of(session, _PROPOSED)
    if proposed is None:
        raise Conflict
    if proposed["by"] == str(actor.officer_id):
        raise NotAllowed
    settings.delete_value(session, _PROPOSED)
    if approves:
        _put(session, _IN_FORCE, actor, proposed["cap"], now)
    act = "policy:approve" if approves else "policy:refuse"
    audit.record(session, "admin", act, _IN_FORCE, actor, now, cap=proposed["cap"])


def stop(session: Session, actor: Actor, now: datetime) -> None:
    """Switch lists of reports off at once: whoever approves may do so alone. Raises NotAllowed."""
    if not actor.may(Permission.POLICY_APPROVE):
        raise NotAllowed
    _put(session, _IN_FORCE, actor, 0, now)
    audit.record(session, "admin", "policy:approve", _IN_FORCE, actor, now, cap=0)


def _put(session: Session, key: str, actor: Actor, cap: int, now: datetime) -> None:
    said = {"cap": cap, "by": str(actor.officer_id), "at": now.isoformat()}
    settings.put_value(session, key, said)


def _said(session: Session, kept: dict[str, Any]) -> Said:
    if "by" not in kept:
        return Said(int(kept["cap"]))
    officer_id = UUID(kept["by"])
    names = officers.names(session, officer_id)
    return Said(int(kept["cap"]), officer_id, *names, datetime.fromisoformat(kept["at"]))


__all__ = ["MOST", "Page", "Refused", "Said", "daily_cap", "decide", "propose", "show", "stop"]
