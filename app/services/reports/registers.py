"""Registers of the office: letters received, what was dispatched, and what became of each department's persons.

No column of them holds a person's name or the kind of his paper.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from app.domain.clock import start_of
from app.domain.errors import NotFound
from app.models.issuing import paper_queries as papers
from app.models.reports import register_queries as table
from app.services.district import calendars
from app.services.papers import paperacts
from app.services.procedure import releases
from app.services.reports.statements import (
    DAY,
    PERCENT,
    TEXT,
    WORD,
    Bar,
    Column,
    Line,
    Name,
    Sheet,
    percent,
)
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterable
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
_PAPERS = (
    Column("paper_number", TEXT),
    Column("issued_on", DAY),
    Column("case_number", TEXT, opens=True),
    Column("subject", TEXT),
    Column("to", TEXT),
    Column("letter", TEXT),
    Column("issued_by", TEXT),
    Column("memo_number", TEXT),
    Column("valid_till", DAY),
    Column("paper_status", WORD),
    Column("status_on", DAY),
)
_REVOCATIONS = (
    Column("order_number", TEXT),
    Column("ordered_on", DAY),
    Column("paper_number", TEXT),
    Column("case_number", TEXT, opens=True),
    Column("ground", WORD),
    Column("effective_on", DAY),
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
    rows = table.by_department(session, period.first, period.last)
    bars = [Bar(Name(row.requester_hi, ""), row.persons, row.open) for row in rows]
    today, notes = calendars.day(now), ("pending_now",)
    return Sheet("receipts", period, today, _RECEIPTS, lines, now, notes, bars=bars)


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
            str(values.get("track_no") or values.get("sent_to_email") or ""),
            calendars.day(row.opened_at) if row.opened_at is not None else None,
        ]
        lines.append(Line(row.number, cells))
    bars = _counted(line.cells[5] for line in lines)
    return Sheet("dispatches", period, calendars.day(now), _DISPATCHES, lines, now, bars=bars)


def _counted(names: Iterable[Name]) -> list[Bar]:
    """How often each name stands in a register, the most frequent first."""
    return [Bar(name, count) for name, count in Counter(names).most_common()]


def issued(session: Session, _actor: Actor | None, period: Period, _purpose: str, now: datetime) -> Sheet:
    """The papers issued in a time, by number: for which case and letter, until when valid, what became of each."""
    loaded, until = releases.active(session), start_of(period.last + timedelta(days=1))
    lines, subjects = [], []
    for row in table.papers(session, start_of(period.first), until, MOST):
        subject = Name(*loaded.purpose_names(row.purpose))
        subjects.append(subject)
        cells = [
            row.number,
            calendars.day(row.issued_at),
            row.case_number,
            subject,
            row.requester_hi,
            f"{row.letter_no}, {row.letter_date:%d-%m-%Y}",
            Name(row.office_hi, row.office_en, row.office_kind),
            row.memo_number,
            row.valid_till,
            row.status,
            row.status_on,
        ]
        lines.append(Line(row.case_number, cells))
    bars = _counted(subjects)
    return Sheet("issued", period, calendars.day(now), _PAPERS, lines, now, bars=bars)


def revocations(
    session: Session, _actor: Actor | None, period: Period, _purpose: str, now: datetime
) -> Sheet:
    """The orders of a time by which papers were revoked: of which paper, on what ground, from which day."""
    until = start_of(period.last + timedelta(days=1))
    ordered = papers.acts_of_kind(session, paperacts.REVOKED, start_of(period.first), until)
    acts = paperacts.lines(session, ordered)
    lines = [
        Line(
            each.case_number,
            [
                each.number,
                calendars.day(each.at),
                each.paper_number,
                each.case_number,
                each.code,
                each.effective,
            ],
        )
        for each in acts
    ]
    return Sheet("revocations", period, calendars.day(now), _REVOCATIONS, lines, now)
