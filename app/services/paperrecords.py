"""What the registers hold against a person and may leave the office: criminal cases, and entries in force."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app import formjs, papers
from app.domain import findings
from app.models import case_queries as cases
from app.services import keys
from app.services.options import choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.models.base import AnyRow
    from app.papers import Words
    from app.services.facts import CaseFacts
    from app.services.releases import Loaded

_FORM = "check_registers"


def read(
    known: CaseFacts, loaded: Loaded, enquiries: Iterable[AnyRow]
) -> tuple[tuple[papers.RecordRow, ...], tuple[papers.RegisterEntry, ...]]:
    """The rows that a paper may state, of these enquiries alone: a second one reports the same again."""
    reader = _Reader(known, loaded)
    born = known.intake.get("dob")
    found = list(_rows(known, {each.id for each in enquiries}))
    return (
        tuple(
            reader.record(facts)
            for kind, facts in found
            if kind == "fir" and findings.may_be_printed(facts, born)
        ),
        tuple(
            reader.entry(facts)
            for kind, facts in found
            if kind == "entry" and findings.entry_may_be_printed(facts)
        ),
    )


def _rows(known: CaseFacts, hold: set[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in cases.findings_of(known.session, known.case.id):
        if row.enquiry_id in hold:
            yield row.kind, keys.open_json(known.key, f"finding|facts|{row.id}", row.facts)


class _Reader:
    """Says the codes of a row in the words of its form."""

    def __init__(self, known: CaseFacts, loaded: Loaded) -> None:
        self._form = loaded.form(_FORM)
        self._options = choices(known.session, self._form, loaded, known)

    def record(self, facts: Mapping[str, Any]) -> papers.RecordRow:
        said = {name: self._said("cases", facts, name) for name in ("thana", "act", "role", "stage")}
        return papers.RecordRow(
            **said,
            fir_no=str(facts["fir_no"]),
            fir_year=str(facts["fir_year"]),
            sections=str(facts["sections"]),
            fir_date=_day(facts.get("fir_date")),
            stage_ref=str(facts.get("stage_ref") or ""),
            court=str(facts.get("court") or ""),
        )

    def entry(self, facts: Mapping[str, Any]) -> papers.RegisterEntry:
        return papers.RegisterEntry(
            register=self._said("entries", facts, "register"),
            entry_no=str(facts["entry_no"]),
            year=str(facts["year"]),
            state=self._said("entries", facts, "preventive_kind"),
            court=str(facts.get("court") or ""),
            in_force_till=_day(facts.get("valid_till")),
        )

    def _said(self, rows: str, facts: Mapping[str, Any], name: str) -> Words:
        path, value = f"{rows}.{name}", facts.get(name)
        return papers.Words(
            formjs.label(self._form, path, value, self._options, "hi"),
            formjs.label(self._form, path, value, self._options, "en"),
        )


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
