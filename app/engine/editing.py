"""A step of a diagram changed without the canvas: its names, form, role, days and instructions, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from app.engine.elements import BPMN, SPIFF, Diagram, UserTaskDefinition, properties
from app.engine.xml import load_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

_BEFORE_EXTENSIONS = frozenset({f"{BPMN}documentation"})


@dataclass(frozen=True, slots=True)
class StepTexts:
    """What may be changed of a user task; an empty text takes the property away."""

    name_hi: str
    name_en: str
    form: str
    role: str
    days: str
    instructions_hi: str
    instructions_en: str


def steps(xml: bytes) -> list[UserTaskDefinition]:
    """Return the user tasks of a diagram in the order in which they were drawn. Raises XmlRefused."""
    drawn = Diagram(load_xml(xml))
    return [drawn.user_task(one) for one in drawn.process.iter(f"{BPMN}userTask")]


def texts_of(step: UserTaskDefinition) -> StepTexts:
    """Return what of a step may be changed."""
    return StepTexts(
        step.name_hi,
        step.name_en,
        step.form,
        step.role,
        step.days_text,
        step.instructions_hi,
        step.instructions_en,
    )


def change_step(xml: bytes, element_id: str, texts: StepTexts) -> bytes:
    """Return the diagram with these texts at one user task. Raises XmlRefused, LookupError without such a task."""
    root = load_xml(xml)
    task = next((one for one in root.iter(f"{BPMN}userTask") if one.get("id") == element_id), None)
    if task is None:
        raise LookupError(element_id)
    _let_timers_follow(root, element_id, properties(task).get("days", ""), texts.days)
    task.set("name", texts.name_hi)
    extensions = _extensions(task)
    _set_property(extensions, "label_en", texts.name_en)
    _set_property(extensions, "formKey", texts.form)
    _set_property(extensions, "candidateRole", texts.role)
    _set_property(extensions, "days", texts.days)
    _set_property(extensions, "instructions_en", texts.instructions_en)
    _set_instructions(extensions, texts.instructions_hi)
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _let_timers_follow(root: _Element, element_id: str, before: str, days: str) -> None:
    """Reminders on a step count shares of its days: they are counted by the new ones from now on."""
    share = f"(share * {before})"
    for event in root.iter(f"{BPMN}boundaryEvent") if before and days else ():
        time = event.find(f"{BPMN}timerEventDefinition/{BPMN}timeDate")
        if event.get("attachedToRef") == element_id and time is not None and time.text:
            time.text = time.text.replace(share, f"(share * {days})")


def _extensions(task: _Element) -> _Element:
    """Return the task's extension elements, made in the place where the schema wants them."""
    found = task.find(f"{BPMN}extensionElements")
    if found is None:
        found = etree.Element(f"{BPMN}extensionElements")
        task.insert(sum(child.tag in _BEFORE_EXTENSIONS for child in task), found)
    return found


def _set_property(extensions: _Element, name: str, value: str) -> None:
    holder = extensions.find(f"{SPIFF}properties")
    if holder is None:
        holder = etree.Element(f"{SPIFF}properties")
        extensions.insert(0, holder)
    entry = next((one for one in holder if one.get("name") == name), None)
    if not value:
        if entry is not None:
            holder.remove(entry)
        return
    if entry is None:
        entry = etree.SubElement(holder, f"{SPIFF}property", name=name)
    entry.set("value", value)


def _set_instructions(extensions: _Element, text: str) -> None:
    found = extensions.find(f"{SPIFF}instructionsForEndUser")
    if not text:
        if found is not None:
            extensions.remove(found)
        return
    if found is None:
        found = etree.SubElement(extensions, f"{SPIFF}instructionsForEndUser")
    found.text = text
