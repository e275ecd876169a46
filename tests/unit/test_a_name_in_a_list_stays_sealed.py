"""A name in a list is opened when it is read, and compared without opening it."""

from __future__ import annotations

from uuid import UUID

import pytest

from app import crypto
from app.crypto import KeyRing, Unsealable
from app.services.store import keys

RING = KeyRing.for_tests()
KEY_ID, PERSON = UUID(int=1), UUID(int=2)
KEY = crypto.new_key()
WRAPPED = RING.wrap(KEY, f"data_key|wrapped|{KEY_ID}")


def sealed(name: str) -> bytes:
    return keys.seal_name(KEY, PERSON, {"name_hi": name, "name_en": "Ram", "father_hi": "दशरथ"})


def test_its_words_are_those_that_were_sealed() -> None:
    name = keys.SealedName(RING, KEY_ID, PERSON, sealed("राम"), WRAPPED)
    assert (name["hi"], name["en"], name["father_hi"], name["relation"]) == ("राम", "Ram", "दशरथ", "")


def test_what_was_altered_is_compared_and_does_not_open() -> None:
    altered = sealed("राम")[:-1] + b"?"
    name = keys.SealedName(RING, KEY_ID, PERSON, altered, WRAPPED)
    assert name == keys.SealedName(RING, KEY_ID, PERSON, altered, WRAPPED)
    with pytest.raises(Unsealable):
        name["hi"]


def test_a_name_sealed_anew_is_another_even_with_the_same_words() -> None:
    once, again = sealed("राम"), sealed("राम")
    assert keys.SealedName(RING, KEY_ID, PERSON, once, WRAPPED) != keys.SealedName(
        RING, KEY_ID, PERSON, again, WRAPPED
    )


def test_without_its_key_it_says_nothing_and_is_no_longer_what_it_was() -> None:
    words = sealed("राम")
    gone = keys.SealedName(RING, KEY_ID, PERSON, words, None)
    assert gone["hi"] == gone["father_hi"] == ""
    assert gone != keys.SealedName(RING, KEY_ID, PERSON, words, WRAPPED)
    assert hash(gone) != hash(keys.SealedName(RING, KEY_ID, PERSON, words, WRAPPED))
