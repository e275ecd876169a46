"""Destruction by list: what is listed and approved, what became of each case, orders that hold a case back.

Revision ID: 0028
Revises: 0027
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_OPEN = sa.text("lifted_at is null")


def _parents(table: str, parents: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["district_id", name],
            [f"{parent}.district_id", f"{parent}.id"],
            name=op.f(f"fk_{table}_district_id_{name}"),
        )
        for name, parent in parents.items()
    ]


def _when(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.create_table(
        "destruction",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("approver", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        _when("decided_at"),
        sa.Column("reason", sa.String(length=300), nullable=False),
        _when("finished_at"),
        *_parents("destruction", {"office_id": "office", "proposed_by": "officer", "decided_by": "officer"}),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_destruction")),
        sa.UniqueConstraint("district_id", "number", name=op.f("uq_destruction_district_id_number")),
    )
    op.create_index("ix_destruction_state", "destruction", ["district_id", "state", "proposed_at"])
    op.create_table(
        "destruction_case",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("destruction_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("past_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("files", sa.SmallInteger(), nullable=False),
        _when("done_at"),
        *_parents("destruction_case", {"destruction_id": "destruction", "case_id": "case"}),
        sa.PrimaryKeyConstraint("district_id", "destruction_id", "case_id", name=op.f("pk_destruction_case")),
    )
    op.create_index("ix_destruction_case_case", "destruction_case", ["district_id", "case_id"])
    op.create_table(
        "case_hold",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("ground", sa.String(length=24), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("placed_by", ID, nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", ID, nullable=True),
        _when("lifted_at"),
        sa.Column("lifted_number", sa.String(length=60), nullable=False),
        *_parents("case_hold", {"case_id": "case", "placed_by": "officer", "lifted_by": "officer"}),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_case_hold")),
    )
    op.create_index("ix_case_hold_case", "case_hold", ["district_id", "case_id"])
    op.create_index(
        "ix_case_hold_open",
        "case_hold",
        ["district_id", "placed_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    for table in ("case_hold", "destruction_case", "destruction"):
        op.drop_table(table)
