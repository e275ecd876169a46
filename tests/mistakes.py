"""Changes of the shipped route by which tests make mistakes, as an administrator or an attacker would make them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Change = Callable[[str], str]

V, E, C, O = "verification.bpmn", "enquiry.bpmn", "checks.dmn", "outcome.dmn"  # noqa: E741  # files by initials
_CONDITION = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
SP_SIGNS = 'checks.final_signatory = "SP"'


@dataclass(frozen=True)
class Mistake:
    """One class: by which rule it is refused, in which file and on which element, and what is changed there.

    `more`: files added beside, or put in place of shipped ones. `told_in`: the file that the refusal names, where the
    mistake shows in another one than it was made in.
    """

    rule: str
    file: str
    element: str
    changes: tuple[Change, ...]
    more: Mapping[str, bytes] = field(default_factory=dict)
    told_in: str = ""

    def made_in(self, shipped: Mapping[str, bytes]) -> dict[str, bytes]:
        """The release with this mistake in it; a change that finds nothing to change is no mistake."""
        files = {**shipped, **self.more}
        if self.changes:
            before = text = files[self.file].decode()
            for change in self.changes:
                text = change(text)
            assert text != before
            files[self.file] = text.encode()
        return files


def mistake(rule: str, file: str, element: str, *changes: Change, told_in: str = "") -> Mistake:
    return Mistake(rule, file, element, changes, told_in=told_in)


def file_of(rule: str, file: str, data: bytes, element: str = "") -> Mistake:
    """A whole file in place of the shipped one."""
    return Mistake(rule, file, element, (), {file: data})


def swap(old: str, new: str) -> Change:
    """The first `old` becomes `new`."""

    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return change


def swap_all(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return change


def of_kind(element_id: str, kind: str) -> Change:
    """The element becomes one of another kind; what it holds stays."""

    def change(text: str) -> str:
        found = re.search(rf'<bpmn:(\w+) id="{element_id}"', text)
        assert found is not None, element_id
        head, tail = text[: found.start()], text[found.end() :]
        opened = f'<bpmn:{kind} id="{element_id}"'
        if tail[: tail.index(">")].endswith("/"):
            return head + opened + tail
        return head + opened + tail.replace(f"</bpmn:{found[1]}>", f"</bpmn:{kind}>", 1)

    return change


def inside(element_id: str, text: str) -> Change:
    """Put a text at the end of what an element holds."""

    def change(whole: str) -> str:
        found = re.search(rf'<bpmn:(\w+) id="{element_id}".*?</bpmn:\1>', whole, re.DOTALL)
        assert found is not None, element_id
        close = f"</bpmn:{found[1]}>"
        return whole[: found.end() - len(close)] + text + whole[found.end() - len(close) :]

    return change


def element(text: str) -> Change:
    """A further element of the handling of a case (or of the enquiry)."""
    return swap("<bpmn:sequenceFlow ", f"{text}<bpmn:sequenceFlow ")


def drawn(name: str) -> Change:
    """The shape of a further element."""
    bounds = '<dc:Bounds x="300" y="300" width="100" height="80" />'
    return _at_end_of_plane(
        f'<bpmndi:BPMNShape id="{name}_shape" bpmnElement="{name}">{bounds}</bpmndi:BPMNShape>'
    )


def flow(name: str, source: str, target: str, condition: str = "") -> Change:
    """A further flow, drawn."""
    says = f"{_CONDITION}{condition}</bpmn:conditionExpression>" if condition else ""
    add = element(
        f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{says}</bpmn:sequenceFlow>'
    )
    edge = _at_end_of_plane(
        f'<bpmndi:BPMNEdge id="{name}_edge" bpmnElement="{name}"><di:waypoint x="300" y="300" />'
        '<di:waypoint x="340" y="300" /></bpmndi:BPMNEdge>'
    )
    return lambda text: edge(add(text))


def _at_end_of_plane(text: str) -> Change:
    return swap("</bpmndi:BPMNPlane>", f"{text}</bpmndi:BPMNPlane>")


def leads(name: str, source: str = "", target: str = "") -> Change:
    """A flow that is there begins or ends elsewhere."""

    def change(text: str) -> str:
        for end, node in (("sourceRef", source), ("targetRef", target)):
            if node:
                text, count = re.subn(
                    rf'(<bpmn:sequenceFlow id="{name}"[^>]*{end}=")[^"]*', rf"\g<1>{node}", text
                )
                assert count == 1, name
        return text

    return change


def condition(text: str) -> Change:
    """Another condition for the way on which the SP signs."""
    return swap(f"{_CONDITION}{SP_SIGNS}<", f"{_CONDITION}{text}<")


def says(name: str, text: str) -> Change:
    """A condition for a flow that has none."""
    return lambda whole: inside_flow(name, f"{_CONDITION}{text}</bpmn:conditionExpression>", whole)


def inside_flow(name: str, text: str, whole: str) -> str:
    found = re.search(rf'<bpmn:sequenceFlow id="{name}"[^>]*/>', whole)
    assert found is not None, name
    opened = found[0].removesuffix("/>").rstrip() + ">"
    return whole.replace(found[0], f"{opened}{text}</bpmn:sequenceFlow>", 1)


def property_of(element_id: str, name: str, value: str) -> Change:
    """Another value of a property that an element has."""

    def change(text: str) -> str:
        start = text.index(f' id="{element_id}"')
        head, tail = text[:start], text[start:]
        tail, count = re.subn(rf'(name="{name}" value=")[^"]*', lambda found: found[1] + value, tail, count=1)
        assert count == 1, element_id
        return head + tail

    return change


def swap_bounds(name: str, x: str) -> Change:
    """The shape of an element stands elsewhere."""

    def change(text: str) -> str:
        text, count = re.subn(rf'(bpmnElement="{name}"[^>]*>\s*<dc:Bounds x=")[^"]*', rf"\g<1>{x}", text)
        assert count == 1, name
        return text

    return change
