"""A name is what its bearer writes: no digit of it is turned, no joiner lost; only what hides is refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import formjs
from app.domain.text import tidy
from tests.labelled_names import PAIRS
from tests.sources import ROOT

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
INTAKE = formjs.load((ROOT / "forms" / "intake.form").read_bytes())
WRITTEN = sorted({row[side] for row in PAIRS for side in ("name_a", "name_b")})
LATIN = [name for name in WRITTEN if name.isascii()]
DEVANAGARI = [name for name in WRITTEN if not name.isascii()]
IN_DEVANAGARI, IN_LATIN = ("name_hi", "father_hi", "mother_hi"), ("name_en", "father_en")

NUKTA, ZWNJ, ZWJ = "\u093c", "\u200c", "\u200d"
#: Shapes that the table of pairs does not have.
SHAPES = [
    "मो० इमरान",
    "स्व० रामदेव",
    "डॉ० श्यामा प्रसाद",
    "कु० रीता",
    "मो॰ कलाम",  # the sign made for it, which few keyboards have
    "मु. आलम",
    "रामदेव।",
    f"अज{NUKTA}ीज{NUKTA}",
    "अज\u093cीज\u093c",
    unicodedata.normalize("NFC", "\u095b\u0948\u0928\u092c"),  # ज़ैनब
    "\u095b\u0948\u0928\u092c",  # the same with the composed letter
    f"राजलक्ष{ZWJ}मी",
    f"श्री{ZWNJ}मन्",
    f"र{ZWJ}\u094dयास",
    "डि'सूजा",
    "डि’सूजा",
    "उल-हक",
    "ॐ प्रकाश",
    "राम\u00a0कुमार",  # a blank that a word processor put there
]


def faults(posted: dict[str, str]) -> dict[str, str]:
    values = formjs.read(INTAKE, {name: [text] for name, text in posted.items()}, {})
    found = formjs.judge(INTAKE, values, {"checks": {}}, {}, NOW).problems
    return {name: problem.key for name, problem in found.items() if name in posted}


def kept(name: str, text: str) -> Any:
    return formjs.read(INTAKE, {name: [text]}, {})[name]


def plain(text: str) -> str:
    """The one spelling of a text: what the office keeps of it, sign by sign."""
    return unicodedata.normalize("NFC", text).replace("\u00a0", " ").strip()


@pytest.mark.parametrize("name", DEVANAGARI + SHAPES)
def test_a_name_in_devanagari_is_taken_and_kept_sign_by_sign(name: str) -> None:
    assert faults(dict.fromkeys(IN_DEVANAGARI, name)) == {}
    assert {kept(field, name) for field in IN_DEVANAGARI} == {plain(name)}


@pytest.mark.parametrize("name", [*LATIN, "Md. Imran", "O'Brien", "D’Souza", "Ansar-ul-Haq"])
def test_a_name_in_latin_letters_is_taken_and_kept(name: str) -> None:
    assert faults(dict.fromkeys(IN_LATIN, name)) == {}
    assert {kept(field, name) for field in IN_LATIN} == {name}


@pytest.mark.parametrize(
    ("field", "name", "fault"),
    [
        ("name_hi", "Ram Kumar", "form.pattern"),
        ("name_hi", "राम २", "form.pattern"),
        ("name_hi", "मोo इमरान", "form.pattern"),  # a Latin o in the place of the zero
        ("name_hi", "राम\u202eकुमार", "form.bidi"),
        ("name_hi", "\u2067राम", "form.bidi"),
        ("name_hi", "राम\u200bकुमार", "form.control"),
        ("name_en", "राम कुमार", "form.pattern"),
        ("name_en", "Ram Kumar 2", "form.pattern"),
        ("name_en", "Ram\u200fKumar", "form.bidi"),
    ],
)
def test_what_is_no_name_of_the_script_is_refused_and_stays_as_it_was_typed(
    field: str, name: str, fault: str
) -> None:
    assert faults({field: name}) == {field: fault}
    assert kept(field, name) == name


# -- any name --------------------------------------------------------------------------------------------------

CONSONANTS = "कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह"
SIGNS = "ािीुूृेैोौॉँं"
letter = st.builds(
    lambda consonant, nukta, sign: consonant + nukta + sign,
    st.sampled_from(CONSONANTS),
    st.sampled_from(["", "", "", NUKTA]),
    st.sampled_from(["", *SIGNS]),
)
cluster = st.builds(
    lambda first, joiner, second: first + "\u094d" + joiner + second,
    st.sampled_from(CONSONANTS),
    st.sampled_from(["", "", ZWJ, ZWNJ]),
    letter,
)
word = st.builds("".join, st.lists(st.one_of(letter, cluster), min_size=1, max_size=6))
short = st.builds(
    str.__add__, st.sampled_from(["मो", "स्व", "डॉ", "कु", "मु", "प्रो", "आर", "के"]), st.sampled_from("०॰.")
)
title = st.one_of(short, word)
names = st.builds(
    lambda parts, end: " ".join(parts) + end,
    st.lists(title, min_size=1, max_size=4),
    st.sampled_from(["", "", "।"]),
).filter(lambda name: 2 <= len(unicodedata.normalize("NFC", name)) <= 80)


@given(names)
def test_every_name_of_a_real_shape_is_taken_and_kept(name: str) -> None:
    assert faults({"name_hi": name}) == {}
    assert kept("name_hi", name) == plain(name)


@given(
    st.text(max_size=60),
    st.sampled_from([each.key for each in INTAKE.level.inputs.values() if each.kind == "textfield"]),
)
def test_no_text_changes_but_for_digits_where_digits_are_meant(text: str, field: str) -> None:
    """Whatever is typed, right or wrong, is what the page shows again; only numbers are written in 0-9."""
    node = INTAKE.node(field)
    assert node is not None
    typed = tidy(text).upper() if node.is_upper else tidy(text)
    value = kept(field, text) or ""
    if value == typed:
        return
    pattern = node.rules.pattern
    assert pattern is not None
    assert pattern.fullmatch(value)
    assert re.search(r"[0-9]", value)


# -- where digits are meant --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("perm_pin", "८४१३०१", "841301"),
        ("mobile", "९४३१०१२३४५", "9431012345"),
        ("mobile", "৯৪৩১০১২৩৪৫", "9431012345"),
        ("epic_no", "abc१२३४५६७", "ABC1234567"),
    ],
)
def test_a_number_may_be_typed_in_the_digits_of_any_script(field: str, typed: str, value: str) -> None:
    assert faults({field: typed}) == {}
    assert kept(field, typed) == value


def test_a_district_that_writes_its_own_pattern_need_not_think_of_scripts() -> None:
    fields = b"""{"type": "default", "id": "own", "schemaVersion": 19, "components": [
      {"type": "textfield", "id": "a", "key": "sd_entry", "label": "\\u0938\\u0928\\u0939\\u093e",
       "validate": {"pattern": "^\\\\d{1,4}/\\\\d{2,4}$"}, "properties": {"label_en": "Diary", "pii": "P1"}}]}"""
    own = formjs.load(fields)
    values = formjs.read(own, {"sd_entry": ["१२/२०२६"]}, {})
    assert values == {"sd_entry": "12/2026"}
    assert formjs.judge(own, values, {}, {}, NOW).problems == {}
