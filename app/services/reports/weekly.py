"""The week's pendency as a PDF by e-mail to those who supervise and ask for it: counts by thana, nobody's name."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from app import papers
from app.config import ROOT
from app.domain.ids import new_id
from app.domain.roles import PERMISSIONS, Permission
from app.models.desk import messages as table
from app.models.district import office_queries as offices
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.services.district import calendars
from app.services.reports import keptstatements

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.reports.statements import Sheet
    from app.services.store.database import Database

KIND = "weekly"
_TEXTS = ROOT / "app" / "seed" / "weekly.json"
_MORNING = 10  # o'clock in India: when the offices open
_OLDEST = timedelta(days=5)  # a week that ended longer ago is no news
_COLUMNS = ("opening", "received", "within", "late", "returned", "closing", "overdue", "age_more")
#: Roles to whom the matrix gives the summary of the week.
_READERS = tuple(role.value for role in PERMISSIONS if Permission.WEEKLY_SUMMARY in PERMISSIONS[role])


def queue_due(database: Database, now: datetime) -> int:
    """Put the summary of the week that ended last into the outbox of each who wants it, once; -> how many."""
    done = 0
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.MESSAGES)):
        done += database.write(partial(_queue, now=now), SystemScope(SystemReason.MESSAGES, district_id))
    return done


def _queue(session: Session, now: datetime) -> int:
    today = calendars.day(now)
    week = keptstatements.last_week(today)
    if today - week.last > _OLDEST or keptstatements.of_week(session, week.first) is None:
        return 0
    number = week.first.toordinal()
    morning = calendars.local(now).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    rows = [
        {
            "id": new_id(session.recorded_at),
            "officer_id": officer_id,
            "notification_id": None,
            "channel": table.EMAIL,
            "kind": KIND,
            "facts": {"week": number},
            "state": "queued",
            "at": now,
            "run_at": max(now, morning),
        }
        for officer_id in table.weekly_readers(session, today, _READERS, week.next)
    ]
    if rows:
        table.insert_messages(session, rows)
    return len(rows)


def attachment(database: Database, message: AnyRow, now: datetime) -> tuple[str, bytes] | None:
    """The file of a message of this kind: its name and the PDF; None where its week is not kept."""
    first = date.fromordinal(int(message.facts["week"]))
    scope = SystemScope(SystemReason.MESSAGES, message.district_id)
    found, is_practice = database.read(
        lambda session: (keptstatements.of_week(session, first), offices.district(session).demo), scope
    )
    if found is None:
        return None
    row, sheet = found
    language = "en" if message.language == "en" else "hi"
    drawn = papers.draw_table(
        _table(sheet, bytes(row.sha256).hex(), language, is_practice=is_practice),
        now,
        papers.Assets(database.fonts),
    )
    return f"weekly-{first.isoformat()}.pdf", drawn


def _table(sheet: Sheet, digest: str, language: str, *, is_practice: bool) -> papers.Table:
    words = _words()[language]
    places = [next(i for i, each in enumerate(sheet.columns) if each.key == name) for name in _COLUMNS]

    def name(cell: Any) -> str:
        text = (cell.name_en or cell.name_hi) if language == "en" else (cell.name_hi or cell.name_en)
        return words["thana"].format(name=text) if cell.name_kind else text

    return papers.Table(
        words["title"],
        language,
        [words["days"].format(first=f"{sheet.period.first:%d-%m-%Y}", last=f"{sheet.period.last:%d-%m-%Y}")],
        [words["office"], *(words[each] for each in _COLUMNS)],
        [
            [name(line.cells[0]), *(str(line.cells[place]) for place in places)]
            for line in sheet.lines
            if not line.is_quiet
        ],
        [False, *(True for _ in _COLUMNS)],
        bool(sheet.lines) and sheet.lines[-1].is_total,
        [words["identity"], words["quiet"]],
        f"SHA-256 {digest}",
        is_practice=is_practice,
    )


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(_TEXTS.read_text(encoding="utf-8"))
    return found
