"""Dry runs are rows: they go on when the page is closed, tell how far they are, and can be stopped.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "trial",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("proposal_id", ID, nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", column],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_trial_district_id_{column}"),
            )
            for column, parent in (("proposal_id", "proposal"), ("asked_by", "officer"))
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_trial")),
        info={"scope": "district"},
    )
    op.create_index("ix_trial_proposal", "trial", ["district_id", "proposal_id", "asked_at"], unique=False)
    op.create_index("ix_trial_state", "trial", ["state"], unique=False)


def downgrade() -> None:
    op.drop_table("trial")
