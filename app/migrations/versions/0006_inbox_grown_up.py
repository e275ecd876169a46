"""Claims that run out and hand-overs, days to look again, saved filters, notes between offices that are dealt with.

Revision ID: 0006
Revises: 0005
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_OPEN = sa.text("state = 'open'")
_CLAIMED = sa.text("state = 'open' and claim_until is not null")
_WAITING = sa.text("closed_at is null")


def upgrade() -> None:
    op.add_column("user_task", sa.Column("claim_until", sa.DateTime(timezone=True), nullable=True))
    columns = ["district_id", "office_id", "role", "case_id", "id", "element_id", "purpose", "claimed_by"]
    op.create_index("ix_user_task_by_case", "user_task", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index(
        "ix_user_task_claim_until",
        "user_task",
        ["claim_until"],
        sqlite_where=_CLAIMED,
        postgresql_where=_CLAIMED,
    )
    _handovers()
    _what_officers_keep()
    op.drop_table("note")  # no version has ever written into it
    _notes(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True), _id("closed_by", nullable=True))
    op.create_index(
        "ix_note_waiting",
        "note",
        ["district_id", "to_office_id", "at"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def _handovers() -> None:
    _table(
        "handover",
        _id("id"),
        _id("case_id"),
        _id("user_task_id"),
        _id("office_id"),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        _id("from_officer_id", nullable=True),
        _id("to_officer_id", nullable=True),
        _id("by_officer_id", nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        parents={
            "case_id": "case",
            "user_task_id": "user_task",
            "office_id": "office",
            "from_officer_id": "officer",
            "to_officer_id": "officer",
            "by_officer_id": "officer",
        },
    )
    op.create_index("ix_handover_case", "handover", ["district_id", "case_id", "at"])


def _what_officers_keep() -> None:
    _table(
        "follow_up",
        _id("officer_id"),
        _id("user_task_id"),
        sa.Column("look_on", sa.Date(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        key=("district_id", "officer_id", "user_task_id"),
        parents={"officer_id": "officer", "user_task_id": "user_task"},
    )
    op.create_index("ix_follow_up_task", "follow_up", ["district_id", "user_task_id"])
    _table(
        "saved_view",
        _id("id"),
        _id("officer_id"),
        _id("office_id"),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        parents={"officer_id": "officer", "office_id": "office"},
    )
    op.create_index("ix_saved_view_office", "saved_view", ["district_id", "office_id", "created_at"])


def _notes(*more: sa.Column[Any]) -> None:
    parents = {
        "case_id": "case",
        "from_office_id": "office",
        "to_office_id": "office",
        "answers_id": "note",
        "written_by": "officer",
    }
    _table(
        "note",
        _id("id"),
        _id("case_id"),
        _id("from_office_id"),
        _id("to_office_id"),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        _id("answers_id", nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _id("written_by"),
        *more,
        parents={**parents, **({"closed_by": "officer"} if more else {})},
    )
    op.create_index("ix_note_case", "note", ["district_id", "case_id"])


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, ID, nullable=nullable)


def _table(
    name: str, *columns: sa.Column[Any], parents: dict[str, str], key: tuple[str, ...] = ("district_id", "id")
) -> None:
    """A table of a district: every key begins with it."""
    foreign = [
        sa.ForeignKeyConstraint(
            ["district_id", column],
            [f"{parent}.district_id", f"{parent}.id"],
            name=op.f(f"fk_{name}_district_id_{column}"),
        )
        for column, parent in parents.items()
    ]
    primary = sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}"))
    op.create_table(name, sa.Column("district_id", sa.Integer(), nullable=False), *columns, primary, *foreign)


def downgrade() -> None:
    op.drop_table("note")
    _notes()
    for name in ("saved_view", "follow_up", "handover"):
        op.drop_table(name)
    for name in ("claim_until", "by_case"):
        op.drop_index(f"ix_user_task_{name}", table_name="user_task")
    op.drop_column("user_task", "claim_until")
