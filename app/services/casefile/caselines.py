"""Cases as a list shows them: the sealed names of a page opened, the step and office that hold each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from app.domain.clock import Age
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: What is said of a case whose paper was revoked and not replaced, in place of its own state.
REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class CaseLine:
    number: str
    name_hi: str
    name_en: str
    father_hi: str
    father_en: str
    purpose_hi: str
    purpose_en: str
    status: str  # of the case, or REVOKED
    step_hi: str
    step_en: str
    office_kind: str
    office_hi: str
    office_en: str
    age: Age | None


def of(session: Session, rows: Iterable[AnyRow], now: datetime) -> list[CaseLine]:
    """The rows of `case_queries.lines`, or with its columns, opened; a case whose key was destroyed shows no name."""
    calendar, today = calendars.of(session), calendars.day(now)
    lines = []
    for row in rows:
        person = keys.open_name(session, row.data_key_id, row.applicant_id, row.name)
        loaded = releases.load(session, row.release_id)
        step = loaded.engine.label(row.element_id) if row.element_id else ("", "")
        purpose = loaded.purpose_names(row.purpose)
        due_on = row.task_due_on or row.due_on
        lines.append(
            CaseLine(
                row.number,
                person["hi"],
                person["en"],
                person["father_hi"],
                person["father_en"],
                *purpose,
                REVOKED if row.is_revoked else row.status,
                *step,
                row.office_kind or "",
                row.office_hi or "",
                row.office_en or "",
                calendar.age(due_on, today).standing(row.stands_since) if row.status == "open" else None,
            )
        )
    return lines
