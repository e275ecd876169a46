"""The facts of a paper, read from the case: who, on whose letter, what was found, who signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import formjs, papers
from app.domain import clock, findings
from app.domain.errors import NotFound
from app.models import case_queries as cases
from app.models import office_queries as offices
from app.models import officer_queries as officers
from app.services import calendars, documents, gazetteer, keys, releases
from app.services.facts import CaseFacts
from app.services.options import choices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.papers import Words

_DECLARATIONS = {
    "yes": ("अभ्यर्थी ने कांड घोषित किया है", "the candidate has declared a case"),
    "no": ("अभ्यर्थी ने कोई कांड घोषित नहीं किया है", "the candidate has declared no case"),
    "not_on_file": ("घोषणा प्राप्त नहीं है", "no declaration is on file"),
}

#: Form of the deciding task, by who signs.
_SIGNING = {"DM": "decide", "SP": "recommend"}


@dataclass(frozen=True, slots=True)
class Signatory:
    """Whose paper it is: the office that issues, who decided, and what kind of paper the purpose asks for."""

    office_id: UUID
    office_code: str
    district_office_id: UUID  # the office that keeps the district's one series of certificate numbers
    signed_by: UUID | None
    output: str
    side: str  # dm | sp


def signatory(session: Session, case: AnyRow) -> Signatory:
    """Who signs this case's paper, as `checks` says. Raises NotFound when nobody has decided yet."""
    known = CaseFacts(session, case, session.recorded_at)
    checks = known.decided.get("checks") or {}
    side = str(checks.get("final_signatory", "DM"))
    decision = cases.last_answer(session, case.id, _SIGNING[side])
    if decision is None:
        raise NotFound
    today = calendars.day(session.recorded_at)
    dm = offices.only_of_kind(session, "dm_office", today)
    issuing = dm if side == "DM" else offices.only_of_kind(session, "sp_office", today)
    office = offices.find(session, issuing) if issuing is not None else None
    if office is None or dm is None:
        raise NotFound
    return Signatory(
        office.id, office.code, dm, decision.answered_by, str(checks.get("output", "REPORT")), side.lower()
    )


def read(
    session: Session, case: AnyRow, loaded: releases.Loaded, certificate: AnyRow, at: datetime, code: str
) -> papers.PaperFacts:
    """Everything the paper of this case says. Codes become words here; layout and language come after."""
    reader = _Reader(session, case, loaded, at)
    return reader.facts(certificate, code)


class _Reader:
    def __init__(self, session: Session, case: AnyRow, loaded: releases.Loaded, at: datetime) -> None:
        self._session, self._case, self._loaded, self._at = session, case, loaded, at
        self._known = CaseFacts(session, case, at)
        self._checks: Mapping[str, Any] = self._known.decided.get("checks") or {}
        self._decide = self._known.answer("decide")
        self._recommend = self._known.answer("recommend")
        self._letter = self._open_letter()

    def _open_letter(self) -> dict[str, Any]:
        row = cases.requisition_row(self._session, self._case.requisition_id)
        if row is None:
            raise NotFound
        key = keys.unlock(self._session, row.data_key_id)
        opened: dict[str, Any] = keys.open_json(key, f"requisition|values|{row.id}", row.values)
        return opened

    @property
    def _outcome(self) -> str:
        """Which of the texts the decision asks for: the finding decides the kind, the decision whether facts go."""
        found = str(self._recommend.get("sp_outcome") or "no_adverse")
        if self._chosen == "issue_with_detail":
            return found if found in ("adverse", "attention") else "attention"
        return "not_resident" if found == "not_resident" else "no_adverse"

    @property
    def _chosen(self) -> str:
        return str(self._decision.get("dm_decision") or self._decision.get("sp_decision") or "")

    @property
    def _decision(self) -> Mapping[str, Any]:
        return self._decide if self._checks.get("final_signatory") == "DM" else self._recommend

    def facts(self, certificate: AnyRow, code: str) -> papers.PaperFacts:
        output = certificate.output
        issued_on = calendars.day(self._at)
        months = int(self._decision.get("validity_months") or self._checks.get("validity_months") or 0)
        months = months if output == "CERTIFICATE" else 0
        district = offices.district(self._session)
        purpose_hi, purpose_en = self._known.purpose(self._loaded)
        side = "sp" if self._checks.get("final_signatory") == "SP" else "dm"
        return papers.PaperFacts(
            template=self._loaded.texts.choose(output, self._outcome),
            output=output,
            language=self._decision.get("lang") or "hi",
            number=certificate.number,
            memo_no=certificate.memo_number,
            issued_on=issued_on,
            district=papers.Words(district.name_hi, district.name_en),
            subject=self._subject(),
            purpose=papers.Words(purpose_hi, purpose_en),
            requester=self._requester(),
            signer=self._signer(certificate, side),
            verification=papers.Verification(f"{self._session.public_address}/verify", code),
            period_from=date(issued_on.year - int(self._checks.get("lookback_years") or 5), 1, 1),
            period_to=issued_on,
            reporting_units=self._units(),
            residence=self._residence(),
            sp_memo_no=str(self._recommend.get("sp_memo_no") or ""),
            sp_memo_date=self._recommended_on(),
            records=self._records(),
            other_facts=self._other_facts(),
            declaration=self._declaration(),
            validity_months=months,
            valid_till=clock.add_months(issued_on, months) if months else None,
            photo=self._photo(),
            answers=self._answers(),
        )

    def _subject(self) -> papers.Subject:
        person = self._known.intake
        present = None if person.get("same_address", True) else self._address(person, "pres")
        return papers.Subject(
            name=papers.Words(person["name_hi"], person["name_en"]),
            permanent=self._address(person, "perm"),
            present=present,
            gender=person.get("gender") or "",
            relation=person.get("relation") or "father",
            father=papers.Words(person["father_hi"], person["father_en"]),
            born=date.fromisoformat(person["dob"]) if person.get("dob") else None,
        )

    def _address(self, person: Mapping[str, Any], which: str) -> papers.Address:
        def plain(part: str) -> Words:
            text = str(person.get(f"{which}_{part}") or "")
            return papers.Words(text, text)

        thana = (
            offices.find(self._session, UUID(person[f"{which}_thana"]))
            if person.get(f"{which}_thana")
            else None
        )
        district = offices.district(self._session)
        return papers.Address(
            village=plain("village"),
            district=papers.Words(*gazetteer.names_of("districts", person.get(f"{which}_district")))
            or papers.Words(district.name_hi, district.name_en),
            house=plain("house"),
            panchayat=plain("panchayat"),
            post_office=plain("po"),
            thana=papers.Words(thana.name_hi, thana.name_en) if thana is not None else papers.Words(),
            block=papers.Words(*gazetteer.names_of("blocks", person.get(f"{which}_block"))),
            pin=str(person.get(f"{which}_pin") or ""),
        )

    def _requester(self) -> papers.Requester:
        letter = self._letter
        block = "\n".join(
            str(letter[part])
            for part in ("requesting_designation", "requesting_dept", "requesting_address")
            if letter.get(part)
        )
        department = str(letter["requesting_dept"])
        return papers.Requester(
            department=papers.Words(department, department),
            address_block=papers.Words(block, block),
            letter_no=str(letter["letter_no"]),
            letter_date=date.fromisoformat(letter["letter_date"]),
        )

    def _signer(self, certificate: AnyRow, side: str) -> papers.Signer:
        name_hi, name_en = officers.names(self._session, certificate.signed_by)
        designation = "sp_designation" if side == "sp" else "dm_designation_letter"
        if side == "dm" and certificate.output == "CERTIFICATE":
            designation = "dm_designation_order"
        return papers.Signer(
            office="sp" if side == "sp" else "dm",
            name=papers.Words(name_hi, name_en),
            designation=self._loaded.texts.setting(designation),
            mode="ink",
        )

    def _units(self) -> tuple[Words, ...]:
        seen: dict[UUID, Words] = {}
        for row in self._known.enquiries:
            if row.state == "reported":
                seen[row.office_id] = papers.Words(f"थाना {row.office_hi}", f"{row.office_en} P.S.")
        return tuple(seen.values())

    def _residence(self) -> Any:
        found = [self._known.answer("visit", row.id).get("resident") for row in self._known.enquiries]
        if "resident" in found:
            return "resident"
        return "left" if "left" in found else ""

    def _recommended_on(self) -> date | None:
        row = cases.last_answer(self._session, self._case.id, "recommend")
        return calendars.day(row.at) if row is not None else None

    def _records(self) -> tuple[papers.RecordRow, ...]:
        """Criminal cases that may be printed: accused, certain identity, adult, not cleared."""
        form = self._loaded.form("check_registers")
        options = choices(self._session, form, self._loaded, self._known)
        born = self._known.intake.get("dob")
        rows = []
        for row in cases.findings_of(self._session, self._case.id):
            if row.kind != "fir":
                continue
            facts = keys.open_json(self._known.key, f"finding|facts|{row.id}", row.facts)
            if not findings.may_be_printed(facts, born):
                continue
            said = {
                name: papers.Words(
                    formjs.label(form, f"cases.{name}", facts.get(name), options, "hi"),
                    formjs.label(form, f"cases.{name}", facts.get(name), options, "en"),
                )
                for name in ("thana", "act", "role", "stage")
            }
            rows.append(
                papers.RecordRow(
                    **said,
                    fir_no=str(facts["fir_no"]),
                    fir_year=str(facts["fir_year"]),
                    sections=str(facts["sections"]),
                    fir_date=date.fromisoformat(facts["fir_date"]) if facts.get("fir_date") else None,
                    stage_ref=str(facts.get("stage_ref") or ""),
                    court=str(facts.get("court") or ""),
                )
            )
        return tuple(rows)

    def _other_facts(self) -> tuple[Words, ...]:
        """What the deciding officer wrote as his reason, where facts go out with the paper."""
        if self._chosen != "issue_with_detail":
            return ()
        text = str(self._decision.get("dm_reason") or self._decision.get("sp_reason") or "")
        return (papers.Words(text, text),) if text else ()

    def _declaration(self) -> Words:
        said = _DECLARATIONS.get(str(self._known.intake.get("declared_case")))
        return papers.Words(*said) if said is not None else papers.Words()

    def _photo(self) -> bytes | None:
        for row in cases.documents_of_case(self._session, self._case.id, self._case.requisition_id):
            if row.field == "photo" and row.case_id == self._case.id:
                return documents.read(self._session, row).data
        return None

    def _answers(self) -> dict[str, Words]:
        """Every answer of the case in words, so that a paper may name a field that was added to a form."""
        said: dict[str, Words] = {}
        for row in cases.answers_of(self._session, self._case.id):
            form = self._loaded.form(row.form)
            values = self._known.open_answer(row)
            options = choices(self._session, form, self._loaded, self._known)
            for name in values:
                said[f"{row.form}.{name}"] = papers.Words(
                    formjs.label(form, name, values[name], options, "hi"),
                    formjs.label(form, name, values[name], options, "en"),
                )
        return said
