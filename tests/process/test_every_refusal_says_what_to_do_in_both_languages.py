"""A refusal without a remedy helps nobody: each rule says what is wrong and what to do, in Hindi and English."""

from __future__ import annotations

import re
from functools import cache

import pytest
from babel.messages.pofile import read_po

from app.engine.gate import check
from app.engine.gate.rules import STAGES
from tests.process.test_the_gate_refuses_what_the_engine_does_not_survive import VERDICTS, files_of, known_to
from tests.sources import ROOT

RULES = {rule.__name__ for stage in STAGES for rule in stage}
#: Rules that speak in the words of another room, or in their own words for each fault.
SPOKEN_FOR = {"form_refused", "decision_fault"}
DMN_FAULTS = {
    *("not_dmn", "external_function", "missing_part", "language", "hit_policy", "aggregation"),
    *("no_priorities", "no_input_expression", "rows"),
}
#: Codes that refusals hold: why a name is taken, why a file is not read, types of FEEL.
CODES = {
    *("engine", "javascript", "feel", "typename", "system"),
    *("empty", "too_large", "encoding", "malformed", "too_deep", "too_many"),
    *("string", "number", "boolean", "date", "time", "date and time", "instant", "list", "context", "range"),
    *("days and time duration", "years and months duration", "function", "null"),
}
_DEVANAGARI = re.compile("[\u0904-\u0939]")
each_language = pytest.mark.parametrize("language", ["hi", "en"])


@cache
def texts(language: str, catalogue: str = "gate") -> dict[str, str]:
    path = ROOT / "app" / "translations" / language / "LC_MESSAGES" / f"{catalogue}.po"
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=language) if one.id}


@each_language
def test_every_rule_has_its_text_and_its_remedy(language: str):
    said = {f"gate.{rule}" for rule in RULES - SPOKEN_FOR} | {f"gate.dmn.{fault}" for fault in DMN_FAULTS}
    words = {f"gate.word.{code.replace(' ', '_')}" for code in CODES}
    assert set(texts(language)) == said | {f"{key}.remedy" for key in said} | words
    assert all(texts(language).values())


@each_language
def test_each_text_is_in_its_own_language(language: str):
    hindi = {key for key, text in texts(language).items() if _DEVANAGARI.search(text)}
    assert hindi == (set(texts(language)) if language == "hi" else set())


@each_language
@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_a_refusal_reads_as_sentences_that_name_what_is_wrong(name: str, language: str):
    said = texts(language) | texts(language, "forms")
    for problem in check(files_of(name), known_to(name)):
        what, remedy = said[problem.key] % problem.params, said[problem.remedy] % problem.params
        assert what.rstrip('”"').endswith((".", "।")) or what.endswith(str(problem.params.get("text")))
        assert remedy.rstrip().endswith((".", "।", ")"))
        named = {problem.element_id, problem.file, *map(str, problem.params.values())} - {""}
        assert any(one in what + remedy for one in named)


def test_every_rule_tells_its_reason_to_whoever_reads_the_code():
    reasons = {rule.__name__: (rule.__doc__ or "").split() for stage in STAGES for rule in stage}
    assert not [name for name, words in reasons.items() if words[:1] != ["Refuse"] or len(words) < 8]
