"""Numbers given before the register of outgoing numbers was kept that stand in sealed answers alone: taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.numbers import Outgoing
from app.models.casefile import case_queries as cases
from app.services.casefile import neighbours, sentletters
from app.services.casefile.projections import LETTER_NO
from app.services.district import calendars, series
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: Form of a step -> what its number was given to; `recommend` and `decide` gave it to the notice of a hearing.
_WHAT = {
    "endorse_enquiry": Outgoing.UNIT_REPORT,
    "route": Outgoing.TO_THANA,
    "recommend": Outgoing.HEARING,
    "decide": Outgoing.HEARING,
}


def take_over(session: Session, case: AnyRow, known: series.Prefixes) -> None:
    """Let the register tell of the numbers in the answers of a case (its row with `data_key_id` and `wrapped`)."""
    for number, given in _found(session, case):
        known.put(session, number, given)


def _found(session: Session, case: AnyRow) -> Iterator[tuple[str, series.Given]]:
    key = keys.unlock(session, case.data_key_id, case.wrapped)
    for row in cases.answers_of(session, case.id):
        if row.form in _WHAT or row.form == "scrutinise":
            values = keys.open_json(key, f"answer|values|{row.id}", row.values)
            for number, what in _numbers(row.form, values):
                yield number, series.Given(what, calendars.day(row.at), case.id)
    for each in neighbours.of_case(session, case):
        if each.is_again:
            day, place = calendars.day(each.asked_at), str(each.district)
            yield each.number, series.Given(Outgoing.TO_DISTRICT, day, case.id, to_place=place)


def _numbers(form: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Outgoing]]:
    """The numbers of an answer; those of letters that are rows of their own stand in the register already."""
    if values.get("sp_memo_no"):
        yield str(values["sp_memo_no"]), Outgoing.SP_REPORT
    if values.get(LETTER_NO) and not values.get(sentletters.LETTERS):
        is_sent = form == "scrutinise" and values.get("action") == "forward"
        yield str(values[LETTER_NO]), _WHAT.get(form, Outgoing.TO_SP if is_sent else Outgoing.RETURNED)
