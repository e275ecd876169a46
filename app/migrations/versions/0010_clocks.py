"""Clocks as statements read them, weeks of the office, orders of the SP, proposed changes of the calendar.

Revision ID: 0010
Revises: 0009
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_RUNNING = sa.text("stopped_on is null")


def upgrade() -> None:
    op.add_column("user_task", sa.Column("days", sa.String(length=12), nullable=True))
    _case_clocks()
    _table(
        "office_week",
        sa.Column("valid_from", sa.Date(), nullable=False),
        _text("weekly_off", 7),
        _text("opens", 5),
        _text("closes", 5),
        key=("district_id", "valid_from"),
    )
    _table(
        "clock_order",
        _id("id"),
        _text("kind", 8),
        _id("office_id", nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        _text("reason", 24),
        _text("number", 60),
        sa.Column("dated_on", sa.Date(), nullable=False),
        _id("issued_by"),
        _at("issued_at", nullable=False),
        _id("cancelled_by", nullable=True),
        _at("cancelled_at"),
        sa.UniqueConstraint("district_id", "number", name=op.f("uq_clock_order_district_id_number")),
        parents={"office_id": "office", "issued_by": "officer", "cancelled_by": "officer"},
    )
    _table(
        "calendar_change",
        _id("id"),
        _text("kind", 16),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        _text("state", 10),
        _id("proposed_by"),
        _at("proposed_at", nullable=False),
        _id("decided_by", nullable=True),
        _at("decided_at"),
        parents={"proposed_by": "officer", "decided_by": "officer"},
    )
    columns = ["district_id", "state", "proposed_at"]
    op.create_index("ix_calendar_change_state", "calendar_change", columns)


def _case_clocks() -> None:
    _table(
        "case_clock",
        _id("id"),
        _id("case_id"),
        _text("clock", 8),
        _id("office_id"),
        _text("office_kind", 24),
        _text("purpose", 40),
        _at("received_at", nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("allowed", sa.SmallInteger()),
        sa.Column("due_on", sa.Date()),
        sa.Column("police_on", sa.Date()),
        sa.Column("carried", sa.SmallInteger(), nullable=False),
        sa.Column("statutory", sa.SmallInteger(), nullable=False),
        sa.Column("paused_on", sa.Date()),
        sa.Column("paused_days", sa.SmallInteger(), nullable=False),
        _at("stopped_at"),
        sa.Column("stopped_on", sa.Date()),
        _text("outcome", 12),
        sa.Column("gross_days", sa.SmallInteger()),
        sa.Column("net_days", sa.SmallInteger()),
        parents={"case_id": "case", "office_id": "office"},
    )
    op.create_index("ix_case_clock_case", "case_clock", ["district_id", "case_id"])
    span = ["stopped_on", "received_on", "office_id", "office_kind", "due_on", "outcome"]
    op.create_index("ix_case_clock_span", "case_clock", ["district_id", "clock", *span])
    op.create_index(
        "ix_case_clock_running",
        "case_clock",
        ["district_id", "clock", "due_on", "office_id", "received_on"],
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, ID, nullable=nullable)


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _at(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _table(
    name: str,
    *columns: Any,
    parents: dict[str, str] | None = None,
    key: tuple[str, ...] = ("district_id", "id"),
) -> None:
    """A table of a district: every key begins with it."""
    foreign = [
        sa.ForeignKeyConstraint(
            ["district_id", column],
            [f"{parent}.district_id", f"{parent}.id"],
            name=op.f(f"fk_{name}_district_id_{column}"),
        )
        for column, parent in (parents or {}).items()
    ]
    primary = sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}"))
    op.create_table(name, sa.Column("district_id", sa.Integer(), nullable=False), *columns, primary, *foreign)


def downgrade() -> None:
    for name in ("calendar_change", "clock_order", "office_week", "case_clock"):
        op.drop_table(name)
    op.drop_column("user_task", "days")
