"""Which village lies in which thana: proposed when a thana passes a case on, approved by the SP, with dates.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_PARENTS = {
    "case_id": "case",
    "address_id": "address",
    "from_office_id": "office",
    "to_office_id": "office",
    "proposed_by": "officer",
    "decided_by": "officer",
}


def upgrade() -> None:
    op.add_column("jurisdiction", sa.Column("name", sa.String(length=120), nullable=True))
    op.create_table(
        "area_proposal",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=name == "decided_by") for name in _PARENTS),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", name],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_area_proposal_district_id_{name}"),
            )
            for name, parent in _PARENTS.items()
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_area_proposal")),
    )
    op.create_index("ix_area_proposal_state", "area_proposal", ["district_id", "state", "proposed_at"])


def downgrade() -> None:
    op.drop_index("ix_area_proposal_state", "area_proposal")
    op.drop_table("area_proposal")
    op.drop_column("jurisdiction", "name")
