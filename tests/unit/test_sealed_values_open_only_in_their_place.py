"""Sealing: what is altered, moved or cut does not open; keys wrap and rotate; codes and samples repeat."""

import os
import stat
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import crypto
from app.crypto import KeyRing, RingRefused, Unsealable

KEY = crypto.new_key()


@given(st.binary(max_size=300), st.text(max_size=30))
def test_a_value_comes_back_as_it_was(plain, place):
    assert crypto.open_sealed(KEY, place, crypto.seal(KEY, place, plain)) == plain


@given(st.binary(min_size=1, max_size=60), st.data())
def test_one_changed_byte_is_noticed(plain, data):
    sealed = bytearray(crypto.seal(KEY, "answer|values|1", plain))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unsealable):
        crypto.open_sealed(KEY, "answer|values|1", bytes(sealed))


def test_a_value_moved_to_another_row_does_not_open():
    sealed = crypto.seal(KEY, "applicant|name|1", b"x")
    with pytest.raises(Unsealable):
        crypto.open_sealed(KEY, "applicant|name|2", sealed)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_a_file_of_any_length_comes_back(size):
    plain = os.urandom(size)
    assert crypto.open_file(KEY, "f", crypto.seal_file(KEY, "f", plain)) == plain


def test_a_file_cut_or_reordered_does_not_open():
    sealed = crypto.seal_file(KEY, "f", os.urandom(150_000))
    head, chunk = sealed[:8], 65_536 + 16
    cut = sealed[: 8 + chunk]
    swapped = head + sealed[8 + chunk : 8 + 2 * chunk] + sealed[8 : 8 + chunk] + sealed[8 + 2 * chunk :]
    for wrong in (cut, swapped, head):
        with pytest.raises(Unsealable):
            crypto.open_file(KEY, "f", wrong)


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 200_000])
def test_a_file_is_sealed_as_it_is_written_and_read_from_anywhere(size):
    plain, sealed = os.urandom(size), BytesIO()
    with crypto.SealingFile(KEY, "f", sealed) as out:
        for at in range(0, size, 40_009):
            out.write(plain[at : at + 40_009])
    assert crypto.open_file(KEY, "f", sealed.getvalue()) == plain
    with crypto.SealedFile(KEY, "f", BytesIO(sealed.getvalue())) as file:
        assert file.size == size
        for at in (size, 0, 65_530, 3, size - 5):
            file.seek(max(at, 0))
            assert file.read(7) == plain[max(at, 0) : max(at, 0) + 7][: 65_536 - max(at, 0) % 65_536]


def test_a_sealed_file_that_was_cut_is_refused_when_it_is_opened_and_a_changed_one_where_it_was_changed():
    sealed = crypto.seal_file(KEY, "f", bytes(200_000))
    with pytest.raises(Unsealable):
        crypto.SealedFile(KEY, "f", BytesIO(sealed[: 8 + 65_552]))
    changed = bytearray(sealed)
    changed[8 + 65_552] ^= 1  # in the second of its four parts
    with crypto.SealedFile(KEY, "f", BytesIO(bytes(changed))) as file:
        assert file.read(10) == bytes(10)
        file.seek(65_536)
        with pytest.raises(Unsealable):
            file.read(10)


def test_the_first_start_makes_a_ring_that_only_its_owner_reads(tmp_path):
    path = tmp_path / "keys" / "ring.json"
    made = KeyRing.open_or_make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert KeyRing.open_or_make(path).roots == made.roots


def test_a_ring_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "ring.json"
    KeyRing.open_or_make(path)
    path.chmod(0o644)
    with pytest.raises(RingRefused):
        KeyRing.open_or_make(path)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"active": "k1", "keys": {}}', '{"active": "k1", "keys": {"k1": "AAAA"}}']
)
def test_a_broken_ring_is_refused_with_its_reason(tmp_path, text):
    path = tmp_path / "ring.json"
    path.write_text(text)
    path.chmod(0o400)
    with pytest.raises(RingRefused) as refused:
        KeyRing.open_or_make(path)
    assert refused.value.key == "start.keys_broken"


def test_keys_wrapped_under_an_older_root_still_open_after_a_rotation():
    old = KeyRing("k1", {"k1": crypto.new_key()})
    wrapped = old.wrap(KEY, "data_key|wrapped|1")
    rotated = KeyRing("k2", {**old.roots, "k2": crypto.new_key()})
    assert rotated.unwrap(wrapped, "data_key|wrapped|1") == KEY
    assert rotated.blind("name", "rm") == old.blind("name", "rm")
    with pytest.raises(Unsealable):
        KeyRing("k2", {"k2": rotated.roots["k2"]}).unwrap(wrapped, "data_key|wrapped|1")


def test_the_ring_of_the_tests_is_refused_where_data_are_real(tmp_path):
    path = tmp_path / "ring.json"
    root = b64encode(crypto.TEST_ROOT).decode()
    path.write_text(f'{{"active": "k1", "keys": {{"k1": "{root}"}}}}')
    path.chmod(0o400)
    assert KeyRing.for_tests().is_test
    with pytest.raises(RingRefused) as refused:
        KeyRing.open_or_make(path)
    assert refused.value.key == "start.keys_of_tests"


def test_a_random_part_is_drawn_by_the_thing_itself_and_drawn_again_the_same():
    ring = KeyRing("k1", {"k1": crypto.new_key()})
    drawn = [ring.sample(number.to_bytes(4, "big")) for number in range(4000)]
    assert drawn == [ring.sample(number.to_bytes(4, "big")) for number in range(4000)]
    assert set(drawn) == set(range(100))
    assert 100 < sum(each < 5 for each in drawn) < 320  # 200 expected; seven deviations
    assert KeyRing.for_tests().sample(b"1") == 99
    assert KeyRing.for_tests(sampled=4).sample(b"1") == 4


def test_two_programs_that_start_at_once_take_the_same_ring(tmp_path):
    path = tmp_path / "keys" / "ring.json"
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: KeyRing.open_or_make(path), range(8)))
    assert all(ring.roots == rings[0].roots for ring in rings)
    assert [each.name for each in path.parent.iterdir()] == ["ring.json"]


def test_a_ring_that_cannot_be_written_is_refused_with_its_reason(tmp_path):
    (tmp_path / "keys").write_text("a file where the folder belongs")
    with pytest.raises(RingRefused) as refused:
        KeyRing.open_or_make(tmp_path / "keys" / "ring.json")
    assert refused.value.key == "start.keys_unwritable"


def test_indexes_hang_on_the_oldest_root_whatever_its_number():
    roots = {f"k{n}": crypto.new_key() for n in range(2, 12)}
    first = KeyRing("k2", {"k2": roots["k2"]})
    assert KeyRing("k11", dict(reversed(roots.items()))).blind("name", "rm") == first.blind("name", "rm")
