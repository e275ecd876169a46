"""Replays: a proposal is led through the district's past cases before anybody approves it.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "replay",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("proposal_id", ID, nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("last_case_id", ID, nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(
            _belongs(column, parent)
            for column, parent in (("proposal_id", "proposal"), ("asked_by", "officer"))
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_replay")),
        info={"scope": "district"},
    )
    op.create_index("ix_replay_proposal", "replay", ["district_id", "proposal_id", "asked_at"], unique=False)
    op.create_index("ix_replay_state", "replay", ["state"], unique=False)


def _belongs(column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_replay_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("replay")
