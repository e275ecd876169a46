"""Notes between offices: the day by which an answer is wanted.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("note", sa.Column("due_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("note", "due_on")
