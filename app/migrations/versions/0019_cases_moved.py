"""Cases moved to a newer release: the state as it was before, to go back to.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("engine_state", sa.Column("moved_from", sa.Integer(), nullable=True))
    op.add_column("engine_state", sa.Column("moved_revision", sa.Integer(), nullable=True))
    op.add_column("engine_state", sa.Column("before", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for name in ("before", "moved_revision", "moved_from"):
        op.drop_column("engine_state", name)
