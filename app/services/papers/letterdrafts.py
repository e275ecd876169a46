"""What each step of the route sends: one draft a letter, made from the answers with which it went out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from app import formjs, papers
from app.domain import secrecy
from app.models.district import office_queries as offices
from app.models.issuing import paper_queries as certificates
from app.services.casefile import neighbours, sentletters, units
from app.services.casefile.options import choices
from app.services.casefile.projections import LETTER_NO
from app.services.district import calendars
from app.services.papers import annexes, signers, unitreports
from app.services.papers.letterkinds import TELLING, Draft, district, head_of_thana, last_letter
from app.services.papers.paperpeople import People, named
from app.services.procedure import releases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.papers import Words
    from app.services.casefile.casefile import CaseFile
    from app.services.casefile.facts import CaseFacts
    from app.services.casefile.sentletters import Sent
    from app.services.papers.annexes import Annex


class Maker:
    """Makes the letters that went out with one submission."""

    def __init__(self, session: Session, file: CaseFile, row: AnyRow) -> None:
        self._session, self._file, self._row = session, file, row
        self._known: CaseFacts = file.facts
        self._people = People(session, self._known, row.at)

    def drafts(self) -> Iterator[Draft]:
        """The letters, for those that the officer may read and in whose words the release in force can say them."""
        make = _SENT_BY.get(self._row.form)
        classes = self._file.classes_of(self._row)
        if make is None or not classes:
            return
        values, texts = self._known.open_answer(self._row), self.texts
        for draft in make(self, values):
            is_open = draft.template not in TELLING or secrecy.SENSITIVE in classes
            if draft.number and is_open and texts.has(draft.template):
                yield draft

    @property
    def texts(self) -> papers.Texts:
        """The words of the release in force; those of the case's own may be older than its letters."""
        return releases.active(self._session).texts

    def of_letter(self, letter_id: UUID) -> Draft | None:
        """The draft of a letter that the submission went out with, for whoever's right to it is settled."""
        make = _SENT_BY[self._row.form]
        drafts = make(self, self._known.open_answer(self._row))
        return next((draft for draft in drafts if draft.letter_id == letter_id), None)

    def facts(self, draft: Draft, texts: papers.Texts, annex: Annex | None = None) -> papers.LetterFacts:
        """Everything the letter says; `annex` is the list of its persons, where it is not about this case alone."""
        day = calendars.day(self._row.at)
        side: signers.Side = "dm" if draft.side == "dm" else "sp"
        by, at = self._row.answered_by, self._row.at
        return papers.LetterFacts(
            template=draft.template,
            signer=draft.signer or signers.of_side(self._session, texts, side, by, at),
            district=district(self._session),
            issued_on=day,
            number=draft.number,
            memo_no="" if draft.is_slip else draft.number,
            frame="" if draft.is_slip else "letter_frame",
            words={"addressee": draft.to, **draft.words},
            plain={
                "reg_from": self._first_year(),
                "case_no": self._known.case.number,
                **draft.plain,
                **(
                    {**_counted(annex.count), "due_date": papers.dmy(annex.due_on)}
                    if annex is not None
                    else {}
                ),
            },
            rows=draft.rows,
            subject=self._people.subject(),
            annex=self._list(draft, texts, annex),
            annex_widths=_WIDTHS,
        )

    def _list(self, draft: Draft, texts: papers.Texts, annex: Annex | None) -> annexes.Rows:
        if draft.template not in _WITH_LIST:
            return ()
        return self._annex(texts) if annex is None else annex.rows

    def _first_year(self) -> str:
        """From which year on the registers are searched; read only for a letter that is drawn, not for the list."""
        checks = self._known.decided.get("checks") or {}
        return str(calendars.day(self._row.at).year - int(checks.get("lookback_years") or 5))

    def _annex(self, texts: papers.Texts) -> annexes.Rows:
        """The list of a letter about this case alone."""
        subject = self._people.subject()
        address = papers.address_line(texts, subject.permanent)
        return annexes.of_one(texts, self._known.person(), address, self._known.case.number)

    # -- what each step sends ------------------------------------------------------------------------------

    def scrutinise(self, values: Mapping[str, Any]) -> Iterator[Draft]:
        requester = self._people.requester()
        quoted = {
            "req_letter_no": requester.letter_no,
            "req_letter_date": papers.dmy(requester.letter_date),
        }
        number = str(values.get(LETTER_NO) or "")
        if values.get("action") in ("return", "forward"):
            yield self._receipt(values, requester)
        if values.get("action") == "return":
            yield Draft(
                "return_defect",
                "dm",
                number,
                requester.address_block,
                plain=quoted,
                rows={"defects": self._defects(values)},
            )
        elif values.get("action") == "forward":
            text = str(values.get("instruction") or "")
            letter = next(iter(sentletters.named(values).values()), None)
            yield Draft(
                "fwd_dm_to_sp",
                "dm",
                number,
                self._head("sp_designation"),
                words={"requester": requester.department, "instruction": papers.as_typed(text)},
                plain={**quoted, **_counted(1), "due_date": papers.dmy(self._known.case.due_on)},
                letter_id=_id_of(letter),
            )

    def _receipt(self, values: Mapping[str, Any], requester: papers.Requester) -> Draft:
        """The पावती for the department; it names the due day once the papers are found complete."""
        case, letter = self._known.case, self._people.letter
        defects = self._defects(values) if values.get("action") == "return" else []
        missing = ("; ".join(row[f"defect_{language}"] for row in defects) for language in ("hi", "en"))
        return Draft(
            "acknowledgement",
            "dm",
            self._people.diary_number(),
            requester.address_block,
            words={"requester": requester.department, "missing": papers.Words(*missing)},
            plain={
                "req_letter_no": requester.letter_no,
                "req_letter_date": papers.dmy(requester.letter_date),
                "received_date": _day(letter.get("received_date")),
                **_counted(int(letter.get("candidate_count") or 1)),
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

    def route(self, values: Mapping[str, Any]) -> Iterator[Draft]:
        letters, number = sentletters.named(values), str(values.get(LETTER_NO) or "")
        yield from self._to_thanas(values, number)
        asked = neighbours.of_case(self._session, self._known.case)
        there = {str(each.district) for each in asked if each.state in neighbours.THERE and not each.is_again}
        for row in values.get("other_district") or ():
            if str(row.get("district")) not in there:
                own = letters.get(sentletters.place_of(row))
                yield self._elsewhere(own.number if own is not None else number, row, _id_of(own))
        for each in asked:  # returned by the district that was asked first, and to one that gets paper
            if each.is_again and each.state == neighbours.PAPER:
                first: Mapping[str, Any] = next(iter(values.get("other_district") or ()), {})
                yield self._elsewhere(each.number, {**first, "office": each.office}, due_on=each.due_on)

    def _elsewhere(
        self, number: str, row: Mapping[str, Any], letter_id: UUID | None = None, due_on: date | None = None
    ) -> Draft:
        """The letter to another district about one address; it asks for its answer by a day of the letter's own."""
        lines = units.addresses(self._known)
        hindi, english = lines.get(str(row.get("address")), ("", ""))
        return Draft(
            "other_district",
            "sp",
            number,
            named(str(row.get("office") or "")),
            words={"other_addr": papers.Words(hindi, english)},
            plain={
                "from": _month(row.get("period_from")),
                "to": _month(row.get("period_to")),
                "due_date": papers.dmy(due_on or self._known.case.due_on),
            },
            letter_id=letter_id,
        )

    def _to_thanas(self, values: Mapping[str, Any], number: str) -> Iterator[Draft]:
        forward = self._forward()
        note, letters = str(values.get("sp_note") or ""), sentletters.named(values)
        for thana_id in dict.fromkeys(row.get("thana") for row in values.get("routes") or ()):
            thana = offices.find(self._session, UUID(thana_id)) if thana_id else None
            if thana is None or not forward[0]:
                continue
            own = letters.get(str(thana.id))
            yield Draft(
                "fwd_sp_to_thana",
                "sp",
                own.number if own is not None else number,
                head_of_thana(self.texts, thana.name_hi, thana.name_en),
                words={"instruction": papers.as_typed(note)},
                plain={
                    **_counted(1),
                    "dm_memo_no": forward[0],
                    "dm_memo_date": forward[1],
                    "due_date": papers.dmy(self._known.case.due_on),
                },
                letter_id=_id_of(own),
            )

    def endorse(self, values: Mapping[str, Any]) -> Iterator[Draft]:
        found = next((row for row in self._known.enquiries if row.id == self._row.enquiry_id), None)
        if found is not None:
            yield unitreports.draft(self._file, self._row, found, values, self.texts)

    def dispatch(self, values: Mapping[str, Any]) -> Iterator[Draft]:
        """The slip that went with the paper; its number is that of the paper in the dispatch register."""
        papers_sent = certificates.of_case(self._session, self._known.case.id)
        paper = next((row for row in reversed(papers_sent) if row.issued_at is not None), None)
        if paper is None:
            return
        requester = self._people.requester()
        block = requester.address_block
        form = self._file.release.form(self._row.form)
        mode = [
            formjs.label(form, "dispatch_mode", values.get("dispatch_mode"), {}, lang)
            for lang in ("hi", "en")
        ]
        yield Draft(
            "dispatch_slip",
            "dm",
            paper.memo_number,
            block,
            words={
                "addressee": papers.Words(block.hi.replace("\n", " "), block.en.replace("\n", " ")),
                "mode": papers.Words(*mode),
                "paper_kind": self.texts.setting(f"paper_kind.{paper.output}"),
                "receipt_name": named(values.get("receipt_name")),
            },
            plain={
                "dispatch_no": paper.memo_number,
                "cert_no": paper.number,
                "cert_date": papers.dmy(calendars.day(paper.issued_at)),
                "track_no": str(values.get("track_no") or ""),
                "sent_to_email": str(values.get("sent_to_email") or ""),
            },
            is_slip=True,
        )

    def recommend(self, values: Mapping[str, Any]) -> Iterator[Draft]:
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
        reported = [row for row in self._known.enquiries if row.state == "reported"]
        named = dict.fromkeys(units.name(self._known, row) for row in reported)
        texts = self.texts
        yield Draft(
            "sp_report",
            "sp",
            str(values["sp_memo_no"]),
            self._head("dm_designation_letter"),
            words={
                "reporting_units": papers.joined(texts, [papers.Words(*each) for each in named]),
                "outcome": papers.Words(*outcome),
                "reason": papers.as_typed(str(values.get("sp_reason") or "")),
            },
            plain={"dm_memo_no": forward[0], "dm_memo_date": forward[1]},
        )

    def decide(self, values: Mapping[str, Any]) -> Iterator[Draft]:
        if values.get("dm_decision") == "hear_applicant":
            yield self._notice(values, "dm")

    def _notice(self, values: Mapping[str, Any], side: Literal["dm", "sp"]) -> Draft:
        subject = self._people.subject()
        place = str(values.get("hearing_place") or "")
        name, address = papers.titled(self.texts, subject), papers.address_line(self.texts, subject.permanent)
        return Draft(
            "hearing_notice",
            side,
            str(values.get(LETTER_NO) or ""),
            papers.Words(f"{name.hi},\n{address.hi}", f"{name.en},\n{address.en}"),
            words={"place_of_hearing": named(place)},
            plain={
                "hearing_date": _day(values.get("hearing_date")),
                "time": str(values.get("hearing_time") or ""),
            },
        )

    def prepared_notice(self) -> Draft:
        """The notice of a hearing that is only prepared, without a number: of a row of such an answer."""
        side = _PREPARES[self._row.form]
        return self._notice(self._known.open_answer(self._row), side)

    def _forward(self) -> tuple[str, str]:
        """Number and day of the DM's letter to the SP; empty for a case that went before letters had numbers."""
        return last_letter(self._file, "scrutinise")

    def _head(self, designation: str) -> Words:
        said, of = self.texts.setting(designation), district(self._session)
        return papers.Words(f"{said.hi}, {of.hi}", f"{said.en}, {of.en}")


_SENT_BY: dict[str, Callable[[Maker, Mapping[str, Any]], Iterator[Draft]]] = {
    "scrutinise": Maker.scrutinise,
    "route": Maker.route,
    "recommend": Maker.recommend,
    "decide": Maker.decide,
    "endorse_enquiry": Maker.endorse,
    "dispatch": Maker.dispatch,
}
#: What a prepared hearing is called among the answers -> whose notice calls to it.
_PREPARES: dict[str, Literal["dm", "sp"]] = {"prepare_hearing": "dm", "prepare_hearing_by_sp": "sp"}
_WIDTHS = (10, 36, 38, 56, 32)  # of the list, in mm: numbers stay whole
_WITH_LIST = frozenset({"fwd_dm_to_sp", "fwd_sp_to_thana"})


def _counted(persons: int) -> dict[str, str]:
    """How many persons a letter is about; one or many, so that its text says the word in its number."""
    return {
        "n": str(persons),
        "one": "1" if persons == 1 else "",
        "many": str(persons) if persons > 1 else "",
    }


def _id_of(letter: Sent | None) -> UUID | None:
    return UUID(letter.id) if letter is not None else None


def _month(text: Any) -> str:
    """A month as papers write it, 01-2022; a day, where one was answered, as a day."""
    return "-".join(reversed(str(text or "").split("-")))


def _day(text: Any) -> str:
    return papers.dmy(date.fromisoformat(str(text))) if text else ""
