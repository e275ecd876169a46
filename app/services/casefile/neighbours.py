"""Letters of a case to other districts of the installation, and the one it was made of: rows, and what to hand over.

Nothing crosses here. An errand is written with the act, and `app.services.intake.errands` alone carries it over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.domain.ids import new_id
from app.domain.offices import UnitKind
from app.domain.text import whole_number
from app.models.casefile import case_queries as cases
from app.models.intake import neighbours as table
from app.services.district import englishnames
from app.services.store import audit, keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

WAITING, SENT, PAPER, RETURNED = "waiting", "sent", "paper", "returned"
ANSWERED, LATE, RECALLED = "answered", "late", "recalled"
ACCEPTED, CLOSED = "accepted", "closed"
#: Letters that lie before the other district: no paper goes for them.
THERE = frozenset({SENT, RETURNED, ANSWERED, LATE, RECALLED})
#: What an errand may tell the other district.
ASK, ACCEPT, RETURN, ANSWER, REMIND, RECALL = "ask", "accepted", "returned", "answer", "remind", "recall"
_TAKEN_BACK = frozenset({"withdrawn", "closed"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A letter of this case to another district as its page tells it."""

    id: UUID
    enquiry_id: UUID
    district: int
    named: tuple[str, str]  # its name in Hindi, in English
    state: str
    reason: str  # why it goes on paper
    is_again: bool  # asked anew: no letter of the marking is this one
    office: str
    number: str  # of the letter
    their_number: str
    told: str  # what the other district wrote when it returned it
    asked_at: datetime
    sent_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    due_on: date | None = None  # by when it asks, where that is told of it alone

    @property
    def stage(self) -> str:
        """Where the letter is, in one word: a letter that goes on paper says why."""
        if self.state == PAPER:
            return self.reason
        return ACCEPTED if self.state == SENT and self.their_number else self.state


def ask(
    session: Session,
    case: AnyRow,
    enquiry_id: UUID,
    letter: Mapping[str, Any],
    number: str,
    at: datetime,
    *,
    is_again: bool = False,
) -> None:
    """Note a letter to another district, and that it is to go there: whether it can is found out behind the act.

    `letter` names the `district` by its code; one that has none (of another state) goes on paper alone. It asks for
    the answer by the due day of the step, or by its own `due_on`.
    """
    place = whole_number(str(letter.get("district") or ""))
    if place is None or place == session.district_id:
        return
    ask_id = new_id(session.recorded_at)
    key = keys.unlock(session, case.data_key_id)
    facts = {**letter, "number": number, "again": is_again}
    table.insert_ask(
        session,
        {
            "id": ask_id,
            "case_id": case.id,
            "enquiry_id": enquiry_id,
            "other_district": place,
            "state": WAITING,
            "facts": keys.seal_json(key, _place(ask_id), facts),
            "asked_at": at,
        },
    )
    send(session, ask_id, int(place), ASK, at)


def send(session: Session, letter_id: UUID, district: int, what: str, at: datetime) -> None:
    """Write down, with an act, what the other district is to be told of it."""
    table.insert_errand(
        session,
        {
            "id": new_id(session.recorded_at),
            "letter_id": letter_id,
            "to_district": district,
            "what": what,
            "at": at,
            "run_at": at,
        },
    )


def of_case(session: Session, case: AnyRow) -> list[Asked]:
    """What the case has asked of other districts, oldest first."""
    return [_told(session, case, row) for row in table.asks_of(session, case.id)]


def _told(session: Session, case: AnyRow, row: AnyRow) -> Asked:
    facts = facts_of(session, case, row)
    return Asked(
        row.id,
        row.enquiry_id,
        row.other_district,
        englishnames.district(row.other_district),
        row.state,
        row.reason,
        bool(facts.get("again")),
        str(facts.get("office") or ""),
        str(facts.get("number") or ""),
        row.their_number,
        str(facts.get("told") or ""),
        row.asked_at,
        row.sent_at,
        row.accepted_at,
        row.ended_at,
        date.fromisoformat(facts["due_on"]) if facts.get("due_on") else None,
    )


def facts_of(session: Session, case: AnyRow, row: AnyRow) -> dict[str, Any]:
    """What the letter says beside the case: `district`, `office`, `number`, and what it was returned with."""
    opened: dict[str, Any] = keys.open_json(keys.unlock(session, case.data_key_id), _place(row.id), row.facts)
    return opened


def tell(
    session: Session, case: AnyRow, row: AnyRow, before: set[str], state: str, at: datetime, **more: Any
) -> bool:
    """Lead a letter on, into the chain of its case; False where it was led on before.

    `more` are columns, and `told`: the words with which it was returned.
    """
    told, values = more.pop("told", None), more
    if told is not None:
        facts = {**facts_of(session, case, row), "told": told}
        values["facts"] = keys.seal_json(keys.unlock(session, case.data_key_id), _place(row.id), facts)
    if not table.set_ask(session, row.id, before, state=state, **values):
        return False
    note(session, case.id, row.id, row.other_district, state, None, at)
    return True


def note(
    session: Session,
    case_id: UUID,
    letter_id: UUID,
    district: int,
    state: str,
    actor: Actor | None,
    at: datetime,
) -> None:
    """Put what became of a letter into the chain of a case: codes, no word of it."""
    told = {"district": district, "state": state}
    audit.record(session, f"case:{case_id}", "letter:cross", f"letter:{letter_id}", actor, at, **told)


def ended(session: Session, case: AnyRow, status: str, at: datetime) -> None:
    """The case is over: what it was asked is answered by itself; what it asked is recalled where it was withdrawn.

    A letter of a case that was decided stays asked: its answer is told as late.
    """
    asked = table.request_of(session, case.id)
    if asked is not None and table.set_request(
        session, asked.id, {ACCEPTED}, state=ANSWERED if status == "issued" else CLOSED
    ):
        send(session, asked.id, asked.other_district, ANSWER, at)
        note(
            session,
            case.id,
            asked.id,
            asked.other_district,
            ANSWERED if status == "issued" else CLOSED,
            None,
            at,
        )
    if status not in _TAKEN_BACK:
        return
    for row in table.asks_of(session, case.id):
        if row.state in (WAITING, SENT) and tell(
            session, case, row, {WAITING, SENT}, RECALLED, at, ended_at=at
        ):
            send(session, row.id, row.other_district, RECALL, at)


def remind(session: Session, case: AnyRow, enquiry_id: UUID | None, at: datetime) -> str | None:
    """Let the district that is waited for know that its answer is overdue; -> where a letter has to say so.

    In a district of the installation it is a notice, and no letter goes (empty). None: no other district is waited
    for, or the letter came back from it, and the office itself is to ask anew.
    """
    row = cases.enquiry_row(session, enquiry_id) if enquiry_id is not None else None
    if row is None or row.unit_kind != UnitKind.OTHER_DISTRICT:
        return None
    asked = [each for each in table.asks_of(session, case.id) if each.enquiry_id == enquiry_id]
    if asked and asked[-1].state in (WAITING, SENT):
        send(session, asked[-1].id, asked[-1].other_district, REMIND, at)
        return ""
    if asked and asked[-1].state != PAPER:
        return None
    facts = keys.open_json(keys.unlock(session, case.data_key_id), f"enquiry|facts|{row.id}", row.facts)
    return str(facts["district"])


def request_of(session: Session, case_id: UUID) -> AnyRow | None:
    """The letter of another district that the case was made of: its answer goes back by itself."""
    return table.request_of(session, case_id)


def is_asked(session: Session, case_id: UUID) -> bool:
    return request_of(session, case_id) is not None


def _place(ask_id: UUID) -> str:
    return f"neighbour_ask|facts|{ask_id}"
