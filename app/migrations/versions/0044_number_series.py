"""The prefix and the first number of an office's series of a year, where two officers have set them.

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("number_series", sa.Column("prefix", sa.String(length=24), nullable=True))
    op.add_column("number_series", sa.Column("first", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("number_series") as table:
        table.drop_column("first")
        table.drop_column("prefix")
