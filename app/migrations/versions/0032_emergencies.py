"""Emergency openings: which officer opened which case outside his sight, on what ground, and until when.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_PARENTS = {"case_id": "case", "officer_id": "officer", "office_id": "office"}


def upgrade() -> None:
    op.create_table(
        "break_glass",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in _PARENTS),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", name],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_break_glass_district_id_{name}"),
            )
            for name, parent in _PARENTS.items()
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_break_glass")),
    )
    op.create_index("ix_break_glass_officer", "break_glass", ["district_id", "officer_id", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_break_glass_officer", "break_glass")
    op.drop_table("break_glass")
