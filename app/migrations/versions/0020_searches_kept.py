"""Saved filters of two lists: the inbox, and all cases.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("saved_view", sa.Column("list_kind", sa.String(8), nullable=False, server_default="inbox"))


def downgrade() -> None:
    op.drop_column("saved_view", "list_kind")
