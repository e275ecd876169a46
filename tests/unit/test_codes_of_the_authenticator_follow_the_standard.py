"""The codes are those of RFC 6238, so that any authenticator app fits; each is good once, near its time."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from app.domain import totp
from tests.phone import Phone

SECRET = b"12345678901234567890"
NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_examples_of_the_standard_come_out(seconds: int, code: str) -> None:
    assert totp.code(SECRET, seconds // totp.STEP) == code


@pytest.mark.parametrize(("off", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(off: int, fits: bool) -> None:  # noqa: FBT001 - pytest hands it by name
    step = totp.step_of(NOON) + off
    assert (totp.fitting_step(SECRET, totp.code(SECRET, step), NOON, None) == step) is fits


def test_neither_a_used_code_nor_an_older_one_fits() -> None:
    here = totp.step_of(NOON)
    for typed, last, found in [
        (here, here, None),
        (here - 1, here, None),
        (here, here - 1, here),
        (here + 1, here, here + 1),
    ]:
        assert totp.fitting_step(SECRET, totp.code(SECRET, typed), NOON, last) == found


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "２８７０８２x"])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert totp.fitting_step(SECRET, typed, NOON, None) is None


def test_the_picture_holds_what_an_app_reads() -> None:
    parts = urlsplit(totp.address(SECRET, "sho.garkha", "e-Satyapan (Saran)"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/e-Satyapan (Saran):sho.garkha"
    held = {name: value for name, [value] in parse_qs(parts.query).items()}
    assert held["issuer"] == "e-Satyapan (Saran)"
    assert Phone(held["secret"]).secret == SECRET


def test_the_next_code_is_told_until_all_near_ones_are_used() -> None:
    here = totp.step_of(NOON)
    assert totp.next_step(NOON, None) == here
    assert totp.next_step(NOON, here - 5) == here
    assert totp.next_step(NOON, here) == here + 1
    assert totp.next_step(NOON, here + 1) is None
