"""Reminders that go out as letters have a number of their own.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminder", sa.Column("memo_number", sa.String(length=60), nullable=True))


def downgrade() -> None:
    op.drop_column("reminder", "memo_number")
