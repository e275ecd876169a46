"""A form as its page shows it: boxes, one button for each decision, and the list of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from app import formjs
from app.services.store import documents
from app.web.frame import language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from app.domain.errors import FieldProblem
    from app.formjs import Box


class Filled(Protocol):
    """What a service hands over of a form that is being filled."""

    @property
    def form(self) -> formjs.Form: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def options(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Button:
    """A way to send the form; `op` is what the button posts."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The box that buttons stand for; `value` and `text` are what was chosen of it so far."""

    id: str
    name: str
    label: str
    hint: str
    fault: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class FileLimit:
    """How large a file of a kind may be, in bytes; `refusal` names the file as {name}."""

    kind: str
    most: int
    refusal: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page of a form shows: `drawn` is every box but the decision's."""

    drawn: list[Box]
    buttons: list[Button]
    summary: list[tuple[str, str]]
    decision: Decision | None = None


def sheet(filled: Filled, problems: Mapping[str, FieldProblem], less: Collection[str] = ()) -> Sheet:
    """Everything the page of a form needs, in the page's language; `less`: boxes that this page does not show."""
    boxes = [
        box
        for box in formjs.draw(
            filled.form, filled.values, problems, filled.facts, filled.options, language.current()
        )
        if box.name not in less
    ]
    decided = next((box for box in boxes if _is_decision(filled.form, box)), None)
    if decided is None:
        send = filled.form.submit.get(language.current()) or language.say("task.send")
        return Sheet(boxes, [Button("submit", send)], list(_faults(boxes)))
    drawn = [box for box in boxes if box is not decided]
    return Sheet(drawn, _buttons(decided), list(_faults([*drawn, decided])), _decision(decided))


def sheet_of(filled: Filled, decision: str, problems: Mapping[str, FieldProblem]) -> Sheet:
    """The page of a form whose decision is made: the boxes that this decision asks for, and no other."""
    off = formjs.not_asked(filled.form, filled.values, filled.facts)
    boxes = [
        box
        for box in formjs.draw(
            filled.form, filled.values, problems, filled.facts, filled.options, language.current()
        )
        if box.name != decision and box.name not in off
    ]
    return Sheet(boxes, [], list(_faults(boxes)))


def sheet_with(filled: Filled, names: Collection[str], problems: Mapping[str, FieldProblem]) -> Sheet:
    """The boxes of these fields alone, as far as they apply, taken out of their groups and always open."""
    drawn = formjs.draw(
        filled.form, filled.values, problems, filled.facts, filled.options, language.current()
    )
    boxes = []
    for box in (inner for outer in drawn for inner in (outer.boxes or [outer])):
        if box.name in names and not box.is_off:
            box.is_folded, box.hide, box.refresh = False, "", ""
            boxes.append(box)
    return Sheet(boxes, [], list(_faults(boxes)))


def asked_before(
    filled: Filled, problems: Mapping[str, FieldProblem], decision: str, before: str
) -> dict[str, FieldProblem]:
    """What is wrong with the boxes that the page showed already when the decision was still `before`.

    What only the new decision asks for was not there to be filled: it is asked for now, and no fault yet.
    """
    unseen = formjs.not_asked(filled.form, {**filled.values, decision: before or None}, filled.facts)
    return {
        name: problem
        for name, problem in problems.items()
        if name not in unseen and name.partition("-")[0] not in unseen
    }


def anchor(op: str) -> str:
    """Where on the page a button's work is seen: `add:witnesses` leads to the list, `draft` to the note of it."""
    act, _, place = op.partition(":")
    if act == "draft":
        return "draft-note"
    if act == "discard":
        return "main"
    return f"f-{place.split('-')[0]}" if act in {"add", "del", "upload", "find", "spell"} and place else ""


def problem_text(problem: FieldProblem) -> str:
    """What is wrong with a box: the form's own words where it has any, else the catalogue's."""
    own = language.choose(problem.hi, problem.en)
    return own or language.say(problem.key, **problem.params)


def file_limits() -> list[FileLimit]:
    """What a page can judge before a file goes up over a slow line; the server judges again, by content."""
    limits = {"pdf": documents.MAX_PDF_BYTES, "photo": documents.MAX_BYTES}
    return [
        FileLimit(kind, most, language.say("form.file_too_large", name="{name}", megabytes=most // 1_000_000))
        for kind, most in limits.items()
    ]


def _is_decision(form: formjs.Form, box: Box) -> bool:
    node = form.node(box.name) if box.kind == "radio" else None
    return node is not None and node.is_decision


def _decision(box: Box) -> Decision:
    chosen = next((choice for choice in box.choices if choice.is_chosen), None)
    value, text = (chosen.value, chosen.text) if chosen is not None else ("", "")
    fault = problem_text(box.problem) if box.problem is not None else ""
    return Decision(box.id, box.name, box.label, box.hint, fault, value, text)


def _buttons(decision: Box) -> list[Button]:
    """A button for each choice; first, as the primary, the one chosen before, else the one the facts suggest."""
    ranked = sorted(decision.choices, key=lambda each: (not each.is_chosen, each.value != decision.primary))
    return [Button(f"decide:{decision.name}={choice.value}", choice.text) for choice in ranked]


def _faults(boxes: Sequence[Box], before: str = "") -> Iterator[tuple[str, str]]:
    """(anchor, message) of every fault in the order of the page; a row says which one it is."""
    for box in boxes:
        if box.problem is not None:
            yield box.id, before + _named(box, box.problem)
        yield from _faults(box.boxes, before)
        for row in box.rows:
            yield from _faults(row.boxes, language.say("form.in_row", name=row.name, number=row.number) + " ")


def _named(box: Box, problem: FieldProblem) -> str:
    """What is wrong, told away from its box: a general sentence says which box it means."""
    text = problem_text(problem)
    return text if language.choose(problem.hi, problem.en) or not box.label else f"{box.label}: {text}"
