"""Keys and sealing: AES-256-GCM bound to its place, one key per case under a ring, blind indexes, public codes.

Nothing here knows what it seals. A place (`table|column|row`) is the additional data of every seal, so that a
sealed value moved to another row does not open. Rings live in a file outside the database.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from base64 import b32encode, b64decode, b64encode
from dataclasses import dataclass, field
from io import BytesIO, RawIOBase
from typing import IO, TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
_NONCE = 12
_VALUE, _FILE = b"\x01", b"\x02"
_CHUNK = 65_536  # bytes of clear file per seal: no reordering, no truncation goes unseen
_TAG = 16  # bytes by which a seal is longer
_STEP = _CHUNK + _TAG
_PREFIX = 7  # random bytes of a file's nonces; the rest counts chunks and marks the last
_BLIND_BYTES = 8
_OWNER_ONLY = 0o400
#: The ring of the tests is known to everybody; production refuses to start with it.
TEST_ROOT = hashlib.sha256(b"e-Satyapan test ring, never for real data").digest()


class Unsealable(Exception):
    """A sealed value was altered, moved, or its key is gone."""


class RingRefused(Exception):
    """The key file cannot be used; `key` names the reason in the catalogue `errors`."""

    def __init__(self, key: str, path: str) -> None:
        super().__init__(f"{key}: {path}")
        self.key, self.path = key, path


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, place: str, plain: bytes) -> bytes:
    """Seal a value for one place: 29 bytes longer than the clear one."""
    nonce = os.urandom(_NONCE)
    return _VALUE + nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def open_sealed(key: bytes, place: str, sealed: bytes) -> bytes:
    """The clear value. Raises Unsealable when a byte, the place or the key differs."""
    return _opened(AESGCM(key), place, sealed)


def _opened(cipher: AESGCM, place: str, sealed: bytes) -> bytes:
    if sealed[:1] != _VALUE:
        raise Unsealable(place)
    try:
        return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], place.encode())
    except InvalidTag as tampered:
        raise Unsealable(place) from tampered


def seal_file(key: bytes, place: str, plain: bytes) -> bytes:
    """Seal a file in chunks; each nonce counts, and the last one says that it is the last."""
    sealed = BytesIO()
    with SealingFile(key, place, sealed) as out:
        out.write(plain)
    return sealed.getvalue()


def open_file(key: bytes, place: str, sealed: bytes) -> bytes:
    """The clear file. Raises Unsealable when it was altered, cut, reordered or moved."""
    return SealedFile(key, place, BytesIO(sealed)).readall()


class SealingFile(RawIOBase):
    """Seals into `target` what is written to it, and holds one chunk of it. Closing it ends the file."""

    def __init__(self, key: bytes, place: str, target: IO[bytes]) -> None:
        super().__init__()
        self._cipher, self._place, self._target = AESGCM(key), place.encode(), target
        self._prefix, self._number, self._held = os.urandom(_PREFIX), 0, bytearray()
        target.write(_FILE + self._prefix)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        clear, at = memoryview(data).cast("B"), 0
        while at < len(clear):
            if len(self._held) == _CHUNK:  # another follows: it is not the last
                self._seal(last=False)
            taken = clear[at : at + _CHUNK - len(self._held)]
            self._held += taken
            at += len(taken)
        return len(clear)

    def tell(self) -> int:
        return self._number * _CHUNK + len(self._held)

    def close(self) -> None:
        if not self.closed:
            self._seal(last=True)
        super().close()

    def _seal(self, *, last: bool) -> None:
        nonce = _chunk_nonce(self._prefix, self._number, last=last)
        self._target.write(self._cipher.encrypt(nonce, bytes(self._held), self._place))
        self._held.clear()
        self._number += 1


class SealedFile(RawIOBase):
    """Reads from anywhere in a sealed file, and holds one chunk of it. Raises Unsealable, also while it is read."""

    def __init__(self, key: bytes, place: str, source: IO[bytes]) -> None:
        super().__init__()
        self._cipher, self._place, self._source = AESGCM(key), place.encode(), source
        head, body = source.read(1 + _PREFIX), source.seek(0, os.SEEK_END) - 1 - _PREFIX
        self._prefix, self._count = head[1:], -(-body // _STEP)
        if head[:1] != _FILE or body < _TAG:
            raise Unsealable(place)
        self.size = body - self._count * _TAG  # bytes of the clear file
        self._at, self._held, self._clear = 0, -1, b""
        self._chunk(self._count - 1)  # a file that was cut has another end

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def readinto(self, room: Any) -> int:
        if self._at >= self.size:
            return 0
        number, skip = divmod(self._at, _CHUNK)
        part = self._chunk(number)[skip : skip + len(room)]
        room[: len(part)] = part
        self._at += len(part)
        return len(part)

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(_CHUNK), b""))

    def close(self) -> None:
        self._source.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if number != self._held:
            self._source.seek(1 + _PREFIX + number * _STEP)
            nonce = _chunk_nonce(self._prefix, number, last=number == self._count - 1)
            try:
                self._clear = self._cipher.decrypt(nonce, self._source.read(_STEP), self._place)
            except InvalidTag as tampered:
                raise Unsealable(self._place.decode()) from tampered
            self._held = number
        return self._clear


def _chunk_nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


@dataclass(frozen=True)
class KeyRing:
    """The keys above all others: the active one wraps, every one unwraps, so that keys can be rotated.

    `roots` maps a key's name to 32 bytes. Purposes (blind index, public codes, sample, signature) have keys of
    their own, derived from the oldest root, so that a rotation does not void indexes and printed codes.
    """

    active: str
    roots: dict[str, bytes]
    sampled: int | None = None  # what everything draws; only a ring of tests says so
    path: Path | None = field(default=None, repr=False, compare=False)  # of the file it was read from
    _derived: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    _ciphers: dict[bytes, AESGCM] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def for_tests(cls, *, sampled: int | None = 99) -> KeyRing:
        """A ring with a known root. No case is called up by chance, unless a test says which number all draw."""
        return cls("test", {"test": TEST_ROOT}, sampled)

    @property
    def is_test(self) -> bool:
        return TEST_ROOT in self.roots.values()

    @classmethod
    def open_or_make(cls, path: Path) -> KeyRing:
        """Read the ring's file; the first start makes it, readable by its owner alone. Raises RingRefused."""
        if not path.exists():
            _make_ring(path)
        if path.stat().st_mode & 0o077:
            raise RingRefused("start.keys_readable", str(path))
        try:
            content = json.loads(path.read_text())
            roots = {name: b64decode(text, validate=True) for name, text in content["keys"].items()}
            ring = cls(content["active"], roots, path=path)
        except (ValueError, KeyError, AttributeError, TypeError) as broken:
            raise RingRefused("start.keys_broken", str(path)) from broken
        if ring.active not in roots or any(len(root) != KEY_BYTES for root in roots.values()):
            raise RingRefused("start.keys_broken", str(path))
        if ring.is_test:
            raise RingRefused("start.keys_of_tests", str(path))
        return ring

    def wrap(self, key: bytes, place: str) -> bytes:
        """A data key, sealed under the active root and named by it."""
        return self.active.encode() + b"." + seal(self.roots[self.active], place, key)

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """The data key. Raises Unsealable for an unknown root or a changed byte."""
        name, _, sealed = wrapped.partition(b".")
        root = self._root(name.decode("ascii", "replace"))
        if root is None:
            raise Unsealable(place)
        cipher = self._ciphers.get(root)
        if cipher is None:
            cipher = self._ciphers[root] = AESGCM(root)
        return _opened(cipher, place, sealed)

    def _root(self, name: str) -> bytes | None:
        """A root by its name; one that another program has added since this one began is read from the file."""
        if name not in self.roots and self.path is not None:
            with contextlib.suppress(RingRefused, OSError):
                self.roots.update(KeyRing.open_or_make(self.path).roots)
        return self.roots.get(name)

    def with_new_root(self) -> KeyRing:
        """The ring with a root more, which wraps from now on; written to its file first. Raises RingRefused.

        Programs that run find the new root when they first meet it, and go on wrapping under theirs.
        """
        if self.path is None:
            raise RingRefused("start.keys_unwritable", "")
        known = KeyRing.open_or_make(self.path)
        name = f"k{1 + max((int(each[1:]) for each in known.roots if each[1:].isdecimal()), default=0)}"
        ring = KeyRing(name, {**known.roots, name: new_key()}, path=self.path)
        keys = {each: b64encode(root).decode() for each, root in ring.roots.items()}
        _write(self.path, json.dumps({"active": name, "keys": keys}), is_new=False)
        return ring

    def is_active(self, wrapped: bytes) -> bool:
        """Whether a key is wrapped under the root that wraps now."""
        return wrapped.startswith(f"{self.active}.".encode())

    def derive(self, purpose: str) -> bytes:
        """The 32 bytes of one purpose."""
        found = self._derived.get(purpose)
        if found is None:
            oldest = self.roots[min(self.roots, key=lambda name: (len(name), name))]  # k2 before k10
            found = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(
                oldest
            )
            self._derived[purpose] = found
        return found

    def blind(self, kind: str, value: str) -> bytes:
        """What a search compares instead of the word: 8 bytes that only this installation can make."""
        return self._mac(f"blind|{kind}", value.encode())[:_BLIND_BYTES]

    def code(self, purpose: str, about: bytes) -> str:
        """A public code of 128 bits in 26 letters and digits, the same each time for the same thing."""
        return b32encode(self._mac(f"code|{purpose}", about)[:16]).decode().rstrip("=").lower()

    def sample(self, about: bytes) -> int:
        """A number 0-99 drawn by the thing itself: "a random 5 %" that can be replayed."""
        if self.sampled is not None:
            return self.sampled
        return int.from_bytes(self._mac("sample", about)[:8], "big") % 100

    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints of the record."""
        return Ed25519PrivateKey.from_private_bytes(self.derive("checkpoint"))

    def paper_key(self) -> Ed25519PrivateKey:
        """The key that signs what issued papers prove by themselves; its public half is given to everybody."""
        return Ed25519PrivateKey.from_private_bytes(self.derive("papers"))

    def passphrase(self) -> str:
        """What opens the files of keys that sign papers, where the settings name no passphrase."""
        return self.derive("signature keys").hex()

    def mac(self, purpose: str, message: bytes) -> bytes:
        """32 bytes that only this installation can make of a message: what is kept of a code of many random bits."""
        return self._mac(f"mac|{purpose}", message)

    def _mac(self, purpose: str, message: bytes) -> bytes:
        return hmac.digest(self.derive(purpose), message, "sha256")


def _make_ring(path: Path) -> None:
    """Write a new ring whole: of two programs that start at once, the second finds the first one's."""
    content = json.dumps({"active": "k1", "keys": {"k1": b64encode(new_key()).decode()}})
    _write(path, content, is_new=True)


def _write(path: Path, content: str, *, is_new: bool) -> None:
    """Put the ring's file in its place as a whole, readable by its owner alone; a new one never over another."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(handle, "w") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        if is_new:
            with contextlib.suppress(FileExistsError):
                os.link(beside, path)
            beside.unlink()
        else:
            beside.replace(path)
    except OSError as error:
        raise RingRefused("start.keys_unwritable", str(path)) from error
