"""The letters of the route, drawn from the record when somebody wants to see them: nothing of them is kept but it.

A letter goes out with the answers of a step, which gave it its number; it says what was answered there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from app import formjs, papers
from app.domain import numbers, secrecy
from app.domain.errors import NotFound
from app.domain.offices import OfficeKind
from app.domain.roles import Role
from app.models import case_queries as cases
from app.models import office_queries as offices
from app.models import officer_queries as officers
from app.models import posting_queries as postings
from app.models import reminder_queries as reminder_table
from app.services.casefile import casefile, sightings
from app.services.casefile.projections import LETTER_NO
from app.services.district import calendars, units
from app.services.district.options import choices
from app.services.papers.paperpeople import People
from app.services.procedure import releases
from app.services.store import documents
from app.services.store.drafts import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.papers import Words
    from app.services.casefile.casefile import CaseFile
    from app.services.casefile.facts import CaseFacts
    from app.services.store.database import Database

#: Letters that state facts of the enquiry: for those alone who may read such facts.
_DIGITS = 3
REMINDER = "reminder"
_TELLING = frozenset({"sp_report", "hearing_notice"})


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter as a list of the case names it; `key` is how it is asked for."""

    key: str
    kind: str
    number: str
    to_hi: str
    to_en: str
    at: Any


@dataclass(frozen=True, slots=True)
class _Draft:
    """One letter: its template, whose it is, to whom, and what it says."""

    template: str
    side: Literal["dm", "sp"]
    number: str
    to: Words
    words: Mapping[str, Words] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, list[Mapping[str, str]]] = field(default_factory=dict)
    is_slip: bool = False  # stands alone, without a letterhead and a पत्रांक of its own


def of_case(session: Session, file: CaseFile) -> list[LetterLine]:
    """The letters that went out in this case and that the officer may see, oldest first."""
    lines = []
    for row in file.answer_rows:
        for place, draft in enumerate(_Maker(session, file, row).drafts()):
            lines.append(
                LetterLine(
                    f"{row.id}-{place}", draft.template, draft.number, draft.to.hi, draft.to.en, row.at
                )
            )
    lines += [
        LetterLine(f"{row.id}-0", REMINDER, row.memo_number, row.office_hi, row.office_en, row.at)
        for row in reminder_table.letters_of(session, file.facts.case.id)
    ]
    return sorted(lines, key=lambda line: line.at)


def draw(database: Database, actor: Actor, number: str, key: str, now: datetime) -> documents.File:
    """A letter of a case as PDF, the looking recorded first. Raises NotFound, PaperRefused naming what it lacks."""
    scope = actor_scope(actor)
    answer, _, place = key.rpartition("-")

    def read(session: Session) -> tuple[AnyRow, datetime, papers.Texts, papers.LetterFacts]:
        known = numbers.parse_case_number(number)
        case = cases.find_number(session, known) if known else None
        if case is None or not (place.isascii() and place.isdigit() and len(place) <= _DIGITS):
            raise NotFound
        file = casefile.CaseFile(session, actor, case, releases.load(session, case.release_id), now)
        texts = releases.active(session).texts
        row = next((row for row in file.answer_rows if str(row.id) == answer), None)
        if row is None:
            return case, *_reminder(session, file, answer, texts)
        maker = _Maker(session, file, row)
        drafts = list(maker.drafts())
        if int(place) >= len(drafts):
            raise NotFound
        return case, row.at, texts, maker.facts(drafts[int(place)], texts)

    case, at, texts, facts = database.read(read, scope)
    classes = {secrecy.SENSITIVE} if facts.template in _TELLING else secrecy.NONE
    sightings.note(database, actor, f"case:{case.id}", "letter", classes, now)
    data = papers.draw_paper(papers.compose_letter(texts, facts), at, papers.Assets(fonts=database.fonts))
    return documents.File(f"{facts.number.replace('/', '-')}.pdf", "application/pdf", data)


def _reminder(
    session: Session, file: CaseFile, reminder_id: str, texts: papers.Texts
) -> tuple[datetime, papers.Texts, papers.LetterFacts]:
    """A स्मार पत्र, in the name of whoever headed the reminding office on that day. Raises NotFound."""
    case, day_of = file.facts.case, calendars.day
    found = (row for row in reminder_table.letters_of(session, case.id) if str(row.id) == reminder_id)
    row = next(found, None)
    if row is None:
        raise NotFound
    side: Literal["dm", "sp"] = "dm" if row.office_kind == OfficeKind.SP_OFFICE else "sp"
    district, sent = offices.district(session), _last_letter(file, "scrutinise" if side == "dm" else "route")
    step = file.release.engine.label(row.element_id)
    facts = papers.LetterFacts(
        template=REMINDER,
        signer=papers.Signer(side, _head_of(session, side, day_of(row.at))),
        district=papers.Words(district.name_hi, district.name_en),
        issued_on=day_of(row.at),
        number=row.memo_number,
        memo_no=row.memo_number,
        words={"addressee": papers.Words(row.office_hi, row.office_en), "step": papers.Words(*step)},
        plain={
            "n": str(row.number),
            "case_no": case.number,
            "due_date": papers.dmy(row.due_on),
            "memo_no_ref": sent[0],
            "memo_date_ref": sent[1],
        },
        subject=People(session, file.facts).subject(),
    )
    return row.at, texts, facts


def _head_of(session: Session, side: Literal["dm", "sp"], day: date) -> Words:
    """The name of the officer who held the head's post on a day."""
    office_id = offices.only_of_kind(session, f"{side}_office", day)
    role = Role.DM if side == "dm" else Role.SP
    for row in postings.of_office(session, office_id, day) if office_id is not None else ():
        if row.role == role and row.valid_from <= day:
            return papers.Words(row.name_hi, row.name_en)
    raise NotFound


def _last_letter(file: CaseFile, form: str) -> tuple[str, str]:
    """Number and day of the last letter that went out with a form; empty where none did."""
    for row in reversed(file.answer_rows):
        if row.form == form:
            number = file.facts.open_answer(row).get(LETTER_NO)
            if number:
                return str(number), papers.dmy(calendars.day(row.at))
    return "", ""


class _Maker:
    """Makes the letters that went out with one submission."""

    def __init__(self, session: Session, file: CaseFile, row: AnyRow) -> None:
        self._session, self._file, self._row = session, file, row
        self._known: CaseFacts = file.facts
        self._people = People(session, self._known)

    def drafts(self) -> Iterator[_Draft]:
        """The letters, for those that the officer may read."""
        make = _LETTERS.get(self._row.form)
        classes = self._file.classes_of(self._row)
        if make is None or not classes:
            return
        values = self._known.open_answer(self._row)
        for draft in make(self, values):
            if draft.number and (draft.template not in _TELLING or secrecy.SENSITIVE in classes):
                yield draft

    def facts(self, draft: _Draft, texts: papers.Texts) -> papers.LetterFacts:
        """Everything the letter says."""
        day = calendars.day(self._row.at)
        district = offices.district(self._session)
        signer = self._signer(draft.side, texts)
        return papers.LetterFacts(
            template=draft.template,
            signer=signer,
            district=papers.Words(district.name_hi, district.name_en),
            issued_on=day,
            number=draft.number,
            memo_no="" if draft.is_slip else draft.number,
            frame="" if draft.is_slip else "letter_frame",
            words={"addressee": draft.to, **draft.words},
            plain={**draft.plain, "reg_from": self._first_year()},
            rows=draft.rows,
            subject=self._people.subject(),
            annex=self._annex(texts) if draft.template in _WITH_LIST else (),
        )

    def _first_year(self) -> str:
        """From which year on the registers are searched; read only for a letter that is drawn, not for the list."""
        checks = self._known.decided.get("checks") or {}
        return str(calendars.day(self._row.at).year - int(checks.get("lookback_years") or 5))

    def _signer(self, side: Literal["dm", "sp"], texts: papers.Texts) -> papers.Signer:
        """Who sent it: the head of the office, or by his own name whoever of it signs for him."""
        name = papers.Words(*officers.names(self._session, self._row.answered_by))
        day = calendars.day(self._row.at)
        office_id = offices.only_of_kind(self._session, f"{side}_office", day)
        posts = (
            officers.roles_in(self._session, self._row.answered_by, office_id, day)
            if office_id is not None and self._row.answered_by is not None
            else frozenset()
        )
        if (Role.DM if side == "dm" else Role.SP) in posts:
            return papers.Signer(side, name)
        head = texts.setting("dm_designation_letter" if side == "dm" else "sp_designation")
        return papers.Signer(side, name, papers.Words(f"कृते {head.hi}", f"For the {head.en}"))

    def _annex(self, texts: papers.Texts) -> tuple[tuple[str, ...], ...]:
        """The list of persons that goes with a letter: one here, for each case is forwarded by itself."""
        subject = self._people.subject()
        address = papers.address_line(texts, subject.permanent)
        relation = texts.setting(f"relation.{subject.relation}.{subject.gender}").hi
        who = f"{relation} {subject.father.hi}" if subject.father else ""
        head = ("क्र०", "नाम", "पिता/पति", "पता", "प्रकरण संख्या")
        return (head, ("1", subject.name.hi, who, address.hi, self._known.case.number.replace("/", "-")))

    # -- what each step sends ------------------------------------------------------------------------------

    def scrutinise(self, values: Mapping[str, Any]) -> Iterator[_Draft]:
        requester = self._people.requester()
        letter = {
            "req_letter_no": requester.letter_no,
            "req_letter_date": papers.dmy(requester.letter_date),
        }
        number = str(values.get(LETTER_NO) or "")
        if values.get("action") in ("return", "forward"):
            yield self._receipt(values, requester)
        if values.get("action") == "return":
            yield _Draft(
                "return_defect",
                "dm",
                number,
                requester.address_block,
                plain=letter,
                rows={"defects": self._defects(values)},
            )
        elif values.get("action") == "forward":
            text = str(values.get("instruction") or "")
            yield _Draft(
                "fwd_dm_to_sp",
                "dm",
                number,
                self._head("sp_designation"),
                words={"requester": requester.department, "instruction": papers.Words(text, text)},
                plain={**letter, "n": "1", "due_date": papers.dmy(self._known.case.due_on)},
            )

    def _receipt(self, values: Mapping[str, Any], requester: papers.Requester) -> _Draft:
        """The पावती for the department; it names the due day once the papers are found complete."""
        case, letter = self._known.case, self._people.letter
        defects = self._defects(values) if values.get("action") == "return" else []
        missing = ("; ".join(row[f"defect_{language}"] for row in defects) for language in ("hi", "en"))
        return _Draft(
            "acknowledgement",
            "dm",
            self._people.diary_number(),
            requester.address_block,
            words={"requester": requester.department, "missing": papers.Words(*missing)},
            plain={
                "req_letter_no": requester.letter_no,
                "req_letter_date": papers.dmy(requester.letter_date),
                "received_date": _day(letter.get("received_date")),
                "n": str(letter.get("candidate_count") or 1),
                "diary_no": self._people.diary_number(),
                "case_no": case.number,
                "due_date": "" if defects else papers.dmy(case.due_on),
            },
            is_slip=True,
        )

    def _defects(self, values: Mapping[str, Any]) -> list[Mapping[str, str]]:
        form = self._file.release.form("scrutinise")
        person = self._people.subject().name
        rows: list[Mapping[str, str]] = []
        for each in values.get("defects") or ():
            said = [formjs.label(form, "defects.code", each.get("code"), {}, lang) for lang in ("hi", "en")]
            text = str(each.get("text") or "")
            told = [f"{label}: {text}" if text else label for label in said]
            rows.append(
                {
                    "defect_hi": told[0],
                    "defect_en": told[1],
                    "name_hi": person.hi,
                    "name_en": person.en,
                }
            )
        return rows

    def route(self, values: Mapping[str, Any]) -> Iterator[_Draft]:
        number = str(values.get(LETTER_NO) or "")
        yield from self._to_thanas(values, number)
        for row in values.get("other_district") or ():
            office = str(row.get("office") or "")
            lines = units.addresses(self._known)
            hindi, english = lines.get(str(row.get("address")), ("", ""))
            yield _Draft(
                "other_district",
                "sp",
                number,
                papers.Words(office, office),
                words={"other_addr": papers.Words(hindi, english)},
                plain={
                    "from": _month(row.get("period_from")),
                    "to": _month(row.get("period_to")),
                    "due_date": papers.dmy(self._known.case.due_on),
                },
            )

    def _to_thanas(self, values: Mapping[str, Any], number: str) -> Iterator[_Draft]:
        forward = self._forward()
        note = str(values.get("sp_note") or "")
        for thana_id in dict.fromkeys(row.get("thana") for row in values.get("routes") or ()):
            thana = offices.find(self._session, UUID(thana_id)) if thana_id else None
            if thana is None or not forward[0]:
                continue
            sho = releases.active(self._session).texts.setting("sho_designation")
            yield _Draft(
                "fwd_sp_to_thana",
                "sp",
                number,
                papers.Words(f"{sho.hi}, थाना {thana.name_hi}", f"{sho.en}, {thana.name_en} P.S."),
                words={"instruction": papers.Words(note, note)},
                plain={
                    "n": "1",
                    "dm_memo_no": forward[0],
                    "dm_memo_date": forward[1],
                    "due_date": papers.dmy(self._known.case.due_on),
                },
            )

    def recommend(self, values: Mapping[str, Any]) -> Iterator[_Draft]:
        if values.get("sp_decision") == "hear_applicant":
            yield self._notice(values, "sp")
        forward = self._forward()
        if not values.get("sp_memo_no") or not forward[0]:
            return
        form = self._file.release.form("recommend")
        options = choices(self._session, form, self._file.release, self._known)
        outcome = [
            formjs.label(form, "sp_outcome", values.get("sp_outcome"), options, lang) for lang in ("hi", "en")
        ]
        reason = str(values.get("sp_reason") or "")
        reported = [row for row in self._known.enquiries if row.state == "reported"]
        named = dict.fromkeys(units.name(self._known, row) for row in reported)
        texts = releases.active(self._session).texts
        yield _Draft(
            "sp_report",
            "sp",
            str(values["sp_memo_no"]),
            self._head("dm_designation_letter"),
            words={
                "reporting_units": papers.joined(texts, [papers.Words(*each) for each in named]),
                "outcome": papers.Words(*outcome),
                "reason": papers.Words(reason, reason),
            },
            plain={"dm_memo_no": forward[0], "dm_memo_date": forward[1]},
        )

    def decide(self, values: Mapping[str, Any]) -> Iterator[_Draft]:
        if values.get("dm_decision") == "hear_applicant":
            yield self._notice(values, "dm")

    def _notice(self, values: Mapping[str, Any], side: Literal["dm", "sp"]) -> _Draft:
        subject = self._people.subject()
        place = str(values.get("hearing_place") or "")
        address = papers.address_line(releases.active(self._session).texts, subject.permanent)
        return _Draft(
            "hearing_notice",
            side,
            str(values.get(LETTER_NO) or ""),
            papers.Words(f"{subject.name.hi},\n{address.hi}", f"{subject.name.en},\n{address.en}"),
            words={"place_of_hearing": papers.Words(place, place)},
            plain={
                "hearing_date": _day(values.get("hearing_date")),
                "time": str(values.get("hearing_time") or ""),
            },
        )

    def _forward(self) -> tuple[str, str]:
        """Number and day of the DM's letter to the SP; empty for a case that went before letters had numbers."""
        return _last_letter(self._file, "scrutinise")

    def _head(self, designation: str) -> Words:
        said = releases.active(self._session).texts.setting(designation)
        district = offices.district(self._session)
        return papers.Words(f"{said.hi}, {district.name_hi}", f"{said.en}, {district.name_en}")


_LETTERS: dict[str, Callable[[_Maker, Mapping[str, Any]], Iterator[_Draft]]] = {
    "scrutinise": _Maker.scrutinise,
    "route": _Maker.route,
    "recommend": _Maker.recommend,
    "decide": _Maker.decide,
}
_WITH_LIST = frozenset({"fwd_dm_to_sp", "fwd_sp_to_thana"})


def _month(text: Any) -> str:
    """A month as papers write it, 01-2022; a day, where one was answered, as a day."""
    return "-".join(reversed(str(text or "").split("-")))


def _day(text: Any) -> str:
    return papers.dmy(date.fromisoformat(str(text))) if text else ""
