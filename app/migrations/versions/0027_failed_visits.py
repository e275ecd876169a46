"""Visits at which nobody could be asked are kept beside the task, which stays open.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_PARENTS = {"case_id": "case", "enquiry_id": "enquiry", "user_task_id": "user_task", "officer_id": "officer"}


def upgrade() -> None:
    op.create_table(
        "failed_visit",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in (*_PARENTS, "sent_as")),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", name],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_failed_visit_district_id_{name}"),
            )
            for name, parent in _PARENTS.items()
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_failed_visit")),
    )
    op.create_index("ix_failed_visit_case", "failed_visit", ["district_id", "case_id"])
    op.create_index(
        "uq_failed_visit_sent_as", "failed_visit", ["district_id", "user_task_id", "sent_as"], unique=True
    )


def downgrade() -> None:
    op.drop_index("uq_failed_visit_sent_as", "failed_visit")
    op.drop_index("ix_failed_visit_case", "failed_visit")
    op.drop_table("failed_visit")
