"""Charge lists certified in the place of an officer who is gone are kept.

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_PARENTS = (("posting_id", "posting"), ("certified_by", "officer"), ("certifier_office_id", "office"))


def upgrade() -> None:
    op.create_table(
        "charge_list",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("posting_id", ID, nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("order_no", sa.String(length=80), nullable=False),
        sa.Column("order_on", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("certified_by", ID, nullable=False),
        sa.Column("certifier_office_id", ID, nullable=False),
        sa.Column("certifier_role", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", column],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_charge_list_district_id_{column}"),
            )
            for column, parent in _PARENTS
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_charge_list")),
    )
    op.create_index("ix_charge_list_posting", "charge_list", ["district_id", "posting_id", "at"])


def downgrade() -> None:
    op.drop_table("charge_list")
