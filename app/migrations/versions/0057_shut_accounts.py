"""An account that was shut says when, since which day, why, and by whom.

Revision ID: 0057
Revises: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_COLUMNS = ("shut_at", "shut_on", "shut_why", "shut_by")


def upgrade() -> None:
    op.add_column("officer", sa.Column("shut_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("officer", sa.Column("shut_on", sa.Date(), nullable=True))
    op.add_column("officer", sa.Column("shut_why", sa.String(12), nullable=True))
    op.add_column("officer", sa.Column("shut_by", ID, nullable=True))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("officer", name)
