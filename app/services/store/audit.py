"""The record: chained rows in the transaction of the act, and a verification that names what was altered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from app.models.record import audit_queries as table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

FIRST = b"\0" * 32  # what the first row of a chain is tied to
_UNKNOWN = b""  # the hash of a row that cannot be read
#: The parts of a verification, in their order, and its end.
_ROWS, _HEADS, _PINS, OVER = "rows", "heads", "annotations", "over"
_AT_ONCE, _HEADS_AT_ONCE = 2_000, 400  # rows, heads that are read together

ABOUT = "row:"  # how an annotation names the row of its chain that it is about

#: Every act and the details it may carry: ids, codes, digests and sealed texts, never a name or a clear text.
ACTIONS: dict[str, frozenset[str]] = {
    "case:open": frozenset({"number"}),
    "case:correct": frozenset({"cause", "fields", "forwarded"}),  # fields by their keys, no value of one
    "case:withdraw": frozenset(),
    "enquiry:leave_out": frozenset({"reason"}),
    "case:erase": frozenset(),
    "case:weed": frozenset({"files"}),  # what officers handed in went, the case stays
    "requisition:erase": frozenset(),
    "destruction:propose": frozenset({"kind", "cases", "sha256"}),
    "destruction:approve": frozenset({"cases", "sha256", "step_up"}),
    "destruction:refuse": frozenset(),
    "destruction:finish": frozenset({"destroyed", "kept"}),
    "hold:place": frozenset({"ground"}),
    "hold:lift": frozenset(),
    "case:break_glass": frozenset({"ground", "until"}),  # an emergency opening, outside one's row scope
    "subject:export": frozenset({"dated", "request", "files", "step_up"}),  # to the person, on his letter
    "hearing:prepare": frozenset({"element"}),
    "task:complete": frozenset(
        {"element", "answer", "sent_at", "step_up", "listed"}
    ),  # sent before, when stuck; signed; one of a list: mark | assign | approve
    "task:claim": frozenset({"element"}),
    "task:release": frozenset({"element"}),
    "task:take_over": frozenset({"element", "reason", "before", "after"}),  # who had it, who has it: ids
    "task:reassign": frozenset({"element", "reason", "before", "after"}),
    "task:expire": frozenset({"element", "reason", "before"}),
    "note:keep": frozenset(),  # on the note sheet of one's own office
    "note:send": frozenset({"to", "answers", "pauses_for"}),
    "note:close": frozenset(),
    "visit:fail": frozenset({"element", "visit"}),
    "device:begin": frozenset(),
    "device:forget": frozenset(),
    "letter:cross": frozenset({"district", "state"}),  # between two districts of the installation
    "timer:fire": frozenset(),
    "job:finish": frozenset({"kind", "element"}),
    "job:skip": frozenset({"kind", "element"}),
    "paper:issue": frozenset({"number", "sha256", "unsigned", "signed_with"}),
    "paper:signed_by_hand": frozenset({"number", "certificate"}),
    "own_certificate:enter": frozenset({"sha256"}),
    "own_certificate:remove": frozenset(),
    "paper:deliver": frozenset({"office"}),
    "paper:reprint": frozenset({"number", "copy", "reason"}),
    "reply:ask": frozenset(),
    "reply:issue": frozenset({"number", "persons"}),
    "paper:correct": frozenset({"number", "cause", "fields"}),
    "paper:supersede": frozenset({"number", "cause", "step_up"}),
    "paper:superseded": frozenset({"number", "by", "notice"}),
    "paper:revoke": frozenset({"number", "order", "ground", "step_up"}),
    "bundle:ask": frozenset({"kind", "documents"}),  # one file of many documents
    "bundle:make": frozenset({"kind", "documents"}),
    "bundle:take": frozenset({"kind", "documents"}),
    "bundle:drop": frozenset({"kind"}),
    "document:see": frozenset({"pii", "field", "first"}),  # first: by the department that it was delivered to
    "case:see": frozenset({"classes", "page"}),
    "charge:list": frozenset({"tasks", "late", "notes", "of_officers"}),  # of a post: how many of each
    "charge:certify": frozenset(
        {"officer", "post", "why", "list", "tasks", "late", "notes", "of_officers"}
    ),  # in an absent officer's place
    "record:see": frozenset(),  # who has opened a case
    "case:search": frozenset({"digest", "found"}),
    # the person of which case, if any; how many were shown
    "crime:search": frozenset({"digest", "found", "case"}),
    "crime:see": frozenset({"case"}),
    "crime:enter": frozenset(),
    "crime:change": frozenset(),
    "crime:remove": frozenset({"reason"}),
    "crime:withhold": frozenset({"reason"}),
    "crime:restore": frozenset(),
    "crime:weed": frozenset({"entries"}),
    "crime:list": frozenset({"roster", "act", "rows"}),  # upload, send, approve, return, drop
    "crime:decide": frozenset({"entry", "verdict", "basis", "element"}),
    "crime:offer": frozenset({"entry", "element"}),
    "draft:destroy": frozenset({"files"}),
    "document:destroy": frozenset(),
    "file:destroy": frozenset(),
    "requisition:register": frozenset(),
    "requisition:correct": frozenset({"cause", "fields"}),  # fields by their keys, no value of one
    "requisition:link": frozenset({"office"}),
    "office:add": frozenset({"kind"}),
    "lodgement:begin": frozenset(),
    "memo:send": frozenset({"kind"}),
    "memo:take": frozenset({"kind"}),
    "memo:note": frozenset({"kind"}),
    "memo:return": frozenset({"kind"}),
    "memo:take_back": frozenset({"kind"}),
    # row of the list, 0 for the letter; files: how many came, 0 where one was taken out
    "lodgement:enclose": frozenset({"row", "files"}),
    "lodgement:send": frozenset({"rows"}),
    "lodgement:program": frozenset({"token"}),
    "webhook:set": frozenset(),
    "webhook:stop": frozenset(),
    "token:make": frozenset({"scopes", "days"}),
    "token:revoke": frozenset(),
    "lodgement:take_back": frozenset(),
    "lodgement:return": frozenset(),
    "lodgement:destroy": frozenset(),
    "roster:upload": frozenset({"roster"}),
    "roster:take": frozenset({"roster", "rows", "doubles"}),  # how many; numbers of rows that are doubles
    "roster:undo": frozenset({"roster"}),
    "roster:destroy": frozenset({"roster"}),
    "release:deploy": frozenset({"version", "sha256"}),
    "proposal:begin": frozenset({"base"}),
    "contact:set": frozenset({"channels"}),
    "proposal:send": frozenset({"sha256"}),
    "case:move": frozenset({"before", "after"}),
    "case:resume": frozenset(),
    "cases:ask_move": frozenset({"version", "back"}),
    "cases:unask_move": frozenset({"version", "back"}),
    "cases:return_move": frozenset({"version", "back"}),
    "cases:move": frozenset({"version", "back", "asked_by"}),
    "cases:map": frozenset({"steps"}),
    "cases:try": frozenset({"version"}),
    "cases:stop": frozenset({"version"}),
    "proposal:scenario": frozenset({"scenario", "step"}),
    "proposal:try": frozenset({"sha256"}),
    "proposal:replay": frozenset({"replay", "since", "sha256"}),
    "proposal:return": frozenset(),
    "proposal:drop": frozenset(),
    "incident:retry": frozenset({"code"}),
    "incident:close": frozenset({"code"}),
    "values:propose": frozenset({"name", "unit", "reason", "before", "after"}),  # of a route: codes, numbers
    "values:approve": frozenset({"name", "unit", "reason", "before", "after", "proposed_by", "step_up"}),
    "values:undo": frozenset({"name", "unit", "reason", "before", "after", "proposed_by", "step_up"}),
    "values:refuse": frozenset({"name"}),
    "values:take_back": frozenset({"name"}),
    "session:start": frozenset({"posting", "stage"}),
    "session:end": frozenset({"reason"}),
    "session:refuse": frozenset({"digest"}),
    "session:switch": frozenset({"posting"}),
    "account:add": frozenset({"role"}),
    "account:shut": frozenset({"why", "since"}),
    "account:reopen": frozenset(),
    "posting:ask": frozenset({"act", "role", "kind", "office"}),  # two have to agree
    "posting:add": frozenset({"order", "role", "kind", "office", "since", "until"}),
    "posting:end": frozenset({"order", "role", "kind", "office", "since"}),
    "posting:refuse": frozenset({"role", "kind", "office"}),
    "entry:ask": frozenset({"kind"}),
    "entry:allow": frozenset({"kind"}),
    "entry:refuse": frozenset({"kind"}),
    "password:set": frozenset(),
    "factor:set": frozenset(),
    "factor:confirm": frozenset({"act", "sha256", "things"}),
    "factor:refuse": frozenset({"reason"}),
    "passkey:add": frozenset({"passkey"}),
    "passkey:remove": frozenset({"passkey", "reason"}),
    "passkey:use": frozenset({"passkey"}),
    "passkey:refuse": frozenset({"reason"}),
    "passkey:doubt": frozenset({"passkey"}),  # its counter went back: there may be a copy of it
    "recovery:make": frozenset(),
    "recovery:use": frozenset(),
    "baseline:set": frozenset(),
    "policy:propose": frozenset({"cap", "years", "series"}),
    "policy:seen": frozenset({"digest"}),
    "policy:approve": frozenset({"cap", "years", "series"}),
    "policy:refuse": frozenset({"cap", "years", "series"}),
    "events:export": frozenset({"found", "step_up"}),
    "record:export": frozenset({"rows", "sha256", "step_up"}),
    "inspection:open": frozenset({"until", "reason", "statements"}),  # to the auditor, by a ticket
    "inspection:close": frozenset(),
    "backup:make": frozenset({"files", "bytes"}),
    # said later about the row that `object` names: its hash then, a listed category, a sealed text and its key
    "record:annotate": frozenset({"of", "category", "text", "key", "step_up"}),
    "record:check": frozenset({"copies"}),
    "record:checked": frozenset({"rows", "faults"}),
    "statement:keep": frozenset({"statement", "first", "sha256"}),
    "statement:take": frozenset({"statement", "first", "last", "ending", "rows", "sha256", "step_up"}),
    "calendar:propose": frozenset({"kind"}),
    "calendar:approve": frozenset(),
    "calendar:refuse": frozenset(),
    "order:issue": frozenset({"kind", "reason"}),
    "order:cancel": frozenset(),
    "area:approve": frozenset(),
    "office:found": frozenset({"kind", "code", "on"}),
    "office:list": frozenset({"roster", "act", "rows"}),  # upload, take, drop
    "office:take_back": frozenset({"kind", "code"}),
    "thana:plan": frozenset({"kind", "on", "hi", "en"}),
    "thana:take_back": frozenset({"kind", "on", "hi", "en"}),
    "thana:done": frozenset({"kind", "on", "hi", "en"}),
    "area:refuse": frozenset(),
    "district:add": frozenset({"code"}),
    "keys:rotate": frozenset({"root", "keys"}),
    "demo:begin": frozenset({"cases"}),
    "demo:end": frozenset({"cases"}),
    "demo:generate": frozenset({"cases", "seed"}),
}
#: How far the time that an act names may lie from the machine's: a request may wait that long for its turn.
SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a verification found: the stream, the row (0: the head), and what is wrong with it.

    `checkpoint` is the number of the checkpoint that proves it, `name` the file of a copy; empty where there is none.
    """

    stream: str
    seq: int
    what: str  # altered | gap | broken | cut, and what app.services.installation.checkpoints finds
    checkpoint: int = 0
    name: str = ""


def record(
    session: Session,
    stream: str,
    action: str,
    thing: str,
    actor: Actor | None,
    at: datetime,
    **detail: Any,
) -> None:
    """Append one row to a chain, in the transaction of the act itself: no record, no act.

    `stream` is `case:<id>`, `access` or `admin`; a case's head lies on its own row, so that two cases never
    wait for each other. A loader's acts carry its name. Raises ValueError for an act that is not declared, for
    details it may not carry, and for a time that is not the machine's where its clock is not free.
    """
    allowed = ACTIONS.get(action)
    if allowed is None or not detail.keys() <= allowed:
        raise ValueError(f"the record knows no act {action} with {sorted(detail)}")
    if not session.clock_is_free:
        _check_time(action, actor, at, session.recorded_at)
    if session.loader:
        detail["loader"] = session.loader
    seq, prev = table.next_in_stream(session, stream)
    row = {
        "district_id": session.district_id,
        "stream": stream,
        "seq": seq,
        "at": at,
        "recorded_at": session.recorded_at,
        "actor_id": actor.officer_id if actor is not None else None,
        "office_id": actor.post.office_id if actor is not None else None,
        "role": actor.post.role.value if actor is not None else "system",
        "action": action,
        "object": thing,
        "detail": detail,
    }
    digest = _digest(prev, row)
    table.append(session, {**row, "prev": prev, "hash": digest})
    table.set_head(session, stream, seq, digest)


def _check_time(action: str, actor: Actor | None, at: datetime, recorded_at: datetime) -> None:
    """An officer acts now. The system may act late, for the time of the act that set its job; never early."""
    late = recorded_at - at
    if late < -SLACK or (actor is not None and late > SLACK):
        raise ValueError(f"{action} names a time that is not the machine's: off by {late}")


@dataclass(frozen=True, slots=True)
class Place:
    """How far a verification has come: the part it is in, after which row or case, and the rows walked so far.

    Among rows it stands after row `seq` of `stream`, whose hash is `prev`; among heads after the case `stream`.
    """

    part: str = _ROWS
    stream: str = ""
    seq: int = 0
    prev: str = FIRST.hex()
    rows: int = 0


def verify(session: Session) -> list[Fault]:
    """Walk every chain of the scope: rows that were altered, gaps, chains cut short, annotations that hang loose."""
    found, place = [], Place()
    while place.part != OVER:
        some, place = walk(session, place, _AT_ONCE)
        found += some
    return found


def walk(session: Session, place: Place, most: int) -> tuple[list[Fault], Place]:
    """Verify at most so many rows further; -> what is wrong with them, and where to go on.

    The portions of one verification may each be read at a time of its own: rows are only ever added at the ends of
    chains, and each end is held against the head that is read with it.
    """
    if place.part == _ROWS:
        return _walk_rows(session, place, most)
    if place.part == _HEADS:
        return _walk_heads(session, place)
    return list(_pins(session)), replace(place, part=OVER)


def _walk_rows(session: Session, place: Place, most: int) -> tuple[list[Fault], Place]:
    rows = table.rows_after(session, place.stream, place.seq, most)
    found, ended = [], []
    stream, prev, seq = place.stream, bytes.fromhex(place.prev), place.seq
    for row in rows:
        if row.stream != stream:
            ended.append((stream, (seq, prev)))
            stream, prev, seq = row.stream, FIRST, 0
        if row.seq != seq + 1:
            found.append(Fault(row.stream, seq + 1, "gap"))
        wrong, prev = _judged(row, prev)
        found += [Fault(row.stream, row.seq, what) for what in wrong]
        seq = row.seq
    is_whole = len(rows) < most
    if is_whole:
        ended.append((stream, (seq, prev)))
    heads = table.heads_of(session, [name for name, _ in ended])
    found += [Fault(name, 0, "cut") for name, end in ended if name and not _is_end(end, heads.get(name))]
    walked = place.rows + len(rows)
    if is_whole:
        return found, Place(_HEADS, rows=walked)
    return found, Place(_ROWS, stream, seq, prev.hex(), walked)


def _judged(row: AnyRow | table.Unreadable, prev: bytes) -> tuple[list[str], bytes]:
    """What is wrong with a row by itself, and behind the one with this hash; and its own hash."""
    if isinstance(row, table.Unreadable):
        return ["altered"], _UNKNOWN
    wrong = [] if prev in (_UNKNOWN, bytes(row.prev)) else ["broken"]
    if _digest(bytes(row.prev), row._asdict()) != bytes(row.hash):
        wrong.append("altered")
    return wrong, bytes(row.hash)


def _is_end(end: tuple[int, bytes], head: tuple[int, bytes] | None) -> bool:
    """Whether a chain ends where its head says; a head there must be."""
    return head is not None and head[0] == end[0] and end[1] in (_UNKNOWN, head[1])


def _walk_heads(session: Session, place: Place) -> tuple[list[Fault], Place]:
    """Chains that have a head and no row: every one of them was taken away."""
    after = UUID(place.stream) if place.stream else UUID(int=0)
    cases = table.case_heads_after(session, after, _HEADS_AT_ONCE)
    lasts = [(f"case:{case_id}", last) for case_id, last in cases if last]
    if not place.stream:
        lasts += [(stream, last) for stream, last in table.other_heads(session) if last]
    gone = table.without_rows(session, lasts) if lasts else []
    found = [Fault(stream, last, "cut") for stream, last in gone]
    if len(cases) < _HEADS_AT_ONCE:
        return found, replace(place, part=_PINS)
    return found, replace(place, stream=str(cases[-1][0]))


def _pins(session: Session) -> Iterator[Fault]:
    """Each annotation whose row is gone, comes after it, or is not the one that was annotated."""
    for row in table.every_annotation(session):
        about = row.object.removeprefix(ABOUT)
        seq = int(about) if about.isdecimal() else row.seq
        pinned = table.hash_of(session, row.stream, seq) if seq < row.seq else None
        if pinned is None or pinned.hex() != row.detail.get("of"):
            yield Fault(row.stream, row.seq, "unpinned")


HASHED = (
    "district_id",
    "stream",
    "seq",
    "at",
    "recorded_at",
    "actor_id",
    "office_id",
    "role",
    "action",
    "object",
    "detail",
)


def _digest(prev: bytes, row: Any) -> bytes:
    """The hash of a row: every column of it, and the row before (leaf prefix of RFC 6962)."""
    content = [plain(row[name]) for name in HASHED]
    return sha256(b"\0" + prev + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
