"""The DMN file as we need it: elements by local name whatever the version, texts, references, and faults found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from app.engine.decisions.errors import DecisionProblem, DecisionRefused
from app.engine.xml import load_xml, local_name
from app.feel import FeelError, Tree, parse, parse_unary_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

# DMN 1.1 to 1.5; dmn-js writes 1.3.
NAMESPACES = frozenset(
    (
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    )
)
_FEEL_LANGUAGE = re.compile(r"(?i)^(feel|https?://www\.omg\.org/spec/(FEEL/\d+|DMN/\d+/FEEL/?))$")
_NOTHING: Tree = ("lit", None)


class Document:
    """A parsed DMN file that collects its faults, so that an author sees all of them at once."""

    def __init__(self, data: bytes) -> None:
        """Raises XmlRefused for XML that is not read, DecisionRefused for a file that is not DMN."""
        self.root = load_xml(data)
        self._namespace = etree.QName(self.root).namespace
        self.problems: list[DecisionProblem] = []
        if etree.QName(self.root).localname != "definitions" or self._namespace not in NAMESPACES:
            raise DecisionRefused([DecisionProblem("", "dmn.not_dmn")])
        # Over-inclusive on purpose: a name is taken by longest match wherever it may stand.
        self.names = frozenset(
            name for element in self.root.iter(f"{{{self._namespace}}}*") if (name := element.get("name"))
        )

    def children(self, element: Any, *names: str) -> Iterator[Any]:
        """The DMN children with one of these local names, in order."""
        for child in element:
            if local_name(child) in names and etree.QName(child).namespace == self._namespace:
                yield child

    def child(self, element: Any, name: str) -> Any:
        """The first such child or None."""
        return next(self.children(element, name), None)

    def text(self, element: Any) -> str:
        """The `text` child, stripped; empty if there is none."""
        child = None if element is None else self.child(element, "text")
        return "" if child is None else (child.text or "").strip()

    def references(self, element: Any, requirement: str, name: str) -> list[str]:
        """The ids that requirements of one kind point to."""
        return [
            self.target(reference)
            for outer in self.children(element, requirement)
            for reference in self.children(outer, name)
        ]

    def target(self, reference: Any) -> str:
        """The id that a reference names; one into another file stays whole, and is then found to lead nowhere."""
        href = str(reference.get("href") or "")
        return href.removeprefix(self.root.get("namespace") or "").removeprefix("#")

    def report(self, element: Any, rule: str, **params: Any) -> None:
        """Note a fault at the nearest element that has an id."""
        place = element
        while place is not None and not place.get("id"):
            place = place.getparent()
        self.problems.append(DecisionProblem("" if place is None else place.get("id"), rule, params))

    def expression(self, element: Any) -> Tree:
        """The FEEL expression of an element with a `text` child; null, with a fault noted, if it is not FEEL."""
        text = self.text(element)
        return self._read(element, text, tests=False) if text else _NOTHING

    def tests(self, element: Any) -> Tree:
        """The unary tests of an element with a `text` child; an empty cell is `-`."""
        return self._read(element, self.text(element) or "-", tests=True)

    def _read(self, element: Any, text: str, *, tests: bool) -> Tree:
        if not _FEEL_LANGUAGE.match(element.get("expressionLanguage") or "feel"):
            self.report(element, "dmn.language", language=element.get("expressionLanguage"))
            return _NOTHING
        try:
            return parse_unary_tests(text, self.names) if tests else parse(text, self.names)
        except FeelError as error:
            self.report(element, error.key, text=text, position=error.position, **error.params)
            return _NOTHING


def identity(element: Any) -> str:
    """The id of an element; its name where a file leaves ids out."""
    return element.get("id") or element.get("name") or ""


def type_ref(element: Any) -> str:
    """The type that an element asks for, without a prefix; `Any` when it asks for none."""
    text = "" if element is None else element.get("typeRef") or ""
    return text.rpartition(":")[2].strip() or "Any"
