"""What departments write about their own cases, and what came of it.

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_PARENTS = (("case_id", "case"), ("office_id", "office"), ("sent_by", "officer"), ("settled_by", "officer"))


def upgrade() -> None:
    op.create_table(
        "department_memo",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column("sent_by", ID, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", ID, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", column],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_department_memo_district_id_{column}"),
            )
            for column, parent in _PARENTS
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_department_memo")),
    )
    op.create_index("ix_department_memo_case", "department_memo", ["district_id", "case_id"])
    op.create_index("ix_department_memo_state", "department_memo", ["district_id", "state", "sent_at"])


def downgrade() -> None:
    op.drop_table("department_memo")
