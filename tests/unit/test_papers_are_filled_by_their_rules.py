"""The place-holder language: what is left out, what is refused, and that a value is never more than text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.papers import PaperRefused
from app.papers.devanagari import clusters, masked, printable
from app.papers.language import TextFault, fill, parse, uses

MARKS = "{}[]#/abc_ \n.क्षि"
texts = st.text(alphabet=MARKS, max_size=40)


def test_a_value_takes_the_place_of_its_name() -> None:
    assert fill("{name_hi}, पिता {father_hi}", {"name_hi": "राम", "father_hi": "श्याम"}) == "राम, पिता श्याम"


def test_an_optional_phrase_falls_away_whole_when_one_value_is_empty() -> None:
    text = "{a}[[, {b} तथा {c}]]।"
    assert fill(text, {"a": "1", "b": "2", "c": "3"}) == "1, 2 तथा 3।"
    assert fill(text, {"a": "1", "b": "2", "c": " "}) == "1।"
    assert fill(text, {"a": "1"}) == "1।"


def test_an_empty_value_outside_an_optional_phrase_is_an_error_that_names_it() -> None:
    with pytest.raises(PaperRefused) as refused:
        fill("{a}{b}", {"a": "1", "b": ""})
    assert (refused.value.key, refused.value.params) == ("papers.empty_placeholder", {"name": "b"})


def test_a_list_repeats_for_each_row_and_counts_them() -> None:
    text = "{#rows}{sr}. {x}[[ ({y})]]{z}\n{/rows}"
    rows = {"rows": [{"x": "क"}, {"x": "ख", "y": "2"}]}
    assert fill(text, {"z": "।"}, rows) == "1. क।\n2. ख (2)।\n"
    assert fill(text, {"z": "।"}, {}) == ""


def test_an_optional_phrase_around_an_empty_list_falls_away() -> None:
    assert fill("अ[[: {#rows}{x}{/rows}]]", {}, {"rows": []}) == "अ"


def test_an_answer_is_named_by_form_and_key() -> None:
    assert fill("[[ऊँचाई {answer.visit.height_cm}]]", {"answer.visit.height_cm": "172"}) == "ऊँचाई 172"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{a", "text_stray_mark"),
        ("a}", "text_stray_mark"),
        ("{{7*7}}", "text_stray_mark"),
        ("{Name}", "text_stray_mark"),
        ("{a b}", "text_stray_mark"),
        ("]]", "text_stray_mark"),
        ("{/rows}", "text_stray_mark"),
        ("[[ {a}", "text_not_closed"),
        ("{#rows}{a}", "text_not_closed"),
        ("{#rows}{a}{/cases}", "text_stray_mark"),
        ("[[ {#rows} ]] {/rows}", "text_stray_mark"),
        ("[[ a [[ b ]] ]]", "text_nested"),
        ("{#a}{#b}{/b}{/a}", "text_nested"),
        ("x" * 20_001, "text_too_long"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_with_its_place(text: str, rule: str) -> None:
    with pytest.raises(TextFault) as fault:
        parse(text)
    assert fault.value.rule == rule
    assert 0 <= fault.value.at <= len(text)


@given(texts)
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        parts = parse(text)
    except TextFault:
        return
    assert all(use.name for use in uses(parts))


@given(st.text(max_size=60))
def test_a_value_is_printed_as_it_stands_whatever_it_looks_like(value: str) -> None:
    text = printable(value).strip()
    filled = fill("<[[{a}]]>", {"a": value, "x": "never"})
    assert filled == (f"<{text}>" if text else "<>")


def test_marks_of_the_language_in_a_value_mean_nothing() -> None:
    hostile = "{b} [[ {#rows} {{7*7}} ]] {/rows}"
    assert fill("{a}", {"a": hostile, "b": "secret"}) == hostile


def test_controls_that_would_reorder_a_name_are_dropped_and_joiners_stay() -> None:
    assert printable("राम\u202eमायस\u0000\u2066") == "राममायस"
    assert printable("र्\u200dय क्\u200cष") == "र्\u200dय क्\u200cष"
    assert printable("एक\r\nदो\tतीन") == "एक\nदो तीन"


def test_letters_pasted_from_a_word_processor_are_written_out() -> None:
    assert printable("№ 5½") == "No. 51/2"


@given(st.text(alphabet="क्षिराःँं़ॉ \u200d\u200cab", max_size=30))
def test_clusters_hold_every_letter_once(text: str) -> None:
    assert "".join(clusters(text)) == text


def test_text_is_cut_where_a_reader_would_cut_it() -> None:
    assert clusters("क्षितिज") == ["क्षि", "ति", "ज"]
    assert clusters("हूँ") == ["हूँ"]


def test_the_public_sees_the_first_letter_of_each_name() -> None:
    assert masked("क्षितिज कुमार") == "क्षि*** कु***"
    assert masked("Rahul K. Sharma") == "R*** K*** S***"
