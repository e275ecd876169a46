"""Copies of an issued paper go out under a memo number of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("certificate", sa.Column("copy_memo_number", sa.String(length=60), nullable=True))


def downgrade() -> None:
    op.drop_column("certificate", "copy_memo_number")
