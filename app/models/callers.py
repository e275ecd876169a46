"""Who asks: the kinds of row scope, and what a transaction says of itself to the policies of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.roles import Role


class SystemReason(StrEnum):
    """The only reasons for which code may look past every row scope; each is one room's."""

    MIGRATION = "migration"
    SIGN_IN = "sign_in"
    DEPLOY = "deploy"
    WORKER = "worker"
    RECOUNT = "recount"
    AUDIT = "audit"
    SETUP = "setup"
    HEALTH = "health"
    LIVE = "live"
    REPLAY = "replay"
    MESSAGES = "messages"
    KEYS = "keys"
    EMERGENCY = "emergency"
    CROSSING = "crossing"  # a letter of another district is put before this one, or its answer


@dataclass(frozen=True, slots=True)
class OfficerScope:
    """An officer in the post he acts in."""

    district_id: int
    officer_id: UUID
    office_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class CaseScope:
    """One case: handlers of jobs and timers, and an act once the officer's right to it is settled."""

    district_id: int
    case_id: UUID

    @property
    def stream(self) -> Any:
        """The chain of this case in the record."""
        return f"case:{self.case_id}"


@dataclass(frozen=True, slots=True)
class PublicScope:
    """Whoever holds a printed code, knows number and day of birth, or has the file: the one paper it belongs to."""

    digest: bytes


@dataclass(frozen=True, slots=True)
class SystemScope:
    """No row scope, for a named reason; of one district where one is given."""

    reason: SystemReason
    district_id: int | None = None


Scope = OfficerScope | CaseScope | PublicScope | SystemScope | None

#: The only reasons for which a transaction may reach rows of several districts: an account is found by its name, a
#: page by what is printed on it, the worker's next work by its time, and the list of districts itself.
ACROSS_DISTRICTS = frozenset(
    {
        SystemReason.MIGRATION,
        SystemReason.SIGN_IN,
        SystemReason.DEPLOY,
        SystemReason.WORKER,
        SystemReason.AUDIT,
        SystemReason.HEALTH,
        SystemReason.LIVE,
        SystemReason.REPLAY,
        SystemReason.MESSAGES,
    }
)
#: Settings of a transaction that the policies of the rows read on PostgreSQL: its district, or why it looks past it.
WALL, ACROSS = "esp.district", "esp.across"


def within_walls(scope: Scope) -> tuple[str, ...]:
    """What a transaction on PostgreSQL says of itself once it has begun; one that says nothing reaches no row."""
    match scope:
        case PublicScope():
            return (f"SET LOCAL {ACROSS} = 'public'",)
        case SystemScope(reason=reason, district_id=None):
            return (f"SET LOCAL {ACROSS} = '{reason.value}'",) if reason in ACROSS_DISTRICTS else ()
        case None:
            return ()
    return (f"SET LOCAL {WALL} = '{int(scope.district_id or 0)}'",)
