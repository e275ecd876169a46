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


class EntryKind(StrEnum):
    """Entries of the crime register that are destroyed together; one whose outcome is open belongs to none."""

    CONVICTED = "convicted"
    CLEARED = "cleared"  # acquitted, discharged, compounded, quashed
    FINAL_FORM = "final_form"  # the police's own final form, accepted by the court
    WITHHELD = "withheld"  # taken from search by an officer's act, whatever the stage


#: Stage of a criminal case -> the class of an entry; appeals and what is under way are kept until they end.
_OF_STAGE = {
    "convicted": EntryKind.CONVICTED,
    "acquitted": EntryKind.CLEARED,
    "discharged": EntryKind.CLEARED,
    "compounded": EntryKind.CLEARED,
    "quashed": EntryKind.CLEARED,
}


def entry_kind(stage: object, is_accepted: object) -> EntryKind | None:
    """The class of an entry by its stage, and by whether the court accepted a final form; None: it is kept."""
    if stage == "final_form":
        return EntryKind.FINAL_FORM if is_accepted == "accepted" else None
    return _OF_STAGE.get(str(stage))


class Withheld(StrEnum):
    """Why an entry is taken from search at once, by an order of a court or of the office."""

    ACQUITTED = "acquitted"
    DISCHARGED = "discharged"
    QUASHED = "quashed"
    EXPUNGED = "expunged"


@dataclass(frozen=True, slots=True)
class Term:
    """How many years after its disposal a thing of a class is kept."""

    kind: Kind | EntryKind
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
    CHANGED = "changed"  # an entry that belongs to another class by now, or counts from a later day


#: Who prepares the list of which approver. Of cases whose paper the SP's office issued it is the SP's, of all others
#: the DM's.
PREPARES = {Role.DM_SECTION_HEAD: Role.DM, Role.SP_READER: Role.SP}
