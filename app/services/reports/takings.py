"""Statements as files: every one that is taken is recorded; one that tells of single cases or officers takes a code.

Sums by office are read by every post that counts, go to its seniors by mail each week, and lead to nobody: they are
recorded alone. A register names cases row by row, the statement of officers names them: these take a fresh factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from app.domain.errors import NotAllowed
from app.domain.roles import Permission
from app.domain.statement import Period
from app.services.access import stepup
from app.services.reports import reports
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.store.database import Database

TAKE = "statement:take"  # the act that takes a fresh factor, and its row in the record


@dataclass(frozen=True, slots=True)
class Wanted:
    """A statement as it is taken as a file: of these days and this purpose (empty: all), or the kept one of an id."""

    statement: str
    period: Period
    ending: str
    purpose: str = ""
    kept: str = ""

    @property
    def item(self) -> stepup.Item:
        days = self.period.first.isoformat(), self.period.last.isoformat()
        return stepup.item("|".join((self.statement, *days, self.ending, self.purpose, self.kept)), {})


def takes_code(key: str) -> bool:
    """Whether a statement tells of single cases or officers, and so goes out by a fresh factor alone."""
    known = reports.STATEMENTS.get(key)
    return known is not None and known.by_row


def ask(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> UUID:
    """Ask for the fresh factor that the file takes; -> the request. Raises NotAllowed."""
    known = reports.STATEMENTS[wanted.statement]
    actor.require(Permission.STATEMENT_TAKE)
    actor.require(known.permission)
    return stepup.begin(session, actor, TAKE, [wanted.item], now)


def wanted_by(item: stepup.Item) -> Wanted:
    """What a request was for."""
    statement, first, last, ending, purpose, kept = item.thing.split("|")
    return Wanted(
        statement, Period(date.fromisoformat(first), date.fromisoformat(last)), ending, purpose, kept
    )


def note(
    database: Database,
    actor: Actor,
    wanted: Wanted,
    rows: int,
    data: bytes,
    now: datetime,
    proof: stepup.StepUp | None = None,
) -> None:
    """Record that the file goes out, before it does, and use up the factor that it took.

    Raises NotAllowed for one that takes a factor without it, and what `stepup.use` raises.
    """
    if takes_code(wanted.statement) and proof is None:
        raise NotAllowed

    def write(session: Session) -> None:
        told: dict[str, str | int] = {
            "statement": wanted.statement,
            "first": wanted.period.first.isoformat(),
            "last": wanted.period.last.isoformat(),
            "ending": wanted.ending,
            "rows": rows,
            "sha256": sha256(data).hexdigest(),
        }
        if proof is not None:
            stepup.use(session, actor, proof.id, TAKE, [wanted.item], now)
            told["step_up"] = str(proof.id)
        thing = f"statement:{wanted.kept or wanted.statement}"
        audit.record(session, "access", TAKE, thing, actor, now, **told)

    database.write(write, actor_scope(actor))
