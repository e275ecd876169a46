"""What comes from a phone after the line was gone: item by item, each once, beside whatever was written meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.errors import DomainError, FormInvalid
from app.models.casefile import device_queries as table
from app.services.desk import holding, sheets, visiting
from app.services.store import drafts
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.services.casefile import visits
    from app.services.desk.sheets import Sheet
    from app.services.store.database import Database
    from app.services.store.documents import Upload

_LENGTH = 12  # bytes of a version
DRAFT, FILE, VISIT = "draft", "file", "visit"


class WrittenElsewhere(DomainError):
    """The draft was written on elsewhere since this phone knew it; `version` is that of what is there."""

    key = "phone.written_elsewhere"

    def __init__(self, version: str) -> None:
        super().__init__()
        self.version = version


class _CameBefore(Exception):
    """Undo this write: the item is there already."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item under the id that its phone gave it.

    `base` is the version of the draft that the phone knew, `follows` are earlier items whose answer it never got:
    what they left behind is no other hand's.
    """

    task_id: UUID
    sent_as: UUID
    kind: str
    base: str = ""
    follows: Sequence[UUID] = ()


def version_of(session: Session, sheet: Sheet) -> str:
    """The version of the officer's own draft: the same for the same texts, empty where there is none."""
    return "" if sheet.draft is None else _digest(session, sheet, sheet.draft.values)


def _digest(session: Session, sheet: Sheet, values: dict[str, Any]) -> str:
    """Files stand beside the texts: one that comes is no other text."""
    texts = {key: each for key, each in values.items() if not _is_file(sheet, key)}
    return session.keys.mac("draft version", orjson.dumps(texts, option=orjson.OPT_SORT_KEYS))[:_LENGTH].hex()


def _is_file(sheet: Sheet, key: str) -> bool:
    node = sheet.form.node(key)
    return node is not None and node.kind == "file"


def draft(database: Database, actor: Actor, item: Item, posted: Posted, now: datetime) -> str:
    """Keep the texts of a form as the officer's draft; -> its version. Nothing for an item that came before.

    Raises WrittenElsewhere, NotFound, NotAllowed, TaskAlreadyDone.
    """

    def work(session: Session) -> tuple[str, Sheet | None]:
        known = table.received(session, actor.officer_id, item.sent_as)
        if known is not None:
            return known, None
        sheet = sheets.read(session, actor, item.task_id, now)
        current = version_of(session, sheet)
        ours = {item.base} | table.versions_received(session, actor.officer_id, item.follows)
        values = sheet.typed(posted, sheet.staged)
        wanted = _digest(session, sheet, values)
        if current not in ours | {wanted}:
            raise WrittenElsewhere(current)
        drafts.save(session, actor, sheet.place, values, now)
        _note(session, actor, item, wanted, now)
        return wanted, sheet

    version, sheet = database.write(work, actor_scope(actor))
    if sheet is not None:
        holding.begin(database, actor, sheet.task, now)
    return version


def file(database: Database, actor: Actor, item: Item, upload: Upload, now: datetime) -> str:
    """Put a picture beside the draft; -> the version of a draft that it began, empty where one was there.

    Nothing for an item that came before.

    Raises FormInvalid for a file that cannot be kept, NotFound, NotAllowed, TaskAlreadyDone.
    """
    scope = actor_scope(actor)

    def look(session: Session) -> tuple[str | None, Sheet | None]:
        known = table.received(session, actor.officer_id, item.sent_as)
        return (known, None) if known is not None else (None, sheets.read(session, actor, item.task_id, now))

    known, sheet = database.read(look, scope)
    if sheet is None:
        return known or ""
    values, version = _beneath(database, actor, sheet)
    also = partial(_note, actor=actor, item=item, version=version, now=now)
    try:
        _, problems = drafts.stage(
            database, actor, sheet.place, sheet.form, values, [replace(upload, also=also)], now
        )
    except _CameBefore:
        return version
    if problems:
        raise FormInvalid(values, problems)
    holding.begin(database, actor, sheet.task, now)
    return version


def _beneath(database: Database, actor: Actor, sheet: Sheet) -> tuple[dict[str, Any], str]:
    """The texts that a picture is put beside, and their version where the draft begins with it.

    What was there already may be another hand's: that a picture came beside it makes it nobody's own.
    """
    if sheet.draft is not None:
        return sheet.draft.values, ""
    values = {**sheet.initial()}
    return values, database.read(lambda session: _digest(session, sheet, values), actor_scope(actor))


def visit(database: Database, actor: Actor, item: Item, said: visits.Said, now: datetime) -> None:
    """Keep a failed visit; it is known again by its own id. Raises as `visiting.fail`."""
    database.write(lambda session: visiting.fail(session, actor, item.task_id, said, now), actor_scope(actor))


def _note(session: Session, actor: Actor, item: Item, version: str, now: datetime) -> None:
    row = {
        "officer_id": actor.officer_id,
        "sent_as": item.sent_as,
        "user_task_id": item.task_id,
        "kind": item.kind,
        "version": version,
        "at": now,
    }
    if not table.add_received(session, row):
        raise _CameBefore
