"""Rows of cases written in bulk, for trials with very many of them; never for the cases of officers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from app.models.tables.cases import address, applicant, case, data_key, enquiry, requisition, search_key
from app.models.tables.clocks import case_clock
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
