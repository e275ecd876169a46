"""Who may have been entered before: cases of the district whose person is named alike. An officer decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain import likeness
from app.models.casefile import case_queries as cases
from app.models.casefile import searchkey_queries as findable
from app.services.casefile import caselines, searchkeys
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.caselines import CaseLine

MOST = 5  # that are shown side by side; who shares name, father and birthday with more is no accident
_LOOKED_AT = 25  # of those who share a part of the name
_KINDS = ("name", "father")
_TOLD = (*_KINDS, "dob", "village")  # in this order


@dataclass(frozen=True, slots=True)
class Likeness:
    """A case whose person may be the same; `same`: what agrees (name, father, dob, village)."""

    line: CaseLine
    same: tuple[str, ...]


def of(
    session: Session, person: Mapping[str, Any], now: datetime, *, but: UUID | None = None
) -> list[Likeness]:
    """The cases whose person has a like name and father, and the same birthday or a like village; likest first.

    `but` is the person's own case. A name alone is shared by thousands and shows nobody.
    """
    found = []
    for row in _sharing(session, person, but):
        same, score = _agreeing(session, row, person)
        if {*_KINDS} <= {*same} and len(same) > len(_KINDS):
            found.append((row, same, score))
    found = sorted(found, key=lambda each: each[2], reverse=True)[:MOST]
    lines = caselines.of(session, (row for row, _, _ in found), now)
    return [Likeness(line, same) for line, (_, same, _) in zip(lines, found, strict=True)]


def _sharing(session: Session, person: Mapping[str, Any], but: UUID | None) -> list[AnyRow]:
    """The cases that share the most words of both names, best first."""
    wanted: dict[str, list[bytes]] = {kind: [] for kind in _KINDS}
    for kind, digest in searchkeys.digests(session, person):
        if kind in wanted:
            wanted[kind].append(digest)
    if not all(wanted.values()):
        return []
    hits = findable.search(session, wanted, (), _LOOKED_AT)
    order = {hit.case_id: place for place, hit in enumerate(hits) if hit.case_id != but}
    return sorted(cases.lines(session, list(order)), key=lambda row: order[row.id]) if order else []


#: What is compared by its sound: kind -> the fields in which it may stand.
_COMPARED = {
    "name": ("name_hi", "name_en"),
    "father": ("father_hi", "father_en"),
    "village": ("perm_village",),
}


def _agreeing(session: Session, row: AnyRow, person: Mapping[str, Any]) -> tuple[tuple[str, ...], float]:
    """What a case's person has in common with this one, and how alike their names and villages are in all."""
    try:
        key = keys.unlock(session, row.data_key_id)
    except keys.KeyDestroyed:
        return (), 0.0
    answer = cases.last_answer(session, row.id, "intake")
    other = {} if answer is None else keys.open_json(key, f"answer|values|{answer.id}", answer.values)
    scores = {kind: _nearest(person, other, fields) for kind, fields in _COMPARED.items()}
    same = {kind for kind, score in scores.items() if score >= likeness.LIKELY}
    if person.get("dob") and person["dob"] == other.get("dob"):
        same.add("dob")
    return tuple(what for what in _TOLD if what in same), sum(scores.values()) + ("dob" in same)


def _nearest(person: Mapping[str, Any], other: Mapping[str, Any], fields: Sequence[str]) -> float:
    """How alike two persons are by the spellings in these fields, whichever script each is written in."""
    return max(
        likeness.of_names(str(person.get(one) or ""), str(other.get(another) or ""))
        for one in fields
        for another in fields
    )
