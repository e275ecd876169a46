"""Consolidated replies to requisitions.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reply",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("requisition_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("release_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("posting_id", ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("requisition_id", "requisition"),
        _belongs("office_id", "office"),
        _belongs("release_id", "release"),
        _belongs("asked_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_reply")),
        sa.UniqueConstraint(
            "district_id", "office_id", "number", name=op.f("uq_reply_district_id_office_id_number")
        ),
    )
    op.create_index("ix_reply_letter", "reply", ["district_id", "requisition_id", "asked_at"])
    op.create_index("ix_reply_state", "reply", ["state"])


def _belongs(column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_reply_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("reply")
