"""Passwords by NIST SP 800-63B-4: length counts, in every script; what others guess first is refused."""

from __future__ import annotations

import unicodedata

import pytest

from app.domain import passwords
from app.services.staff.accounts import guessed_first, leaked

OWN = ["sho.garkha", "राकेश कुमार", "Rakesh Kumar", "गड़खा", "Garkha"]


def verdict(password: str) -> str | None:
    return passwords.fault(password, guessed_first(), OWN)


@pytest.mark.parametrize(
    "password",
    [
        "नीली गाय छत पर सोती है",
        "तालाब किनारे बगुला खड़ा",
        "correct horse battery staple",
        "thimble under seven ladders",
        "kV9#mQ2!xZ7p",
        "jqkvbnzlpwty",
        "மழை பெய்யும் மாலை நேரம்",
        "🐘🌧🪔🚲🎋🧵🪁🛶🥭🌾🪷🦚 वर्षा-दीप",
        "bagula-talab-kinare-baitha",
        "एक पुराना बगुला तालाब के किनारे चुपचाप खड़ा होकर मछली की राह देखता रहा",
    ],
)
def test_a_long_phrase_of_any_script_may_stand(password: str) -> None:
    assert verdict(password) is None


@pytest.mark.parametrize(
    "password",
    [
        "Password@123456",
        "P@ssw0rd1234!",
        "qwertyuiop12",
        "asdfghjkl;'1",
        "0987654321!@#",
        "919431012345",
        "aaaaaaaaaaaaa",
        "abcabcabcabcab",
        "कखगघङचछजझञटठ",
        "मेरा भारत महान",
        "जय श्री राम 2026",
        "satyapan2026!!",
        "Bihar#Police@112",
        "chapra-841301-thana",
        "WelcomeToBihar1!",
        "sunita kumari 1990",
        "iloveyouforever",
        "admin_admin_admin",
    ],
)
def test_what_others_guess_first_is_refused(password: str) -> None:
    assert verdict(password) == "common"


@pytest.mark.parametrize(
    "password", ["sho.garkha.1234", "Rakesh@98765432", "राकेश कुमार 1985", "Garkha Garkha 1"]
)
def test_ones_own_names_make_no_password(password: str) -> None:
    assert verdict(password) == "common"


def test_the_same_words_may_stand_for_somebody_else() -> None:
    assert passwords.fault("zubeidatopiwala77", guessed_first(), ["zubeida.topiwala"]) == "common"
    assert passwords.fault("zubeidatopiwala77", guessed_first(), OWN) is None


@pytest.mark.parametrize(
    ("length", "fault"), [(0, "short"), (11, "short"), (12, None), (128, None), (129, "long")]
)
def test_length_is_counted_in_signs_not_in_bytes(length: int, fault: str | None) -> None:
    phrase = ("बगुला तालाब किनारे मछली देखता " * 8)[:length]
    assert verdict(phrase) == fault


def test_two_keyboards_write_the_same_password() -> None:
    composed = unicodedata.normalize("NFC", "गड़खा की पुरानी हवेली")
    spread = unicodedata.normalize("NFD", "Zürich की पुरानी हवेली")
    assert passwords.normalised(spread) == unicodedata.normalize("NFC", spread)
    assert passwords.normalised("ग" + "\u0921\u093c" + "खा") == passwords.normalised("ग\u095cखा")
    assert verdict(composed) is None
    assert passwords.normalised("  Aa  ß") == "  Aa  ß", "nothing else of it is changed"


def test_no_rule_of_composition_and_blanks_are_signs() -> None:
    assert verdict("lantern orchid bicycle") is None
    assert verdict("LANTERN ORCHID BICYCLE") is None


@pytest.mark.parametrize("password", ["Finalfantasy", "needforspeed", "gfhjkmgfhjkm", "123qweasdzxc"])
def test_a_password_known_from_a_leak_is_refused_however_it_is_written(password):
    assert passwords.fault(password, guessed_first(), OWN) is None, "its words alone would let it stand"
    assert passwords.fault(password, guessed_first(), OWN, leaked()) == "common"
    assert passwords.fault(password.upper(), guessed_first(), OWN, leaked()) == "common"
    assert passwords.fault(f"{password} 5 मोर", guessed_first(), OWN, leaked()) is None


def test_the_list_of_leaks_names_no_password():
    assert len(leaked()) > 400
    assert all(len(each) == 16 and set(each) <= set("0123456789abcdef") for each in leaked())
