"""Rules about a file as a whole: its name, its size, that it is XML which this system reads, its schema."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator
from SpiffWorkflow.dmn.parser.BpmnDmnParser import SCHEMAS as DMN_SCHEMAS
from SpiffWorkflow.spiff.parser.process import SPIFF_XSD

from app.engine.gate.findings import Finding
from app.engine.gate.reading import BPMN, FLOW_NODES, shape_id
from app.engine.xml import local_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import XMLSchema, _Element

    from app.engine.gate.release import Release

MAX_FILES = 200
MAX_RELEASE_BYTES = 16_000_000
#: The engine's parser walks a diagram by recursion: 3,000 chained tasks end it; people are lost sooner.
MAX_NODES = 300
DMN_NAMESPACES = tuple(sorted(namespace for namespace in DMN_SCHEMAS if "MODEL" in namespace))

_FILE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\.(bpmn|dmn|form)|(papers|scenarios)\.json")


def file_name(release: Release) -> Iterator[Finding]:
    """Refuse other names: a key becomes a file name, an address and a row; no folders, no capitals."""
    for name in release.files:
        if not _FILE_NAME.fullmatch(name):
            yield Finding(name[:100])


def release_too_large(release: Release) -> Iterator[Finding]:
    """Refuse what is beyond any route of a district: the whole release is read into memory."""
    size = sum(len(data) for data in release.files.values())
    if len(release.files) > MAX_FILES or size > MAX_RELEASE_BYTES:
        yield Finding("", params={"files": MAX_FILES, "megabytes": MAX_RELEASE_BYTES // 1_000_000})


def xml_unreadable(release: Release) -> Iterator[Finding]:
    """Refuse what is not UTF-8 XML of bounded size: it never reaches a parser that trusts it."""
    for name, refusal in release.unreadable.items():
        if refusal.code not in {"doctype", "instruction"}:
            yield Finding(name, params={"line": refusal.params.get("line", 1), "reason": refusal.code})


def xml_doctype(release: Release) -> Iterator[Finding]:
    """Refuse DOCTYPE, entities and instructions: they read files, call hosts and grow without end."""
    for name, refusal in release.unreadable.items():
        if refusal.code in {"doctype", "instruction"}:
            yield Finding(name)


def root_element(release: Release) -> Iterator[Finding]:
    """Refuse a file that is not what its ending says, or of a version whose schema is not shipped."""
    for name, root in release.roots.items():
        expected = [f"{BPMN}definitions"]
        if name.endswith(".dmn"):
            expected = [f"{{{namespace}}}definitions" for namespace in DMN_NAMESPACES]
        if root.tag not in expected:
            yield Finding(name)


def schema(release: Release) -> Iterator[Finding]:
    """Refuse what breaks the published schema of BPMN or DMN: other tools could not open it."""
    for name, root in release.roots.items():
        validator = _schema_of(root)
        if not validator.validate(root):
            errors: Any = validator.error_log
            line = next((error.line for error in errors), 1)
            yield Finding(name, _element_at(root, line), {"line": line})


def too_many_nodes(release: Release) -> Iterator[Finding]:
    """Refuse very large diagrams: the engine's parser follows the flows by recursion and dies."""
    for diagram in release.diagrams:
        count = sum(1 for element in diagram.root.iter() if local_name(element) in FLOW_NODES)
        if count > MAX_NODES:
            yield Finding(diagram.file, params={"count": count, "limit": MAX_NODES})


def _element_at(root: _Element, line: int) -> str:
    """Return the shape that the last element on or before a line belongs to."""
    found = root
    for element in root.iter():
        if int(str(element.sourceline)) > line:
            break
        found = element
    return shape_id(found)


def _schema_of(root: _Element) -> XMLSchema:
    namespace = str(root.tag).rpartition("}")[0].lstrip("{")
    return _load_schema(DMN_SCHEMAS.get(namespace, ""))


@lru_cache(maxsize=4)
def _load_schema(path: str) -> XMLSchema:
    validator = BpmnValidator(path) if path else BpmnValidator(imports={"spiffworkflow": SPIFF_XSD})
    found: XMLSchema = validator.validator
    return found
