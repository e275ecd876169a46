"""The editor of forms has no words but English ones: each that its source says has one in Hindi of ours."""

from __future__ import annotations

import re

from tests.sources import ROOT

SOURCE = ROOT / "node_modules" / "@bpmn-io" / "form-js-editor" / "dist" / "index.es.js"
WORDS = ROOT / "frontend" / "modeler" / "fieldwords.js"
#: What a panel, a palette or a message of the editor says, as its source writes it.
SAID = re.compile(
    r"(?:label|title|placeholder|tooltip|description|children|\"aria-label\"): (['\"])([A-Z<][^'\"`\n]{1,120})\1"
)
REFUSED = re.compile(r"return (['\"])((?:A|Must|Should|Value|The)\b [^'\"`\n]+)\1")
#: Names of the form that a table begins with; an administrator writes others over them.
EXAMPLES = {"Column 1", "Column 2", "Column 3"}


def said(source: str) -> set[str]:
    return {found[1] for shape in (SAID, REFUSED) for found in shape.findall(source)} - EXAMPLES


def test_each_word_of_the_editor_of_forms_has_one_in_hindi() -> None:
    known = set(re.findall(r'"([^"\n]+)": "[^"\n]*[\u0900-\u097f]', WORDS.read_text(encoding="utf-8")))
    found = said(SOURCE.read_text(encoding="utf-8"))
    assert len(found) > 100, "the source is read as it is written"
    assert sorted(found - known) == []
