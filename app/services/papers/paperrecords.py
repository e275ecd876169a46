"""What the registers hold against a person and may leave the office: criminal cases, and entries in force."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app import formjs, papers
from app.services.casefile.options import choices
from app.services.district import englishnames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.papers import Words
    from app.services.casefile.facts import CaseFacts
    from app.services.procedure.releases import Loaded

_FORM = "check_registers"


def read(
    known: CaseFacts, loaded: Loaded
) -> tuple[tuple[papers.RecordRow, ...], tuple[papers.RegisterEntry, ...]]:
    """The criminal cases and the register entries that a paper may state, each once, whoever told them."""
    reader = _Reader(known, loaded)
    found = known.found.printable
    return (
        tuple(reader.record(each.facts) for each in found if each.kind == "fir"),
        tuple(reader.entry(each.facts) for each in found if each.kind == "entry"),
    )


class _Reader:
    """Says the codes of a row in the words of its form."""

    def __init__(self, known: CaseFacts, loaded: Loaded) -> None:
        self._form = loaded.form(_FORM)
        self._options = choices(known.session, self._form, loaded, known)

    def record(self, facts: Mapping[str, Any]) -> papers.RecordRow:
        said = {name: self._said("cases", facts, name) for name in ("act", "role", "stage")}
        elsewhere = str(facts.get("thana_other") or "")
        return papers.RecordRow(
            **said,
            thana=_named(elsewhere) if elsewhere else self._said("cases", facts, "thana"),
            fir_no=str(facts["fir_no"]),
            fir_year=str(facts["fir_year"]),
            sections=str(facts["sections"]),
            fir_date=_day(facts.get("fir_date")),
            stage_ref=_named(facts.get("stage_ref")),
            court=_named(facts.get("court")),
            identity_basis=self._said("cases", facts, "identity_basis"),
        )

    def entry(self, facts: Mapping[str, Any]) -> papers.RegisterEntry:
        return papers.RegisterEntry(
            register=self._said("entries", facts, "register"),
            entry_no=str(facts["entry_no"]),
            year=str(facts["year"]),
            state=self._said("entries", facts, "preventive_kind"),
            court=_named(facts.get("court")),
            in_force_till=_day(facts.get("valid_till")),
        )

    def _said(self, rows: str, facts: Mapping[str, Any], name: str) -> Words:
        path, value = f"{rows}.{name}", facts.get(name)
        return papers.Words(
            formjs.label(self._form, path, value, self._options, "hi"),
            formjs.label(self._form, path, value, self._options, "en"),
        )


def _named(text: Any) -> Words:
    """A court, a station or a number as it was typed, and as an English paper writes it."""
    return papers.Words(*englishnames.said(str(text or "")))


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
