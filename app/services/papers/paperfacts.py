"""The facts of a paper, read from the case: who, on whose letter, what was found, who signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import formjs, papers
from app.domain import clock, subjects
from app.domain.offices import SEALED_UNITS
from app.domain.secrecy import SEALED
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.services.casefile import units
from app.services.casefile.facts import INTAKE, CaseFacts
from app.services.casefile.options import choices
from app.services.district import calendars
from app.services.papers import letterkinds, paperpeople, paperplan, paperrecords, signers
from app.services.store import documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.papers import Words
    from app.services.papers.paperplan import Plan
    from app.services.procedure import releases

_BLANK = "________"
_DRAFT_CODE = "draft"  # of no paper: the public page knows nothing of it


@dataclass(frozen=True, slots=True)
class Unissued:
    """What stands in place of the numbers on a paper that has none yet."""

    number: str
    memo_number: str
    copy_memo_number: str
    signed_by: UUID


def read(
    known: CaseFacts, loaded: releases.Loaded, certificate: AnyRow | Unissued, code: str = _DRAFT_CODE
) -> papers.PaperFacts:
    """Everything the paper of this case says. Codes become words here; layout and language come after."""
    session = known.session
    reader = _Reader(session, known, loaded, paperplan.of(session, known, loaded))
    return reader.facts(certificate, code)


def would_be(
    session: Session, case: AnyRow, loaded: releases.Loaded, proposed: paperplan.Proposed, at: datetime
) -> papers.PaperFacts:
    """What the paper would say if this were decided now, without a number. Raises NotFound where none goes out."""
    known = CaseFacts(session, case, at)
    reader = _Reader(session, known, loaded, paperplan.of(session, known, loaded, proposed))
    return reader.facts(blank(proposed.officer_id), _DRAFT_CODE)


def blank(signed_by: UUID) -> Unissued:
    """What stands on a draft that this officer would sign."""
    return Unissued(_BLANK, _BLANK, _BLANK, signed_by)


class _Reader:
    def __init__(self, session: Session, known: CaseFacts, loaded: releases.Loaded, plan: Plan) -> None:
        self._session, self._known, self._loaded, self._plan = session, known, loaded, plan
        self._case, self._people = known.case, paperpeople.People(session, known)
        self._checks: Mapping[str, Any] = known.decided.get("checks") or {}
        self._recommend = known.answer("recommend")

    def facts(self, certificate: AnyRow | Unissued, code: str) -> papers.PaperFacts:
        plan = self._plan
        issued_on = calendars.day(self._known.now)
        months = self._months()
        period_from, period_to = self._period(issued_on)
        records, entries = paperrecords.read(self._known, self._loaded)
        return papers.PaperFacts(
            template=plan.template,
            output=plan.output,
            language=plan.decision.get("lang") or "hi",
            number=certificate.number,
            memo_no=certificate.memo_number,
            issued_on=issued_on,
            district=letterkinds.district(self._session),
            subject=self._people.subject(),
            purpose=papers.Words(*self._known.purpose(self._loaded)),
            requester=self._people.requester(),
            signer=self._signer(certificate),
            verification=papers.Verification(f"{self._session.public_address}/verify", code),
            period_from=period_from,
            period_to=period_to,
            reporting_units=self._units(),
            residence=self._residence(),
            sp_memo_no=str(self._recommend.get("sp_memo_no") or ""),
            sp_memo_date=self._recommended_on(),
            records=records,
            entries=entries,
            other_facts=() if records or entries else self._order(),
            declaration=papers.declared(self._loaded.texts, str(self._known.intake.get("declared_case"))),
            not_resident_reason=self._not_resident_reason(),
            validity_months=months,
            valid_till=clock.add_months(issued_on, months) if months else None,
            copies=plan.copies,
            memo_no_copy=certificate.copy_memo_number or "",
            photo=self._photo(),
            answers=self._answers(),
        )

    def _months(self) -> int:
        """For how many months a certificate holds; a report has no end."""
        if self._plan.output != "CERTIFICATE":
            return 0
        return int(self._plan.decision.get("validity_months") or self._checks.get("validity_months") or 0)

    @cached_property
    def _reported(self) -> list[AnyRow]:
        """The enquiries that hold: of each office its last one that was reported."""
        latest = {units.name(self._known, row): row for row in self._in_order if row.state == "reported"}
        return list(latest.values())

    @cached_property
    def _in_order(self) -> list[AnyRow]:
        return sorted(self._known.enquiries, key=lambda row: (row.round, row.id))

    def _period(self, issued_on: date) -> tuple[date, date]:
        """What the records that were seen cover, at every unit: from the latest beginning to the earliest look."""
        rows = [
            row
            for unit in self._reported
            if (row := cases.last_answer(self._session, self._case.id, "check_registers", unit.id))
        ]
        first = issued_on.year - int(self._checks.get("lookback_years") or 5)
        years = [int(self._known.open_answer(row).get("reg_from") or first) for row in rows]
        seen = [calendars.day(row.at) for row in rows]
        return date(max(years, default=first), 1, 1), min(seen, default=issued_on)

    def _signer(self, certificate: AnyRow | Unissued) -> papers.Signer:
        """Who signed, by his post on the day of the paper."""
        return signers.of_office(
            self._session,
            self._loaded.texts,
            "sp" if self._plan.side == "sp" else "dm",
            (certificate.signed_by, self._plan.office_id),
            self._known.now,
            otherwise="head",
        )

    def _units(self) -> tuple[Words, ...]:
        return tuple(
            papers.Words(*units.name(self._known, row))
            for row in self._reported
            if row.unit_kind not in SEALED_UNITS
        )

    def _visits(self) -> list[dict[str, Any]]:
        return [self._known.answer("visit", row.id) for row in self._reported]

    def _residence(self) -> Any:
        found = [visit.get("resident") for visit in self._visits()]
        if "resident" in found:
            return "resident"
        return "left" if "left" in found else ""

    def _not_resident_reason(self) -> Words:
        """Why the person was not found, from closed answers only: no hearsay of a visit leaves the office."""
        codes = dict.fromkeys(code for visit in self._visits() for code in _reasons(visit))
        texts, is_firm = self._loaded.texts, subjects.kind_of(self._known.intake) == subjects.FIRM
        said = [
            (is_firm and texts.setting(f"nr_reason.firm_{code}")) or texts.setting(f"nr_reason.{code}")
            for code in codes
        ]
        return papers.joined(self._loaded.texts, [words for words in said if words])

    def _recommended_on(self) -> date | None:
        row = cases.last_answer(self._session, self._case.id, "recommend")
        return calendars.day(row.at) if row is not None else None

    def _order(self) -> tuple[Words, ...]:
        """What the deciding officer wrote, where facts go out and the registers alone state none."""
        text = str(self._plan.decision.get("dm_reason") or self._plan.decision.get("sp_reason") or "")
        return (papers.as_typed(text),) if text and self._plan.with_facts else ()

    def _photo(self) -> bytes | None:
        """The photograph that the intake names: other forms may have a box of that name, for whatever it holds."""
        named = {UUID(file["id"]) for file in self._known.answer(INTAKE).get("photo") or ()}
        for row in filed.of_case(self._session, self._case.id, self._case.requisition_id):
            if row.id in named and row.case_id == self._case.id:
                return documents.read(self._session, row).data
        return None

    def _answers(self) -> dict[str, Words]:
        """What the text names of the answers, in words: any field of any form, added by whomever.

        Of each unit its last submission holds; several units that answered are all said, the same words once.
        """
        said: dict[str, list[Words]] = {}
        for name, values in self._submissions(papers.forms_read(self._loaded.texts, self._plan.template)):
            form = self._loaded.form(name)
            options = choices(self._session, form, self._loaded, self._known)
            for key, value in formjs.without(form, values, {SEALED}).items():
                words = (formjs.label(form, key, value, options, language) for language in ("hi", "en"))
                said.setdefault(f"{name}.{key}", []).append(papers.Words(*words))
        return {key: _together(found) for key, found in said.items()}

    def _submissions(self, forms: frozenset[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        if "requisition" in forms:
            yield "requisition", self._people.letter
        unit_of = {row.id: row.office_id for row in self._in_order}
        latest = {
            (row.form, unit_of.get(row.enquiry_id)): row
            for row in cases.answers_of(self._session, self._case.id)
            if row.form in forms
        }
        for row in latest.values():
            yield row.form, self._known.open_answer(row)


def _together(said: Sequence[Words]) -> Words:
    return papers.Words(
        "; ".join(dict.fromkeys(words.hi for words in said if words.hi)),
        "; ".join(dict.fromkeys(words.en for words in said if words.en)),
    )


def _reasons(visit: Mapping[str, Any]) -> Iterator[str]:
    """The codes of why a visit found nobody: the address itself, or what the witnesses say."""
    if visit.get("resident") == "address_incomplete":
        yield "address_incomplete"
    if visit.get("resident") == "not_resident":
        gists = {row.get("gist") for row in visit.get("witnesses") or ()}
        if gists:
            yield "not_known" if gists == {"not_known"} else "known_elsewhere"
