"""Criminal cases are found by the key that they are sealed under: an entry is erased without a look at all of them.

Revision ID: 0052
Revises: 0051
"""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_fir_key", "fir", ["district_id", "data_key_id"])


def downgrade() -> None:
    op.drop_index("ix_fir_key", "fir")
