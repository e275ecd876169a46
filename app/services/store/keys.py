"""Data keys: one per case, requisition and draft; made, opened for a transaction, adopted, destroyed for good."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from app import crypto
from app.domain import subjects
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.models.casefile import key_queries as table
from app.models.scope import SystemReason, SystemScope
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

_FIRST = UUID(int=0)  # before every id
_AT_ONCE = 500  # keys in one transaction: officers wait for none of them
#: What a list shows of a person whose key is gone.
NO_NAME = {"hi": "", "en": "", "father_hi": "", "father_en": "", "relation": "", "gender": ""}
_NAME_FIELDS = {
    "father_hi": "father_hi",
    "father_en": "father_en",
    "relation": "relation",
    "gender": "gender",
}


class KeyDestroyed(NotFound):
    """What this key locked was erased; nothing can bring it back."""

    key = "error.erased"


def create(session: Session, kind: str) -> UUID:
    """A new data key, kept wrapped; -> its id."""
    row, key = make(session, kind)
    table.insert_key(session, row["id"], kind, row["wrapped"])
    key_id: UUID = row["id"]
    session.cache[key_id] = key
    return key_id


def make(session: Session, kind: str) -> tuple[dict[str, Any], bytes]:
    """A new data key that nobody has kept yet; -> (its row, the clear key)."""
    key_id, key = new_id(session.recorded_at), crypto.new_key()
    return {"id": key_id, "kind": kind, "wrapped": session.keys.wrap(key, _place(key_id))}, key


def unlock(session: Session, key_id: UUID, wrapped: bytes | None = None) -> bytes:
    """The clear key, for this transaction. Raises KeyDestroyed; `wrapped` saves the look-up where it is known."""
    key = session.cache.get(key_id)
    if key is None:
        stored = wrapped if wrapped is not None else table.wrapped(session, key_id)
        if stored is None:
            raise KeyDestroyed
        key = session.cache[key_id] = session.keys.unwrap(bytes(stored), _place(key_id))
    return bytes(key)


def are_ours(session: Session) -> bool:
    """Whether the key ring is the one that wrapped the keys of this database; true for an empty one."""
    last = table.newest(session)
    if last is None:
        return True
    try:
        session.keys.unwrap(bytes(last.wrapped), _place(last.id))
    except crypto.Unsealable:
        return False
    return True


def adopt(session: Session, key_id: UUID, kind: str) -> None:
    """A draft's key becomes that of the case or requisition made from it."""
    table.set_kind(session, key_id, kind)


def destroy(session: Session, key_id: UUID, now: datetime) -> None:
    """Erase what the key locked, everywhere at once: in the tables, the files, the backups that come."""
    session.cache.pop(key_id, None)
    table.destroy(session, key_id, now)


def seal_json(key: bytes, place: str, value: Any) -> bytes:
    return crypto.seal(key, place, orjson.dumps(value))


def open_json(key: bytes, place: str, sealed: bytes) -> Any:
    return orjson.loads(crypto.open_sealed(key, place, sealed))


def seal_name(key: bytes, applicant_id: UUID, answers: Mapping[str, Any]) -> bytes:
    """The few words of a person or firm that lists show, sealed together."""
    hindi, english = subjects.names_of(answers)
    name = {"hi": hindi, "en": english}
    name |= {part: answers.get(field) or "" for part, field in _NAME_FIELDS.items()}
    return seal_json(key, f"applicant|name|{applicant_id}", name)


def open_name(
    session: Session, key_id: UUID, applicant_id: UUID, sealed: bytes, *, wrapped: bytes | None = None
) -> dict[str, str]:
    """The words that a list shows; none of them once the case was erased."""
    try:
        key = unlock(session, key_id, wrapped)
    except KeyDestroyed:
        return NO_NAME
    return _name(key, applicant_id, sealed)


class _Sealed:
    """What a list shows of a case, opened when the first of it is read.

    Two of a kind are equal when they were sealed as the same bytes under the same key, whatever they say: a page that
    was made of the one holds for the other, and need open neither. Without a key (`wrapped`) there are no words.
    """

    __slots__ = ("_key_id", "_opened", "_ring", "_sealed")

    def __init__(self, ring: crypto.KeyRing, key_id: UUID, sealed: Any, wrapped: bytes | None) -> None:
        self._ring, self._key_id, self._sealed = ring, key_id, (sealed, wrapped)
        self._opened: Any = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._sealed == other._sealed

    def __hash__(self) -> int:
        return hash(self._sealed)

    def _key(self) -> bytes | None:
        wrapped = self._sealed[1]
        return None if wrapped is None else self._ring.unwrap(wrapped, _place(self._key_id))


class SealedName(_Sealed):
    """The words that a list shows of a person, by `["hi"]` and so on."""

    __slots__ = ("_applicant_id",)

    def __init__(
        self, ring: crypto.KeyRing, key_id: UUID, applicant_id: UUID, sealed: bytes, wrapped: bytes | None
    ) -> None:
        super().__init__(ring, key_id, sealed, wrapped)
        self._applicant_id = applicant_id

    def __getitem__(self, part: str) -> str:
        if self._opened is None:
            key = self._key()
            self._opened = NO_NAME if key is None else _name(key, self._applicant_id, self._sealed[0])
        return str(self._opened[part])


class SealedVillages(_Sealed):
    """The villages or quarters that an enquiry is about, as a list shows them.

    Sealed are the enquiry, what it asks, and all addresses of its case: (id, details) each, in the order of the ids.
    """

    __slots__ = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Each once, in the order in which the enquiry names their addresses."""
        if self._opened is None:
            key = self._key()
            self._opened = () if key is None else self._read(key)
        found: tuple[str, ...] = self._opened
        return found

    def _read(self, key: bytes) -> tuple[str, ...]:
        enquiry_id, asked, addresses = self._sealed[0]
        details = dict(addresses)
        wanted = open_json(key, f"enquiry|facts|{enquiry_id}", asked).get("addresses", ())
        known = [(each, details.get(UUID(each))) for each in wanted]
        opened = (
            open_json(key, f"address|details|{each}", sealed) for each, sealed in known if sealed is not None
        )
        return tuple(dict.fromkeys(str(one["village"]) for one in opened if one.get("village")))


def _name(key: bytes, applicant_id: UUID, sealed: bytes) -> dict[str, str]:
    opened: dict[str, str] = open_json(key, f"applicant|name|{applicant_id}", sealed)
    return opened


def _place(key_id: UUID) -> str:
    return f"data_key|wrapped|{key_id}"


seal, open_sealed = crypto.seal, crypto.open_sealed
seal_file, open_file = crypto.seal_file, crypto.open_file


def rotate(database: Database, districts: Iterable[int], now: datetime) -> int:
    """Make a new root and wrap every data key under it, while the servers run; -> how many were wrapped anew.

    Safe to repeat after a crash: keys under an older root stay readable, and the next run wraps what is left.
    Raises crypto.RingRefused where the ring's file cannot be written.
    """
    ring = database.keys.with_new_root()
    return sum(_rewrap(database, ring, code, now) for code in districts)


def _rewrap(database: Database, ring: crypto.KeyRing, district_id: int, now: datetime) -> int:
    scope, done, last = SystemScope(SystemReason.KEYS, district_id), 0, _FIRST
    while True:
        rows = database.read(partial(table.page, after_id=last, limit=_AT_ONCE), scope)
        if not rows:
            break
        done += database.write(partial(_wrap_anew, ring=ring, rows=rows), scope)
        last = rows[-1].id
    note = partial(
        audit.record, stream="admin", action="keys:rotate", thing=f"district:{district_id}", at=now
    )
    database.write(lambda session: note(session, actor=None, root=ring.active, keys=done), scope)
    return done


def _wrap_anew(session: Session, ring: crypto.KeyRing, rows: Sequence[AnyRow]) -> int:
    older = [row for row in rows if not ring.is_active(row.wrapped)]
    return sum(
        table.set_wrapped(
            session, row.id, row.wrapped, ring.wrap(ring.unwrap(row.wrapped, _place(row.id)), _place(row.id))
        )
        for row in older
    )
