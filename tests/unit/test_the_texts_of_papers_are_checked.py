"""The file papers.json: the shipped one is whole, and each way to break one is refused by name."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.papers import Texts, answers_read, check_texts, load_texts, needs
from app.papers.language import parse, uses
from app.papers.vocabulary import SCENES, Scene, base
from tests import sources
from tests.paper_samples import ASSETS, TEXTS_BYTES, Change, append, changed


def named(scene: Scene) -> set[str]:
    rows = {name for row in scene.lists.values() for name in named(row)}
    return set(scene.always | scene.maybe) | set(scene.lists) | rows


def only_in_english(content: dict[str, Any]) -> None:
    content["templates"]["report_clear"]["en"] += "{place_en}"


def without(template: str, name: str) -> Change:
    """Take a place-holder out of both languages of a text, with the brackets around it."""

    def change(content: dict[str, Any]) -> None:
        for language in ("hi", "en"):
            text = content["templates"][template][language]
            content["templates"][template][language] = re.sub(
                rf"(\[\[\s*)?\{{{name}(_hi|_en)?\}}(\s*\]\])?", "", text
            )

    return change


def test_the_texts_as_shipped_have_no_fault() -> None:
    assert check_texts(TEXTS_BYTES, ASSETS.fonts) == []


def test_hindi_and_english_of_every_text_hold_the_same_place_holders() -> None:
    for name, raw in json.loads(TEXTS_BYTES)["templates"].items():
        for aspect in ("", "subject_", "reference_"):
            hindi, english = (
                {base(use.name) for use in uses(parse(raw.get(f"{aspect}{language}", "")))}
                for language in ("hi", "en")
            )
            assert hindi == english, name


def test_the_list_of_place_holders_in_the_file_is_the_list_of_the_composer() -> None:
    listed = json.loads(TEXTS_BYTES)["placeholders"]
    assert set(listed) == {name for scene in SCENES.values() for name in named(scene)}
    assert all(meaning["hi"] and meaning["en"] for meaning in listed.values())


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("template_missing", lambda content: content["templates"].pop("letter_frame")),
        ("template_kind", lambda content: content["templates"].update(ode={"kind": "poem"})),
        ("template_kind", lambda content: content["templates"].update(ode=7)),
        ("template_empty", lambda content: content["templates"]["report_clear"].update(en="")),
        ("languages_differ", only_in_english),
        ("placeholder_unknown", append("report_clear", "{salary}")),
        ("placeholder_unknown", append("verify_line", "[[{answer.visit.height}]]")),
        ("placeholder_unknown", append("report_clear", "{#rows}{sr}{/rows}")),
        ("placeholder_unknown", append("report_clear", "{court}")),
        ("placeholder_forbidden", append("report_clear", "[[{answer.intake.mobile}]]")),
        ("placeholder_forbidden", append("cert_clear", "[[{answer.visit.witnesses}]]")),
        ("placeholder_must", lambda content: content["templates"]["verify_line"].update(hi="x", en="x")),
        ("placeholder_must", without("cert_clear", "cert_no")),
        ("placeholder_must", without("letter_frame", "verify_line")),
        ("template_kind", lambda content: content["templates"].update(ode={"kind": []})),
        ("placeholder_may_be_empty", append("report_clear", "{father_hi}")),
        ("placeholder_may_be_empty", append("report_clear", "{answer.visit.height}")),
        ("letters_missing", append("report_clear", "ខ្មែរ")),
        ("letters_missing", lambda content: content["settings"]["place"].update(hi="ខ្មែរ")),
        ("setting_missing", lambda content: content["settings"].pop("place")),
        ("setting_missing", lambda content: content["settings"]["copy_purpose"]["record"].pop("en")),
        ("choice_missing", lambda content: content["use"]["REPORT"].pop("adverse")),
        ("choice_missing", lambda content: content["use"]["REPORT"].update(adverse="verify_line")),
        ("choice_missing", lambda content: content["use"].update(CERTIFICATE=[])),
        ("text_not_closed", append("report_clear", "[[")),
        ("text_stray_mark", append("report_clear", "{")),
        ("text_nested", append("report_clear", "[[ [[ ]] ]]")),
        ("text_too_long", append("report_clear", "क" * 20_000)),
    ],
)
def test_each_way_to_break_the_texts_is_refused_by_name(rule: str, change: Change) -> None:
    found = check_texts(changed(change), ASSETS.fonts)
    assert {problem.rule for problem in found} == {rule}
    assert all(problem.file == "papers.json" and "element" in problem.params for problem in found)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"templates": 1}', b"\xff\xfe", b" " * 500_001])
def test_a_file_that_is_no_set_of_texts_is_refused_whole(data: bytes) -> None:
    assert [problem.rule for problem in check_texts(data)] == ["texts_unreadable"]


def test_a_field_that_an_administrator_added_may_be_printed() -> None:
    data = changed(append("report_clear", "[[\nपहचान चिह्न: {answer.visit.identification_mark}]]"))
    assert check_texts(data, ASSETS.fonts) == []
    assert answers_read(data) == {("visit", "identification_mark")}
    assert "answer.visit.identification_mark" in needs(Texts(data), "report_clear")


def test_what_a_text_needs_is_told_without_language() -> None:
    wanted = needs(load_texts(TEXTS_BYTES), "report_adverse")
    assert {"name", "facts", "#cases", "stage", "req_letter_no"} <= wanted
    assert not [name for name in wanted if name.endswith(("_hi", "_en"))]


def test_which_paper_a_case_gets_is_read_from_the_texts() -> None:
    texts = load_texts(TEXTS_BYTES)
    assert texts.choose("REPORT", "no_adverse") == "report_clear"
    assert texts.choose("CERTIFICATE", "no_adverse") == "cert_clear"
    assert texts.choose("CERTIFICATE", "adverse") == "report_adverse"
    assert texts.choose("NOC_REPORT", "not_resident") == "report_not_resident"


def test_every_reason_has_its_words_in_the_catalogue() -> None:
    catalogue = sources.text(sources.ROOT / "app/translations/hi/LC_MESSAGES/papers.po")
    reasons = list(reasons_in_papers())
    assert len(reasons) > 30
    assert not [reason for reason in reasons if f'msgid "{reason}"' not in catalogue]


def reasons_in_papers() -> Iterator[str]:
    """Every key that a refusal of this room names: errors name it whole, rules of texts have a remedy too."""
    for path in sources.below("app/papers", suffix=".py"):
        for node in ast.walk(sources.tree(path)):
            if not isinstance(node, ast.Call):
                continue
            callee = getattr(node.func, "id", "")
            said = [value.value for value in node.args if isinstance(value, ast.Constant)]
            if callee in {"PaperRefused", "PapersUnavailable"}:
                yield from (str(key) for key in said)
            elif callee in {"TextFault", "_problem", "TextProblem"}:
                rules = [key for key in said if isinstance(key, str) and key.count("_")]
                yield from (f"papers.{rule}{ending}" for rule in rules for ending in ("", ".remedy"))
