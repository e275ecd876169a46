"""Queries that stop the clock of the office that asks.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

STANDS = sa.text("pauses_for is not null and resumed_at is null")


def upgrade() -> None:
    op.add_column("note", sa.Column("pauses_for", sa.String(length=24), nullable=True))
    op.add_column("note", sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_note_pausing",
        "note",
        ["district_id", "due_on"],
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    op.drop_index("ix_note_pausing", table_name="note")
    with op.batch_alter_table("note") as batch:
        batch.drop_column("resumed_at")
        batch.drop_column("pauses_for")
