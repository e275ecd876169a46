"""Known names are found in a sentence in either script, joined, inflected or misspelt; ordinary words stay."""

from __future__ import annotations

import pytest

from app.domain.hiding import Hider

HIDER = Hider(["राहुल कुमार शर्मा", "Suresh Prasad Yadav", "मो० इरफान", "राय", "श्री विनय"], lambda _word: "*")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("राहुल कुमार घर पर मिले।", "* * घर पर मिले।"),
        ("Rahul was at home.", "* was at home."),
        ("सुरेश यादव ने कहा", "* * ने कहा"),
        ("राहुलजी से पूछा गया", "* से पूछा गया"),
        ("राहुलकुमार मिले", "* मिले"),
        ("सुरेशप्रसाद मिले", "* मिले"),
        ("सु रेश मिले", "सु रेश मिले"),
        ("विनय, राय और इरफान", "*, * और *"),
        ("Binay and Irfaan", "* and *"),
        ("उसने कहा कि वह वहाँ रहा", "उसने कहा कि वह वहाँ रहा"),
        ("श्री एवं श्रीमती", "श्री एवं श्रीमती"),
        ("", ""),
    ],
)
def test_a_name_is_hidden_wherever_it_stands(text, hidden):
    assert HIDER.hide(text) == hidden


def test_a_name_in_one_word_is_found_where_it_is_written_in_two():
    assert Hider(["रामकुमार"], lambda _word: "*").hide("राम कुमार आए") == "* * आए"


def test_nothing_is_hidden_where_nobody_is_known():
    assert Hider([], lambda _word: "*").hide("राहुल कुमार") == "राहुल कुमार"
