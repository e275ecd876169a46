"""How long what is over is kept: classes with their years, why a case is passed over, why one is held back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.clock import add_months
from app.domain.roles import Role

if TYPE_CHECKING:
    from datetime import date

_MONTHS_OF_YEAR = 12
#: Personal data and logs are kept this long in any case (DPDP Rules 2025, rule 8).
LEAST_YEARS = 1
MOST_YEARS = 60


class Kind(StrEnum):
    """What is destroyed together, and after how long."""

    ATTACHMENTS = "attachments"  # the files handed in; the case itself stays
    CASE = "case"
    ARMS = "arms"  # a case about an arms licence


@dataclass(frozen=True, slots=True)
class Term:
    """How many years after its disposal a thing of a class is kept."""

    kind: Kind
    years: int

    def past_on(self, closed_on: date) -> date:
        """The first day on which it may be proposed for destruction."""
        return add_months(closed_on, self.years * _MONTHS_OF_YEAR)

    def closed_before(self, today: date) -> date:
        """The last day of disposal whose term is over today."""
        return add_months(today, -self.years * _MONTHS_OF_YEAR)


#: The schedule as shipped (Bihar Record Manual, as the office proposes it), for a district that has set no years of
#: its own; registers of numbers are kept for ever.
TERMS = {term.kind: term for term in (Term(Kind.ATTACHMENTS, 3), Term(Kind.CASE, 5), Term(Kind.ARMS, 10))}
#: Purposes whose cases belong to the class of arms begin so.
ARMS_PURPOSE = "arms_"


class Ground(StrEnum):
    """Why a case may not be destroyed, whatever its age."""

    COURT = "court"
    INQUIRY = "inquiry"
    AUDIT = "audit"
    INFORMATION = "information"  # an application under the Right to Information Act
    OTHER_ORDER = "other_order"


class Why(StrEnum):
    """Why a case that was on an approved list is kept after all, or not listed."""

    HELD = "held"
    AT_WORK = "at_work"  # an open step, job, incident, question or clock
    GONE = "gone"  # destroyed before


#: Whose list it is: of cases whose paper the SP's office issued, the SP's; of all others, the DM's.
APPROVERS = (Role.DM, Role.SP)
#: Who prepares the list of which approver.
PREPARES = {Role.DM_SECTION_HEAD: Role.DM, Role.SP_READER: Role.SP}
