"""The paper that an undecided case would get as matters stand: a draft for the posts that may see one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import NotFound
from app.domain.keeping import CLEAR_ONLY
from app.domain.rights import MATRIX
from app.domain.roles import Permission
from app.services.casefile import casefile
from app.services.casework import numbered
from app.services.desk import holding, previews
from app.services.papers import paperfacts, paperplan
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app import papers
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

_REPORT = "recommend"
_WITH_FACTS = frozenset({"adverse", "attention"})
_BOXES = {"DM": "dm_decision", "SP": "sp_decision"}


def draw(database: Database, actor: Actor, number: str, now: datetime) -> bytes:
    """The draft of the paper. Raises NotFound where there is none, or none for this post; PaperRefused."""

    def read(session: Session) -> tuple[UUID, papers.Texts, papers.PaperFacts]:
        case, loaded = numbered.of_number(session, actor, number)
        file = casefile.CaseFile(session, actor, case, loaded, now)
        answers, task = _as_it_stands(actor, file), _undecided(file)
        if answers is None or task is None:
            raise NotFound
        proposed = paperplan.Proposed(answers, _signatory(session, task, now))
        return case.id, loaded.texts, paperfacts.would_be(session, case, loaded, proposed, now)

    return previews.drawn(database, actor, database.read(read, actor_scope(actor)), now)


def may(actor: Actor, file: casefile.CaseFile) -> bool:
    """Whether there is a draft of a paper that this post may see."""
    return _as_it_stands(actor, file) is not None


def _undecided(file: casefile.CaseFile) -> AnyRow | None:
    """The open step that decides on the paper, or reports to whoever does."""
    steps = file.release.engine.user_tasks
    deciding = (
        task
        for task in file.record.tasks
        if task.state == "open"
        and task.element_id in steps
        and steps[task.element_id].form in paperplan.DECIDING
    )
    return next(deciding, None)


def _as_it_stands(actor: Actor, file: casefile.CaseFile) -> dict[str, Any] | None:
    """What a decision would say by the SP's report, before it by the units' findings; None where none may be seen."""
    cell = MATRIX["see.draft_paper"].get(actor.post.role)
    if cell is None or not actor.may(Permission.PAPER_DRAFT) or _undecided(file) is None:
        return None
    known = file.facts
    reported = known.answer(_REPORT).get("sp_outcome")
    if cell.narrow and not reported:
        return None
    outcome = str(reported or known.proposed_outcome(file.release) or "no_adverse")
    if cell.narrow == CLEAR_ONLY and outcome in _WITH_FACTS:
        return None
    box = _BOXES[str((known.decided.get("checks") or {}).get("final_signatory", "DM"))]
    chosen = "issue_with_detail" if outcome in _WITH_FACTS else "issue_clear"
    return {box: chosen, "sp_outcome": outcome}


def _signatory(session: Session, task: AnyRow, now: datetime) -> UUID:
    """Whoever has the step, else the first of its office who could do it. Raises NotFound where nobody could."""
    if task.claimed_by is not None:
        return task.claimed_by  # type: ignore[no-any-return]
    found = next(iter(holding.doers(session, task, now)), None)
    if found is None:
        raise NotFound
    return found.officer_id
