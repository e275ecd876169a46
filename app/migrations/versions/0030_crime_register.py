"""The crime register of the district: criminal cases, their accused, blind keys, and what officers decided of hits.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "fir",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("reference", sa.LargeBinary(length=8), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        _belongs("fir", "data_key_id", "data_key"),
        _belongs("fir", "office_id", "office"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_fir")),
        sa.UniqueConstraint("district_id", "reference", name=op.f("uq_fir_district_id_reference")),
    )
    op.create_index("ix_fir_office", "fir", ["district_id", "office_id", "year"])
    op.create_table(
        "accused",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("fir_id", ID, nullable=False),
        sa.Column("person", sa.LargeBinary(length=8), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("roster_id", ID, nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", ID, nullable=False),
        _belongs("accused", "fir_id", "fir"),
        _belongs("accused", "entered_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_accused")),
        sa.UniqueConstraint(
            "district_id", "fir_id", "person", name=op.f("uq_accused_district_id_fir_id_person")
        ),
    )
    op.create_table(
        "accused_key",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=8), nullable=False),
        sa.Column("accused_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "digest", "accused_id", name=op.f("pk_accused_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hit",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("enquiry_id", ID, nullable=True),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("accused_id", ID, nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("decided_by", ID, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        _belongs("hit", "case_id", "case"),
        _belongs("hit", "enquiry_id", "enquiry"),
        _belongs("hit", "office_id", "office"),
        _belongs("hit", "decided_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_hit")),
    )
    op.create_index("ix_hit_case", "hit", ["district_id", "case_id", "decided_at"])


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    for table in ("hit", "accused_key", "accused", "fir"):
        op.drop_table(table)
