"""What the tables of the first release share: their keys, the columns of these, and how one row names another."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def district() -> sa.Column[int]:
    return sa.Column("district_id", sa.Integer(), nullable=False)


def identity() -> sa.Column[UUID]:
    return sa.Column("id", ID, nullable=False)


def key(table: str) -> sa.PrimaryKeyConstraint:
    """A row is known by its district and its id: no row is found without saying whose it is."""
    return sa.PrimaryKeyConstraint("district_id", "id", name=op.f(f"pk_{table}"))


def refer(table: str, **named: str) -> list[sa.ForeignKeyConstraint]:
    """Columns that name a row of another table, each within the district of its own row."""
    return [
        sa.ForeignKeyConstraint(
            ["district_id", column],
            [f"{other}.district_id", f"{other}.id"],
            name=op.f(f"fk_{table}_district_id_{column}"),
        )
        for column, other in named.items()
    ]
