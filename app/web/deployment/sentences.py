"""Conditions, days and time limits of a route as sentences: FEEL read aloud with the names that officers know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import engine, feel
from app.domain.offices import Endorser, UnitKind
from app.services.deployment import vocabulary
from app.web.deployment.titles import titles
from app.web.frame import language
from app.web.frame.language import say, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIGNS = {"=": "is", "!=": "is_not", "<": "less", ">": "more", ">=": "at_least", "<=": "at_most"}


class _NoWords(Exception):
    """The text says more than there are words for."""


@dataclass(frozen=True, slots=True)
class _Value:
    label: str
    options: Mapping[str, str] = field(default_factory=dict)


class Sentences:
    """What the texts of a release say, in the page's language; `releases`: its files, or those of two compared."""

    def __init__(self, *releases: Mapping[str, bytes]) -> None:
        self.titles: dict[str, str] = {}
        self._values: dict[str, _Value] = {}
        for contents in reversed(releases):
            self.titles |= titles(contents)
            self._values |= dict(_values(contents))

    def condition(self, text: str) -> str:
        """A condition as a sentence; the text itself where it says more than a sentence can."""
        said = self._said(text, self._truth)
        return say("sentence.if", conditions=said) if said else text

    def days(self, text: str) -> str:
        """How many working days a step is given."""
        said = self._said(text, self._amount)
        return say("sentence.days", count=said) if said else text

    def timer(self, text: str) -> str:
        """When a time limit falls due."""
        return self._said(text, self._instant) or text

    def named(self, path: str) -> tuple[str, Mapping[str, str]]:
        """What a value is called, and its codes in words; the path itself for one without a name."""
        try:
            found = self._values.get(path) or _of_the_system(path)
        except _NoWords:
            return path, {}
        return found.label, found.options

    def _said(self, text: str, by: Any) -> str:
        try:
            return str(by(engine.expression(text.strip()).tree)) if text.strip() else ""
        except (feel.FeelError, _NoWords, ValueError):
            return ""

    def _truth(self, tree: Any) -> str:
        kind, *parts = tree
        if kind in ("and", "or"):
            inner = [self._truth(part) for part in parts]
            grouped = [
                f"({each})" if part[0] == "or" else each for each, part in zip(inner, parts, strict=True)
            ]
            return f" {word('canvas', kind)} ".join(grouped)
        if kind in SIGNS:
            return self._compared(kind, *parts)
        if kind in ("name", "path"):
            return self._pair("is", self._value(tree).label, word("canvas", "true"))
        if kind == "call" and parts[0] == ("name", "not"):
            return self._pair("is", self._value(parts[1]).label, word("canvas", "false"))
        if kind == "in":
            value, *tests = parts
            return f" {word('canvas', 'or')} ".join(self._compared("=", value, test[1]) for test in tests)
        raise _NoWords

    def _compared(self, sign: str, left: Any, right: Any) -> str:
        value = self._value(left)
        if right[0] == "lit":
            code = right[1]
            plain = word("canvas", str(code).lower()) if isinstance(code, bool) else str(code)
            return self._pair(SIGNS[sign], value.label, value.options.get(plain, plain))
        other = right[1] if right[0] == "num" else self._value(right).label
        return self._pair(SIGNS[sign], value.label, str(other))

    def _pair(self, sign: str, left: str, right: str) -> str:
        return say(f"sentence.{sign}", left=left, right=right)

    def _amount(self, tree: Any) -> str:
        kind, *parts = tree
        if kind == "num" or (kind == "lit" and str(parts[0]).isdecimal()):
            return str(parts[0])
        if kind in ("name", "path"):
            return say("sentence.as_in", value=self._value(tree).label)
        if kind == "-" and parts[1][0] == "num":
            return say("sentence.fewer", value=self._amount(parts[0]), by=parts[1][1])
        if kind == "call" and parts[0] == ("name", "max") and parts[1][0] == "num":
            least, value = parts[1:]
            return say("sentence.no_fewer", value=self._amount(value), least=least[1])
        raise _NoWords

    def _instant(self, tree: Any) -> str:
        match tree:
            case ("call", ("name", engine.WORKING_DAYS_AFTER), days):
                return say("sentence.after", count=self._amount(days))
            case (
                "for",
                ((share, ("list", *shares)),),
                ("call", ("name", engine.WORKING_DAYS_AFTER), ("*", ("name", factor), days)),
                *_,
            ) if share == factor:
                told = ", ".join(f"{float(each):.0%}" for _, each in shares)
                return say("sentence.reminders", count=self._amount(days), shares=told)
        raise _NoWords

    def _value(self, tree: Any) -> _Value:
        path = _path(tree)
        return self._values.get(path) or _of_the_system(path)


def _path(tree: Any) -> str:
    if tree[0] == "name":
        return str(tree[1])
    if tree[0] == "path":
        return f"{_path(tree[1])}.{tree[2]}"
    raise _NoWords


def _of_the_system(path: str) -> _Value:
    """A value that the system brings: the case's own, an enquiry's, what is found in the reports."""
    label = language.known(f"value.{path}")
    if not label:
        raise _NoWords
    options: dict[str, str] = {}
    if path == "unit.kind":
        options = {
            each.value: language.known(f"value.unit.kind.{each.value}") or each.value for each in UnitKind
        }
    if path == "unit.endorses":
        options = {
            each.value: language.known(f"value.unit.endorses.{each.value}") or each.value for each in Endorser
        }
    return _Value(label, options)


def _values(contents: Mapping[str, bytes]) -> Iterator[tuple[str, _Value]]:
    """Path -> the value of each answer of a step, and of each column of a decision."""
    forms = {each["key"]: each["fields"] for each in vocabulary.forms(contents)}
    for name, data in contents.items():
        if name.endswith(".bpmn"):
            try:
                steps = engine.steps(data)
            except engine.XmlRefused:
                continue
            for step in steps:
                title = language.choose(step.name_hi, step.name_en)
                yield from _fields(step.element_id, title, forms.get(step.form, ()))
    for decision in vocabulary.decisions(contents):
        title = language.choose(decision["hi"], decision["en"])
        yield from _fields(decision["id"], title, decision["fields"])


def field_label(path: str) -> str:
    """What a shipped value is called where its own file says nothing in the page's language."""
    return language.known(f"value.{path}")


def _fields(element_id: str, title: str, fields: Any) -> Iterator[tuple[str, _Value]]:
    for one in fields:
        path = f"{element_id}.{one['key']}"
        label = one[language.current()] or field_label(path) or language.choose(one["hi"], one["en"])
        options = {
            str(each["value"]): language.known(f"value.{path}.{each['value']}")
            or language.choose(each["hi"], each["en"])
            for each in one["options"]
        }
        yield path, _Value(say("sentence.value", step=title, field=label or one["key"]), options)
