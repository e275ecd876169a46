"""Letters that a department writes in its own account, and lists that belong to them before they are received.

Revision ID: 0029
Revises: 0028
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "lodgement",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("requester_hi", sa.String(length=200), nullable=False),
        sa.Column("letter_no", sa.String(length=60), nullable=False),
        sa.Column("letter_date", sa.Date(), nullable=False),
        sa.Column("candidate_count", sa.Integer(), nullable=False),
        sa.Column("routing", sa.JSON(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("written_by", ID, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        sa.Column("sent_at", _AT, nullable=True),
        sa.Column("decided_at", _AT, nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        _belongs("lodgement", "office_id", "office"),
        _belongs("lodgement", "data_key_id", "data_key"),
        _belongs("lodgement", "written_by", "officer"),
        _belongs("lodgement", "decided_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_lodgement")),
    )
    op.create_index("ix_lodgement_office", "lodgement", ["district_id", "office_id", "changed_at"])
    op.create_index("ix_lodgement_state", "lodgement", ["district_id", "state", "sent_at"])
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(lodged=True)
    else:
        op.alter_column("roster", "requisition_id", nullable=True)
        op.add_column("roster", sa.Column("lodgement_id", ID, nullable=True))
        op.create_foreign_key(
            op.f("fk_roster_district_id_lodgement_id"),
            "roster",
            "lodgement",
            ["district_id", "lodgement_id"],
            ["district_id", "id"],
        )
    op.create_index("ix_roster_lodgement", "roster", ["district_id", "lodgement_id"])


def _made_anew(*, lodged: bool) -> None:
    """Make both tables of lists anew: SQLite cannot let a column be null, nor drop a table that rows point to."""
    op.create_table("roster_new", *_roster_columns(lodged=lodged))
    op.create_table("roster_row_new", *_row_columns())
    for table, columns in (("roster", _ROSTER), ("roster_row", _ROW)):
        old, new = (sa.table(name, *map(sa.column, columns)) for name in (table, f"{table}_new"))
        op.execute(sa.insert(new).from_select(columns, sa.select(*old.c)))
    op.drop_table("roster_row")
    op.drop_table("roster")
    op.rename_table("roster_new", "roster")
    op.rename_table("roster_row_new", "roster_row")
    op.create_index("ix_roster_letter", "roster", ["district_id", "requisition_id", "asked_at"])
    op.create_index("ix_roster_state", "roster", ["state"])
    own = ["district_id", "roster_id"]
    op.create_index("ix_roster_row_number", "roster_row", [*own, "number"], unique=True)
    op.create_index("ix_roster_row_state", "roster_row", [*own, "state", "number"])
    op.create_index("ix_roster_row_person", "roster_row", [*own, "person"])


_ROSTER = (
    *("district_id", "id", "requisition_id", "data_key_id", "state", "reason", "file", "head", "note"),
    *("mapping", "release_id", "total", "lease_until", "asked_by", "posting_id", "asked_at", "ended_at"),
)
_ROW = (
    *("district_id", "id", "roster_id", "number", "state", "cells", "answers", "faults", "person"),
    *("twin_row", "twin_case_id"),
)


def _roster_columns(*, lodged: bool) -> list[Any]:
    """With a column for what belongs to no received letter yet, or as they were before."""
    own = [sa.Column("lodgement_id", ID, nullable=True), _belongs("roster", "lodgement_id", "lodgement")]
    return [
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("requisition_id", ID, nullable=lodged),
        *(own if lodged else ()),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("head", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("release_id", ID, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("lease_until", _AT, nullable=True),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("posting_id", ID, nullable=False),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("ended_at", _AT, nullable=True),
        _belongs("roster", "requisition_id", "requisition"),
        _belongs("roster", "data_key_id", "data_key"),
        _belongs("roster", "asked_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_roster")),
    ]


def _row_columns() -> list[Any]:
    return [
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("roster_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("faults", sa.LargeBinary(), nullable=True),
        sa.Column("person", sa.LargeBinary(length=8), nullable=True),
        sa.Column("twin_row", sa.Integer(), nullable=True),
        sa.Column("twin_case_id", ID, nullable=True),
        _belongs("roster_row", "roster_id", "roster_new"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_roster_row")),
    ]


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    """Lists that belong to no received letter go with what they belonged to."""
    rows, lists = (sa.table(name, *map(sa.column, columns)) for name, columns in _KEPT)
    gone = lists.c.requisition_id.is_(None)
    op.execute(sa.delete(rows).where(rows.c.roster_id.in_(sa.select(lists.c.id).where(gone))))
    op.execute(sa.delete(lists).where(gone))
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(lodged=False)
    else:
        op.drop_index("ix_roster_lodgement", "roster")
        op.drop_column("roster", "lodgement_id")
        op.alter_column("roster", "requisition_id", nullable=False)
    op.drop_table("lodgement")


_KEPT = (("roster_row", ("roster_id",)), ("roster", ("id", "requisition_id")))
