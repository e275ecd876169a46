"""Without database or site a paper says of which person and day it is, and whether a byte of it was changed."""

from __future__ import annotations

from base64 import b32decode, b32encode
from dataclasses import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.papers import Claim, Verification, holder_digest, read_seal, read_token, seal, token

KEY = Ed25519PrivateKey.from_private_bytes(b"a key of the tests, of 32 bytes.")
PUBLIC = KEY.public_key()
BORN = date(1998, 3, 14)
CLAIM = Claim(
    218,
    "SRN/CAV/2026/000123/27",
    "CERTIFICATE",
    date(2026, 11, 23),
    date(2027, 5, 22),
    holder_digest("राहुल कुमार शर्मा", BORN),
)
PDF = b"%PDF-1.4\nsome pages\n%%EOF"
CODE = "abcdefghijklmnopqrstuvwxyz"


def test_a_token_says_what_was_claimed() -> None:
    assert read_token(token(CLAIM, KEY), PUBLIC) == CLAIM
    endless = replace(CLAIM, output="REPORT", valid_till=None)
    assert read_token(token(endless, KEY), PUBLIC) == endless


@given(st.integers(min_value=0), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_token_with_another_letter_says_nothing(at: int, letter: str) -> None:
    made = token(CLAIM, KEY)
    place = at % (len(made) - 1)  # the last letter holds bits of no byte
    if made[place] != letter:
        assert read_token(f"{made[:place]}{letter}{made[place + 1 :]}", PUBLIC) is None


@pytest.mark.parametrize("text", ["", "A", "1", "राम", "A" * 400, token(CLAIM, KEY)[:-8]])
def test_what_is_no_token_says_nothing(text: str) -> None:
    assert read_token(text, PUBLIC) is None


def test_what_is_signed_as_something_else_is_no_token() -> None:
    """The same key signs checkpoints and files: each says first what it is."""
    named = b32decode(f"{token(CLAIM, KEY)}{'=' * (-len(token(CLAIM, KEY)) % 8)}")
    body = named[:-64]
    for begun_as in (b"", b"e-satyapan file\0", b"e-satyapan checkpoint\0"):
        other = b32encode(body + KEY.sign(begun_as + body)).decode().rstrip("=")
        assert read_token(other, PUBLIC) is None
    sealed = seal(PDF, CODE, token(CLAIM, KEY), KEY)
    assert read_token(sealed.rsplit(b" ", 1)[1].strip().decode(), PUBLIC) is None


def test_the_key_of_another_district_says_nothing() -> None:
    other = Ed25519PrivateKey.generate()
    assert read_token(token(CLAIM, other), PUBLIC) is None


def test_a_token_moved_to_another_persons_paper_does_not_fit() -> None:
    assert CLAIM.is_of("राहुल  कुमार शर्मा ", BORN)
    assert not CLAIM.is_of("राहुल कुमार वर्मा", BORN)
    assert not CLAIM.is_of("राहुल कुमार शर्मा", date(1998, 3, 15))


def test_a_sealed_file_is_whole_until_a_byte_of_it_differs() -> None:
    sealed = seal(PDF, CODE, token(CLAIM, KEY), KEY)
    assert sealed.startswith(PDF)
    found = read_seal(sealed, PUBLIC)
    assert found is not None
    assert (found.code, found.claim, found.state) == (CODE, CLAIM, "whole")
    for place in (0, 12, len(PDF) - 1):
        bad = bytearray(sealed)
        bad[place] ^= 1
        altered = read_seal(bytes(bad), PUBLIC)
        assert altered is not None
        assert altered.state == "altered"


def test_what_follows_the_seal_is_named() -> None:
    added = read_seal(seal(PDF, CODE, token(CLAIM, KEY), KEY) + b"1 0 obj\n", PUBLIC)
    assert added is not None
    assert added.state == "added"


def test_a_file_without_a_seal_proves_nothing() -> None:
    assert read_seal(PDF, PUBLIC) is None
    assert read_seal(b"", PUBLIC) is None


def test_the_link_of_the_qr_is_of_the_letters_that_it_packs_densely() -> None:
    link = Verification("https://saran.example.in/verify", CODE, token(CLAIM, KEY)).link
    assert link.startswith("HTTPS://SARAN.EXAMPLE.IN/V/ABCDEFGH")
    assert set(link) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
