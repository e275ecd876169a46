"""PostgreSQL keeps the rows of districts apart by itself; the program gives the policies after each migration.

Revision ID: 0038
Revises: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing of the tables changes; that it is due brings the policies to databases of earlier versions."""


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    found = op.get_bind().execute(
        sa.text("select tablename from pg_policies where schemaname = current_schema()")
    )
    for name in found.scalars().all():
        op.execute(sa.text(f'DROP POLICY IF EXISTS own_district ON "{name}"'))
        op.execute(sa.text(f'ALTER TABLE "{name}" DISABLE ROW LEVEL SECURITY'))
