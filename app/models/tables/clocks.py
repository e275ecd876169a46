"""Clocks as statements read them, and what moves them: weeks of the office, orders of the SP, proposed changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    literal_column,
    select,
    text,
)

from app.models.tables.base import Json, UtcDateTime, case_table, uuid_column
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

#: What the clock events of a case come to, a row for each run of a clock; `flask clocks recompute` proves it.
case_clock = case_table(
    "case_clock",
    uuid_column("case_id"),
    Column("clock", String(8), nullable=False),  # office | police | case
    uuid_column("office_id"),
    Column("office_kind", String(24), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("allowed", SmallInteger),  # working days; null: no limit
    Column("due_on", Date),
    Column("police_on", Date),  # since when the police's clock has run, and the days it had run before
    Column("carried", SmallInteger, nullable=False, default=0),
    Column("statutory", SmallInteger, nullable=False, default=0),  # days of the police's clock; 0: none
    Column("paused_on", Date),  # since when it stands for a listed reason
    Column("paused_days", SmallInteger, nullable=False, default=0),
    Column("stopped_at", UtcDateTime),
    Column("stopped_on", Date),  # never before received_on, whatever the machine's clock said
    Column("outcome", String(12), nullable=False, default=""),
    Column("gross_days", SmallInteger),
    Column("net_days", SmallInteger),
    Index("ix_case_clock_case", "district_id", "case_id"),
    Index(
        "ix_case_clock_span",
        *("district_id", "clock", "stopped_on", "received_on", "office_id", "office_kind", "due_on"),
        "outcome",
    ),
    Index(
        "ix_case_clock_running",
        *("district_id", "clock", "due_on", "office_id", "received_on"),
        sqlite_where=text("stopped_on is null"),
        postgresql_where=text("stopped_on is null"),
    ),
    scope="office",
    parents=[("case_id", "case"), ("office_id", "office")],
)
#: Said as a word, so that a database sees that the index of running clocks serves.
is_office, is_police, is_whole = (
    case_clock.c.clock == literal_column(f"'{name}'") for name in ("office", "police", "case")
)


def stands_since() -> ColumnElement[Any]:
    """Since when the clock of a task's office stands for a listed reason, as a column of a query over tasks."""
    own = case_clock.c
    return (
        select(own.paused_on)
        .where(
            own.district_id == user_task.c.district_id,
            own.case_id == user_task.c.case_id,
            own.office_id == user_task.c.office_id,
            is_office,
            own.stopped_on.is_(None),
            own.paused_on.is_not(None),
        )
        .limit(1)
        .correlate(user_task)
        .scalar_subquery()
        .label("stands_since")
    )


office_week = case_table(
    "office_week",
    Column("valid_from", Date, nullable=False),
    Column("weekly_off", String(7), nullable=False),  # digits of weekdays, Monday 0
    Column("opens", String(5), nullable=False),  # HH:MM
    Column("closes", String(5), nullable=False),
    scope="district",
    key=("district_id", "valid_from"),
)

clock_order = case_table(
    "clock_order",
    Column("kind", String(8), nullable=False),  # pause | extend
    uuid_column("office_id", nullable=True),  # null: every office of the district that enquires
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("days", SmallInteger, nullable=False),  # that an extension gives
    Column("reason", String(24), nullable=False),  # of a closed list
    Column("number", String(60), nullable=False),  # of the order, its proof
    Column("dated_on", Date, nullable=False),
    uuid_column("issued_by"),
    Column("issued_at", UtcDateTime, nullable=False),
    uuid_column("cancelled_by", nullable=True),
    Column("cancelled_at", UtcDateTime),
    UniqueConstraint("district_id", "number"),
    scope="district",
    parents=[("office_id", "office"), ("issued_by", "officer"), ("cancelled_by", "officer")],
)

calendar_change = case_table(
    "calendar_change",
    Column("kind", String(16), nullable=False),  # holiday | workday | week
    Column("day", Date, nullable=False),  # the holiday, or the first day of the week's rule
    Column("detail", Json, nullable=False),  # names of the holiday, or the week: public facts
    Column("state", String(10), nullable=False),  # proposed | approved | refused
    uuid_column("proposed_by"),
    Column("proposed_at", UtcDateTime, nullable=False),
    uuid_column("decided_by", nullable=True),
    Column("decided_at", UtcDateTime),
    Index("ix_calendar_change_state", "district_id", "state", "proposed_at"),
    scope="district",
    parents=[("proposed_by", "officer"), ("decided_by", "officer")],
)

#: That an office was reminded of a step, how far its days had run out, and who else was told; for its स्मार पत्र, too.
reminder = case_table(
    "reminder",
    uuid_column("case_id"),
    uuid_column("user_task_id"),
    uuid_column("office_id"),  # that holds the step
    Column("role", String(24), nullable=False),
    Column("element_id", String(80), nullable=False),
    Column("level", SmallInteger, nullable=False),  # per cent of the days: 70 | 100 | 140 | 200
    Column("number", SmallInteger, nullable=False),  # of the स्मार पत्र; 0: a nudge, of which no paper tells
    Column("told", Json, nullable=False),  # roles of those above who were told
    Column("due_on", Date, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    uuid_column("document_id", nullable=True),  # the paper, once it is drawn
    Column("memo_number", String(60)),  # of the letter; null where none goes out
    Column("to_place", String(160)),  # the other district to whose SP it goes; null: to the office itself
    UniqueConstraint("district_id", "user_task_id", "level"),
    Index("ix_reminder_office", "district_id", "office_id", "at"),
    Index("ix_reminder_case", "district_id", "case_id"),
    scope="office",
    parents=[("case_id", "case"), ("user_task_id", "user_task"), ("office_id", "office")],
)
