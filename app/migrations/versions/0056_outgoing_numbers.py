"""Every number that an office gave stands in one register; those of earlier days are taken over from where they lie.

Numbers that stand in sealed answers alone are taken over by the upkeep of a day, which can open them.

Revision ID: 0056
Revises: 0055
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_PARENTS = (
    ("office_id", "office"),
    ("case_id", "case"),
    ("requisition_id", "requisition"),
    ("letter_id", "sent_letter"),
    ("to_office_id", "office"),
)
_USUAL = (("CHAR", "memo"), ("VER", "letter"))
_INDIA = timedelta(minutes=330)
_AT_ONCE = 500
_PLACE = 160
#: Of each number: itself, what bears it, when it was given, and what it is about.
_SENT = """SELECT district_id, number, CASE WHEN to_office_id IS NULL THEN 'other_district' WHEN form = 'route'
 THEN 'fwd_sp_to_thana' ELSE 'fwd_dm_to_sp' END AS what, sent_at AS at, NULL AS case_id, requisition_id,
 id AS letter_id, to_office_id, to_place FROM sent_letter WHERE number IS NOT NULL"""
_REMINDERS = """SELECT district_id, memo_number AS number, 'reminder' AS what, at, case_id, NULL AS requisition_id,
 NULL AS letter_id, CASE WHEN to_place IS NULL THEN office_id END AS to_office_id, to_place FROM reminder
 WHERE memo_number IS NOT NULL"""
_PAPERS = """SELECT district_id, {column} AS number, '{what}' AS what, allotted_at AS at, case_id,
 NULL AS requisition_id, NULL AS letter_id, NULL AS to_office_id, NULL AS to_place FROM certificate
 WHERE {column} IS NOT NULL"""
_ACTS = """SELECT district_id, number, CASE WHEN kind = 'revoke' THEN 'revocation_order' ELSE 'change_notice' END
 AS what, at, case_id, NULL AS requisition_id, NULL AS letter_id, NULL AS to_office_id, NULL AS to_place
 FROM paper_act WHERE number IS NOT NULL AND kind IN ('revoke', 'notice')"""
_REPLIES = """SELECT district_id, number, 'consolidated_reply' AS what, issued_at AS at, NULL AS case_id,
 requisition_id, NULL AS letter_id, NULL AS to_office_id, NULL AS to_place FROM reply WHERE number IS NOT NULL"""
_SOURCES = (
    _SENT,
    _REMINDERS,
    _PAPERS.format(column="memo_number", what="paper"),
    _PAPERS.format(column="copy_memo_number", what="copies"),
    _ACTS,
    _REPLIES,
)


def upgrade() -> None:
    table = op.create_table(
        "outgoing_number",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("series", sa.String(length=16), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("requisition_id", ID, nullable=True),
        sa.Column("letter_id", ID, nullable=True),
        sa.Column("to_office_id", ID, nullable=True),
        sa.Column("to_place", sa.String(length=160), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", column],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_outgoing_number_district_id_{column}"),
            )
            for column, parent in _PARENTS
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "office_id", "series", "year", "serial", name=op.f("pk_outgoing_number")
        ),
    )
    op.create_index("ix_outgoing_number_day", "outgoing_number", ["district_id", "given_on"])
    _take_over(table)


def _take_over(table: sa.Table) -> None:
    connection = op.get_bind()
    series = {
        (row.district_id, f"{row.code}/{subject}"): (row.id, kind)
        for row in connection.execute(sa.text("SELECT district_id, id, code FROM office"))
        for subject, kind in _USUAL
    }
    given = "SELECT district_id, office_id, kind, prefix FROM number_series WHERE prefix IS NOT NULL"
    for row in connection.execute(sa.text(given)):
        series[row.district_id, row.prefix] = (row.office_id, row.kind)
    taken: set[tuple[Any, ...]] = set()  # one letter may be told by several rows
    for source in _SOURCES:
        found = [_line(row, series) for row in _each(source)]
        lines = [line for line in found if line is not None and _is_first(line, taken)]
        for first in range(0, len(lines), _AT_ONCE):
            connection.execute(sa.insert(table), lines[first : first + _AT_ONCE])


def _is_first(line: dict[str, Any], taken: set[tuple[Any, ...]]) -> bool:
    key = tuple(line[part] for part in ("district_id", "office_id", "series", "year", "serial"))
    is_first = key not in taken
    taken.add(key)
    return is_first


def _each(source: str) -> Iterator[Any]:
    kept = dict.fromkeys(("case_id", "requisition_id", "letter_id", "to_office_id"), ID)
    return iter(op.get_bind().execute(sa.text(source).columns(**kept)).all())


def _line(row: Any, series: dict[tuple[int, str], tuple[Any, str]]) -> dict[str, Any] | None:
    """A number as the register has it; None for one of no series that is known."""
    prefix, _, rest = row.number.rpartition("/")
    prefix, _, year = prefix.rpartition("/")
    office_id, kind = series.get((row.district_id, prefix), (None, ""))
    if office_id is None or not (year.isdecimal() and rest.isdecimal()):
        return None
    return {
        "district_id": row.district_id,
        "office_id": office_id,
        "series": kind,
        "year": int(year),
        "serial": int(rest),
        "number": row.number,
        "what": row.what,
        "given_on": (_moment(row.at) + _INDIA).date(),
        "case_id": row.case_id,
        "requisition_id": row.requisition_id,
        "letter_id": row.letter_id,
        "to_office_id": row.to_office_id,
        "to_place": (row.to_place or "")[:_PLACE],
    }


def _moment(at: Any) -> datetime:
    """An instant in UTC; SQLite gives a text."""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def downgrade() -> None:
    op.drop_table("outgoing_number")
