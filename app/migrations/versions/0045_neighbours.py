"""Letters between two districts of one installation: asked on one side, received on the other, and what is to cross.

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "neighbour_ask",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("enquiry_id", ID, nullable=False),
        sa.Column("other_district", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("their_number", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=name != "asked_at")
            for name in ("asked_at", "sent_at", "accepted_at", "ended_at")
        ),
        _belongs("neighbour_ask", "case_id", "case"),
        _belongs("neighbour_ask", "enquiry_id", "enquiry"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_neighbour_ask")),
    )
    op.create_index("ix_neighbour_ask_case", "neighbour_ask", ["district_id", "case_id"])
    op.create_table(
        "neighbour_request",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("other_district", sa.Integer(), nullable=False),
        sa.Column("letter_no", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", ID, nullable=True),
        sa.Column("reminders", sa.SmallInteger(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("neighbour_request", "office_id", "office"),
        _belongs("neighbour_request", "data_key_id", "data_key"),
        _belongs("neighbour_request", "case_id", "case"),
        _belongs("neighbour_request", "settled_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_neighbour_request")),
    )
    op.create_index(
        "ix_neighbour_request_state", "neighbour_request", ["district_id", "state", "received_at"]
    )
    op.create_index("ix_neighbour_request_case", "neighbour_request", ["district_id", "case_id"])
    op.create_table(
        "neighbour_errand",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("letter_id", ID, nullable=False),
        sa.Column("to_district", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_neighbour_errand")),
    )
    left = sa.text("done_at is null")
    op.create_index(
        "ix_neighbour_errand_due", "neighbour_errand", ["run_at"], sqlite_where=left, postgresql_where=left
    )


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    for name in ("neighbour_errand", "neighbour_request", "neighbour_ask"):
        op.drop_table(name)
