"""A correction of an issued paper, prepared for whoever signs: which particulars, why, and what waits for him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.casefile import case_queries as cases
from app.models.issuing import paper_queries as table
from app.models.scope import CaseScope
from app.services.casefile import particulars
from app.services.casefile.facts import INTAKE, CaseFacts, LetterFacts
from app.services.casefile.options import choices
from app.services.district import calendars
from app.services.papers import paperacts, paperplan
from app.services.procedure import releases
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

CAUSES = ("clerical_error", "department_error", "original_record", "court_order")
LANGUAGES = ("hi", "en", "both")
_TEXT = 1000  # letters of the explanation, which may be left out
FIELDS = particulars.ON_PAPER


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of a correction: the paper, and the person's particulars as the candidate's form asks for them."""

    paper: AnyRow
    asked: particulars.Asked
    language: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A correction as it was typed: the boxes by name, and why; `op` is the button, where it only proposes a name."""

    boxes: Mapping[str, Sequence[str]]
    cause: str
    text: str
    language: str
    op: str = "submit"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A correction that waits to be signed, or issued. `may_sign`: by this officer; `is_his`: he has done so."""

    act_id: UUID
    cause: str
    text: str
    language: str
    changes: list[particulars.Change]
    officer_hi: str
    officer_en: str
    asked_at: datetime
    is_signed: bool
    is_his: bool
    may_sign: bool


def sheet(session: Session, actor: Actor, certificate_id: UUID, now: datetime) -> Sheet:
    """The form by which a paper is corrected. Raises NotFound, NotAllowed, Conflict for one that stands no more."""
    row, _ = paperacts.opened(session, actor, certificate_id, now)
    check(session, actor, row, Permission.PAPER_CORRECT, now)
    case, loaded, known = case_of(session, row, now)
    form = loaded.form(INTAKE)
    letter = cases.requisition_row(session, case.requisition_id)
    facts = LetterFacts(session, letter, loaded, now).for_form()
    options = choices(session, form, loaded, known)
    asked = particulars.Asked(form, known.intake, facts, options)
    return Sheet(row, asked, language_of(session, row, known))


def retyped(of: Sheet, typed: Typed) -> Sheet:
    """The same form with what was typed."""
    return Sheet(of.paper, particulars.retyped(of.asked, typed.boxes, FIELDS, typed.op), typed.language)


def prepare(database: Database, actor: Actor, certificate_id: UUID, typed: Typed, now: datetime) -> UUID:
    """Keep a correction, sealed and without effect, for whoever signs; -> the act. A later one takes its place.

    Raises FormInvalid for a box, Refused naming what is missing, NotFound, NotAllowed, Conflict.
    """

    def work(session: Session) -> UUID:
        of = sheet(session, actor, certificate_id, now)
        facts = _facts(of, typed, now)
        own = session.narrowed(CaseScope(actor.district_id, of.paper.case_id))
        act_id = paperacts.insert(
            own, actor.officer_id, of.paper, (paperacts.SUPERSEDED, None), facts, now, at=None
        )
        audit.record(
            own,
            f"case:{of.paper.case_id}",
            "paper:correct",
            f"certificate:{of.paper.id}",
            actor,
            now,
            number=of.paper.number,
            cause=typed.cause,
            fields=sorted(facts["changes"]),
        )
        return act_id

    return database.write(work, actor_scope(actor))


def _facts(of: Sheet, typed: Typed, now: datetime) -> dict[str, Any]:
    """What the act keeps: the particulars that differ, the language, the cause. Raises FormInvalid, Refused."""
    read = particulars.read(of.asked, typed.boxes, FIELDS)
    changes = particulars.changes(of.asked, read, FIELDS, now)
    text = tidy(typed.text)
    if typed.cause not in CAUSES:
        raise paperacts.Refused("papers.life.problem.cause")
    if fault := words_refused(text):
        raise paperacts.Refused(fault)
    if len(text) > _TEXT:
        raise paperacts.Refused("papers.life.problem.explanation")
    if typed.language not in LANGUAGES or (not changes and typed.language == of.language):
        raise paperacts.Refused("papers.life.problem.nothing_changed")
    return {"reason": typed.cause, "text": text, "language": typed.language, "changes": changes}


def proposal(session: Session, actor: Actor, certificate_id: UUID, now: datetime) -> Proposal | None:
    """The correction that waits on a paper, for those of its office who prepare or sign one."""
    row = table.find(session, certificate_id)
    if row is None or not paperacts.may(actor, row, Permission.PAPER_CORRECT) or row.status != "issued":
        return None
    waiting = table.waiting_act(session, certificate_id, paperacts.SUPERSEDED)
    if waiting is None:
        return None
    facts = paperacts.facts_of(session, waiting)
    is_signed = waiting.at is not None
    return Proposal(
        waiting.id,
        facts["reason"],
        facts["text"],
        facts["language"],
        _changes(session, row, facts["changes"], now),
        waiting.officer_hi,
        waiting.officer_en,
        waiting.asked_at,
        is_signed=is_signed,
        is_his=is_signed and waiting.done_by == actor.officer_id,
        may_sign=not is_signed and paperacts.may(actor, row, Permission.PAPER_SUPERSEDE),
    )


def _changes(
    session: Session, row: AnyRow, changes: Mapping[str, Any], now: datetime
) -> list[particulars.Change]:
    """What is corrected, in the words of the form and in its order."""
    _, loaded, known = case_of(session, row, now)
    return particulars.in_words(session, loaded, known, loaded.form(INTAKE), changes)


def may_correct(session: Session, actor: Actor, row: AnyRow, now: datetime) -> bool:
    """Whether this post may prepare a corrected paper in place of this one now."""
    return (
        paperacts.may(actor, row, Permission.PAPER_CORRECT)
        and _stands(row, now)
        and not paperacts.is_giving_way(session, row.id)
    )


def _stands(row: AnyRow, now: datetime) -> bool:
    return row.status == "issued" and not (row.valid_till and row.valid_till < calendars.day(now))


def check(session: Session, actor: Actor, row: AnyRow, permission: Permission, now: datetime) -> None:
    """Raises NotAllowed for another post, Conflict for a paper that stands no more or is giving way already."""
    if not paperacts.may(actor, row, permission):
        raise NotAllowed
    if not _stands(row, now) or paperacts.is_giving_way(session, row.id):
        raise Conflict


def case_of(
    session: Session, row: AnyRow, now: datetime, corrected: Mapping[str, Any] | None = None
) -> tuple[AnyRow, releases.Loaded, CaseFacts]:
    """The case of a paper with its release, and its facts as they are to be. Raises NotFound."""
    case = cases.find(session, row.case_id)
    if case is None:
        raise NotFound
    loaded = releases.load(session, case.release_id)
    return case, loaded, CaseFacts(session, case, now, corrected=corrected)


def language_of(session: Session, row: AnyRow, known: CaseFacts) -> str:
    """In which language a paper was issued: as it was decided, or as the correction that made it says."""
    made = table.act_that_made(session, paperacts.SUPERSEDED, row.number)
    if made is not None:
        return str(paperacts.facts_of(session, made)["language"])
    decisions = (known.answer(form) for form in paperplan.DECIDING)
    return next((str(each["lang"]) for each in decisions if each.get("lang")), "hi")
