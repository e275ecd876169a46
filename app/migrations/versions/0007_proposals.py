"""Proposals: releases in the making, with their files.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    parents = (
        ("base_release_id", "release"),
        ("against_release_id", "release"),
        ("release_id", "release"),
        ("author", "officer"),
        ("decided_by", "officer"),
    )
    op.create_table(
        "proposal",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("base_release_id", ID, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("author", ID, nullable=False),
        sa.Column("makers", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("against_release_id", ID, nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("release_id", ID, nullable=True),
        *(_belongs("proposal", column, parent) for column, parent in parents),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_proposal")),
        info={"scope": "district"},
    )
    op.create_index("ix_proposal_status", "proposal", ["district_id", "status"], unique=False)
    op.create_table(
        "proposal_file",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("changed_by", ID, nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        _belongs("proposal_file", "proposal_id", "proposal"),
        _belongs("proposal_file", "changed_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "proposal_id", "key", name=op.f("pk_proposal_file")),
        info={"scope": "district"},
    )


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("proposal_file")
    op.drop_index("ix_proposal_status", table_name="proposal")
    op.drop_table("proposal")
