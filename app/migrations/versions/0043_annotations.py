"""What was said later about a row of the record is found without reading its whole chain.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_ANNOTATIONS = sa.text("action = 'record:annotate'")


def upgrade() -> None:
    columns = ["district_id", "stream", "object"]
    op.create_index(
        "ix_audit_annotations", "audit", columns, sqlite_where=_ANNOTATIONS, postgresql_where=_ANNOTATIONS
    )


def downgrade() -> None:
    op.drop_index("ix_audit_annotations", table_name="audit")
