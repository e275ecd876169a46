"""Registers of the office: letters received, what was dispatched, and what became of each department's persons.

No column of them holds a person's name or the kind of his paper.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from app.domain.clock import start_of
from app.domain.errors import NotFound
from app.models import register_queries as table
from app.services.district import calendars
from app.services.procedure import releases
from app.services.reports.statements import DAY, PERCENT, TEXT, Bar, Column, Line, Name, Sheet, percent
from app.services.store import keys

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.roles import Actor
    from app.domain.statement import Period
    from app.models.scope import Session

_MARK = 16  # hexadecimal digits
MOST = 5000  # rows of one sheet; a longer time is asked for month by month
_DISPATCH = ("dispatch",)
_DEPARTMENTS = (
    Column("department", TEXT),
    Column("letters"),
    *(Column(name, opens=True) for name in ("persons", "disposed", "pending")),
    Column("disposed_share", PERCENT),
)
_RECEIPTS = (
    Column("diary_no", TEXT),
    Column("received_on", DAY),
    Column("from", TEXT),
    Column("letter", TEXT),
    Column("subject", TEXT),
    Column("persons"),
    Column("case_numbers", TEXT, opens=True),
    Column("disposed", opens=True),
    Column("pending", opens=True),
)
_DISPATCHES = (
    Column("memo_number", TEXT),
    Column("dispatched_on", DAY),
    Column("to", TEXT),
    Column("subject", TEXT),
    Column("case_number", TEXT, opens=True),
    Column("mode", TEXT),
    Column("track_no", TEXT),
    Column("opened_on", DAY),
)
#: Ways of dispatch, as the form names them.
_MODES = {
    "portal": Name("पोर्टल", "portal"),
    "email": Name("ई-मेल", "e-mail"),
    "speed_post": Name("स्पीड पोस्ट", "Speed Post"),
    "by_hand": Name("हाथों-हाथ", "by hand"),
}


def departments(
    session: Session, _actor: Actor | None, period: Period, _purpose: str, now: datetime
) -> Sheet:
    """Persons of the letters received in a time, by department: disposed of, and pending."""
    rows = table.by_department(session, period.first, period.last)
    lines = [_department(Name(row.requester_hi, ""), row.letters, row.persons, row.open) for row in rows]
    whole = [sum(getattr(row, name) for row in rows) for name in ("letters", "persons", "open")]
    total = _department(Name("योग", "Total"), *whole).cells
    bars = [Bar(Name(row.requester_hi, ""), row.persons, row.open) for row in rows]
    today = calendars.day(now)
    sheet_lines = [*lines, Line("", total, is_total=True)] if lines else []
    return Sheet("departments", period, today, _DEPARTMENTS, sheet_lines, now, ("pending_now",), bars=bars)


def _department(name: Name, letters: int, persons: int, pending: int) -> Line:
    done = persons - pending
    return Line(_mark(name.name_hi), [name, letters, persons, done, pending, percent(done, persons)])


def _mark(requester: str) -> str:
    """What stands for a department in an address."""
    return sha256(requester.encode()).hexdigest()[:_MARK]


def department(session: Session, mark: str, period: Period) -> str:
    """The department of a line of this time, by its mark. Raises NotFound."""
    rows = table.by_department(session, period.first, period.last)
    found = next((row.requester_hi for row in rows if _mark(row.requester_hi) == mark), None)
    if found is None:
        raise NotFound
    return str(found)


def receipts(session: Session, _actor: Actor | None, period: Period, _purpose: str, now: datetime) -> Sheet:
    """The letters received in a time, by diary number; a person's name stands in none of its columns."""
    loaded = releases.active(session)
    lines = []
    for row in table.letters(session, period.first, period.last, MOST):
        numbers = row.first_case or ""
        if row.last_case != row.first_case:
            numbers = f"{row.first_case} – {row.last_case}"
        subject = loaded.purpose_names(row.purpose)
        letter = f"{row.letter_no}, {row.letter_date:%d-%m-%Y}"
        cells = [row.number, row.received_on, row.requester_hi, letter, Name(*subject), row.candidate_count]
        lines.append(Line(str(row.id), [*cells, numbers, row.persons - row.open, row.open]))
    return Sheet("receipts", period, calendars.day(now), _RECEIPTS, lines, now, ("pending_now",))


def dispatches(session: Session, _actor: Actor | None, period: Period, _purpose: str, now: datetime) -> Sheet:
    """What left the office in a time, by the day of its dispatch."""
    loaded, until = releases.active(session), start_of(period.last + timedelta(days=1))
    lines = []
    for row in table.dispatches(session, _DISPATCH, start_of(period.first), until, MOST):
        key = keys.unlock(session, row.data_key_id)
        values = keys.open_json(key, f"answer|values|{row.id}", row.values)
        mode = str(values.get("dispatch_mode") or "")
        cells = [
            row.memo_number or "",
            calendars.day(row.at),
            row.requester_hi,
            Name(*loaded.purpose_names(row.purpose)),
            row.number,
            _MODES.get(mode, Name(mode, mode)),
            str(values.get("track_no") or ""),
            calendars.day(row.opened_at) if row.opened_at is not None else None,
        ]
        lines.append(Line(row.number, cells))
    return Sheet("dispatches", period, calendars.day(now), _DISPATCHES, lines, now)
