"""Sums per step, from which the page of the whole district reads; told from the tasks that are there.

Revision ID: 0012
Revises: 0011
"""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.domain.clock import WorkingCalendar

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_LONGEST, _BEYOND = 20, (30, 60)
_TOOK = (*(f"took_{n}" for n in range(_LONGEST + 1)), *(f"took_to_{n}" for n in _BEYOND), "took_more")
_KEY = ("district_id", "office_id", "element_id", "purpose", "release_id")
_OPEN = sa.text("state = 'open'")
_TASKS = """
from user_task t join "case" c on c.district_id = t.district_id and c.id = t.case_id
where t.state = '{}'
"""


def upgrade() -> None:
    op.create_table(
        "standing_count",
        *_place(),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        *_keys(*_KEY, "due_on"),
    )
    op.create_table(
        "pace_count",
        *_place(),
        sa.Column("month", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False, server_default="0") for name in _TOOK),
        *_keys("district_id", "month", *_KEY[1:]),
    )
    columns = ["district_id", "element_id", "due_at", "id", "office_id", "case_id"]
    op.create_index("ix_user_task_step", "user_task", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
    place = "t.district_id, t.office_id, t.element_id, t.purpose, c.release_id"
    op.execute(
        f"insert into standing_count select {place}, t.due_on, count(*) {_TASKS.format('open')} "
        f"group by {place}, t.due_on"
    )
    _fill_pace(op.get_bind(), place)


def _place() -> list[sa.Column[Any]]:
    return [
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("release_id", _ID, nullable=False),
    ]


def _keys(*key: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint(*key),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", f"{parent}_id"], [f"{parent}.district_id", f"{parent}.id"]
            )
            for parent in ("office", "release")
        ),
    ]


def _fill_pace(bind: sa.Connection, place: str) -> None:
    holidays: dict[int, set[date]] = {}
    for district, day in bind.execute(sa.text("select district_id, day from holiday")):
        holidays.setdefault(district, set()).add(day if isinstance(day, date) else date.fromisoformat(day))
    calendars: dict[int, WorkingCalendar] = {}
    counts: Counter[tuple[Any, ...]] = Counter()
    for *key, created, done in bind.execute(
        sa.text(f"select {place}, t.created_at, t.done_at {_TASKS.format('done')}")
    ):
        own = frozenset(holidays.get(key[0], ()))
        calendar = calendars.setdefault(key[0], WorkingCalendar(own))
        begun, ended = calendar.day_of(_instant(created)), calendar.day_of(_instant(done))
        counts[(*key, ended.replace(day=1), _column(calendar.days_between(begun, ended)))] += 1
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for (*key, month, column), count in counts.items():
        row = rows.setdefault((*key, month), dict(zip((*_KEY, "month"), (*key, month), strict=True)))
        row[column] = count
    table = sa.table(
        "pace_count", *(sa.column(name) for name in (*_KEY, *_TOOK)), sa.column("month", sa.Date())
    )
    for row in rows.values():
        bind.execute(table.insert().values(**dict.fromkeys(_TOOK, 0) | row))


def _instant(value: datetime | str) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _column(days: int) -> str:
    if days <= _LONGEST:
        return f"took_{days}"
    return next((f"took_to_{bound}" for bound in _BEYOND if days <= bound), "took_more")


def downgrade() -> None:
    op.drop_index("ix_user_task_step", table_name="user_task")
    op.drop_table("pace_count")
    op.drop_table("standing_count")
