"""The register of outgoing numbers as the DM reads it, held against every number that the series gave."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.domain.numbers import Series
from app.domain.roles import Role
from app.domain.statement import Period
from app.models.tables.offices import office
from app.models.tables.papers import number_series
from app.services.reports import outgoing, reports
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.services.reports.statements import Line
    from tests.journey import Journey

ALWAYS = Period(date(2020, 1, 1), date(2029, 12, 31))
NUMBER, WHAT, TO, CASE, STATE = 0, 3, 4, 6, 9  # columns


def given(journey: Journey) -> list[str]:
    """Every number that the offices of the district gave, as their series say, of series that go by the code."""
    own, district = number_series.c, journey.staff.holder(Role.DM).district_id
    wanted = (
        select(office.c.code, own.kind, own.year, own.last)
        .join(office, (office.c.id == own.office_id) & (office.c.district_id == own.district_id))
        .where(own.kind.in_([*Series]), own.district_id == district)
    )
    with journey.database.engine.connect() as connection:
        rows = connection.execute(wanted).all()
    subject = {Series.MEMO: "CHAR", Series.LETTER: "VER"}
    return sorted(
        f"{row.code}/{subject[Series(row.kind)]}/{row.year}/{serial:05d}"
        for row in rows
        for serial in range(1, row.last + 1)
    )


def lines(journey: Journey) -> Sequence[Line]:
    """All lines of the register, having read it page by page as well."""
    dm = journey.staff.holder(Role.DM)

    def read(after: str | None) -> tuple[Sequence[Line], str]:
        work = partial(reports.make, actor=dm, key=outgoing.KEY, period=ALWAYS, purpose="", now=journey.now)
        sheet = journey.database.read(lambda session: work(session, after=after), actor_scope(dm))
        return sheet.lines, sheet.following

    whole, _ = read(None)
    paged, following = read("")
    paged = [*paged]
    while following:
        more, following = read(following)
        paged += more
    assert paged == whole, "its pages are what a file of it holds"
    return whole


def listed(journey: Journey) -> dict[str, Line]:
    """The register by number: each number that was given once, and no other, in the order of its series."""
    read = lines(journey)
    found = [line.cells[NUMBER] for line in read]
    assert sorted(found) == given(journey)
    by_series: dict[str, list[str]] = {}
    for number in found:
        by_series.setdefault(number.rpartition("/")[0], []).append(number)
    assert all(each == sorted(each) for each in by_series.values())
    return dict(zip(found, read, strict=True))
