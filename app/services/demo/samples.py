"""A letter and a candidate filled in for practice, in the demo district alone; an officer looks and sends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.domain.errors import NotFound
from app.models.district import office_queries as offices
from app.services.district import calendars, places
from app.services.intake import requisitions
from app.services.intake.requisitions import LETTER

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.intake.requisitions import IntakeView

_WRITTEN = timedelta(days=4)  # before it was received
_LETTER: dict[str, Any] = {
    "receipt_mode": "post",
    "requesting_dept": "शिक्षा विभाग (अभ्यास)",
    "requesting_designation": "निदेशक (प्रशासन)",
    "requesting_address": "नया सचिवालय, पटना",
    "purpose": "govt_service",
    "post_name": "सहायक शिक्षक",
    "post_group": "C",
    "priority": "normal",
    "candidate_count": 1,
}
_PERSON: dict[str, Any] = {
    "name_hi": "अभ्यास कुमार",
    "name_en": "Abhyas Kumar",
    "gender": "male",
    "nationality": "indian",
    "dob": "1998-03-14",
    "relation": "father",
    "father_hi": "नमूना प्रसाद",
    "father_en": "Namuna Prasad",
    "perm_village": "एकमा बाजार",
    "perm_pin": "841208",
    "same_address": True,
    "declared_case": "no",
    "declaration_attached": True,
}


def fill(
    session: Session, actor: Actor, form_key: str, requisition_id: UUID | None, now: datetime
) -> IntakeView:
    """A start form filled for practice; what an officer keeps as a draft stays as it is.

    Raises NotFound outside a demo district, and as `requisitions.intake`.
    """
    if not offices.district(session).demo:
        raise NotFound
    view = requisitions.intake(session, actor, form_key, requisition_id, now)
    if view.draft_saved_at is not None:
        return view
    if form_key == LETTER:
        return replace(view, values={**view.values, **_LETTER, **_dated(now)})
    return replace(view, values=places.propose(session, {**view.values, **_PERSON}, now))


def _dated(now: datetime) -> dict[str, str]:
    today = calendars.day(now)
    return {
        "letter_no": f"अभ्यास-{calendars.local(now):%d%H%M}/{today.year}",
        "letter_date": (today - _WRITTEN).isoformat(),
        "received_date": today.isoformat(),
    }


__all__ = ["fill"]
