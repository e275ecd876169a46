"""Proposals: a release in the making, from its first copy to the officer who approves it; it takes two."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from app.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ReleaseRefused
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.domain.text import words_refused
from app.models.deployment import proposals as table
from app.models.deployment import releases as release_table
from app.services.access import stepup
from app.services.deployment import awaited, scenarios, trials
from app.services.jobs import jobs
from app.services.procedure import gatekeeping, releases
from app.services.procedure.releases import kind_of
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import OfficerScope, Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

APPROVE = "proposal:approve"  # the act that asks for a fresh factor
OPEN, SENT, APPROVED, DROPPED = "open", "sent", "approved", "dropped"
LONGEST_TITLE, LONGEST_NOTE, SHORTEST_NOTE = 120, 400, 10
LARGEST_FILE = 1_000_000  # bytes; a diagram of ours has 60 kB
_SHOWN = 50
_KINDS = ("process", "decision", "paper", "scenario")


class FileChanged(Conflict):
    """Somebody else saved the file in the meantime; both versions are there to be compared (409)."""

    key = "error.file_changed"

    def __init__(self, name: str, saved: bytes, typed: bytes) -> None:
        super().__init__(name=name)
        self.name, self.saved, self.typed = name, saved, typed


class Refused(DomainError):
    """The proposal cannot take this act as it stands (422); the key says why."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a proposal; `sha256` is what a change of it must name."""

    key: str
    size: int
    sha256: str
    changed_at: datetime
    editor_hi: str = ""
    editor_en: str = ""

    @property
    def is_changed(self) -> bool:
        return bool(self.editor_hi)

    @property
    def kind(self) -> str:
        return kind_of(self.key)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as its page shows it."""

    row: AnyRow
    files: list[File]
    may_change: bool
    may_approve: bool
    had_a_hand: bool

    @property
    def is_open(self) -> bool:
        return bool(self.row.status == OPEN)

    def file(self, name: str) -> File:
        """Raises NotFound for a file that the proposal does not hold."""
        found = next((file for file in self.files if file.key == name), None)
        if found is None:
            raise NotFound
        return found


def listing(session: Session, *, statuses: Sequence[str] = (OPEN, SENT)) -> Sequence[AnyRow]:
    """The newest proposals in these states, with the names of their people."""
    return table.listing(session, statuses, _SHOWN)


def view(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """A proposal with its files. Raises NotFound."""
    row = table.find(session, proposal_id)
    if row is None:
        raise NotFound
    had_a_hand = str(actor.officer_id) in row.makers
    return Proposal(
        row=row,
        files=sorted((_file(each) for each in table.file_list(session, proposal_id)), key=_as_read),
        may_change=actor.may(Permission.PROCESS_CHANGE) and row.status == OPEN,
        may_approve=actor.may(Permission.PROCESS_APPROVE) and row.status == SENT and not had_a_hand,
        had_a_hand=had_a_hand,
    )


def _as_read(file: File) -> tuple[int, str]:
    """What a route is made of comes first: diagrams, tables, papers, examples; then the many forms."""
    return (_KINDS.index(file.kind) if file.kind in _KINDS else len(_KINDS)), file.key


def _file(row: AnyRow) -> File:
    return File(row.key, row.size, row.sha256.hex(), row.changed_at, row.editor_hi or "", row.editor_en or "")


def files(session: Session, proposal_id: UUID) -> dict[str, bytes]:
    """File name -> content. Raises NotFound for a proposal that is not there."""
    found = table.files(session, proposal_id)
    if not found:
        raise NotFound
    return found


def begin(
    session: Session,
    actor: Actor,
    base_id: UUID,
    title: str,
    now: datetime,
    contents: Mapping[str, bytes] | None = None,
) -> UUID:
    """Start a proposal from any release, or with `contents` in place of its files; -> its id.

    Raises NotAllowed, NotFound (no such release), Refused (no title).
    """
    actor.require(Permission.PROCESS_CHANGE)
    base = release_table.find(session, base_id)
    if base is None:
        raise NotFound
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise Refused("error.proposal_title", most=LONGEST_TITLE)
    own = release_table.files(session, base_id)
    proposal_id = new_id(session.recorded_at)
    row = {
        "id": proposal_id,
        "base_release_id": base_id,
        "title": title,
        "note": "",
        "status": OPEN,
        "author": actor.officer_id,
        "makers": [str(actor.officer_id)],
        "created_at": now,
        "changed_at": now,
        "reason": "",
    }
    editor = {name: None for name, data in own.items() if contents is None or contents.get(name) == data}
    table.insert_proposal(
        session,
        row,
        [
            _content(data, now) | {"key": name, "changed_by": editor.get(name, actor.officer_id)}
            for name, data in sorted((own if contents is None else contents).items())
        ],
    )
    _record(session, "proposal:begin", proposal_id, actor, now, base=str(base_id))
    return proposal_id


def save(
    session: Session,
    actor: Actor,
    proposal_id: UUID,
    name: str,
    data: bytes,
    known: str,
    now: datetime,
) -> str:
    """Put a file in place of the content whose sum the caller knew; -> the sum of the new one.

    The same content is no change. Raises NotAllowed, NotFound, Refused (sent already, too large), and FileChanged
    with both versions when somebody else was faster.
    """
    row = _open(session, actor, proposal_id)
    if len(data) > LARGEST_FILE:
        raise Refused("error.file_large", kb=LARGEST_FILE // 1000)
    saved = table.files(session, proposal_id).get(name)
    if saved is None:
        raise NotFound
    mark = sha256(data)
    if saved == data:
        return mark.hexdigest()
    values = _content(data, now) | {"changed_by": actor.officer_id}
    if not table.set_file(session, proposal_id, name, _sum(known), values):
        raise FileChanged(name, saved, data)
    _touch(session, row, actor, now)
    return mark.hexdigest()


def add_file(
    session: Session, actor: Actor, proposal_id: UUID, name: str, data: bytes, now: datetime
) -> None:
    """Add a file of a new name. Raises Refused when there is one of this name."""
    row = _open(session, actor, proposal_id)
    if name in table.files(session, proposal_id):
        raise Refused("error.file_twice", name=name)
    file_row = _content(data, now) | {"key": name, "changed_by": actor.officer_id}
    table.insert_files(session, proposal_id, [file_row])
    _touch(session, row, actor, now)


def problems(database: Database, contents: Mapping[str, bytes]) -> list[Any]:
    """What the gate says of these files; never inside a transaction, for it takes its time."""
    return [*gatekeeping.check(contents, jobs.RESULTS, database.fonts), *scenarios.unreadable(contents)]


def all_problems(database: Database, contents: Mapping[str, bytes]) -> list[Any]:
    """What the gate says; where it says nothing, the scenarios, then the dry run, which takes some seconds."""
    found = problems(database, contents) or scenarios.problems(contents)
    return found or trials.problems(contents, trials.run(contents, jobs.RESULTS))


def _to_be_judged(
    database: Database, scope: OfficerScope, proposal_id: UUID, now: datetime
) -> dict[str, bytes]:
    """The files of a proposal; what the worker's dry run has found of them need not be found again."""

    def read(session: Session) -> dict[str, bytes]:
        contents = files(session, proposal_id)
        trials.recall(session, contents, now)
        return contents

    return database.read(read, scope)


def send(database: Database, actor: Actor, proposal_id: UUID, note: str, now: datetime) -> None:
    """Send a proposal to the officers who approve; its files are fixed from then on.

    Raises NotAllowed, NotFound, Refused (no note, no change), ReleaseRefused with every reason of the gate or of the
    dry run.
    """
    note = _note(note, "error.proposal_note")
    scope = actor_scope(actor)
    contents = _to_be_judged(database, scope, proposal_id, now)
    found = all_problems(database, contents)
    if found:
        raise ReleaseRefused(found)
    mark = releases.fingerprint(contents)

    def fix(session: Session) -> None:
        row = _open(session, actor, proposal_id)
        in_force = release_table.active(session)
        if in_force is None or in_force.sha256 == mark:
            raise Refused("error.proposal_same")
        if releases.fingerprint(table.files(session, proposal_id)) != mark:
            raise Conflict
        values = {"sha256": mark, "against_release_id": in_force.id, "sent_at": now, "reason": ""}
        _touch(session, row, actor, now, status=SENT, note=note, **values)
        awaited.tell(session, now)
        _record(session, "proposal:send", proposal_id, actor, now, sha256=mark.hex())

    database.write(fix, scope)


def _note(text: str, key: str) -> str:
    """What one side writes to the other, in one line; `key` asks for it. Raises Refused."""
    text = " ".join(text.split())
    if fault := words_refused(text):
        raise Refused(fault)
    if not SHORTEST_NOTE <= len(text) <= LONGEST_NOTE:
        raise Refused(key, least=SHORTEST_NOTE, most=LONGEST_NOTE)
    return text


def take_back(session: Session, actor: Actor, proposal_id: UUID, now: datetime) -> None:
    """Open a sent proposal again, by one of those who make. Raises NotAllowed, NotFound, Refused."""
    actor.require(Permission.PROCESS_CHANGE)
    _sent(session, proposal_id)
    table.set_values(session, proposal_id, {"status": OPEN, "changed_at": now})


def send_back(session: Session, actor: Actor, proposal_id: UUID, reason: str, now: datetime) -> None:
    """Return a sent proposal to its makers, with the reason. Raises NotAllowed, NotFound, Refused."""
    actor.require(Permission.PROCESS_APPROVE)
    reason = _note(reason, "error.proposal_reason")
    _sent(session, proposal_id)
    values = {"status": OPEN, "reason": reason, "decided_by": actor.officer_id, "decided_at": now}
    table.set_values(session, proposal_id, values)
    _record(session, "proposal:return", proposal_id, actor, now)


def to_approve(session: Session, actor: Actor, proposal_id: UUID, now: datetime) -> UUID:
    """Ask for the fresh factor that an approval takes; -> the step-up.

    Raises NotAllowed (no such right, or he had a hand in it), NotFound, Refused (not sent, or another release came
    into force since it was sent).
    """
    return stepup.begin(session, actor, APPROVE, [_approval(_approvable(session, actor, proposal_id))], now)


def approve(database: Database, actor: Actor, proposal_id: UUID, asked: UUID | None, now: datetime) -> UUID:
    """Put a sent proposal into force, with the step-up `asked` for these very files; -> the release that came of it.

    Raises what `to_approve` does, ReleaseRefused, and StepUpOver or ContentChanged where the factor was not given
    for this.
    """
    actor.require(Permission.PROCESS_APPROVE)
    scope = actor_scope(actor)
    contents = _to_be_judged(database, scope, proposal_id, now)
    found = all_problems(database, contents)
    if found:
        raise ReleaseRefused(found)

    def put(session: Session) -> UUID:
        row = _approvable(session, actor, proposal_id)
        if releases.fingerprint(contents) != row.sha256:
            raise Conflict
        stepup.use(session, actor, asked, APPROVE, [_approval(row)], now)
        release_id = releases.put_into_force(
            session, contents, author=row.author, now=now, note=row.note, approver=actor
        )
        values = {"decided_by": actor.officer_id, "decided_at": now, "release_id": release_id}
        table.set_values(session, proposal_id, {"status": APPROVED, **values})
        return release_id

    return database.write(put, scope)


def _approvable(session: Session, actor: Actor, proposal_id: UUID) -> AnyRow:
    actor.require(Permission.PROCESS_APPROVE)
    row = _sent(session, proposal_id)
    if str(actor.officer_id) in row.makers:
        raise NotAllowed("error.own_proposal")
    in_force = release_table.active(session)
    if in_force is None or in_force.id != row.against_release_id:
        raise Refused("error.release_changed")
    return row


def _approval(row: AnyRow) -> stepup.Item:
    """What is approved: these files, in place of the release in force when they were sent."""
    content = {"files": row.sha256.hex(), "against": str(row.against_release_id)}
    return stepup.item(f"proposal:{row.id}", content)


def drop(session: Session, actor: Actor, proposal_id: UUID, now: datetime) -> None:
    """Give a proposal up; it stays on record. Raises NotAllowed, NotFound, Refused."""
    row = _open(session, actor, proposal_id)
    _touch(session, row, actor, now, status=DROPPED)
    _record(session, "proposal:drop", proposal_id, actor, now)


def _open(session: Session, actor: Actor, proposal_id: UUID) -> AnyRow:
    """The row of a proposal that this officer may change now."""
    actor.require(Permission.PROCESS_CHANGE)
    row = table.lock(session, proposal_id)
    if row is None:
        raise NotFound
    if row.status != OPEN:
        raise Refused("error.proposal_closed")
    return row


def _sent(session: Session, proposal_id: UUID) -> AnyRow:
    row = table.lock(session, proposal_id)
    if row is None:
        raise NotFound
    if row.status != SENT:
        raise Refused("error.proposal_not_sent")
    return row


def _touch(session: Session, row: AnyRow, actor: Actor, now: datetime, **values: Any) -> None:
    makers = sorted({*row.makers, str(actor.officer_id)})
    table.set_values(session, row.id, {"makers": makers, "changed_at": now, **values})


def _content(data: bytes, now: datetime) -> dict[str, Any]:
    return {"bytes": data, "sha256": sha256(data).digest(), "changed_at": now}


def _sum(text: str) -> bytes:
    """A sum as a page names it; what is none fits no content."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _record(
    session: Session, action: str, proposal_id: UUID, actor: Actor, now: datetime, **detail: Any
) -> None:
    audit.record(session, "admin", action, f"proposal:{proposal_id}", actor, now, **detail)
