"""One row of a roster by the rules of the intake form: its answers, or what is wrong in which cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from app import feel, formjs, spreadsheets
from app.domain import subjects
from app.domain.errors import FieldProblem
from app.services.casefile.facts import LetterFacts
from app.services.casefile.options import choices
from app.services.intake.requisitions import PERSON
from app.services.procedure import releases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.facts import OfLetter

MARK = 8  # bytes by which a fault is known without its words
_NOT_TICKED = "form.required.tick"
_FEW = 6  # choices that fit into one sentence
#: What a list leaves out and a page would not: without its column, no declaration is on file.
_DECLARATION, _NONE_ON_FILE = "declared_case", "not_on_file"
_SAME, _PRESENT = "same_address", "pres_"
#: A list is one of persons: a firm is entered by itself.
_ALIKE = {"subject_kind": subjects.PERSON}


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a row: `answers` as they are kept where nothing is wrong, else `faults` by key of the field.

    `readable`: of a faulty row, the values in which nothing is wrong.
    """

    answers: dict[str, Any]
    faults: dict[str, FieldProblem] = field(default_factory=dict)
    readable: dict[str, Any] = field(default_factory=dict)


class RowJudge:
    """A form with all that its rules read, made once for many rows."""

    def __init__(
        self,
        form: formjs.Form,
        facts: Mapping[str, Any],
        options: Mapping[str, Any],
        now: datetime,
        alike: Mapping[str, Any],
    ) -> None:
        """`alike`: answers that are the same in every row, and ask for no column."""
        self.form, self.facts, self._now, self._alike = form, facts, now, alike
        self._memory = feel.Memory()  # of the rules, over all rows of a slice
        self.offer(options)
        self.initial = {**formjs.initial(form, facts, options), **alike}

    def offer(self, options: Mapping[str, Any]) -> None:
        """Judge what follows by these lists outside the form."""
        self.options = options
        self.columns = formjs.columns(self.form, self.facts, options, self._alike)
        self._by_key = {column.key: column for column in self.columns}

    def of(
        self,
        texts: Sequence[str],
        mapping: Iterable[Sequence[Any]],
        files: Mapping[str, Sequence[Any]] | None = None,
    ) -> Judged:
        """Judge a row by the same checks as the page; `mapping` names place and field of each column.

        `files`: what was handed in for its person, by field.
        """
        asked = {key: texts[place] if place < len(texts) else "" for place, key in mapping}
        cells = self._cells({key: text for key, text in asked.items() if text and key in self._by_key})
        values = formjs.read(self.form, formjs.posted(self._by_key, cells), {}, options=self.options)
        values |= {key: value for key, value in self.initial.items() if key not in cells}
        values |= self._implied(asked, cells)
        values = formjs.with_files(self.form, values, files or {})
        judged = formjs.judge(self.form, values, self.facts, self.options, self._now, self._memory)
        faults = {name: self._told(name, fault, cells) for name, fault in judged.problems.items()}
        faults |= formjs.unreadable(cells)
        if faults:
            return Judged({}, faults, {key: each for key, each in values.items() if key not in faults})
        return Judged(judged.kept())

    def _cells(self, cells: dict[str, str]) -> dict[str, str]:
        """The cells of a row as the form takes them."""
        return cells

    def _implied(self, asked: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """What follows from what is and what is not in the row."""
        return {}

    def _told(self, name: str, fault: FieldProblem, cells: Mapping[str, str]) -> FieldProblem:
        """The fault in words for a sheet: a page shows the choices, a cell has to name them."""
        column = self._by_key.get(name)
        if column is not None and column.kind == "checkbox" and fault.key == _NOT_TICKED:
            own = fault if fault.hi else column.label
            return FieldProblem("roster.tick", own_hi=own.hi, own_en=own.en)
        if column is None or name not in cells:
            return fault
        if column.kind == "date" and spreadsheets.is_day_number(cells[name]):
            return FieldProblem("roster.day_number", text=cells[name])
        if not column.choices:
            return fault
        if len(column.choices) > _FEW:
            return FieldProblem("roster.no_choice", text=cells[name])
        offered = " / ".join(f"{each.text.hi} ({each.text.en})" for each in column.choices)
        return FieldProblem("roster.one_of", text=cells[name], choices=offered)


class Judge(RowJudge):
    """The form of a person in force with all that its rules read of a letter."""

    def __init__(self, session: Session, letter: AnyRow | OfLetter | None, now: datetime) -> None:
        self.release = releases.active(session)
        form = self.release.form(PERSON)
        facts = LetterFacts(session, letter, self.release, now).for_form()
        super().__init__(form, facts, choices(session, form, self.release, None), now, _ALIKE)

    def _implied(self, asked: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, Any]:
        """What follows from what is and what is not in the row."""
        found: dict[str, Any] = {}
        if _DECLARATION not in asked and _DECLARATION in self._by_key:
            found[_DECLARATION] = _NONE_ON_FILE
        if _SAME not in cells and any(key.startswith(_PRESENT) for key in cells):
            found[_SAME] = False
        return found


def plain(faults: Mapping[str, FieldProblem]) -> dict[str, list[Any]]:
    """Faults as they are sealed."""
    return {name: [each.key, each.hi, each.en, _sealable(each.params)] for name, each in faults.items()}


def marks(key: bytes, faults: Mapping[str, FieldProblem]) -> dict[str, bytes]:
    """Field -> eight bytes: equal where the same is said of the same field, under one key; they tell nothing."""
    return {
        name: blake2b(
            orjson.dumps([name, said], option=orjson.OPT_SORT_KEYS),
            key=key,
            person=b"fault",
            digest_size=MARK,
        ).digest()
        for name, said in plain(faults).items()
    }


def _sealable(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a fault names, as JSON has it: a limit of a number is written out."""
    return {
        name: format(value, "f") if isinstance(value, Decimal) else value for name, value in params.items()
    }


def faults_of(kept: Mapping[str, Sequence[Any]]) -> dict[str, FieldProblem]:
    """What `plain` has written."""
    return {name: FieldProblem(key, hi, en, **params) for name, (key, hi, en, params) in kept.items()}
