"""How many years the district keeps what is over: the schedule of the law, or what two officers have set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import DomainError
from app.domain.retention import LEAST_YEARS, MOST_YEARS, TERMS, EntryKind, Kind, Term
from app.models.district import setting_queries as settings
from app.services.district import policies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.district.policies import Kept


class YearsRefused(DomainError):
    """Years that cannot be: none, too few by law, too many, or what holds already (422)."""

    key = "retention.problem.years"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Classes whose years are set together, under one key, and the years that hold where nobody set any.

    A class that is not in `shipped` has no term until the district sets one: what belongs to it is kept.
    """

    name: str
    key: str
    kinds: tuple[Kind | EntryKind, ...]
    shipped: Mapping[Kind | EntryKind, Term]


CASES = Schedule("cases", "retention_years", tuple(Kind), {**TERMS})
#: No rule at hand says how long a district's crime register keeps whom: the years are the district's own.
ENTRIES = Schedule("entries", "crime_years", tuple(EntryKind), {})
SCHEDULES = {each.name: each for each in (CASES, ENTRIES)}
KEYS = tuple(each.key for each in SCHEDULES.values())


@dataclass(frozen=True, slots=True)
class Terms:
    """The years that hold, by class, and those proposed in their place; who said either, where somebody did."""

    schedule: Schedule
    in_force: Mapping[Kind | EntryKind, Term]
    held: Kept | None
    proposed: Kept | None

    @property
    def wanted(self) -> Mapping[Kind | EntryKind, Term]:
        """The years that are proposed, by class; nothing where none are."""
        return {} if self.proposed is None else _terms(self.schedule, self.proposed.value)

    @property
    def boxes(self) -> dict[str, str]:
        """Class -> its years as text, for a form; empty where there are none."""
        return {
            kind.value: str(self.in_force[kind].years) if kind in self.in_force else ""
            for kind in self.schedule.kinds
        }


def of(session: Session, schedule: Schedule = CASES) -> Mapping[Kind | EntryKind, Term]:
    """The years that hold in the district, by class."""
    return _terms(schedule, settings.value_of(session, schedule.key) or {})


def show(session: Session, schedule: Schedule) -> Terms:
    return Terms(schedule, of(session, schedule), *policies.kept(session, schedule.key))


def propose(
    session: Session,
    actor: Actor,
    years: Mapping[Kind | EntryKind, int | None],
    now: datetime,
    schedule: Schedule = CASES,
) -> None:
    """Put other years before the officer who approves; None for a class that is to have no term.

    Raises NotAllowed, YearsRefused.
    """
    before = {kind: term.years for kind, term in of(session, schedule).items()}
    wanted = {kind: each for kind in schedule.kinds if (each := years.get(kind)) is not None}
    is_told = schedule.shipped.keys() <= wanted.keys() and wanted != before
    if not is_told or not all(LEAST_YEARS <= each <= MOST_YEARS for each in wanted.values()):
        raise YearsRefused(least=LEAST_YEARS, most=MOST_YEARS)
    plain = {kind.value: each for kind, each in wanted.items()}
    policies.put_forward(session, actor, schedule.key, {"years": plain}, now)


def _terms(schedule: Schedule, value: Mapping[str, Mapping[str, int]]) -> Mapping[Kind | EntryKind, Term]:
    said = value.get("years", {})
    own = {kind: Term(kind, said[kind.value]) for kind in schedule.kinds if kind.value in said}
    return {**schedule.shipped, **own}
