"""A name or a village in a list is opened when it is read, and compared without opening it."""

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


ENQUIRY, HOME, STAY = UUID(int=3), UUID(int=4), UUID(int=5)


def villages(asked: list[UUID], wrapped: bytes | None = WRAPPED, **lived_at: UUID) -> keys.SealedVillages:
    """Of an enquiry that asks about these addresses; `lived_at`: village -> address."""
    facts = keys.seal_json(KEY, f"enquiry|facts|{ENQUIRY}", {"addresses": [str(each) for each in asked]})
    addresses = tuple(
        (each, keys.seal_json(KEY, f"address|details|{each}", {"village": village}))
        for village, each in lived_at.items()
    )
    return keys.SealedVillages(RING, KEY_ID, (ENQUIRY, facts, addresses), wrapped)


def test_of_the_addresses_of_a_case_the_villages_of_the_enquiry_are_told_in_its_order() -> None:
    assert villages([STAY, HOME], Rampur=HOME, Sahebganj=STAY).names == ("Sahebganj", "Rampur")
    assert villages([STAY], Rampur=HOME, Sahebganj=STAY).names == ("Sahebganj",)
    assert villages([STAY], Rampur=HOME).names == (), "an address that is gone"


def test_without_the_key_of_their_case_no_village_is_told() -> None:
    assert villages([HOME], None, Rampur=HOME).names == ()
