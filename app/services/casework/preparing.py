"""A hearing prepared by the section head or the SP's reader: whoever decides changes it, or confirms it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app import formjs, papers
from app.domain import secrecy
from app.domain.errors import FormInvalid, NotFound
from app.domain.roles import Permission, Role
from app.models.casefile import case_queries as cases
from app.models.desk import notification_queries as notifications
from app.models.scope import CaseScope
from app.services.casefile import casefile, hearings, sightings, submissions
from app.services.casefile.facts import CaseFacts
from app.services.casefile.options import choices
from app.services.casework import numbered
from app.services.desk import previews
from app.services.papers import letters
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
    from app.services.casefile.hearings import Order, Prepared
    from app.services.store.database import Database

NOTICE = "hearing"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The boxes of the deciding form that say when, where and why a hearing is held, as they stand."""

    number: str
    case_id: UUID
    task: AnyRow
    order: Order
    form: formjs.Form
    values: dict[str, Any]
    facts: Mapping[str, Any]
    options: Mapping[str, Any]
    before: Prepared | None

    @property
    def fields(self) -> tuple[str, ...]:
        return self.order.fields


def is_open(actor: Actor, file: casefile.CaseFile) -> bool:
    """Whether this post prepares a hearing for a step of the case that is open in its office."""
    return actor.may(Permission.HEARING_PREPARE) and any(
        _sheet(actor, file, task) is not None for task in file.record.tasks if task.state == "open"
    )


def sheet(session: Session, actor: Actor, number: str, now: datetime) -> Sheet:
    """What is prepared so far. Raises NotFound, also where the deciding step is not open in this post's office."""
    case, loaded = numbered.of_number(session, actor, number)
    file = casefile.CaseFile(session, actor, case, loaded, now)
    sheets = (_sheet(actor, file, task) for task in file.record.tasks if task.state == "open")
    found = next((each for each in sheets if each is not None), None)
    if found is None or not actor.may(Permission.HEARING_PREPARE):
        raise NotFound
    return found


def see(database: Database, actor: Actor, number: str, now: datetime) -> Sheet:
    """The same for a page: that its reader sees what was prepared is recorded first. Raises as `sheet`."""
    found = database.read(lambda session: sheet(session, actor, number, now), actor_scope(actor))
    shown = {name: found.values.get(name) for name in found.fields}
    sightings.note(
        database, actor, f"case:{found.case_id}", "hearing", formjs.classes_of(found.form, shown), now
    )
    return found


def retyped(of: Sheet, boxes: Mapping[str, Sequence[str]], op: str = "submit") -> Sheet:
    """The same boxes with what was typed."""
    typed = formjs.read(of.form, boxes, {}, options=of.options, op=op)
    return replace(of, values={**of.values, **{name: typed.get(name) for name in of.fields}})


def prepare(
    database: Database, actor: Actor, number: str, boxes: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """Keep what is proposed beside what was proposed before, and tell whoever decides.

    Raises FormInvalid, NotFound.
    """

    def work(session: Session) -> None:
        of = retyped(sheet(session, actor, number, now), boxes)
        judged = formjs.judge(of.form, of.values, of.facts, of.options, now)
        if problems := {name: fault for name, fault in judged.problems.items() if name in of.fields}:
            raise FormInvalid(of.values, problems)
        kept = judged.kept()
        own = session.narrowed(CaseScope(actor.district_id, of.case_id))
        case = cases.lock(own, of.case_id)
        if case is None:
            raise NotFound
        answers = {name: kept.get(name) for name in (*of.order.chosen, *of.fields)}
        columns = submissions.act_columns(actor, of.order.act, now)
        before = cases.last_answer(own, of.case_id, of.order.act)
        columns["supersedes_id"] = before.id if before is not None else None
        submissions.keep(own, case, columns, answers)
        notifications.add_once(own, of.task.office_id, of.task.role, case.id, NOTICE, now)
        thing = f"task:{of.task.id}"
        audit.record(own, f"case:{case.id}", "hearing:prepare", thing, actor, now, element=of.task.element_id)

    database.write(work, actor_scope(actor))


def notice(database: Database, actor: Actor, number: str, now: datetime) -> bytes:
    """The notice that would call the candidate, marked as a draft, for whoever prepares it or decides on it.

    Raises NotFound where nothing is prepared, PaperRefused.
    """

    def read(session: Session) -> tuple[UUID, papers.Texts, papers.LetterFacts]:
        case, loaded = numbered.of_number(session, actor, number)
        file = casefile.CaseFile(session, actor, case, loaded, now)
        row = next((row for row in reversed(file.answer_rows) if row.form in hearings.FORM_OF), None)
        if row is None or not hearings.reads(actor.post.role, row.form):
            raise NotFound
        return case.id, releases.active(session).texts, letters.foretold(session, file, row, previews.MARK)

    case_id, texts, facts = database.read(read, actor_scope(actor))
    sightings.note(database, actor, f"case:{case_id}", "letter", {secrecy.SENSITIVE}, now)
    assets = papers.Assets(fonts=database.fonts)
    drawn = papers.draw_paper(papers.compose_letter(texts, facts), now, assets)
    return papers.stamped(drawn, previews.MARK, "behind", now, assets)


def _sheet(actor: Actor, file: casefile.CaseFile, task: AnyRow) -> Sheet | None:
    """The boxes of this task, if it orders hearings, lies in the post's office, and is another's to do."""
    form = file.release.forms.get(task.form)
    order = hearings.order_of(form) if form is not None else None
    if form is None or order is None or not _is_of_superior(actor, task):
        return None
    session, case = file.facts.session, file.facts.case
    facts = file.facts.for_form(file.release, task)
    before = hearings.prepared(file.facts, task)
    values = {**(before.values if before is not None else {}), **order.chosen}
    if formjs.not_asked(form, values, facts) & {*order.chosen, *order.fields}:
        return None  # a case in which this office orders none
    known = CaseFacts(session, case, file.now)
    options = choices(session, form, file.release, known)
    return Sheet(case.number, case.id, task, order, form, values, facts, options, before)


def _is_of_superior(actor: Actor, task: AnyRow) -> bool:
    return task.office_id == actor.post.office_id and not actor.does(
        Role(task.role), task.office_id, task.assigned_to
    )
