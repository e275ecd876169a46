"""A task with all that its form needs: read once, before anything is written, by whoever fills or signs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain.errors import NotFound
from app.models import ahead
from app.models.casefile import case_queries as cases
from app.services.access import separation
from app.services.casefile.facts import CaseFacts
from app.services.casefile.options import choices
from app.services.desk import holding, proposals
from app.services.papers import signing
from app.services.procedure import releases
from app.services.store import drafts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.stepup import Item


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open task, its case, its form, and what stands in it."""

    task: AnyRow
    case: AnyRow
    release: releases.Loaded
    form: formjs.Form
    facts: dict[str, Any]
    options: Mapping[str, Any]
    draft: drafts.Draft | None
    proposed: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> drafts.Place:
        return drafts.Place(self.task.form, user_task_id=self.task.id, data_key_id=self.case.data_key_id)

    @property
    def staged(self) -> Mapping[str, Any]:
        """The files that wait in the officer's own draft, by field."""
        return self.draft.staged if self.draft is not None else {}

    def kept(self) -> dict[str, Any]:
        """What the officer's own draft holds; nothing where he typed nothing yet."""
        if self.draft is None:
            return {}
        return formjs.with_files(self.form, self.draft.values, self.draft.staged)

    def initial(self) -> dict[str, Any]:
        return {**formjs.initial(self.form, self.facts, self.options), **self.proposed}

    def prepared(self) -> dict[str, Any]:
        """What a clean decision is signed with as one of a list (app.services.desk.listed); of no other form."""
        return signing.prepared(self.task.form, self.initial())

    def typed(self, posted: formjs.Posted, staged: Mapping[str, Any]) -> dict[str, Any]:
        return formjs.read(self.form, posted.values, staged, options=self.options, op=posted.op)

    def judge(self, values: dict[str, Any], now: datetime) -> formjs.Judged:
        """What is wrong with these values; without a problem they may be sent."""
        return formjs.judge(self.form, values, self.facts, self.options, now)

    def clean(self, values: dict[str, Any]) -> dict[str, Any]:
        """The answers that count: without what the form does not ask for."""
        return formjs.clean(self.form, values, self.facts)

    def content(self, answers: dict[str, Any]) -> Item:
        """What a signature on these answers covers."""
        return signing.content(self.task, self.case, self.facts["intake"], answers)


def read(session: Session, actor: Actor, task_id: UUID, now: datetime) -> Sheet:
    """The sheet of an open task. Raises NotFound (or foreign), NotAllowed, OwnEnquiry, TaskAlreadyDone."""
    task = holding.find(session, task_id)
    holding.guard(actor, task)
    ahead.sheet(session, task, actor.officer_id)
    case = cases.find(session, task.case_id)
    if case is None:
        raise NotFound
    loaded = releases.load(session, case.release_id)
    form = loaded.form(task.form)
    separation.guard(session, actor, task)
    known = CaseFacts(session, case, now, enquiry_id=task.enquiry_id)
    facts = known.for_form(loaded, task)
    options = choices(session, form, loaded, known)
    place = drafts.Place(task.form, user_task_id=task.id, data_key_id=case.data_key_id)
    draft = drafts.find(session, actor, place)
    proposed = {} if draft is not None else proposals.propose(known, task)
    return Sheet(task, case, loaded, form, facts, options, draft, proposed)
