"""How many years the district keeps what is over: the schedule of the law, or what two officers have set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import DomainError
from app.domain.retention import LEAST_YEARS, MOST_YEARS, TERMS, Kind, Term
from app.models.district import setting_queries as settings
from app.services.district import policies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.district.policies import Kept

KEY = "retention_years"


class YearsRefused(DomainError):
    """Years that cannot be: none, too few by law, too many, or what holds already (422)."""

    key = "retention.problem.years"


@dataclass(frozen=True, slots=True)
class Terms:
    """The years that hold, by class, and those proposed in their place; who said either, where somebody did."""

    in_force: Mapping[Kind, Term]
    held: Kept | None
    proposed: Kept | None

    @property
    def wanted(self) -> Mapping[Kind, Term]:
        """The years that are proposed, by class; nothing where none are."""
        return {} if self.proposed is None else _terms(self.proposed.value)


def of(session: Session) -> Mapping[Kind, Term]:
    """The years that hold in the district, by class."""
    return _terms(settings.value_of(session, KEY) or {})


def show(session: Session) -> Terms:
    return Terms(of(session), *policies.kept(session, KEY))


def propose(session: Session, actor: Actor, years: Mapping[Kind, int | None], now: datetime) -> None:
    """Put other years before the officer who approves. Raises NotAllowed, YearsRefused."""
    before = {kind: term.years for kind, term in of(session).items()}
    wanted = {kind: each for kind in Kind if (each := years.get(kind)) is not None}
    is_told = wanted.keys() == before.keys() and wanted != before
    if not is_told or not all(LEAST_YEARS <= each <= MOST_YEARS for each in wanted.values()):
        raise YearsRefused(least=LEAST_YEARS, most=MOST_YEARS)
    plain = {kind.value: each for kind, each in wanted.items()}
    policies.put_forward(session, actor, KEY, {"years": plain}, now)


def _terms(value: Mapping[str, Mapping[str, int]]) -> Mapping[Kind, Term]:
    said = value.get("years", {})
    return {kind: Term(kind, said.get(kind.value, term.years)) for kind, term in TERMS.items()}
