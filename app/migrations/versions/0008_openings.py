"""Who has opened a case is found without reading the whole record of access.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_LOOKS = sa.text("action in ('case:see', 'document:see', 'record:see')")


def upgrade() -> None:
    columns = ["district_id", "object", "seq"]
    op.create_index("ix_audit_looks", "audit", columns, sqlite_where=_LOOKS, postgresql_where=_LOOKS)


def downgrade() -> None:
    op.drop_index("ix_audit_looks", table_name="audit")
