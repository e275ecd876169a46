"""Cases that begin together: the route is run once for those that agree in all that it reads of them.

A list of ten thousand candidates begins ten thousand cases that differ in number and person. What an expression or
a decision of the first step looks at is noted by its path; of two cases with the same values there, the second begins
as the first did, with its own routing values and its own ids.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson

from app.engine import state as states
from app.engine.runtime import begin
from app.engine.values import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from app.engine.definitions import Release
    from app.engine.steps import Host, Job, Step
    from app.feel.reads import Path


class Beginnings:
    """Starts of one process of a release, at one moment and on one calendar: made for one transaction."""

    def __init__(self, release: Release, process_id: str, now: datetime) -> None:
        self._release, self._process_id, self._now = release, process_id, now
        self._known: dict[frozenset[Path], dict[bytes, _Pattern]] = {}

    def start(self, data: Mapping[str, Any], host: Host) -> Step:
        """Begin a case as `start` does, with its routing values. Raises RouteStuck."""
        given: dict[str, Any] = plain(data)
        for paths, patterns in self._known.items():
            pattern = patterns.get(_told(given, paths))
            if pattern is not None:
                return pattern.step_of(given)
        step, reads = begin(self._release, self._process_id, given, host, self._now)
        pattern = _pattern(step, given) if reads is not None else None
        if pattern is not None and reads is not None:
            self._known.setdefault(reads, {})[_told(given, reads)] = pattern
        return step


def _told(given: Mapping[str, Any], paths: Collection[Path]) -> bytes:
    """What the first step knows of a case: the values at these paths, and whole whatever is no group of values."""
    whole = [[name, value] for name, value in given.items() if not isinstance(value, dict)]
    return orjson.dumps([list(given), whole, [_at(given, path) for path in sorted(paths)]])


def _at(given: Mapping[str, Any], path: Path) -> list[Any]:
    """The value at a path, or that in which the path ends before; empty where nothing stands."""
    value: Any = given
    for name in path:
        if not isinstance(value, dict):
            break
        if name not in value:
            return []
        value = value[name]
    return [value]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A first step, and its state as text around the routing values of the case; `ids` are renewed in every copy."""

    step: Step
    before: bytes
    after: bytes
    ids: tuple[str, ...]

    def step_of(self, given: Mapping[str, Any]) -> Step:
        """The same step of another case."""
        names = {each: str(uuid4()) for each in self.ids}
        after = self.after
        for old, new in names.items():
            after = after.replace(old.encode(), new.encode())
        step = self.step
        return replace(
            step,
            state=states.packed(self.before + orjson.dumps(given) + after),
            tasks=tuple(replace(each, engine_task_id=names[each.engine_task_id]) for each in step.tasks),
            jobs=tuple(_renamed(each, names) for each in step.jobs),
            timers=tuple(replace(each, engine_task_id=names[each.engine_task_id]) for each in step.timers),
            moves=tuple(
                replace(move, routing=given) if move.kind == "started" else move for move in step.moves
            ),
        )


def _renamed(job: Job, names: Mapping[str, str]) -> Job:
    """A job with its own id; what its parameters say of another task is an id, too."""
    params = {
        key: names.get(value, value) if isinstance(value, str) else value for key, value in job.params.items()
    }
    return replace(job, engine_task_id=names[job.engine_task_id], params=params)


def _pattern(step: Step, given: Mapping[str, Any]) -> _Pattern | None:
    """What other cases may begin by; None where the state holds routing values of this one elsewhere, too."""
    layout, process_id, rows = orjson.loads(zlib.decompress(step.state))
    root, *others = rows
    if root[states.DATA :][:1] != [given] or any(given.keys() & names for names in _changed(_all(others))):
        return None
    place = str(uuid4())
    root[states.DATA] = place
    text = orjson.dumps([layout, process_id, rows])
    before, _, after = text.partition(orjson.dumps(place))
    ids = (row[states.ID] for row in _all(rows) if len(row) > states.ID)
    return _Pattern(step, before, after, tuple(each for each in ids if each))


def _all(rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """Rows with those of the workflows inside them."""
    for row in rows:
        yield row
        if len(row) > states.INSIDE:
            yield from _all(row[states.INSIDE])


def _changed(rows: Iterable[list[Any]]) -> Iterator[set[str]]:
    """The names of the values that rows have of their own."""
    for row in rows:
        data = row[states.DATA] if len(row) > states.DATA else 0
        changed, lost = data if isinstance(data, list) else (data or {}, [])
        yield {*changed, *lost}
