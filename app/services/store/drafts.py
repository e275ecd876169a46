"""Drafts: what an officer has typed and not yet sent, sealed; the files staged with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import formjs
from app.domain.errors import AlreadySent
from app.domain.ids import new_id
from app.models.casefile import document_queries as filed
from app.models.desk import draft_queries as drafts
from app.models.desk import leftover_queries as leftovers
from app.services.store import documents, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from app.domain.errors import FieldProblem
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.scanning import Scanner
    from app.services.store.database import Database


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft belongs: a user task, or the start form of a requisition or of one of its persons.

    `data_key_id` is the case's key for a task; None lets the draft have a key of its own, which becomes the
    key of the requisition or case that is made from it.
    """

    form: str
    user_task_id: UUID | None = None
    requisition_id: UUID | None = None
    data_key_id: UUID | None = None


#: A form that came after its session had ended: for the officer's next sign-in, and a week at most.
INTERRUPTED = Place("interrupted")


@dataclass(frozen=True, slots=True)
class Draft:
    id: UUID
    data_key_id: UUID
    values: dict[str, Any]
    updated_at: datetime
    staged: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def find(session: Session, actor: Actor, place: Place) -> Draft | None:
    """The officer's own draft at this place, opened; None when nothing was typed yet."""
    row = drafts.find(session, actor.officer_id, place.form, place.user_task_id, place.requisition_id)
    if row is None:
        return None
    key = keys.unlock(session, row.data_key_id)
    values = keys.open_json(key, f"draft|values|{row.id}", row.values)
    staged = documents.references(session, filed.of_draft(session, row.id))
    return Draft(row.id, row.data_key_id, values, row.updated_at, staged)


def save(session: Session, actor: Actor, place: Place, values: Mapping[str, Any], now: datetime) -> Draft:
    """Keep what was typed, right or wrong; the first time makes the draft and its key."""
    before = drafts.find(session, actor.officer_id, place.form, place.user_task_id, place.requisition_id)
    if before is None:
        draft_id = new_id(session.recorded_at)
        key_id = place.data_key_id or keys.create(session, "draft")
    else:
        draft_id, key_id = before.id, before.data_key_id
    key = keys.unlock(session, key_id)
    sealed = keys.seal_json(key, f"draft|values|{draft_id}", values)
    if before is None:
        drafts.insert_draft(
            session,
            {
                "id": draft_id,
                "officer_id": actor.officer_id,
                "data_key_id": key_id,
                "user_task_id": place.user_task_id,
                "requisition_id": place.requisition_id,
                "form": place.form,
                "values": sealed,
                "updated_at": now,
            },
        )
    else:
        drafts.set_values(session, draft_id, sealed, now)
    staged = documents.references(session, filed.of_draft(session, draft_id))
    return Draft(draft_id, key_id, dict(values), now, staged)


def stage(
    database: Database,
    actor: Actor,
    place: Place,
    form: formjs.Form,
    values: Mapping[str, Any],
    uploads: Sequence[documents.Upload],
    now: datetime,
) -> tuple[Draft, dict[str, FieldProblem]]:
    """Save the draft and put the uploads beside it; -> (draft, what is wrong with which field of the form).

    Files are re-made, sealed and written outside the transaction; a crash in between leaves a sealed file
    without a row, which the sweep of unattached files destroys. What an upload asks for `also` is done with its rows.
    """
    scope = actor_scope(actor)
    draft = database.write(lambda session: save(session, actor, place, values, now), scope)
    held = {name: len(files) for name, files in draft.staged.items()}
    papers, problems = prepared(form, uploads, held, database.scanner)
    if papers:
        staging = _Staging(database, actor, place, draft, papers, now)
        draft = database.write(partial(_keep, staging, uploads), scope)
    return draft, problems


def _keep(staging: _Staging, uploads: Sequence[documents.Upload], session: Session) -> Draft:
    """Write the rows of the files, and what their uploads ask for besides."""
    for upload in uploads:
        if upload.also is not None:
            upload.also(session)
    return staging(session)


def prepared(
    form: formjs.Form, uploads: Sequence[documents.Upload], held: dict[str, int], scanner: Scanner
) -> tuple[list[documents.Paper], dict[str, FieldProblem]]:
    """The uploads as they will be kept; none for which the form has no place: a draft cannot grow for ever.

    `held` says how many files each field has already, and counts those that are taken.
    """
    papers: list[documents.Paper] = []
    problems: dict[str, FieldProblem] = {}
    for upload in uploads:
        refused = formjs.refuses_file(form, upload.field, held.get(upload.field, 0))
        if refused is not None:
            problems[refused[0]] = refused[1]
            continue
        made = documents.prepare(upload, scanner)
        if isinstance(made, documents.Paper):
            papers.append(made)
            held[upload.field] = held.get(upload.field, 0) + 1
        else:
            problems[upload.field] = made
    return papers, problems


class _Staging:
    """Seals and writes the files when it is made; when it is called, only rows are written."""

    def __init__(
        self,
        database: Database,
        actor: Actor,
        place: Place,
        draft: Draft,
        papers: Sequence[documents.Paper],
        now: datetime,
    ) -> None:
        self._actor, self._place, self._draft, self._now = actor, place, draft, now
        self._rows = database.read(lambda session: self._put(session, papers), actor_scope(actor))

    def _put(self, session: Session, papers: Sequence[documents.Paper]) -> list[dict[str, Any]]:
        draft, by = self._draft, self._actor.officer_id
        return documents.lay_down(session, papers, draft.data_key_id, draft.id, by, self._now)

    def __call__(self, session: Session) -> Draft:
        filed.insert_documents(session, self._rows)
        found = find(session, self._actor, self._place)
        return found if found is not None else self._draft


def drop_file(session: Session, actor: Actor, place: Place, document_id: UUID, now: datetime) -> None:
    """Take one staged file out of the officer's own draft; the sweep destroys its bytes."""
    draft = find(session, actor, place)
    if draft is None:
        return
    staged = {entry["id"] for entries in draft.staged.values() for entry in entries}
    if str(document_id) in staged:
        filed.set_document(session, document_id, destroyed_at=now)


def delete(session: Session, draft_id: UUID) -> None:
    """End a draft that was sent. Raises AlreadySent when another window has sent it first."""
    if not drafts.delete_draft(session, draft_id):
        raise AlreadySent


def discard(session: Session, draft: Draft, now: datetime) -> None:
    """End a draft that is wanted no more, with its own key; the sweep destroys what was staged with it."""
    for row in filed.of_draft(session, draft.id):
        filed.set_document(session, row.id, destroyed_at=now)
    drafts.delete_draft(session, draft.id)
    leftovers.destroy_draft_key(session, draft.data_key_id, now)


def drop(session: Session, actor: Actor, place: Place, now: datetime) -> None:
    """End the officer's own draft at this place, if there is one: he begins anew."""
    draft = find(session, actor, place)
    if draft is not None:
        discard(session, draft, now)


def dropped(op: str) -> UUID | None:
    """Which staged file a button `drop:<id>` takes away; None for every other button."""
    kind, _, which = op.partition(":")
    try:
        return UUID(which) if kind == "drop" else None
    except ValueError:
        return None
