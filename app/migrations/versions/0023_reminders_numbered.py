"""Reminders that go out as letters have a number of their own.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminder", sa.Column("memo_number", sa.String(length=60), nullable=True))


def downgrade() -> None:
    op.drop_column("reminder", "memo_number")
