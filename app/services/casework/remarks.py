"""Annotations of the record: what DM, SP or auditor say later about a row of it, as a further row of the same chain.

No row is ever changed. An annotation names its row and that row's hash, a listed category, and a reason whose text is
sealed: with the key of the case that the row is about, else with a key of its own. It is undone by another one about
the same row; one about an annotation is refused, so that all that was said of a row stands in one list.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain import numbers
from app.domain.errors import BoxRefused, NotFound
from app.domain.roles import Permission, Role
from app.domain.secrecy import SENSITIVE
from app.domain.text import tidy, words_refused
from app.models.casefile import case_queries as cases
from app.models.record import audit_queries as record
from app.models.scope import CaseScope
from app.services.access import stepup
from app.services.casefile import sightings
from app.services.casework import unnamed
from app.services.store import audit, keys, scopes
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

ANNOTATE = "record:annotate"  # the act that takes a fresh factor
#: What an annotation says in a word; the last one takes back what was said before.
CATEGORIES = ("explained", "ordered", "doubtful", "inquiry", "settled", "withdrawn")
SHORTEST, LONGEST, MOST = 10, 500, 20  # signs of a reason; annotations of one row
CHAINS = ("access", "admin")  # that belong to no case
_CASE, _ACCESS = "case:", "access"
_LAST = 2**31  # beyond every number of a row
_MARK = 6  # hexadecimal digits by which an auditor tells officers apart


class Refused(BoxRefused):
    """An annotation that cannot stand (422)."""

    key = "annotation.problem.text"


@dataclass(frozen=True, slots=True)
class Annotation:
    """What was said about a row: `text` is None once the case was erased, empty where it is closed to the reader.

    An auditor reads a mark in the place of a name.
    """

    seq: int
    at: datetime
    category: str
    text: str | None
    role: str
    officer_hi: str
    officer_en: str
    mark: str


@dataclass(frozen=True, slots=True)
class Target:
    """A row of the record, and what was said about it. `about` is the row that it annotates itself, or 0."""

    chain: str  # as an address names it
    thing: str  # what the row is about: its case, where there is one
    seq: int
    at: datetime
    action: str
    role: str
    officer_hi: str
    officer_en: str
    mark: str
    case_number: str
    hash: bytes
    about: int
    said: Sequence[Annotation]


@dataclass(frozen=True, slots=True)
class _Found:
    row: AnyRow
    case: AnyRow | None  # that the row is about


def takes(actor: Actor, chain: str, action: str) -> bool:
    """Whether this post may annotate a row of this act: an auditor any, the heads those of cases and of looks.

    `chain` is as an address names it: one of CHAINS, or else a case's.
    """
    if not actor.may(Permission.RECORD_ANNOTATE):
        return False
    return _is_auditor(actor) or chain not in CHAINS or (chain == _ACCESS and action in sightings.LOOKS)


def see(session: Session, actor: Actor, chain: str, seq: int, now: datetime) -> Target:
    """A row with its annotations. Raises NotAllowed, and NotFound for a row that this post may not know of."""
    found = _found(session, actor, chain, seq)
    row = found.row
    said = of_rows(session, actor, row.stream, {seq}, found.case, now).get(seq, ())
    return Target(
        chain,
        f"{_CASE}{found.case.id}" if found.case is not None else row.object,
        row.seq,
        row.at,
        row.action,
        row.role,
        *_who(session, actor, row),
        found.case.number if found.case is not None else "",
        bytes(row.hash),
        about(row),
        said,
    )


def look(database: Database, actor: Actor, place: tuple[str, int], now: datetime) -> Target:
    """A row as `see` gives it, what it shows recorded first. Raises NotAllowed, NotFound."""
    found = database.read(lambda session: see(session, actor, *place, now), actor_scope(actor))
    if _is_auditor(actor):
        sightings.note_list(database, actor, f"record:{found.chain}", now)
    elif found.said:
        sightings.note(database, actor, found.thing, "annotation", {SENSITIVE}, now)
    return found


def of_rows(
    session: Session, actor: Actor, stream: str, seqs: Collection[int], case: AnyRow | None, now: datetime
) -> Mapping[int, Sequence[Annotation]]:
    """What was said about these rows of a chain, by row: nothing for a post that may not annotate.

    `case` is the case that they are about: an auditor reads a text with its known names hidden, and no text of
    another post where no case is known.
    """
    if not actor.may(Permission.RECORD_ANNOTATE) or not seqs:
        return {}
    within = _within(session, actor)
    rows = record.annotations_of(within, stream, [f"{audit.ABOUT}{seq}" for seq in seqs])
    if not rows:
        return {}
    names = unnamed.Unnamed(within, actor, _readable(within, case), now) if _is_auditor(actor) else None
    told: dict[int, list[Annotation]] = {}
    for row in rows:
        text = _opened(within, row)
        if names is not None and text is not None:
            text = names.hide(text) if case is not None or row.role == Role.AUDITOR else ""
        line = Annotation(row.seq, row.at, row.detail["category"], text, row.role, *_who(within, actor, row))
        told.setdefault(about(row), []).append(line)
    return told


def about(row: AnyRow) -> int:
    """The number of the row that a row annotates; 0 for every other row."""
    return int(row.object.removeprefix(audit.ABOUT)) if row.action == ANNOTATE else 0


def ask(
    session: Session, actor: Actor, place: tuple[str, int], category: str, text: str, now: datetime
) -> UUID:
    """Ask for the fresh factor that an annotation of this row takes; -> the request, which holds the text sealed.

    `place` is the chain as an address names it, and the row's number. Raises NotAllowed, NotFound, Refused.
    """
    found = _found(session, actor, *place)
    text = _checked(session, actor, found.row, category, text)
    key_id = found.case.data_key_id if found.case is not None else keys.create(session, "office")
    sealed = keys.seal(keys.unlock(session, key_id), _place(found.row, actor.officer_id), text.encode())
    thing = "|".join((*map(str, place), category, str(key_id), b64encode(sealed).decode()))
    digest = _item(found.row, category, text).digest
    return stepup.begin(session, actor, ANNOTATE, [stepup.Item(thing, digest)], now)


def place_of(item: stepup.Item) -> tuple[str, int, str]:
    """Which row a request is about, by chain and number, and the category it gives it."""
    chain, seq, category, *_ = item.thing.split("|")
    return chain, int(seq), category


def text_of(session: Session, actor: Actor, item: stepup.Item) -> str:
    """The text that waits for its code, for the officer who typed it. Raises NotAllowed, NotFound."""
    return _asked(session, actor, item)[1]


def _asked(session: Session, actor: Actor, item: stepup.Item) -> tuple[_Found, str]:
    chain, seq, _, key_id, sealed = item.thing.split("|")
    found, key = _found(session, actor, chain, int(seq)), keys.unlock(session, UUID(key_id))
    return found, keys.open_sealed(key, _place(found.row, actor.officer_id), b64decode(sealed)).decode()


def add(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> tuple[str, int]:
    """Write the annotation that was confirmed; -> chain and number of its row.

    Raises NotAllowed, NotFound, Refused where too many were faster, and what `stepup.use` raises.
    """
    thing = wanted.items[0].thing
    chain, seq, category, key_id, sealed = thing.split("|")
    found, text = _asked(session, actor, wanted.items[0])
    _checked(session, actor, found.row, category, text)
    item = stepup.Item(thing, _item(found.row, category, text).digest)
    stepup.use(session, actor, wanted.id, ANNOTATE, [item], now)
    stream, own = found.row.stream, session
    if stream.startswith(_CASE):
        case_id = UUID(stream.removeprefix(_CASE))
        own = session.narrowed(CaseScope(actor.district_id, case_id))
        cases.lock(own, case_id)
    audit.record(
        own,
        stream,
        ANNOTATE,
        f"{audit.ABOUT}{found.row.seq}",
        actor,
        now,
        of=bytes(found.row.hash).hex(),
        category=category,
        text=sealed,
        key=key_id,
        step_up=str(wanted.id),
    )
    return chain, int(seq)


def _found(session: Session, actor: Actor, chain: str, seq: int) -> _Found:
    """The row, for whoever may annotate it: of cases, and of who opened them; the auditor's are all chains."""
    actor.require(Permission.RECORD_ANNOTATE)
    within = _within(session, actor)
    case, stream = None, chain
    if chain not in CHAINS:
        known = numbers.parse_case_number(chain)
        case = cases.find_number(within, known) if known is not None else None
        if case is None:
            raise NotFound
        stream = f"{_CASE}{case.id}"
    row = record.row_of(within, stream, seq) if 0 < seq < _LAST else None
    if row is None or not takes(actor, chain, row.action):
        raise NotFound
    return _Found(row, case or _case_of(within, row))


def _within(session: Session, actor: Actor) -> Session:
    """An auditor has no case of his own: he reads the record of the district, as its verification does."""
    return session.narrowed(scopes.record(actor.district_id)) if _is_auditor(actor) else session


def _is_auditor(actor: Actor) -> bool:
    return actor.post.role is Role.AUDITOR


def _case_of(session: Session, row: AnyRow) -> AnyRow | None:
    """The case that a row of another chain names."""
    return cases.find(session, UUID(row.object.removeprefix(_CASE))) if row.object.startswith(_CASE) else None


def _readable(session: Session, case: AnyRow | None) -> AnyRow | None:
    """The case, unless it was erased: then nobody's name is left to be hidden."""
    try:
        return case if case is not None and keys.unlock(session, case.data_key_id) else None
    except keys.KeyDestroyed:
        return None


def _checked(session: Session, actor: Actor, row: AnyRow, category: str, text: str) -> str:
    """The reason as it is kept. Raises Refused."""
    text = tidy(text)
    if row.action == ANNOTATE:
        raise Refused("text", "annotation.problem.itself", row=about(row))
    if category not in CATEGORIES:
        raise Refused("category", "annotation.problem.category")
    if fault := words_refused(text):
        raise Refused("text", fault)
    if not SHORTEST <= len(text) <= LONGEST:
        raise Refused("text", "annotation.problem.text", least=SHORTEST, most=LONGEST)
    within = _within(session, actor)
    if len(record.annotations_of(within, row.stream, [f"{audit.ABOUT}{row.seq}"])) >= MOST:
        raise Refused("text", "annotation.problem.many", most=MOST)
    return text


def _item(row: AnyRow, category: str, text: str) -> stepup.Item:
    return stepup.item("", [row.stream, row.seq, bytes(row.hash).hex(), category, text])


def _place(row: AnyRow, officer_id: UUID) -> str:
    return f"audit|text|{row.stream}|{row.seq}|{officer_id}"


def _opened(session: Session, row: AnyRow) -> str | None:
    try:
        key = keys.unlock(session, UUID(row.detail["key"]))
    except keys.KeyDestroyed:
        return None
    place = f"audit|text|{row.stream}|{about(row)}|{row.actor_id}"
    return keys.open_sealed(key, place, b64decode(row.detail["text"])).decode()


def _who(session: Session, actor: Actor, row: AnyRow) -> tuple[str, str, str]:
    """Who did it: by name in both scripts, or for an auditor by the mark of his acts."""
    if row.actor_id is None:
        return "", "", ""
    if _is_auditor(actor):
        return "", "", session.keys.blind("auditor", str(row.actor_id)).hex()[:_MARK].upper()
    return row.officer_hi or "", row.officer_en or "", ""
