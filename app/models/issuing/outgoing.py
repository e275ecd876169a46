"""Every पत्रांक that an office has given: one row a number, written in the transaction that gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Date, Index, Integer, SmallInteger, String

from app.models.statements import Change
from app.models.tables.base import case_table, uuid_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.models.scope import Session
    from app.models.statements import At

outgoing = case_table(
    "outgoing_number",
    uuid_column("office_id"),  # that gave it
    Column("series", String(16), nullable=False),  # memo | letter
    Column("year", SmallInteger, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("number", String(60), nullable=False),  # as it is written on paper
    Column("what", String(24), nullable=False),  # the kind of letter or paper: no person, no outcome
    Column("given_on", Date, nullable=False),  # day in IST
    uuid_column("case_id", nullable=True),  # null: about several cases, or none
    uuid_column("requisition_id", nullable=True),  # where no case tells it
    uuid_column("letter_id", nullable=True),
    uuid_column("to_office_id", nullable=True),
    Column("to_place", String(160), nullable=False),  # another district: its code or name; empty: none
    Index("ix_outgoing_number_day", "district_id", "given_on"),
    scope="office",
    parents=[
        ("office_id", "office"),
        ("case_id", "case"),
        ("requisition_id", "requisition"),
        ("letter_id", "sent_letter"),
        ("to_office_id", "office"),
    ],
    key=("district_id", "office_id", "series", "year", "serial"),
)
_COLUMNS = tuple(column.name for column in outgoing.columns if column.name != "district_id")


def _add(at: At) -> Any:
    values = {name: getattr(at, name) for name in _COLUMNS}
    return at.insert(outgoing).values(district_id=at.district, **values).on_conflict_do_nothing()


_ADD = Change(outgoing, _add)


def put_number(session: Session, row: Mapping[str, Any]) -> None:
    """Let a number stand in the register: once, whoever says it again."""
    _ADD.put(session, **row)
