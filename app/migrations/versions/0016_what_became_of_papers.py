"""What became of an issued paper: printed again, revoked; each act a row.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from app.models.tables.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_PARENTS = (
    ("case_id", "case"),
    ("certificate_id", "certificate"),
    ("office_id", "office"),
    ("done_by", "officer"),
)


def upgrade() -> None:
    op.add_column("certificate", sa.Column("status_on", sa.Date(), nullable=True))
    op.create_table(
        "paper_act",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("certificate_id", _ID, nullable=False),
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=True),
        sa.Column("done_by", _ID, nullable=False),
        *(
            sa.ForeignKeyConstraint(["district_id", column], [f"{parent}.district_id", f"{parent}.id"])
            for column, parent in _PARENTS
        ),
        sa.PrimaryKeyConstraint("district_id", "id"),
    )
    op.create_index("ix_paper_act_certificate", "paper_act", ["district_id", "certificate_id"])
    op.create_index("ix_paper_act_register", "paper_act", ["district_id", "kind", "at"])


def downgrade() -> None:
    op.drop_table("paper_act")
    op.drop_column("certificate", "status_on")
