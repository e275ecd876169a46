"""Rosters: lists of candidates of a letter, their rows, and what a department's columns meant.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("requisition_id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("head", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("release_id", ID, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("posting_id", ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("roster", "requisition_id", "requisition"),
        _belongs("roster", "data_key_id", "data_key"),
        _belongs("roster", "asked_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_roster")),
    )
    op.create_index("ix_roster_letter", "roster", ["district_id", "requisition_id", "asked_at"])
    op.create_index("ix_roster_state", "roster", ["state"])
    op.create_table(
        "roster_row",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("roster_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("faults", sa.LargeBinary(), nullable=True),
        sa.Column("person", sa.LargeBinary(length=8), nullable=True),
        sa.Column("twin_row", sa.Integer(), nullable=True),
        sa.Column("twin_case_id", ID, nullable=True),
        _belongs("roster_row", "roster_id", "roster"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_roster_row")),
    )
    own = ["district_id", "roster_id"]
    op.create_index("ix_roster_row_number", "roster_row", [*own, "number"], unique=True)
    op.create_index("ix_roster_row_state", "roster_row", [*own, "state", "number"])
    op.create_index("ix_roster_row_person", "roster_row", [*own, "person"])
    op.create_table(
        "roster_layout",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.LargeBinary(length=8), nullable=False),
        sa.Column("heading", sa.LargeBinary(length=8), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "department", "heading", name=op.f("pk_roster_layout")),
    )


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("roster_layout")
    op.drop_table("roster_row")
    op.drop_table("roster")
