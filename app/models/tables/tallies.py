"""Sums kept with every step: what is open at each step by its due day, and how many working days steps took."""

from sqlalchemy import Column, Date, Integer, String

from app.models.tables.base import case_table, uuid_column

#: How many working days a step may have taken, each a column: every day up to 20, then up to 30, 60, and more.
LONGEST = 20
BEYOND = (30, 60)
TOOK = (
    *(f"took_{days}" for days in range(LONGEST + 1)),
    *(f"took_to_{days}" for days in BEYOND),
    "took_more",
)

standing_count = case_table(
    "standing_count",
    uuid_column("office_id"),
    Column("element_id", String(80), nullable=False),
    Column("purpose", String(40), nullable=False),
    uuid_column("release_id"),
    Column("due_on", Date, nullable=False),
    Column("open", Integer, nullable=False),
    scope="office",
    parents=[("office_id", "office"), ("release_id", "release")],
    key=("district_id", "office_id", "element_id", "purpose", "release_id", "due_on"),
)

pace_count = case_table(
    "pace_count",
    uuid_column("office_id"),
    Column("element_id", String(80), nullable=False),
    Column("purpose", String(40), nullable=False),
    uuid_column("release_id"),
    Column("month", Date, nullable=False),  # its first day; the month in which the steps were done
    *(Column(name, Integer, nullable=False, server_default="0") for name in TOOK),
    scope="office",
    parents=[("office_id", "office"), ("release_id", "release")],
    key=(
        "district_id",
        "month",
        "office_id",
        "element_id",
        "purpose",
        "release_id",
    ),  # a period lies together
)


def column_of(days: int) -> str:
    """The column that counts a step of so many working days."""
    if days <= LONGEST:
        return f"took_{max(days, 0)}"
    return next((f"took_to_{bound}" for bound in BEYOND if days <= bound), TOOK[-1])
