"""Districts, offices, who answers for which area, holidays and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, UniqueConstraint

from app.models.tables.base import Json, case_table, metadata, uuid_column

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import ColumnElement, FromClause

district = Table(
    "district",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # LGD code
    Column("key", String(40), nullable=False, unique=True),
    Column("name_hi", String(120), nullable=False),
    Column("name_en", String(120), nullable=False),
    Column("code", String(8), nullable=False),  # prefix of case and paper numbers: SRN
    Column("demo", Boolean, nullable=False, default=False),
    info={"scope": "district"},
)

office = case_table(
    "office",
    Column("kind", String(24), nullable=False),
    uuid_column("parent_id", nullable=True),
    Column("key", String(60), nullable=False),
    Column("code", String(24), nullable=False),  # short ASCII code in memo numbers: DM-GEN, PS-MUF
    Column("name_hi", String(160), nullable=False),
    Column("name_en", String(160), nullable=False),
    Column("lgd_code", Integer),
    Column("facts", Json, nullable=False, default=dict),  # alternative spellings, PIN, block: public facts
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    UniqueConstraint("district_id", "key"),
    Index("ix_office_kind", "district_id", "kind"),
    scope="district",
    parents=[("parent_id", "office")],
)

jurisdiction = case_table(
    "jurisdiction",
    Column("area_kind", String(16), nullable=False),  # block | panchayat | village | thana
    Column("area_code", String(60), nullable=False),  # of a village: domain.areas.area_key
    Column("name", String(120)),  # of a village, a public fact
    uuid_column("office_id"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Index("ix_jurisdiction_area", "district_id", "area_kind", "area_code"),
    scope="district",
    parents=[("office_id", "office")],
)

holiday = case_table(
    "holiday",
    Column("day", Date, nullable=False),
    Column("name_hi", String(120), nullable=False),
    Column("name_en", String(120), nullable=False),
    scope="district",
    key=("district_id", "day"),
)

setting = case_table(
    "setting",
    Column("key", String(60), nullable=False),
    Column("value", Json, nullable=False),
    scope="district",
    key=("district_id", "key"),
)


def named(offices: FromClause, name: str) -> tuple[ColumnElement[Any], ...]:
    """The columns by which rows carry an office: `name`_kind, `name`_hi and `name`_en."""
    own = offices.c
    return (own.kind.label(f"{name}_kind"), own.name_hi.label(f"{name}_hi"), own.name_en.label(f"{name}_en"))
