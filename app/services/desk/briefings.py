"""What the page of a task says above its form: all its officer ought to know, and may read, before he answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import formjs
from app.domain import secrecy
from app.domain.roles import JUDGES, Permission, Role
from app.services.access import standins
from app.services.casefile import accounts, casefile, duplicates, hearings, reviews, units
from app.services.casefile.facts import REVIEW, SCRUTINY
from app.services.casefile.units import Again
from app.services.desk import marking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.access.standins import StandIn
    from app.services.casefile.accounts import Account
    from app.services.casefile.duplicates import Likeness
    from app.services.casefile.facts import CaseFacts
    from app.services.casefile.reviews import Review
    from app.services.casefile.units import Said
    from app.services.desk.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases of persons who may be the same; `is_held`: whoever entered this one says that they are."""

    found: Sequence[Likeness] = ()
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Hearing:
    """A hearing that was prepared for the officer who decides: what is proposed, in words, by whom and when."""

    rows: list[tuple[str, str]]
    officer_hi: str
    officer_en: str
    acting: StandIn | None  # for whom he prepared it
    at: datetime
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Briefing:
    """Each part is empty at the steps, and for the posts, that it does not concern."""

    again: Again  # on which points it is enquired anew
    review: Review | None  # why the case lies before the SDPO
    alike: Alike  # who may have been entered before, told to whoever scrutinises
    places: list[marking.Line]  # where the addresses lie, for whoever marks
    addresses: list[Said]  # for the SHO who accepts, and who goes there
    accounts: list[Account]  # what each unit has answered, for whoever decides on all of it
    conflicts: list[Said]  # what the units tell against each other, and nobody has settled
    hearing: Hearing | None  # prepared for the officer, who may order it

    @property
    def classes(self) -> frozenset[str]:
        """The classes of the facts that it tells."""
        is_told = self.again.points or self.review or self.conflicts or self.accounts
        told = frozenset({secrecy.SENSITIVE}) if is_told else secrecy.NONE
        return told | (self.hearing.classes if self.hearing is not None else secrecy.NONE)


def of(session: Session, actor: Actor, sheet: Sheet, known: CaseFacts, now: datetime) -> Briefing:
    """What is said above the form of `sheet`; `known` sees all of its case, `session` what the officer does."""
    judges = sheet.task.enquiry_id is None and Role(sheet.task.role) in JUDGES
    reads_reports = secrecy.SENSITIVE in secrecy.readable(actor.post.role, secrecy.Side.POLICE, reported=True)
    return Briefing(
        again=units.asked_again(known, sheet.task.enquiry_id) if reads_reports else Again(),
        review=reviews.of(sheet.facts, sheet.release)
        if reads_reports and sheet.task.form == REVIEW
        else None,
        alike=_alike(session, sheet, now),
        places=marking.told(known, sheet.task),
        addresses=marking.asked(known, sheet.task),
        accounts=accounts.of(known, sheet.release) if judges else [],
        conflicts=units.conflicts(known, sheet.release) if judges else [],
        hearing=_hearing(session, actor, sheet, known),
    )


def _alike(session: Session, sheet: Sheet, now: datetime) -> Alike:
    """The cases of persons who may be the same, with what the assistant decided of it."""
    if sheet.task.form != SCRUTINY:
        return Alike()
    person = sheet.facts["intake"]
    found = duplicates.of(session, person, now, but=sheet.case.id)
    return Alike(found, is_held=person.get("dup_ack") == "same_person")


def _hearing(session: Session, actor: Actor, sheet: Sheet, known: CaseFacts) -> Hearing | None:
    order = hearings.order_of(sheet.form)
    found = hearings.prepared(known, sheet.task) if order is not None else None
    if found is None:
        return None
    rows = formjs.show(sheet.form, found.values, sheet.options, actor.language, secrecy.CLASSES)
    classes = formjs.classes_of(sheet.form, found.values)
    done = (found.by, found.at)
    acting = standins.by_right(session, [done], Permission.HEARING_PREPARE).get(done)
    return Hearing(rows, *casefile.officer_names(session, found.by), acting, found.at, classes)
