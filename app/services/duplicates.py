"""Who may have been entered before: cases of the district whose person sounds the same. An officer decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain import names
from app.models import case_queries as cases
from app.services import caselines, keys, searchkeys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.caselines import CaseLine

MOST = 5  # that are shown side by side; who shares name, father and birthday with more is no accident
_LOOKED_AT = 25  # of those who share a part of the name
_KINDS = ("name", "father")


@dataclass(frozen=True, slots=True)
class Likeness:
    """A case whose person may be the same; `same`: what agrees (name, father, dob, village)."""

    line: CaseLine
    same: tuple[str, ...]


def of(
    session: Session, person: Mapping[str, Any], now: datetime, *, but: UUID | None = None
) -> list[Likeness]:
    """The cases whose person has a name and a father that sound the same, and the same birthday or village.

    `but` is the person's own case. A name alone is shared by thousands and shows nobody.
    """
    found = [
        (row, same)
        for row in _sharing(session, person, but)
        if {"name", "father"} <= {*(same := tuple(_agreeing(session, row, person)))}
        and len(same) > len(_KINDS)
    ][:MOST]
    lines = caselines.of(session, (row for row, _ in found), now)
    return [Likeness(line, same) for line, (_, same) in zip(lines, found, strict=True)]


def _sharing(session: Session, person: Mapping[str, Any], but: UUID | None) -> list[AnyRow]:
    """The cases that share the most words of both names, best first."""
    wanted: dict[str, list[bytes]] = {kind: [] for kind in _KINDS}
    for kind, digest in searchkeys.digests(session, person):
        if kind in wanted:
            wanted[kind].append(digest)
    if not all(wanted.values()):
        return []
    hits = cases.search(session, wanted, (), _LOOKED_AT)
    order = {hit.case_id: place for place, hit in enumerate(hits) if hit.case_id != but}
    return sorted(cases.lines(session, list(order)), key=lambda row: order[row.id]) if order else []


def _agreeing(session: Session, row: AnyRow, person: Mapping[str, Any]) -> Iterator[str]:
    try:
        key = keys.unlock(session, row.data_key_id)
    except keys.KeyDestroyed:
        return
    answer = cases.last_answer(session, row.id, "intake")
    other = {} if answer is None else keys.open_json(key, f"answer|values|{answer.id}", answer.values)
    for kind, fields in (("name", ("name_hi", "name_en")), ("father", ("father_hi", "father_en"))):
        if any(names.are_alike(str(person.get(each) or ""), str(other.get(each) or "")) for each in fields):
            yield kind
    if person.get("dob") and person["dob"] == other.get("dob"):
        yield "dob"
    if names.are_alike(str(person.get("perm_village") or ""), str(other.get("perm_village") or "")):
        yield "village"
