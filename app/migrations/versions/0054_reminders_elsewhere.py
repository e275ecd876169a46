"""A reminder may go to another district, whose answer a step waits for.

Revision ID: 0054
Revises: 0053
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminder", sa.Column("to_place", sa.String(length=160), nullable=True))


def downgrade() -> None:
    op.drop_column("reminder", "to_place")
