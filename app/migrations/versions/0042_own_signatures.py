"""Signatures made on the officer's own machine: certificates of officers, papers that wait for a hand.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "own_certificate",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("valid_till", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("own_certificate", "officer_id", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_own_certificate")),
    )
    op.create_index("ix_own_certificate_officer", "own_certificate", ["district_id", "officer_id"])
    op.create_table(
        "prepared_paper",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("certificate_id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("own_certificate_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("gap_start", sa.Integer(), nullable=False),
        sa.Column("gap_end", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("unsigned_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("prepared_paper", "case_id", "case"),
        _belongs("prepared_paper", "certificate_id", "certificate"),
        _belongs("prepared_paper", "officer_id", "officer"),
        _belongs("prepared_paper", "own_certificate_id", "own_certificate"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_prepared_paper")),
        sa.UniqueConstraint(
            "district_id", "certificate_id", name=op.f("uq_prepared_paper_district_id_certificate_id")
        ),
    )
    op.create_index("ix_prepared_paper_officer", "prepared_paper", ["district_id", "officer_id", "state"])


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("prepared_paper")
    op.drop_table("own_certificate")
