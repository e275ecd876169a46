"""Entries of the crime register: the class by which each is kept, what takes one from search, destruction by list.

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("accused") as table:
        table.add_column(sa.Column("kind", sa.String(length=12), nullable=False, server_default=""))
        table.add_column(sa.Column("counts_from", sa.Date(), nullable=True))
        table.add_column(sa.Column("withheld_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("withheld_by", ID, nullable=True))
        table.add_column(sa.Column("withheld_why", sa.String(length=12), nullable=False, server_default=""))
        table.add_column(sa.Column("withheld_order", sa.String(length=60), nullable=False, server_default=""))
        table.create_foreign_key(
            op.f("fk_accused_district_id_withheld_by"),
            "officer",
            ["district_id", "withheld_by"],
            ["district_id", "id"],
        )
    dated = sa.text("counts_from is not null")
    op.create_index(
        "ix_accused_kept",
        "accused",
        ["district_id", "kind", "counts_from", "id"],
        sqlite_where=dated,
        postgresql_where=dated,
    )
    op.create_index("ix_hit_accused", "hit", ["district_id", "accused_id"])
    op.create_table(
        "destruction_entry",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("destruction_id", ID, nullable=False),
        sa.Column("accused_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("past_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "destruction_id"],
            ["destruction.district_id", "destruction.id"],
            name=op.f("fk_destruction_entry_district_id_destruction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_destruction_entry_district_id_office_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "destruction_id", "accused_id", name=op.f("pk_destruction_entry")
        ),
    )
    op.create_index("ix_destruction_entry_accused", "destruction_entry", ["district_id", "accused_id"])


def downgrade() -> None:
    op.drop_table("destruction_entry")
    op.drop_index("ix_hit_accused", "hit")
    op.drop_index("ix_accused_kept", "accused")
    with op.batch_alter_table("accused") as table:
        table.drop_constraint(op.f("fk_accused_district_id_withheld_by"), type_="foreignkey")
        for name in ("withheld_order", "withheld_why", "withheld_by", "withheld_at", "counts_from", "kind"):
            table.drop_column(name)
