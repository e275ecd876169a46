"""Rules about single elements and attributes: what the engine ignores, runs as code, or hangs on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import BPMN, SPIFF, shape_id
from app.engine.gate.vocabulary import DATA, ELEMENTS, SCRIPTS, UNSEEN_TASKS, extensions
from app.engine.xml import local_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element

    from app.engine.gate.release import Release

MAX_TEXT = 4000

_SPECIAL_NODES = {
    f"{BPMN}complexGateway",
    f"{BPMN}adHocSubProcess",
    f"{BPMN}transaction",
    f"{BPMN}eventBasedGateway",
    f"{BPMN}standardLoopCharacteristics",
    f"{BPMN}loopCardinality",
    f"{BPMN}completionCondition",
    f"{BPMN}childLaneSet",
    f"{BPMN}timeCycle",
}
_OWN_RULE = SCRIPTS | UNSEEN_TASKS | DATA | _SPECIAL_NODES | {f"{BPMN}signal", f"{BPMN}escalation"}
_EVENT_KINDS = {
    "startEvent": frozenset({""}),
    "endEvent": frozenset({"", "terminateEventDefinition", "errorEventDefinition"}),
    "boundaryEvent": frozenset({"timerEventDefinition", "messageEventDefinition", "errorEventDefinition"}),
    "intermediateCatchEvent": frozenset({"timerEventDefinition", "messageEventDefinition"}),
    "intermediateThrowEvent": frozenset({""}),
}
#: Control characters, and marks that turn or hide text; Devanagari needs the joiners U+200C and U+200D.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
#: Elements whose text people read; and the properties.
_PROSE = frozenset({"documentation", "instructionsForEndUser", "text", "description"})
_PROSE_PROPERTIES = frozenset({"label_en", "instructions_en"})
_FORMULA = ("=", "+", "@", "-")
_MARKUP = re.compile(r"<[A-Za-z/!?]|javascript:", re.IGNORECASE)


def _elements(release: Release) -> Iterator[tuple[str, _Element]]:
    for diagram in release.diagrams:
        for element in diagram.root.iter():
            yield diagram.file, element


def _tagged_elements(release: Release, name: str) -> Iterator[tuple[Finding, _Element]]:
    for file, element in _elements(release):
        if element.tag == BPMN + name:
            yield Finding(file, shape_id(element)), element


def _tagged(release: Release, name: str) -> Iterator[Finding]:
    for finding, _ in _tagged_elements(release, name):
        yield finding


def script(release: Release) -> Iterator[Finding]:
    """Refuse scripts: the engine runs them as Python, and whoever draws one owns the server."""
    for file, element in _elements(release):
        if element.tag in SCRIPTS and element.tag != f"{BPMN}script":
            yield Finding(file, shape_id(element), {"name": local_name(element)})


def unseen_task(release: Release) -> Iterator[Finding]:
    """Refuse plain, manual, send and receive tasks: they wait in nobody's inbox."""
    for file, element in _elements(release):
        if element.tag in UNSEEN_TASKS:
            yield Finding(file, shape_id(element), {"name": local_name(element)})


def data_element(release: Release) -> Iterator[Finding]:
    """Refuse data objects and stores: a second memory beside the answers; the engine dies on an unset one."""
    for file, element in _elements(release):
        if element.tag in DATA and not _under(element, DATA):
            yield Finding(file, shape_id(element), {"name": local_name(element)})


def complex_gateway(release: Release) -> Iterator[Finding]:
    """Refuse complex gateways: the engine has none, and dies of them without naming the shape."""
    yield from _tagged(release, "complexGateway")


def event_gateway(release: Release) -> Iterator[Finding]:
    """Refuse event-based gateways: a boundary event on the step shows a person what is waited for."""
    yield from _tagged(release, "eventBasedGateway")


def ad_hoc(release: Release) -> Iterator[Finding]:
    """Refuse ad-hoc sub-processes: the engine never ends one whose condition does not come true."""
    yield from _tagged(release, "adHocSubProcess")


def transaction(release: Release) -> Iterator[Finding]:
    """Refuse transactions: nothing is rolled back; an act of an office is undone by another act."""
    yield from _tagged(release, "transaction")


def event_sub_process(release: Release) -> Iterator[Finding]:
    """Refuse event sub-processes: they do not interrupt, and add a branch to every later case."""
    for file, element in _elements(release):
        if element.get("triggeredByEvent", "false") not in {"false", "0"}:
            yield Finding(file, shape_id(element))


def loop_marker(release: Release) -> Iterator[Finding]:
    """Refuse loop markers: a gateway and a flow back are seen, a marker's condition is not."""
    yield from _tagged(release, "standardLoopCharacteristics")


def loop_count(release: Release) -> Iterator[Finding]:
    """Refuse counted repetition: a number can be a million, and no unit says which office does the work."""
    yield from _tagged(release, "loopCardinality")


def loop_completion(release: Release) -> Iterator[Finding]:
    """Refuse early completion: it takes away the tasks of offices that are still at work."""
    for finding, element in _tagged_elements(release, "completionCondition"):
        if _tag_above(element, 1) == f"{BPMN}multiInstanceLoopCharacteristics":
            yield finding


def nested_lanes(release: Release) -> Iterator[Finding]:
    """Refuse lanes in lanes: the engine forgets the outer one, and nobody can say whose the task is."""
    yield from _tagged(release, "childLaneSet")


def timer_cycle(release: Release) -> Iterator[Finding]:
    """Refuse cycles: they fire in a burst after a downtime; a list of instants fires once at each."""
    yield from _tagged(release, "timeCycle")


def event_kind(release: Release) -> Iterator[Finding]:
    """Refuse signals, links, compensation and their like: the engine takes them for plain or waits on."""
    for file, element in _elements(release):
        allowed = _EVENT_KINDS.get(local_name(element))
        if allowed is None or not str(element.tag).startswith(BPMN) or _starts_by_event(element):
            continue
        kinds = [local_name(child) for child in element if local_name(child).endswith("EventDefinition")] or [
            ""
        ]
        if len(kinds) > 1 or kinds[0] not in allowed:
            yield Finding(file, shape_id(element), {"kind": " + ".join(kinds) or "-"})


def element_kind(release: Release) -> Iterator[Finding]:
    """Refuse what is not in the palette: the engine passes over it in silence, or dies without a shape."""
    for file, element in _elements(release):
        tag = str(element.tag)
        has_own_rule = tag in _OWN_RULE or tag.endswith("EventDefinition") or _in_extension(element)
        if tag not in ELEMENTS and not has_own_rule and _tag_above(element, 1) in ELEMENTS:
            yield Finding(file, shape_id(element), {"name": local_name(element)})


def attribute_kind(release: Release) -> Iterator[Finding]:
    """Refuse attributes that the engine does not read: they look like rules and are none."""
    for file, element in _elements(release):
        allowed = ELEMENTS.get(str(element.tag), extensions().elements.get(str(element.tag)))
        if allowed is None:
            continue
        for name in element.attrib:
            if name not in allowed:
                yield Finding(file, shape_id(element), {"name": str(name).rpartition("}")[2]})


def extension_kind(release: Release) -> Iterator[Finding]:
    """Refuse extensions of other tools, and ours in the wrong place: they would be half believed."""
    for file, element in _elements(release):
        inside = _in_extension(element) and element.tag not in SCRIPTS and _owner_tag(element) in ELEMENTS
        if inside and not _extension_has_its_place(element):
            yield Finding(file, shape_id(element), {"name": local_name(element)})


def property_name(release: Release) -> Iterator[Finding]:
    """Refuse unknown properties: a misspelt one is none, and the step has no form, no role or no days."""
    for file, element in _elements(release):
        if element.tag != f"{SPIFF}property":
            continue
        places = extensions().properties.get(str(element.get("name")), frozenset())
        if _owner_tag(element) in ELEMENTS and _owner_tag(element) not in places:
            yield Finding(file, shape_id(element), {"name": str(element.get("name"))[:60]})


def unsafe_text(release: Release) -> Iterator[Finding]:
    """Refuse text that turns, hides or poses as markup or formula: it ends on screens, papers and sheets."""
    for file, element in _all_elements(release):
        texts = [element.text or "", element.tail or "", *element.attrib.values()]
        names = [str(element.get(key) or "") for key in ("name", "label")]
        if any(map(_UNSAFE.search, texts)) or _poses(names, _prose(element)):
            yield Finding(file, shape_id(element))


def _prose(element: _Element) -> str:
    """Return the sentence or label that an element holds beside its name; empty for one that machines read."""
    if element.get("name") in _PROSE_PROPERTIES:
        return str(element.get("value") or "")
    is_feel = local_name(element) == "text" and not str(element.tag).startswith(BPMN)
    return element.text or "" if local_name(element) in _PROSE and not is_feel else ""


def _poses(names: Sequence[str], prose: str) -> bool:
    """Say whether words pose as markup, or names as a formula of a sheet."""
    return any(map(_MARKUP.search, (*names, prose))) or any(name.startswith(_FORMULA) for name in names)


def long_text(release: Release) -> Iterator[Finding]:
    """Refuse very long texts: no label, instruction or expression of a route is a book."""
    for file, element in _all_elements(release):
        if any(len(text) > MAX_TEXT for text in (element.text or "", *map(str, element.attrib.values()))):
            yield Finding(file, shape_id(element), {"limit": MAX_TEXT})


def _all_elements(release: Release) -> Iterator[tuple[str, _Element]]:
    for file, root in release.roots.items():
        for element in root.iter():
            yield file, element


def _in_extension(element: _Element) -> bool:
    return any(ancestor.tag == f"{BPMN}extensionElements" for ancestor in element.iterancestors())


def _under(element: _Element, tags: frozenset[str]) -> bool:
    return any(ancestor.tag in tags for ancestor in element.iterancestors())


def _owner_tag(element: _Element) -> str:
    """Return the tag of the BPMN element that an extension belongs to."""
    for ancestor in element.iterancestors():
        if not _in_extension(ancestor) and ancestor.tag != f"{BPMN}extensionElements":
            return str(ancestor.tag)
    return ""


def _starts_by_event(element: _Element) -> bool:
    """Say whether this is the start of an event sub-process, which is refused as a whole."""
    parent = element.getparent()
    return parent is not None and parent.get("triggeredByEvent") == "true"


def _extension_has_its_place(element: _Element) -> bool:
    known, parent = extensions(), _tag_above(element, 1)
    if parent == f"{BPMN}extensionElements":
        return _owner_tag(element) in known.places.get(str(element.tag), frozenset())
    return parent not in known.elements or element.tag in known.elements


def _tag_above(element: _Element, levels: int) -> str:
    """Return the tag of the ancestor so many levels up; empty above the root."""
    ancestors = list(element.iterancestors())
    return str(ancestors[levels - 1].tag) if len(ancestors) >= levels else ""
