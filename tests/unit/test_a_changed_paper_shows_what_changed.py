"""Whoever approves a changed paper reads the words that changed, in their language, however long the text is."""

from __future__ import annotations

import orjson

from app.services.procedure import comparisons
from tests.sources import ROOT

PAPERS = (ROOT / "templates" / "papers" / "texts.json").read_bytes()


def test_of_a_long_text_the_place_is_shown_where_it_changed() -> None:
    content = orjson.loads(PAPERS)
    long = content["templates"]["report_clear"]["hi"]
    content["templates"]["report_clear"]["hi"] = long.replace("अनुरोध है", "निवेदन है")
    [file] = comparisons.compare({"papers.json": PAPERS}, {"papers.json": orjson.dumps(content)})
    [line] = file.lines
    assert (line.element_id, line.part) == ("templates.report_clear", "hi")
    assert "अनुरोध है" in line.before
    assert "निवेदन है" in line.after
    assert line.before.startswith("…")
    assert max(len(line.before), len(line.after)) < len(long)


def test_a_short_text_is_shown_whole() -> None:
    content = orjson.loads(PAPERS)
    content["templates"]["confidential_mark"]["en"] = "Confidential"
    [file] = comparisons.compare({"papers.json": PAPERS}, {"papers.json": orjson.dumps(content)})
    [line] = file.lines
    assert (line.part, line.before, line.after) == ("en", "CONFIDENTIAL", "Confidential")
