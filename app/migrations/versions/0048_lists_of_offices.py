"""A list says what its rows are about: candidates, criminal cases, offices.

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "roster",
        sa.Column("subject", sa.String(length=12), nullable=False, server_default="candidates"),
    )
    op.execute("update roster set subject = 'crimes' where requisition_id is null and lodgement_id is null")


def downgrade() -> None:
    op.execute("delete from roster_row where roster_id in (select id from roster where subject = 'offices')")
    op.execute("delete from roster where subject = 'offices'")
    op.drop_column("roster", "subject")
