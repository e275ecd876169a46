"""Letters to the SP and to the thanas, with the persons that each is about.

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_LETTER = (
    ("requisition_id", "requisition"),
    ("office_id", "office"),
    ("to_office_id", "office"),
    ("sent_by", "officer"),
)
_PERSON = (("letter_id", "sent_letter"), ("case_id", "case"))


def upgrade() -> None:
    op.create_table(
        "sent_letter",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("requisition_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("to_office_id", ID, nullable=True),
        sa.Column("to_place", sa.String(length=160), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("act_id", ID, nullable=False),
        sa.Column("content", sa.LargeBinary(length=16), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", ID, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_parents("sent_letter", _LETTER),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_sent_letter")),
        sa.UniqueConstraint(
            "district_id", "act_id", "content", name=op.f("uq_sent_letter_district_id_act_id_content")
        ),
        sa.UniqueConstraint(
            "district_id", "office_id", "number", name=op.f("uq_sent_letter_district_id_office_id_number")
        ),
    )
    op.create_index("ix_sent_letter_requisition", "sent_letter", ["district_id", "requisition_id", "sent_at"])
    op.create_index("ix_sent_letter_register", "sent_letter", ["district_id", "sent_on", "office_id"])
    op.create_index("ix_sent_letter_to", "sent_letter", ["district_id", "to_office_id", "sent_at"])
    op.create_index("ix_sent_letter_act", "sent_letter", ["district_id", "sent_by", "sent_on"])
    op.create_table(
        "sent_letter_person",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        *_parents("sent_letter_person", _PERSON),
        sa.PrimaryKeyConstraint("district_id", "letter_id", "case_id", name=op.f("pk_sent_letter_person")),
    )
    op.create_index("ix_sent_letter_person_case", "sent_letter_person", ["district_id", "case_id"])


def _parents(table: str, parents: tuple[tuple[str, str], ...]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["district_id", column],
            [f"{parent}.district_id", f"{parent}.id"],
            name=op.f(f"fk_{table}_district_id_{column}"),
        )
        for column, parent in parents
    ]


def downgrade() -> None:
    op.drop_table("sent_letter_person")
    op.drop_table("sent_letter")
