"""The report of a police station to the SP, as its head endorsed it: of the visit, the registers and his opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import formjs, papers
from app.domain import subjects
from app.domain.offices import OfficeKind, name_on
from app.domain.roles import Role, rank_words
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.models.staff import officer_queries as officers
from app.services.casefile.facts import CaseFacts
from app.services.casefile.projections import LETTER_NO
from app.services.papers import paperrecords, signers
from app.services.papers.letterkinds import Draft, last_letter
from app.services.papers.paperpeople import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.models.tables.base import AnyRow
    from app.papers import Words
    from app.services.casefile.casefile import CaseFile

CLEAR, ADVERSE = "thana_report_clear", "thana_report_adverse"
_STAY = "{n}"  # stands in the words of a stay for its years
_PLAIN = frozenset({"no_adverse", "not_resident"})  # opinions that state no facts
_TITLES = {OfficeKind.CIRCLE: "circle_designation", OfficeKind.SDPO: "sdpo_designation"}


def draft(file: CaseFile, row: AnyRow, unit: AnyRow, values: Mapping[str, Any], texts: papers.Texts) -> Draft:
    """The report that went out with an endorsement; `unit` is its enquiry."""
    reader = _Reader(file, row, unit, texts)
    is_plain = values.get("sho_outcome") in _PLAIN and not reader.tells_records
    records, entries = ((), ()) if is_plain else reader.records
    is_clear = not (records or entries) and values.get("sho_outcome") in _PLAIN
    district = offices.district(file.facts.session)
    head = texts.setting("sp_designation")
    sent = last_letter(file, "route", unit.office_id)
    registers = reader.registers
    return Draft(
        CLEAR if is_clear else ADVERSE,
        "thana",
        str(values.get(LETTER_NO) or ""),
        papers.Words(f"{head.hi}, {district.name_hi}", f"{head.en}, {district.name_en}"),
        words={
            **reader.visit_words(),
            "thana": reader.thana,
            "place": reader.thana,
            "outcome": reader.said("endorse_enquiry", "sho_outcome", values.get("sho_outcome")),
            "reason": _as_written(values.get("outcome_reason")),
            "facts": papers.register_facts(texts, entries),
        },
        plain={
            "sp_memo_no": sent[0],
            "sp_memo_date": sent[1],
            "visit_date": reader.visited_on,
            "reg_from": str(registers.get("reg_from") or ""),
            "reg_to": str(registers.get("reg_to") or ""),
        },
        rows={"cases": papers.record_rows(records)},
        signer=reader.signer(),
    )


class _Reader:
    """Reads what one police station answered, in the words of its forms."""

    def __init__(self, file: CaseFile, row: AnyRow, unit: AnyRow, texts: papers.Texts) -> None:
        self._row, self._unit, self._texts, self._release = row, unit, texts, file.release
        self._session, self._known = file.facts.session, file.facts
        own, names = offices.find(self._session, unit.office_id), (unit.office_hi, unit.office_en)
        facts = {} if own is None else own.facts
        self.thana = papers.Words(*name_on(names, facts, self._known.case.received_on))
        self._visit = self._known.answer("visit", unit.id)
        self.registers = self._known.answer("check_registers", unit.id)

    @property
    def tells_records(self) -> bool:
        """Whether anything was told of the person at all; without it, findings need not be worked out for a list."""
        return any(told.get(name) for told in (self._visit, self.registers) for name in ("cases", "entries"))

    @property
    def records(self) -> tuple[tuple[papers.RecordRow, ...], tuple[papers.RegisterEntry, ...]]:
        """The criminal cases and entries that this station told and that a report may state."""
        own = CaseFacts(self._session, self._known.case, self._row.at, enquiry_id=self._unit.id)
        return paperrecords.read(own, self._release)

    @property
    def visited_on(self) -> str:
        return "-".join(reversed(str(self._visit.get("visit_dt") or "")[:10].split("-")))

    def visit_words(self) -> dict[str, Words]:
        """Who went where, whom he met, and what he found of the residence."""
        witnesses = [str(each.get("name") or "") for each in self._visit.get("witnesses") or ()]
        listed = " ".join(f"({place}) {name}" for place, name in enumerate(filter(None, witnesses), 1))
        resident = str(self._visit.get("resident") or "")
        return {
            "eo_name": self._enquired_by(),
            "village": self._village(),
            "met_whom": self.said("visit", "met_whom", self._visit.get("met_whom")),
            "witnesses": named(listed),
            "stay": self._stay() if resident == "resident" and not self._is_of_firm else papers.Words(),
            "residence": self._residence(resident),
        }

    def _enquired_by(self) -> Words:
        rank = rank_words(self._unit.officer_rank or "")
        names = (self._unit.officer_hi or "", self._unit.officer_en or "")
        said = (f"{title} {name}".strip() for title, name in zip(rank, names, strict=True))
        return papers.Words(*said) or self.signer().name

    def _village(self) -> Words:
        """Where he went: the village of the address that this station answers for."""
        person = self._known.intake
        own = str(self._unit.office_id)
        which = next((each for each in ("perm", "pres") if person.get(f"{each}_thana") == own), "perm")
        return named(person.get(f"{which}_village") or person.get("firm_address") or "") or self.thana

    @property
    def _is_of_firm(self) -> bool:
        return subjects.kind_of(self._known.intake) == subjects.FIRM

    def _residence(self, found: str) -> Words:
        """What was found at the address: of a firm its premises, of a person that he lives there."""
        own = self._texts.setting(f"residence_report.firm_{found}") if self._is_of_firm else papers.Words()
        return own or self._texts.setting(f"residence_report.{found}")

    def _stay(self) -> Words:
        said = self._texts.setting(f"stay.{self._visit.get('stay') or ''}")
        years = str(self._visit.get("stay_years") or "")
        return papers.Words(said.hi.replace(_STAY, years), said.en.replace(_STAY, years))

    def said(self, form_name: str, key: str, value: Any) -> Words:
        form = self._release.form(form_name)
        return papers.Words(*(formjs.label(form, key, value, {}, lang) for lang in ("hi", "en")))

    def signer(self) -> papers.Signer:
        """The head of the station; where he enquired himself, whoever above him endorsed it."""
        name = papers.Words(*officers.names(self._session, self._row.answered_by))
        by = self._row.answered_by
        capacity = signers.capacity_of(self._session, by, self._unit.office_id, self._row.at, Role.SHO)
        if capacity is not None:
            sho = self._texts.setting("sho_designation")
            at = papers.Words(f"{sho.hi}, थाना {self.thana.hi}", f"{sho.en}, {self.thana.en} P.S.")
            return papers.Signer("thana", name, at, capacity=capacity)
        task = workflow.task(self._session, self._row.user_task_id) if self._row.user_task_id else None
        office = offices.find(self._session, task.office_id) if task is not None else None
        if office is None:
            return papers.Signer("thana", name)
        title = self._texts.setting(_TITLES.get(office.kind, ""))
        return papers.Signer("thana", name, title or papers.Words(office.name_hi, office.name_en))


def _as_written(text: Any) -> Words:
    """A reason stays in the words in which it was written, in the paper of either language."""
    return papers.Words(str(text or "").rstrip(" ।."))
