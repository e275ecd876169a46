"""Rules about labels: every element that a person meets has a Hindi name and an English one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import ACTIVITIES, CHOICES, EVENTS, LANGUAGES, label_of
from app.engine.gate.tables import decisions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from app.engine.gate.release import Release

MAX_LABEL = 120

_DEVANAGARI = re.compile("[\u0904-\u0939\u0958-\u0961]")
_LATIN = re.compile("[A-Za-z]")


def label_hi(release: Release) -> Iterator[Finding]:
    """Refuse a missing Hindi name: inbox, history and diagram are read in Hindi first."""
    for file, element in _labelled(release):
        if not _DEVANAGARI.search(label_of(element, "hi")):
            yield Finding(file, str(element.get("id") or ""))


def label_en(release: Release) -> Iterator[Finding]:
    """Refuse a missing English label: every screen and paper exists in both languages."""
    for file, element in _labelled(release):
        label = label_of(element, "en")
        if not _LATIN.search(label) or _DEVANAGARI.search(label):
            yield Finding(file, str(element.get("id") or ""))


def label_long(release: Release) -> Iterator[Finding]:
    """Refuse labels longer than a line of the inbox on a phone can hold in two."""
    for file, element in _labelled(release):
        if max(len(label_of(element, language)) for language in LANGUAGES) > MAX_LABEL:
            yield Finding(file, str(element.get("id") or ""), {"limit": MAX_LABEL})


def _labelled(release: Release) -> Iterator[tuple[str, _Element]]:
    """Yield processes, activities, events, the gateways at which the way parts, and decisions."""
    yield from decisions(release)
    for diagram in release.diagrams:
        for process in diagram.processes:
            yield diagram.file, process
    for diagram, scope, node in release.nodes():
        parts = node.kind in CHOICES and len(scope.outgoing.get(node.id, ())) > 1
        if node.kind in ACTIVITIES | EVENTS or parts:
            yield diagram.file, node.element
