"""Rows of cases written in bulk, for trials with very many of them; never for the cases of officers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from app.models.tables.base import insert_or
from app.models.tables.cases import address, applicant, case, data_key, enquiry, requisition, search_key
from app.models.tables.clocks import case_clock
from app.models.tables.papers import number_series
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.models.scope import Session

Rows = dict[str, list[dict[str, Any]]]
#: Parents first.
_TABLES = (data_key, requisition, case, applicant, address, search_key, enquiry, user_task, case_clock)


def insert_all(session: Session, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write rows by the name of their table, parents before children. Raises KeyError for a table not meant here."""
    unknown = rows.keys() - {table.name for table in _TABLES}
    if unknown:
        raise KeyError(sorted(unknown))
    for table in _TABLES:
        if rows.get(table.name):
            own = [{"district_id": session.district_id, **row} for row in rows[table.name]]
            session.connection.execute(insert(table), own)


def reserve(session: Session, office_id: UUID, kind: str, year: int, count: int) -> int:
    """Take so many numbers of a series at once; -> the first of them."""
    statement = (
        insert_or(session.connection, number_series)
        .values(district_id=session.district_id, office_id=office_id, kind=kind, year=year, last=count)
        .on_conflict_do_update(
            index_elements=["district_id", "office_id", "kind", "year"],
            set_={"last": number_series.c.last + count},
        )
        .returning(number_series.c.last)
    )
    return int(session.connection.execute(statement).scalar_one()) - count + 1
