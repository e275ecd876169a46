"""Changes of routing values by two officers.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "amendment",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("incident_id", ID, nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_revision", sa.Integer(), nullable=True),
        sa.Column("kept", sa.LargeBinary(), nullable=True),
        _belongs("case_id", "case"),
        _belongs("incident_id", "incident"),
        _belongs("proposed_by", "officer"),
        _belongs("decided_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_amendment")),
    )
    op.create_index("ix_amendment_state", "amendment", ["district_id", "state", "proposed_at"])
    op.create_index("ix_amendment_case", "amendment", ["district_id", "case_id", "state"])


def _belongs(column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_amendment_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("amendment")
