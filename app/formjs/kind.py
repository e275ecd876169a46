"""What every kind of field can do: read what was posted, judge it, hand it to FEEL, say it, lay it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import feel
from app.domain import names
from app.domain.errors import FieldProblem
from app.domain.text import HARD_LENGTH, tidy
from app.formjs.model import Text

if TYPE_CHECKING:
    from app.formjs.box import Box
    from app.formjs.model import Node


class Typed:
    """The texts of a posted form, the button `op`, and the lists outside it that it chose from.

    It notes which names were asked for, and which came twice.
    """

    def __init__(
        self,
        texts: Mapping[str, Sequence[str]],
        staged: Mapping[str, Sequence[Any]],
        options: Options,
        op: str,
    ) -> None:
        self._texts, self._options = texts, options
        self.staged, self.op = staged, op
        self._seen: set[str] = set()
        self.repeated: list[str] = []

    def one(self, name: str) -> str:
        """The tidy text of a name that may come once; empty when it did not come."""
        if name not in self._texts:  # most boxes of most posts
            self._seen.add(name)
            return ""
        texts = self.many(name)
        if len(texts) > 1:
            self.repeated.append(name)
        return texts[0] if texts else ""

    def many(self, name: str) -> list[str]:
        """The tidy texts of a name."""
        self._seen.add(name)
        return [tidy(text[:HARD_LENGTH]) for text in self._texts.get(name, ())]

    def row_numbers(self, prefix: str) -> set[int]:
        """The numbers of the rows of a list that something was posted for."""
        found = set()
        for name in self._texts:
            number = name[len(prefix) :].partition("-")[0] if name.startswith(prefix) else ""
            if number.isascii() and number.isdecimal() and len(number) < 4:  # noqa: PLR2004
                found.add(int(number))
        return found

    def unknown(self) -> list[str]:
        """Names that are on no field."""
        return [name for name in self._texts if name not in self._seen]

    def offered(self, node: Node) -> list[Choice]:
        """The choices of the host's list."""
        return listed(node, self._options)


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice as it is offered now; `also` are other spellings of its name."""

    value: str
    text: Text
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling by which it is known, in either script."""
        return self.text.hi, self.text.en, *self.also


Options = Mapping[str, Sequence[Mapping[str, Any]]]


def listed(node: Node, options: Options) -> list[Choice]:
    """The choices of a list that lies outside the form."""
    return [
        Choice(str(each["value"]), Text(each.get("hi", ""), each.get("en", "")), tuple(each.get("also", ())))
        for each in options.get(node.options_key, ())
    ]


def meant(text: str, offered: Sequence[Choice]) -> list[Choice]:
    """The choices whose name, in any spelling, a text may mean."""
    return [offered[place] for place in names.meant(text, [each.names for each in offered])]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is judged by: the names its rules see, and the choices that live outside the form."""

    context: Mapping[str, Any]
    options: Options
    memory: feel.Memory = field(default_factory=feel.Memory)

    def value(self, rule: feel.Tree | None) -> Any:
        """What a rule answers; None where there is none."""
        return None if rule is None else self.memory.value(rule, self.context)

    def holds(self, rule: feel.Tree | None) -> bool:
        """Whether a rule holds; neither a missing rule nor one without an answer does."""
        return self.value(rule) is True

    def offers(self, node: Node, code: str) -> bool:
        """Whether a code is among the choices."""
        if node.options:
            return any(each.value == code for each in self.choices(node))
        return any(str(each["value"]) == code for each in self.options.get(node.options_key, ()))

    def choices(self, node: Node) -> list[Choice]:
        """The choices that are offered: the form's own, where their rule holds, else the host's list."""
        if node.options:
            return [
                Choice(each.value, each.text)
                for each in node.options
                if each.offered is None or self.holds(each.offered)
            ]
        return listed(node, self.options)


class Kind:
    """A kind of field. Values are JSON; one that is not of the kind is kept as it was typed."""

    required_key = "form.required"

    def feel_type(self, node: Node) -> str:
        """FEEL's name of the type."""
        raise NotImplementedError

    def read(self, node: Node, name: str, posted: Typed) -> Any:
        """The value posted under `name`: of the kind, as typed, or None (no answer)."""
        raise NotImplementedError

    def is_empty(self, value: Any) -> bool:
        """Whether a value is no answer."""
        return value is None or value in ("", [], {})

    def known(self, node: Node, value: Any) -> Any:
        """The value as FEEL sees it; None when it is missing or wrong."""
        raise NotImplementedError

    def from_rule(self, node: Node, value: Any) -> Any:  # noqa: ARG002
        """The JSON value of what a FEEL rule gave."""
        return value if isinstance(value, str) else None

    def fault(self, node: Node, value: Any, asked: Asked) -> FieldProblem | None:
        """What is wrong with an answer that is not empty."""
        raise NotImplementedError

    def say(self, node: Node, value: Any, asked: Asked, lang: str) -> str:
        """The answer in words."""
        raise NotImplementedError

    def draw(self, node: Node, value: Any, asked: Asked, box: Box) -> None:
        """Put what the page needs into `box`."""
        raise NotImplementedError


def own(node: Node, key: str, **params: Any) -> FieldProblem:
    """A problem for which the form's own words, where it has some, say what is wanted."""
    return FieldProblem(key, node.error.hi, node.error.en, **params)
