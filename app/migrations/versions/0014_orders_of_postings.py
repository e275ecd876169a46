"""Orders by which officers are posted and relieved, and the number of the order on paper.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
PARENTS = {
    "officer_id": "officer",
    "office_id": "office",
    "posting_id": "posting",
    "asked_by": "officer",
    "settled_by": "officer",
}


def upgrade() -> None:
    op.add_column("posting", sa.Column("order_no", sa.String(length=80), nullable=False, server_default=""))
    op.create_table(
        "posting_order",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("moves", sa.Boolean(), nullable=False),
        sa.Column("order_no", sa.String(length=80), nullable=False),
        sa.Column("posting_id", ID, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", ID, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_posting_order")),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", column],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_posting_order_district_id_{column}"),
            )
            for column, parent in PARENTS.items()
        ),
    )
    op.create_index("ix_posting_order_state", "posting_order", ["district_id", "state", "asked_at"])


def downgrade() -> None:
    op.drop_table("posting_order")
    op.drop_column("posting", "order_no")
