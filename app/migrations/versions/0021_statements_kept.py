"""Statements kept at the end of a month and of a week; officers who want the week's summary by e-mail.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "kept_statement",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("statement", sa.String(length=16), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "data_key_id"],
            ["data_key.district_id", "data_key.id"],
            name=op.f("fk_kept_statement_district_id_data_key_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_kept_statement")),
        sa.UniqueConstraint(
            "district_id",
            "statement",
            "first_on",
            "last_on",
            name=op.f("uq_kept_statement_district_id_statement_first_on_last_on"),
        ),
        info={"scope": "district"},
    )
    op.add_column("contact", sa.Column("is_weekly", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("contact", "is_weekly")
    op.drop_table("kept_statement")
