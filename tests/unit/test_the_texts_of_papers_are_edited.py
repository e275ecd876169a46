"""The texts of papers as boxes: one changed alone, place-holders with their meaning, a paper of a made-up case."""

import json

import pytest

from app import papers
from tests.paper_samples import TEXTS_BYTES, changed, texts

TEXTS = papers.paper_texts(TEXTS_BYTES)
DRAWN = [each.name for each in TEXTS if papers.has_specimen(each.kind)]


def test_one_text_is_changed_and_nothing_else() -> None:
    after = papers.change_boxes(TEXTS_BYTES, "confidential_mark", {"en": "SECRET", "kind": "letter"})
    expected = json.loads(TEXTS_BYTES)
    expected["templates"]["confidential_mark"]["en"] = "SECRET"
    assert json.loads(after) == expected
    assert papers.change_boxes(TEXTS_BYTES, "confidential_mark", {}) == TEXTS_BYTES


def test_a_word_within_the_papers_is_changed_by_its_place() -> None:
    after = papers.change_boxes(TEXTS_BYTES, papers.WORDS, {"copy_purpose.record.en": "for the file"})
    assert papers.load_texts(after).setting("copy_purpose.record") == papers.Words("अभिलेखार्थ", "for the file")


def test_a_letter_shows_its_lines_before_its_body() -> None:
    shown = [(box.aspect, box.language) for box in papers.boxes(TEXTS_BYTES, "report_clear")]
    assert shown == [(a, lang) for a in ("subject", "reference", "body") for lang in ("hi", "en")]
    assert [box.key for box in papers.boxes(TEXTS_BYTES, "cert_clear")] == ["hi", "en"]


def test_every_place_holder_of_a_kind_is_offered_as_it_is_written() -> None:
    offered = {each.written: each for each in papers.holders(TEXTS_BYTES, "letter")}
    assert offered["{name}"].is_mandatory
    assert offered["[[{father}]]"].is_optional
    assert offered["{#cases} {/cases}"].meaning.hi
    assert offered["{fir_no}"].inside == "cases"
    rows = {each.written: each for each in papers.holders(TEXTS_BYTES, "copies")}
    assert rows["{copy_line}"].is_mandatory


@pytest.mark.parametrize("name", DRAWN)
def test_every_paper_can_be_shown_with_a_made_up_case(name: str) -> None:
    composed = papers.specimen(texts(), name, "both")
    said = [
        "\n".join(
            (
                *(block.text for block in sheet.blocks),
                sheet.letterhead.text,
                sheet.confidential,
                sheet.duplicate,
            )
        )
        for sheet in composed.sheets
    ]
    assert len(said) == 2
    assert "नमूना" in said[0]
    assert "pecimen" in said[1]


@pytest.mark.parametrize("name", [name for name in DRAWN if "frame" not in name])
def test_a_look_at_a_text_shows_a_change_of_it(name: str) -> None:
    def mark(content: dict) -> None:  # type: ignore[type-arg]
        content["templates"][name]["en"] = "Qxq " + content["templates"][name]["en"]

    composed = papers.specimen(papers.load_texts(changed(mark)), name, "en")
    sheet = composed.sheets[0]
    said = [
        *(block.text for block in sheet.blocks),
        sheet.letterhead.text,
        sheet.verify.text,
        sheet.signs.text,
        sheet.particulars.text,
    ]
    said += [sheet.confidential, sheet.duplicate, sheet.replaces]
    assert any("Qxq" in each for each in said)
