"""Departments with an account of their own: their letters, and the papers delivered to them.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from app.models.tables.base import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_LINKED = (("requisition_id", "requisition"), ("office_id", "office"), ("linked_by", "officer"))
_PARENTS = (
    ("case_id", "case"),
    ("certificate_id", "certificate"),
    ("office_id", "office"),
    ("delivered_by", "officer"),
    ("opened_by", "officer"),
)


def upgrade() -> None:
    op.create_table(
        "letter_department",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("requisition_id", _ID, nullable=False),
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.Column("linked_by", _ID, nullable=False),
        *(
            sa.ForeignKeyConstraint(["district_id", column], [f"{parent}.district_id", f"{parent}.id"])
            for column, parent in _LINKED
        ),
        sa.PrimaryKeyConstraint("district_id", "requisition_id"),
    )
    op.create_index("ix_letter_department_office", "letter_department", ["district_id", "office_id"])
    op.create_table(
        "delivery",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("certificate_id", _ID, nullable=False),
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_by", _ID, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("opened_by", _ID, nullable=True),
        *(
            sa.ForeignKeyConstraint(["district_id", column], [f"{parent}.district_id", f"{parent}.id"])
            for column, parent in _PARENTS
        ),
        sa.PrimaryKeyConstraint("district_id", "id"),
        sa.UniqueConstraint("district_id", "certificate_id", "office_id"),
    )
    op.create_index("ix_delivery_inbox", "delivery", ["district_id", "office_id", "delivered_at", "id"])


def downgrade() -> None:
    op.drop_table("delivery")
    op.drop_table("letter_department")
