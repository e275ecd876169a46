"""The स्मार पत्र of a case: to whom each went, to which letter it refers, and in whose name it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import papers
from app.domain.offices import OfficeKind
from app.models.timekeeping import reminder_queries as table
from app.services.casefile import neighbours, sentletters
from app.services.district import calendars, englishnames
from app.services.papers import signers
from app.services.papers.letterkinds import addressed, district, last_letter
from app.services.papers.paperpeople import People, named
from app.services.procedure import releases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.papers import Words
    from app.services.casefile.casefile import CaseFile

KIND, _FIRST, _TO_DISTRICT = "reminder", "reminder_first", "reminder_district"
_ROUTE, _SCRUTINY = "route", "scrutinise"  # the forms with which the letters went that are reminded of
_SP = "पुलिस अधीक्षक, {}"  # of a district of which no letter says how its SP is called


def of_case(session: Session, file: CaseFile) -> Iterator[tuple[AnyRow, Words]]:
    """The reminders that went out as letters and that the officer may see, each with its addressee, oldest first."""
    rows = table.letters_of(session, file.facts.case.id)
    if not rows:
        return
    texts, home = releases.active(session).texts, district(session)
    for row in rows:
        yield row, _elsewhere(session, file, row) if row.to_place else addressed(texts, row, home)


def facts(session: Session, file: CaseFile, reminder_id: str) -> tuple[AnyRow, papers.LetterFacts] | None:
    """A reminder by its id, in the name of whoever headed the reminding office on that day; None: there is none.

    Raises NotFound where nobody headed it.
    """
    texts = releases.active(session).texts
    row, to = next((each for each in of_case(session, file) if str(each[0].id) == reminder_id), (None, None))
    if row is None or to is None:
        return None
    side: signers.Side = "dm" if _is_of_dm(row) else "sp"
    number, day = _reminded_of(session, file, row)
    step = file.release.engine.label(row.element_id)
    late = calendars.of(session).days_between(row.due_on, calendars.day(row.at))
    return row, papers.LetterFacts(
        template=_template(texts, row),
        signer=signers.head_of(session, texts, side, row.at),
        district=district(session),
        issued_on=calendars.day(row.at),
        number=row.memo_number,
        memo_no=row.memo_number,
        words={"addressee": to, "step": papers.Words(*step)},
        plain={
            "n": str(row.number),
            "case_no": file.facts.case.number,
            "due_date": papers.dmy(row.due_on),
            "days": str(late or ""),
            "memo_no_ref": number,
            "memo_date_ref": day,
        },
        subject=People(session, file.facts).subject(),
    )


def _template(texts: papers.Texts, row: AnyRow) -> str:
    """The words for whom it goes to; a release from before another district had any says what it says to all."""
    if row.to_place and texts.has(_TO_DISTRICT):
        return _TO_DISTRICT
    return _FIRST if row.number == 1 and texts.has(_FIRST) else KIND


def _is_of_dm(row: AnyRow) -> bool:
    """Whether the DM's office reminds; the SP's reminds all others, and the SP of another district."""
    return row.office_kind == OfficeKind.SP_OFFICE and not row.to_place


def _elsewhere(session: Session, file: CaseFile, row: AnyRow) -> Words:
    """The other district's SP as the letter called him that has no answer."""
    again = _asked_again(session, file, row)
    if again is not None:
        return named(again.office)
    place = str(row.to_place)
    asked = next((each for each in _marked(file) if sentletters.place_of(each) == place), {})
    return named(str(asked.get("office") or _SP.format(englishnames.district(place)[0])))


def _reminded_of(session: Session, file: CaseFile, row: AnyRow) -> tuple[str, str]:
    """Number and day of the letter that has no answer yet; empty for a case that went before letters had numbers."""
    again = _asked_again(session, file, row)
    if again is not None:
        return again.number, papers.dmy(calendars.day(again.asked_at))
    if row.to_place:
        return last_letter(file, _ROUTE, row.to_place)
    return last_letter(file, _SCRUTINY if _is_of_dm(row) else _ROUTE, row.office_id)


def _asked_again(session: Session, file: CaseFile, row: AnyRow) -> neighbours.Asked | None:
    """The letter with which the other district was asked anew, where the reminder is of that one."""
    asked = neighbours.of_case(session, file.facts.case) if row.to_place else ()
    return next(
        (
            each
            for each in reversed(asked)
            if each.is_again and each.enquiry_id == row.enquiry_id and str(each.district) == row.to_place
        ),
        None,
    )


def _marked(file: CaseFile) -> Iterator[dict[str, str]]:
    """What the letters to other districts said of their addressees, the last marking first."""
    for row in reversed(file.answer_rows):
        if row.form == _ROUTE:
            yield from file.facts.open_answer(row).get("other_district") or ()
