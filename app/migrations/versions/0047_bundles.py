"""Files made of many documents for one officer, bound piece by piece by the worker.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("officer_id", "posting_id", "data_key_id")),
        *(sa.Column(name, ID, nullable=True) for name in ("requisition_id", "case_id")),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("total", "done", "size")),
        sa.Column("fault", sa.String(length=16), nullable=False),
        sa.Column("fault_at", sa.String(length=60), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("asked_at", "ends_at")),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("bundle", "officer_id", "officer"),
        _belongs("bundle", "data_key_id", "data_key"),
        _belongs("bundle", "requisition_id", "requisition"),
        _belongs("bundle", "case_id", "case"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_bundle")),
    )
    op.create_index("ix_bundle_state", "bundle", ["state", "ends_at"])
    op.create_index("ix_bundle_officer", "bundle", ["district_id", "officer_id", "asked_at"])
    op.create_index("ix_bundle_letter", "bundle", ["district_id", "requisition_id"])
    op.create_index("ix_bundle_case", "bundle", ["district_id", "case_id"])
    op.create_table(
        "bundle_piece",
        sa.Column("district_id", sa.Integer(), nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("id", "officer_id", "bundle_id")),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        _belongs("bundle_piece", "officer_id", "officer"),
        _belongs("bundle_piece", "bundle_id", "bundle"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_bundle_piece")),
        sa.UniqueConstraint(
            "district_id", "bundle_id", "place", name=op.f("uq_bundle_piece_district_id_bundle_id_place")
        ),
    )


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("bundle_piece")
    op.drop_table("bundle")
