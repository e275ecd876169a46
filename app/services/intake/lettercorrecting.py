"""A requisition corrected once for all its cases: as a version, with its ground and reason.

What decides the route (purpose, priority, day of receipt) stays as it was received. Letters that went and papers that
were issued keep their words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.domain.errors import FieldProblem, FormInvalid, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.intake import letterversions as table
from app.models.intake import replies
from app.services.casefile import particulars, requisitionwords
from app.services.casefile.facts import SCRUTINY, LetterFacts
from app.services.casefile.options import choices
from app.services.procedure import releases
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

#: What may be corrected: nothing that a rule of the route reads.
FIELDS = (
    *("letter_no", "letter_date", "receipt_mode"),
    *("requesting_dept", "requesting_designation", "requesting_address", "requesting_email"),
    *("purpose_reason", "post_name"),
)
CAUSES = ("clerical_error", "department_error")
_FORM = "requisition"
_FAILED = "failed"  # a reply that could not be made has told nobody anything


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of a correction; `version` tells how often the letter was corrected before."""

    letter: AnyRow
    asked: particulars.Asked
    version: int


def may(session: Session, actor: Actor, requisition_id: UUID) -> bool:
    """Whether this post may correct the letter now: until it was answered, by how far its cases have come."""
    answered = (row.state != _FAILED for row in replies.of_letter(session, requisition_id))
    if not actor.may(Permission.CASE_CORRECT) or any(answered):
        return False
    rows = cases.cases_of_requisition(session, requisition_id)
    if rows and all(row.status != "open" for row in rows):
        return False
    late = table.has_done_step(session, requisition_id, SCRUTINY)
    return actor.may(Permission.CASE_CORRECT_LATE if late else Permission.CASE_CORRECT_EARLY)


def sheet(session: Session, actor: Actor, requisition_id: UUID, now: datetime) -> Sheet:
    """The form by which a letter is corrected. Raises NotFound, NotAllowed."""
    row = cases.requisition_row(session, requisition_id)
    if row is None:
        raise NotFound
    if not may(session, actor, requisition_id):
        raise NotAllowed
    loaded = releases.load(session, row.release_id)
    form = loaded.form(_FORM)
    return Sheet(
        row,
        particulars.Asked(
            form,
            requisitionwords.opened(session, row),
            LetterFacts(session, None, loaded, now).for_form(),
            choices(session, form, loaded, None),
        ),
        len(table.of_letter(session, requisition_id)),
    )


def correct(
    database: Database, actor: Actor, requisition_id: UUID, typed: particulars.Typed, now: datetime
) -> None:
    """Let the letter, and with it each of its cases, say what was typed; what it said is kept.

    Raises as `particulars.checked`, FormInvalid for a letter dated after its receipt; NotFound, NotAllowed.
    """

    def work(session: Session) -> None:
        of = sheet(session, actor, requisition_id, now)
        changed, text = _checked(of, typed, now)
        version_id = new_id(session.recorded_at)
        table.insert_version(
            session,
            {
                "id": version_id,
                "requisition_id": requisition_id,
                "place": of.version + 1,
                "cause": typed.cause,
                "facts": requisitionwords.seal_version(session, of.letter, version_id, text),
                "at": now,
                "corrected_by": actor.officer_id,
            },
        )
        table.set_requisition(session, requisition_id, _columns(session, of, {**of.asked.values, **changed}))
        thing = f"requisition:{requisition_id}"
        told = {"cause": typed.cause, "fields": sorted(changed)}
        audit.record(session, "admin", "requisition:correct", thing, actor, now, **told)

    database.write(work, actor_scope(actor))


def _checked(of: Sheet, typed: particulars.Typed, now: datetime) -> tuple[dict[str, Any], str]:
    """What differs, and the reason. Raises as `correct`."""
    changed, text = particulars.checked(of.asked, typed, FIELDS, CAUSES, str(of.version), now)
    if str(changed.get("letter_date") or "") > str(of.asked.values["received_date"]):
        late = FieldProblem("letter_correction.problem.after_receipt")
        raise FormInvalid({**of.asked.values, **changed}, {"letter_date": late})
    return changed, text


def _columns(session: Session, of: Sheet, values: dict[str, Any]) -> dict[str, Any]:
    """The columns of the letter that follow its answers."""
    public = {field.key for field in of.asked.form.fields if field.pii == "P0"}
    return {
        "requester_hi": values["requesting_dept"],
        "letter_no": values["letter_no"],
        "letter_date": date.fromisoformat(values["letter_date"]),
        "routing": {name: value for name, value in values.items() if name in public},
        "values": requisitionwords.sealed(session, of.letter, values),
    }
