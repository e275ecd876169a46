"""Two spellings of one name are alike, two names are not: held on labelled pairs, each judged by the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import likeness
from app.domain.likeness import LIKELY, POSSIBLE, Person, of_names
from tests import labelled_names


def test_in_five_folds_hardly_a_namesake_is_taken_for_one_and_hardly_a_spelling_is_missed():
    told = labelled_names.in_folds()
    assert told.right + told.missed == sum(each["same"] == "1" for each in labelled_names.PAIRS) > 100
    assert told.precision >= 0.97
    assert told.recall >= 0.95


def test_the_figure_from_which_the_product_holds_names_alike_keeps_the_same_bounds():
    told = labelled_names.judge(labelled_names.scored(), LIKELY)
    assert told.precision >= 0.97
    assert told.recall >= 0.95


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("नागेन्द्र महतो", "Nagendra Mahato"),
        ("छोटेलाल सहनी", "Chotelal Sahani"),
        ("ओमप्रकाश", "Om Prakash"),
        ("सुमित", "सोनू कुमार उर्फ सुमित"),
        ("Sonu Kumar", "सोनू कुमार @ सुमित"),
        ("सिंह रवि कुमार", "Ravi Kumar Singh"),
        ("अनिता देवी", "Anita Kumari"),
        ("क\u094d\u200dरिशन कुमार", "Krishan Kumar"),
    ],
)
def test_a_name_spelt_otherwise_is_likely_the_same(one, other):
    assert of_names(one, other) >= LIKELY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("प्रियंका कुमारी", "Priyanka Kumar"),
        ("रमेश साह", "Umesh Sah"),
        ("गीता देवी", "Rita Devi"),
        ("आर० के० सिंह", "Mahesh Kumar Singh"),
        ("राम", ""),
        ("श्री", "श्री"),
    ],
)
def test_another_name_is_not_even_possible(one, other):
    assert of_names(one, other) < POSSIBLE


def test_initials_are_possible_and_never_likely():
    assert POSSIBLE <= of_names("आर० के० सिंह", "Rajesh Kumar Singh") < LIKELY


def test_another_father_or_village_draws_namesakes_apart():
    ram = Person("राम कुमार", "शिव कुमार", "डोरीगंज")
    assert likeness.of_persons(ram, Person("Ram Kumar", "Shiv Kumar", "Doriganj")) >= LIKELY
    assert likeness.of_persons(ram, Person("Ram Kumar", "Hari Narayan", "Doriganj")) < POSSIBLE
    assert likeness.of_persons(ram, Person("Ram Kumar", "Shiv Kumar", "Maker")) < POSSIBLE
    assert likeness.of_persons(ram, Person("Ram Kumar")) >= LIKELY, "what is not known draws nobody apart"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_texts_are_compared(one, other):
    assert 0 <= of_names(one, other) <= 1


@given(
    st.lists(st.sampled_from(["राम", "Kumar", "सिंह", "Anita", "देवी", "Md", "आर०"]), min_size=1, max_size=5)
)
def test_a_name_is_wholly_like_itself(parts):
    assert of_names(" ".join(parts), " ".join(parts)) == pytest.approx(1)
