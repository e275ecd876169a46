"""Rules about ids and names that machines read: unique, plain, and no word that means something else."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import BPMN, FLOW_NODES, PRODUCERS, SPIFF, shape_id
from app.engine.xml import local_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.release import Release

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
MAX_ID = 64

#: Names of the engine's own task specs: a task of this id is skipped, and the case ends.
ENGINE_NAMES = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
_ENGINE_SUFFIXES = (
    ".EndJoin",
    ".BoundaryEventSplit",
    ".BoundaryEventJoin",
    ".BoundaryEventParent",
    "[child]",
)
#: Members that every JavaScript object has: a table looked up by id in the browser would find them.
JAVASCRIPT_NAMES = frozenset(
    {
        *("__proto__", "constructor", "prototype", "hasownproperty", "isprototypeof", "valueof", "tostring"),
        *("propertyisenumerable", "tolocalestring", "__definegetter__", "__definesetter__"),
        *("__lookupgetter__", "__lookupsetter__"),
    }
)
#: Words of FEEL: a value of this name cannot be read by an expression.
FEEL_NAMES = frozenset(
    {
        *("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between", "and", "or"),
        *("not", "null", "true", "false", "function", "external", "instance", "of", "item", "partial"),
    }
)
#: A key of this name in engine data makes a case impossible to load.
POISON = "typename"


def reserved_reason(name: str, system: frozenset[str] = frozenset()) -> str:
    """Say why a name is taken: engine, javascript, feel, typename, system; empty when it is free."""
    lowered = name.lower()
    if name in ENGINE_NAMES or any(suffix in name for suffix in _ENGINE_SUFFIXES):
        return "engine"
    if lowered in JAVASCRIPT_NAMES:
        return "javascript"
    if lowered == POISON:
        return "typename"
    if name in FEEL_NAMES:
        return "feel"
    return "system" if name in system else ""


def id_missing(release: Release) -> Iterator[Finding]:
    """Refuse nodes, flows, lanes and processes without id: history and inbox name them by it."""
    for diagram in release.diagrams:
        for element in diagram.root.iter():
            kind = local_name(element)
            if kind in FLOW_NODES | {"sequenceFlow", "process", "lane"} and not element.get("id"):
                yield Finding(diagram.file, shape_id(element), {"kind": kind})


def id_form(release: Release) -> Iterator[Finding]:
    """Refuse ids that are not snake_case: they become keys of values, parts of paths and CSS names."""
    for diagram in release.diagrams:
        for element in diagram.root.iter():
            name, kind = str(element.get("id") or ""), local_name(element)
            is_key = kind in FLOW_NODES | {"process"} and str(element.tag).startswith(BPMN)
            if not name or (is_key and reserved_reason(name)):
                continue
            pattern = _SNAKE if is_key else _PLAIN
            if not pattern.fullmatch(name) or (is_key and len(name) > MAX_ID):
                yield Finding(diagram.file, shape_id(element), {"id": name[:MAX_ID]})


def id_reserved(release: Release) -> Iterator[Finding]:
    """Refuse words that mean something else to the engine, to FEEL, to the browser or to this system."""
    system = (
        frozenset(release.known.system) | frozenset(release.known.facts) | {"unit", "requisition", "intake"}
    )
    for diagram, _, node in release.nodes():
        reason = reserved_reason(node.id, system if node.kind in PRODUCERS else frozenset())
        if reason:
            yield Finding(diagram.file, node.id, {"id": node.id, "reason": reason})


def id_twice(release: Release) -> Iterator[Finding]:
    """Refuse an id that a file uses twice: the engine takes the last, the modeler the first."""
    for diagram in release.diagrams:
        counted = Counter(
            str(element.get("id"))
            for element in diagram.root.iter()
            if element.get("id") and not str(element.tag).startswith(SPIFF)
        )
        for name, count in counted.items():
            if count > 1:
                yield Finding(diagram.file, name, {"id": name})


def key_twice(release: Release) -> Iterator[Finding]:
    """Refuse a task id used in two files: its answer would overwrite the other's under one key."""
    first: dict[str, str] = {}
    for diagram in release.diagrams:
        names = [
            node.id
            for node in diagram.nodes.values()
            if node.kind in PRODUCERS | {"subProcess", "callActivity"}
        ]
        for name in [*names, *(str(process.get("id") or "") for process in diagram.processes)]:
            if name and first.setdefault(name, diagram.file) != diagram.file:
                yield Finding(diagram.file, name, {"id": name, "other": first[name]})


def process_id(release: Release) -> Iterator[Finding]:
    """Refuse a file that is not one process named like the file: calls and history find it by that name."""
    for diagram in release.diagrams:
        names = [process.get("id") for process in diagram.processes]
        if names != [diagram.file.removesuffix(".bpmn")]:
            yield Finding(diagram.file, params={"expected": diagram.file.removesuffix(".bpmn")})


def process_executable(release: Release) -> Iterator[Finding]:
    """Refuse a process that is not marked executable: the engine leaves it out."""
    for diagram in release.diagrams:
        for process in diagram.processes:
            if process.get("isExecutable") != "true":
                yield Finding(diagram.file, str(process.get("id") or ""))


def pools(release: Release) -> Iterator[Finding]:
    """Refuse several pools: the engine starts them all at once and ignores the messages between them."""
    for diagram in release.diagrams:
        participants = diagram.root.findall(f"{BPMN}collaboration/{BPMN}participant")
        strangers = [
            one
            for one in participants
            if one.get("processRef") not in {p.get("id") for p in diagram.processes}
        ]
        if len(participants) > 1 or strangers:
            yield Finding(diagram.file, str(participants[-1].get("id") or ""))


def start_process(release: Release) -> Iterator[Finding]:
    """Refuse a release without the process that a new case begins with."""
    for name in sorted(release.known.start_processes):
        if name not in release.processes:
            yield Finding(f"{name}.bpmn", params={"process": name})
