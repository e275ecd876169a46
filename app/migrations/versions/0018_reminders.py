"""Reminders: of which step, at which share of its days, and who above was told.

Revision ID: 0018
Revises: 0017
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("user_task_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_id", ID, nullable=True),
        *_belongs("case_id", "case"),
        *_belongs("user_task_id", "user_task"),
        *_belongs("office_id", "office"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "district_id", "user_task_id", "level", name=op.f("uq_reminder_district_id_user_task_id_level")
        ),
    )
    op.create_index("ix_reminder_office", "reminder", ["district_id", "office_id", "at"])
    op.create_index("ix_reminder_case", "reminder", ["district_id", "case_id"])


def _belongs(column: str, parent: str) -> list[Any]:
    return [
        sa.ForeignKeyConstraint(
            ["district_id", column],
            [f"{parent}.district_id", f"{parent}.id"],
            name=op.f(f"fk_reminder_district_id_{column}"),
        )
    ]


def downgrade() -> None:
    op.drop_table("reminder")
