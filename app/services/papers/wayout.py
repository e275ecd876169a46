"""How an issued paper left its office: what was entered at its dispatch, for the paper's own page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import formjs
from app.models.casefile import case_queries as cases
from app.models.issuing import paper_queries as table
from app.services.casefile.facts import DISPATCH, CaseFacts
from app.services.procedure import releases

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: What is entered with a mode and names no person: the number of the post, the office's address.
_PROOF = ("track_no", "sent_to_email")


@dataclass(frozen=True, slots=True)
class WayOut:
    """The mode in the form's own words, what proves it, and when it was entered."""

    mode_hi: str
    mode_en: str
    proof: str
    at: datetime


def of_paper(session: Session, row: AnyRow, now: datetime) -> WayOut | None:
    """How this paper went; None before its dispatch, and for one that was issued after it in the place of another."""
    case = cases.find(session, row.case_id)
    given = cases.last_answer(session, row.case_id, DISPATCH)
    if case is None or given is None:
        return None
    out = [
        each for each in table.of_case(session, row.case_id) if each.issued_at and each.issued_at <= given.at
    ]
    if not out or max(out, key=lambda each: each.issued_at).id != row.id:
        return None
    values = CaseFacts(session, case, now).open_answer(given)
    form = releases.load(session, case.release_id).form(DISPATCH)
    hindi, english = (
        formjs.label(form, "dispatch_mode", values.get("dispatch_mode"), {}, each) for each in ("hi", "en")
    )
    proof = next((str(values[each]) for each in _PROOF if values.get(each)), "")
    return WayOut(hindi, english, proof, given.at)
