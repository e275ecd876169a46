"""The item definitions of a DMN file: named types with components, allowed values, lists and functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.feel import Evaluation, Tree
from app.feel.types import coerce, conforms
from app.feel.values import kind

if TYPE_CHECKING:
    from app.engine.decisions.document import Document


class ItemTypes(Mapping[str, Callable[[Any], bool]]):
    """Answers for the types that a file names: `types[name](value)`."""

    def __init__(self, document: Document, *, constrained: bool = True) -> None:
        """Without constraints a type is its shape alone, as `instance of` asks (DMN 10.3.2.9.2)."""
        self._constrained = constrained
        self._tests: dict[str, Callable[[Any], bool]] = {}
        self._allowed: dict[str, Tree] = {}
        for definition in document.children(document.root, "itemDefinition"):
            self._tests[definition.get("name", "")] = self._definition(document, definition)
            values = document.child(definition, "allowedValues")
            if values is not None:
                self._allowed[definition.get("name", "")] = document.tests(values)

    def __getitem__(self, name: str) -> Callable[[Any], bool]:
        return self._tests[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tests)

    def __len__(self) -> int:
        return len(self._tests)

    def allowed(self, name: str) -> Tree:
        """The unary tests of a type's allowed values, None if it has none."""
        return self._allowed.get(name)

    def accept(self, value: Any, name: str) -> Any:
        """The value as the named type, a list of one opened or made; null if it does not fit."""
        if name == "Any" or value is None:
            return value
        fits, coerced = coerce(value, name, self)
        return coerced if fits else None

    def bind(self, parameters: Sequence[tuple[str, str]], arguments: Sequence[Any]) -> dict[str, Any] | None:
        """The arguments by parameter name, fitted to their types; None when one does not fit."""
        bound = {}
        for (name, wanted), argument in zip(parameters, arguments, strict=True):
            bound[name] = self.accept(argument, wanted)
            if bound[name] is None and argument is not None:
                return None
        return bound

    def _definition(self, document: Document, element: Any) -> Callable[[Any], bool]:
        base = self._base(document, element)
        values = document.child(element, "allowedValues") if self._constrained else None
        whole = document.child(element, "typeConstraint") if self._constrained else None
        single = base if values is None else _both(base, _allowed(document.tests(values)))
        test = _each(single) if element.get("isCollection") == "true" else single
        return test if whole is None else _both(test, _allowed(document.tests(whole)))

    def _base(self, document: Document, element: Any) -> Callable[[Any], bool]:
        parts = {
            part.get("name", ""): self._definition(document, part)
            for part in document.children(element, "itemComponent")
        }
        if parts:
            return lambda value: (
                kind(value) == "context"
                and all(
                    name in value and (value[name] is None or test(value[name]))
                    for name, test in parts.items()
                )
            )
        if document.child(element, "functionItem") is not None:
            return lambda value: kind(value) == "function"
        reference = document.child(element, "typeRef")
        name = "Any" if reference is None else (reference.text or "").rpartition(":")[2].strip() or "Any"
        return lambda value: conforms(value, name, self)


def _both(first: Callable[[Any], bool], second: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: first(value) and second(value)


def _each(single: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: kind(value) == "list" and all(item is None or single(item) for item in value)


def _allowed(tests: Tree) -> Callable[[Any], bool]:
    return lambda value: Evaluation().value(tests, {"?": value}) is True
