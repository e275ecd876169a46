"""The paper as it would go out, before the decision is sent: drawn from the draft, marked as one, kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import papers
from app.domain import secrecy
from app.domain.errors import NotFound
from app.services.casefile import sightings
from app.services.desk import sheets
from app.services.papers import paperfacts, paperplan
from app.services.store import officekeys
from app.services.store.drafts import actor_scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.store.database import Database

MARK = "प्रारूप / DRAFT"
PAGE = "preview"


def shows(form: str) -> bool:
    """Whether the decision of this form may issue a paper."""
    return form in paperplan.DECIDING


def draw(database: Database, actor: Actor, task_id: UUID, now: datetime) -> bytes:
    """The paper that the officer's kept draft would issue, or else what the form proposes; no number is used up.

    Raises NotFound where the decision issues none, PaperRefused naming what the paper lacks, and as `sheets.read`.
    """

    def read(session: Session) -> tuple[UUID, papers.Texts, papers.PaperFacts]:
        sheet = sheets.read(session, actor, task_id, now)
        if not shows(sheet.task.form):
            raise NotFound
        values = sheet.prepared() if sheet.draft is None else sheet.kept()
        proposed = paperplan.Proposed(sheet.clean(values), actor.officer_id)
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
