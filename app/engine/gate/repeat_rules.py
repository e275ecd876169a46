"""Rules about multi-instance calls: the collection, its item, and where the answers are gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.id_rules import reserved_reason
from app.engine.gate.reading import ACTIVITIES, BPMN, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from app.engine.gate.reading import Node, Scope
    from app.engine.gate.release import Release


def repeat_place(release: Release) -> Iterator[Finding]:
    """Refuse repetition of anything but a call: the unit's steps belong in a process of their own."""
    for diagram, _, node in release.nodes():
        if node.kind in ACTIVITIES - {"callActivity"} and node.loop is not None:
            yield Finding(diagram.file, node.id)


def collection_missing(release: Release) -> Iterator[Finding]:
    """Refuse repetition without a collection that the release fills: the engine dies when it comes there."""
    lists = {name for name, reads in release.known.system.items() if reads.type == "list"}
    for scope, node, loop in _repeated(release):
        name = text_of(loop.find(f"{BPMN}loopDataInputRef"))
        if name not in lists:
            yield Finding(scope.file, node.id, {"collection": name[:64], "lists": ", ".join(sorted(lists))})


def collection_property(release: Release) -> Iterator[Finding]:
    """Refuse a collection that is not declared as property: the modeler drops its name when it saves."""
    for scope, node, loop in _repeated(release):
        declared = _declared(scope)
        for end in ("loopDataInputRef", "loopDataOutputRef"):
            name = text_of(loop.find(BPMN + end))
            if name and name not in declared:
                yield Finding(scope.file, node.id, {"collection": name[:64]})


def collection_item(release: Release) -> Iterator[Finding]:
    """Refuse repetition that does not hand on its item: every office would get the same, or nothing."""
    for scope, node, loop in _repeated(release):
        if _item_name(loop, "inputDataItem") != "unit":
            yield Finding(scope.file, node.id)


def collection_output(release: Release) -> Iterator[Finding]:
    """Refuse repetition without output item and output collection: the last office overwrites the others."""
    for scope, node, loop in _repeated(release):
        if not _item_name(loop, "outputDataItem") or not text_of(loop.find(f"{BPMN}loopDataOutputRef")):
            yield Finding(scope.file, node.id)


def collection_overwrites(release: Release) -> Iterator[Finding]:
    """Refuse an output name that is somebody else's key: the answers gathered would replace its value."""
    for scope, node, loop in _repeated(release):
        for name in (_item_name(loop, "outputDataItem"), text_of(loop.find(f"{BPMN}loopDataOutputRef"))):
            if name in release.keys_seen_in(scope.process.id) or reserved_reason(name):
                yield Finding(scope.file, node.id, {"name": name[:64]})


def _repeated(release: Release) -> Iterator[tuple[Scope, Node, _Element]]:
    for scope in release.scopes:
        for node in scope.of_kind("callActivity"):
            if node.loop is not None:
                yield scope, node, node.loop


def _item_name(loop: _Element, kind: str) -> str:
    """Return the name that the engine gives the item: it reads the id, a person the name; both must agree."""
    item = loop.find(BPMN + kind)
    if item is None or item.get("id") != item.get("name", item.get("id")):
        return ""
    return str(item.get("id") or "")


def _declared(scope: Scope) -> set[str]:
    """Return the properties declared in a scope and around it, id and name alike."""
    around = set() if scope.parent is None else _declared(scope.parent)
    found = scope.element.findall(f"{BPMN}property")
    return around | {str(one.get("id")) for one in found if one.get("id") == one.get("name")}
