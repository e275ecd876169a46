"""A row of a list has a key of its own once files are given to its person.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.add_column("roster_row", sa.Column("data_key_id", ID, nullable=True))


def downgrade() -> None:
    op.drop_column("roster_row", "data_key_id")
