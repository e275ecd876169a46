"""What a diagram says of its elements: labels, lanes, forms, roles, and every FEEL text in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"

_EXPRESSIONS = tuple(f"{BPMN}{name}" for name in ("conditionExpression", "timeDate", "timeDuration"))


@dataclass(frozen=True, slots=True)
class UserTaskDefinition:
    """A user task as drawn: whose it is, which form it asks for, what it says to the person."""

    element_id: str
    process: str
    form: str
    lane: str
    role: str
    name_hi: str
    name_en: str
    instructions_hi: str
    instructions_en: str
    days_text: str


class Diagram:
    """One .bpmn file, read; the root is a tree from `load_xml`."""

    def __init__(self, root: _Element) -> None:
        self.process = next(root.iter(f"{BPMN}process"))
        self.process_id = str(self.process.get("id") or "")
        self._lanes = {
            (reference.text or "").strip(): str(lane.get("name") or "")
            for lane in root.iter(f"{BPMN}lane")
            for reference in lane.iterfind(f"{BPMN}flowNodeRef")
        }

    def elements(self) -> Iterator[_Element]:
        """Yield the BPMN elements that have an id, in document order."""
        return (one for one in self.process.iter(f"{BPMN}*") if one.get("id"))

    def labels(self) -> dict[str, tuple[str, str]]:
        """Return the Hindi and the English label by id; where one is missing the other stands in."""
        found = {}
        for element in self.elements():
            name_hi = str(element.get("name") or "")
            name_en = properties(element).get("label_en", "")
            found[str(element.get("id"))] = (name_hi or name_en, name_en or name_hi)
        return found

    def steps(self) -> Iterator[_Element]:
        """Yield user tasks and calls in document order, which the modeler keeps as the order of drawing."""
        return self.process.iter(f"{BPMN}userTask", f"{BPMN}callActivity")

    def user_task(self, element: _Element) -> UserTaskDefinition:
        """Return what is drawn of a user task."""
        said = properties(element)
        name_hi = str(element.get("name") or "")
        instructions = element.findtext(f"{BPMN}extensionElements/{SPIFF}instructionsForEndUser")
        return UserTaskDefinition(
            element_id=str(element.get("id")),
            process=self.process_id,
            form=said.get("formKey", ""),
            lane=self._lane(element),
            role=said.get("candidateRole", ""),
            name_hi=name_hi,
            name_en=said.get("label_en", name_hi),
            instructions_hi=(instructions or "").strip(),
            instructions_en=said.get("instructions_en", ""),
            days_text=said.get("days", ""),
        )

    def start_form(self) -> str:
        """Return the form that a case of this process begins with; empty when it asks for none."""
        start = self.process.find(f"{BPMN}startEvent")
        return "" if start is None else properties(start).get("formKey", "")

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield every FEEL text with the id of its element: conditions, timers, days, parameters."""
        for element in self.process.iter(*_EXPRESSIONS):
            yield _owner(element), (element.text or "").strip()
        for element in self.process.iter(f"{BPMN}userTask"):
            days = properties(element).get("days")
            if days:
                yield str(element.get("id")), days
        for parameter in self.process.iter(f"{SPIFF}parameter"):
            yield _owner(parameter), str(parameter.get("value") or "null")

    def decisions(self) -> Iterator[tuple[str, str]]:
        """Yield the id of every rule task with the decision that it asks."""
        for element in self.process.iter(f"{BPMN}businessRuleTask"):
            called = element.findtext(f"{BPMN}extensionElements/{SPIFF}calledDecisionId")
            yield str(element.get("id")), (called or "").strip()

    def collections(self) -> Iterator[tuple[str, str]]:
        """Yield the collection that a repeated call goes through, and the one it gathers answers in."""
        for loop in self.process.iter(f"{BPMN}multiInstanceLoopCharacteristics"):
            yield (
                (loop.findtext(f"{BPMN}loopDataInputRef") or "").strip(),
                (loop.findtext(f"{BPMN}loopDataOutputRef") or "").strip(),
            )

    def _lane(self, element: _Element) -> str:
        """Return the lane of an element, or that of the nearest sub-process around it."""
        for one in (element, *element.iterancestors()):
            lane = self._lanes.get(str(one.get("id")))
            if lane is not None:
                return lane
        return ""


def properties(element: _Element) -> dict[str, str]:
    """Return the extension properties of an element by name."""
    found = element.iterfind(f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property")
    return {str(one.get("name") or ""): str(one.get("value") or "") for one in found}


def _owner(element: _Element) -> str:
    """Return the id of the flow node or flow that an inner element belongs to."""
    for one in element.iterancestors(f"{BPMN}*"):
        if one.get("id") and not one.tag.endswith("EventDefinition"):
            return str(one.get("id"))
    return ""
