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

RULES = sorted(rule.__name__ for stage in STAGES for rule in stage)
_DEVANAGARI = re.compile("[\u0904-\u0939]")
each_language = pytest.mark.parametrize("language", ["hi", "en"])


@cache
def texts(language: str) -> dict[str, str]:
    path = ROOT / "app" / "translations" / language / "LC_MESSAGES" / "gate.po"
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=language) if one.id}


@each_language
def test_every_rule_has_its_text_and_its_remedy(language: str):
    expected = {f"gate.{rule}{end}" for rule in RULES for end in ("", ".remedy")}
    assert set(texts(language)) == expected
    assert all(texts(language).values())


@each_language
def test_each_text_is_in_its_own_language(language: str):
    hindi = {key for key, text in texts(language).items() if _DEVANAGARI.search(text)}
    assert hindi == (set(texts(language)) if language == "hi" else set())


@each_language
@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_a_refusal_reads_as_sentences_that_name_what_is_wrong(name: str, language: str):
    for problem in check(files_of(name), known_to(name)):
        what = texts(language)[f"gate.{problem.rule}"] % problem.params
        remedy = texts(language)[f"gate.{problem.rule}.remedy"] % problem.params
        assert what.rstrip('”"').endswith((".", "।")) or what.endswith(str(problem.params.get("text")))
        assert remedy.rstrip().endswith((".", "।", ")"))
        named = {problem.element_id, problem.file, *map(str, problem.params.values())} - {""}
        assert any(one in what + remedy for one in named)


def test_every_rule_tells_its_reason_to_whoever_reads_the_code():
    reasons = {rule.__name__: (rule.__doc__ or "").split() for stage in STAGES for rule in stage}
    assert not [name for name, words in reasons.items() if words[:1] != ["Refuse"] or len(words) < 8]
