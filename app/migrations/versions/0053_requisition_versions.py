"""What a requisition said before it was corrected.

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_PARENTS = (("requisition_id", "requisition"), ("corrected_by", "officer"))


def upgrade() -> None:
    op.create_table(
        "requisition_version",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("requisition_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by", ID, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", column],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_requisition_version_district_id_{column}"),
            )
            for column, parent in _PARENTS
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_requisition_version")),
        sa.UniqueConstraint(
            "district_id",
            "requisition_id",
            "place",
            name=op.f("uq_requisition_version_district_id_requisition_id_place"),
        ),
    )


def downgrade() -> None:
    op.drop_table("requisition_version")
