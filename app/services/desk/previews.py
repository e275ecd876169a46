"""The paper as it would go out, before the decision is sent: drawn from the draft, marked as one, kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import papers
from app.domain import secrecy
from app.domain.errors import DomainError, NotFound
from app.services.casefile import sightings
from app.services.desk import sheets
from app.services.papers import paperfacts, paperplan
from app.services.store import officekeys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.desk.sheets import Sheet
    from app.services.store.database import Database

MARK = "प्रारूप / DRAFT"
PAGE = "preview"
_CLEAN = "no_adverse"
_UNANSWERED: tuple[object, ...] = (None, "", [], {})


class NoPaper(DomainError):
    """The decision that the draft holds issues no paper: there is none to be seen (422)."""

    key = "task.preview_none"


def shows(sheet: Sheet) -> bool:
    """Whether what stands in the form would issue a paper."""
    return sheet.task.form in paperplan.DECIDING and paperplan.issues(_checks(sheet), _thought(sheet))


def _checks(sheet: Sheet) -> Mapping[str, Any]:
    return sheet.facts.get("checks") or {}


def offers(sheet: Sheet) -> bool:
    """Whether the form leads to a paper: what stands in it would issue one, or nothing is decided in it yet."""
    if sheet.task.form not in paperplan.DECIDING:
        return False
    signs_here = paperplan.issues(_checks(sheet), sheet.prepared())
    return shows(sheet) or (signs_here and not paperplan.is_decided(sheet.task.form, _thought(sheet)))


def _thought(sheet: Sheet) -> dict[str, Any]:
    """The kept draft; what is not answered in it yet, as the form proposes it.

    Where anything was found the form proposes no decision: a draft that says nothing adverse is not shown unasked.
    """
    kept = {name: value for name, value in sheet.kept().items() if value not in _UNANSWERED}
    is_clean = (sheet.facts.get("outcome") or {}).get("recommendation") in (None, _CLEAN)
    return sheet.clean({**(sheet.prepared() if is_clean else sheet.initial()), **kept})


def draw(database: Database, actor: Actor, task_id: UUID, now: datetime) -> bytes:
    """The paper that the officer's kept draft would issue, or else what the form proposes; no number is used up.

    Raises NotFound at a step that decides on none, NoPaper where the decision issues none, PaperRefused naming what
    the paper lacks, and as `sheets.read`.
    """

    def read(session: Session) -> tuple[UUID, papers.Texts, papers.PaperFacts]:
        sheet = sheets.read(session, actor, task_id, now)
        if sheet.task.form not in paperplan.DECIDING:
            raise NotFound
        if not shows(sheet):
            is_decided = paperplan.is_decided(sheet.task.form, _thought(sheet))
            raise NoPaper("task.preview_none" if is_decided else "task.preview_undecided")
        proposed = paperplan.Proposed(_thought(sheet), actor.officer_id)
        facts = paperfacts.would_be(session, sheet.case, sheet.release, proposed, now)
        return sheet.case.id, sheet.release.texts, facts

    return drawn(database, actor, database.read(read, actor_scope(actor)), now)


def drawn(
    database: Database, actor: Actor, what: tuple[UUID, papers.Texts, papers.PaperFacts], now: datetime
) -> bytes:
    """A paper of a case (its id, texts and facts) marked as a draft; the look at it is recorded first."""
    case_id, texts, facts = what
    sightings.note(database, actor, f"case:{case_id}", PAGE, {secrecy.SENSITIVE}, now)
    assets = papers.Assets(fonts=database.fonts)
    facts = officekeys.foretold(database.office_keys, actor.district_id, facts, now)
    paper = papers.draw_paper(papers.compose(texts, facts), now, assets)
    return papers.stamped(paper, MARK, "behind", now, assets)
