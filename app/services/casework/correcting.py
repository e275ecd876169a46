"""The particulars of a person corrected in a running case: as a version, with its reason, and the offices told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain.errors import NotAllowed, NotFound
from app.models.casefile import case_queries as cases
from app.models.scope import CaseScope
from app.services.casefile import casefile, notes, particulars, projections, sightings, submissions
from app.services.casefile.facts import INTAKE, CaseFacts, LetterFacts
from app.services.casefile.options import choices
from app.services.casework import numbered
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.procedure.releases import Loaded
    from app.services.store.database import Database

CAUSES = ("clerical_error", "department_error", "original_record", "applicant_asked", "police_told")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of a correction: the person's particulars as the candidate's form asks for them.

    `version` is the submission that is corrected; `fields` are those that may be.
    """

    number: str
    case_id: UUID
    asked: particulars.Asked
    fields: tuple[str, ...]
    version: UUID
    is_forwarded: bool


def sheet(session: Session, actor: Actor, number: str, now: datetime) -> Sheet:
    """The form by which a person is corrected. Raises NotFound, NotAllowed."""
    case, loaded = numbered.of_number(session, actor, number)
    return _sheet(session, actor, case, loaded, now)


def see(database: Database, actor: Actor, number: str, now: datetime) -> Sheet:
    """The same for a page: that its reader sees what is watched of it is recorded first. Raises as `sheet`."""
    found = database.read(lambda session: sheet(session, actor, number, now), actor_scope(actor))
    shown = {name: found.asked.values.get(name) for name in found.fields}
    classes = formjs.classes_of(found.asked.form, shown)
    sightings.note(database, actor, f"case:{found.case_id}", "correct", classes, now)
    return found


def _sheet(session: Session, actor: Actor, case: AnyRow, loaded: Loaded, now: datetime) -> Sheet:
    if not particulars.may_correct(session, actor, case):
        raise NotAllowed
    known = CaseFacts(session, case, now)
    version = cases.last_answer(session, case.id, INTAKE)
    if version is None:
        raise NotFound
    form = loaded.form(INTAKE)
    letter = cases.requisition_row(session, case.requisition_id)
    forwarded = particulars.is_forwarded(session, case)
    return Sheet(
        case.number,
        case.id,
        particulars.Asked(
            form,
            known.intake,
            LetterFacts(session, letter, loaded, now).for_form(),
            choices(session, form, loaded, known),
        ),
        particulars.OF_CASE if forwarded else (*particulars.OF_CASE, *particulars.PLACES),
        version.id,
        forwarded,
    )


def correct(database: Database, actor: Actor, number: str, typed: particulars.Typed, now: datetime) -> None:
    """Keep corrected particulars beside those before; the offices that have the case are told.

    Raises as `particulars.checked`; NotFound, NotAllowed.
    """

    def work(session: Session) -> None:
        case, loaded = numbered.of_number(session, actor, number)
        own = session.narrowed(CaseScope(actor.district_id, case.id))
        if cases.lock(own, case.id) is None:
            raise NotFound
        of = _sheet(session, actor, case, loaded, now)
        changed, text = particulars.checked(of.asked, typed, of.fields, CAUSES, str(of.version), now)
        person = {**of.asked.values, **changed}
        person.pop("outside_district")
        _keep(own, actor, case, of, person, now)
        why = {"reason": text, "cause": typed.cause}
        submissions.keep(own, case, submissions.act_columns(actor, casefile.CORRECTED, now), why)
        _tell(session, actor, case, loaded, (changed, typed.cause, text), now)
        audit.record(
            own,
            f"case:{case.id}",
            "case:correct",
            f"case:{case.id}",
            actor,
            now,
            cause=typed.cause,
            fields=sorted(changed),
            forwarded=of.is_forwarded,
        )

    database.write(work, actor_scope(actor))


def _keep(own: Session, actor: Actor, case: AnyRow, of: Sheet, person: dict[str, Any], now: datetime) -> None:
    projections.correct_person(own, case, person, actor.officer_id, now)
    if not of.is_forwarded:
        projections.place_anew(own, case, person)


def _tell(
    session: Session,
    actor: Actor,
    case: AnyRow,
    loaded: Loaded,
    what: tuple[Mapping[str, Any], str, str],
    now: datetime,
) -> None:
    """A note to each office that has the case, or has enquired: which particulars, and why.

    It names no value: who may read which stands in the chronicle, by the rights of each reader.
    """
    changed, _, text = what
    form = loaded.form(INTAKE)
    labels = "; ".join(node.label.hi for name, node in form.level.inputs.items() if name in changed)
    said = f"अभ्यर्थी के विवरण में सुधार: {labels}। कारण: {text}"[: notes.LONGEST]
    file = casefile.CaseFile(session, actor, case, loaded, now)
    with_it = {task.office_id for task in file.record.tasks if task.state == "open"}
    with_it |= {row.office_id for row in cases.enquiries_of(session, case.id) if row.state != "cancelled"}
    for each in notes.receivers(session, actor, case, file.record.tasks, now):
        if each.id in with_it:
            notes.send(session, actor, case, [each], notes.Wanted(each.id, None, said), now)
