"""The order of things: what a token has certainly passed, or may have passed, when it comes to a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from app.engine.gate.reading import Node, Scope
    from app.engine.gate.release import Release

#: A place on the way: before a node is worked on, or after it is done.
Place = tuple[str, Literal["in", "out"]]
Filled = Literal["always", "sometimes", "never"]


def filled(release: Release, producer: Node, process_id: str, node_id: str) -> Filled:
    """Say whether `producer` has given its answer whenever a token of `process_id` comes to `node_id`.

    In a called process the ways of its callers count too, up to the call; a plain call brings home what
    its process has answered.
    """
    bearers = {(release.process_of.get(producer.id, ""), producer.id)}
    bearers |= {
        (scope.process.id, node.id)
        for scope, node in release.calls.get(release.process_of.get(producer.id, ""), ())
        if node.loop is None
    }
    answers = {_filled(release, bearer, process_id, node_id, ()) for bearer in bearers}
    return next((answer for answer in ("always", "sometimes") if answer in answers), "never")


def _filled(
    release: Release, bearer: tuple[str, str], process_id: str, node_id: str, above: tuple[str, ...]
) -> Filled:
    home, bearer_id = bearer
    if home == process_id:
        return journey(release, process_id).filled(bearer_id, node_id)
    calls = release.calls.get(process_id, [])
    if process_id in above:
        return "never"
    answers = {
        _filled(release, bearer, scope.process.id, node.id, (*above, process_id)) for scope, node in calls
    }
    if len(answers) == 1:
        return answers.pop()
    return "sometimes" if answers else "never"


class Journey:
    """The ways through one process, its sub-processes included, calls taken as single steps.

    `closed`: flows, by their file and their id, that no token takes.
    """

    def __init__(self, scopes: Iterable[Scope], closed: Collection[tuple[str, str]] = ()) -> None:
        self._closed = closed
        self.places: dict[Place, set[Place]] = {}
        self.starts: set[Place] = set()
        self._joins: dict[Place, int] = {}
        for scope in scopes:
            self._add(scope)

    def filled(self, producer: str, reader: str) -> Filled:
        """Say whether a token at `reader` has passed the end of `producer`."""
        if (reader, "in") not in self._reached([(producer, "out")]):
            return "never"
        return "sometimes" if reader in self.reached_without([producer]) else "always"

    def reached_without(self, steps: Iterable[str]) -> set[str]:
        """Return the nodes that some run comes to on which none of these steps has been done."""
        around = self._reached(self.starts, without={(step, "out") for step in steps})
        return {node_id for node_id, side in around if side == "in"}

    def reached_behind(self, node_id: str, without: Iterable[str]) -> set[str]:
        """Return the nodes that a token behind a node may come to, none of the steps `without` done on the way."""
        closed = {(step, "out") for step in without}
        seen: set[Place] = set()
        todo = list(self.places.get((node_id, "out"), ()))
        while todo:
            place = todo.pop()
            if place not in seen and place not in closed:
                seen.add(place)
                todo.extend(self.places.get(place, ()))
        return {reached for reached, side in seen if side == "in"}

    def _add(self, scope: Scope) -> None:
        for node in scope.nodes.values():
            way_in: Place = (node.id, "in")
            way_out: Place = (node.id, "out")
            self._link(way_in, *((event.id, "in") for event in scope.boundaries.get(node.id, ())))
            if node.kind != "subProcess":
                self._link(way_in, way_out)
            flows = [
                one for one in scope.outgoing.get(node.id, ()) if (scope.file, one.id) not in self._closed
            ]
            self._link(way_out, *((flow.target, "in") for flow in flows))
            if node.kind == "parallelGateway":
                self._joins[way_in] = len(scope.incoming.get(node.id, ()))
            if node.kind == "startEvent" and scope.parent is None:
                self.starts.add(way_in)
            elif node.kind == "startEvent":
                self._link((scope.id, "in"), way_in)
            elif node.kind == "endEvent" and scope.parent is not None:
                self._link(way_out, (scope.id, "out"))

    def _link(self, start: Place, *ends: Place) -> None:
        self.places.setdefault(start, set()).update(ends)

    def _reached(self, starts: Iterable[Place], without: set[Place] | None = None) -> set[Place]:
        """Return the places that a token comes to; `without`: on runs that have not passed some places.

        Such a run passes a join of all only if it comes there on every way in.
        """
        seen: set[Place] = set()
        missing = {} if without is None else dict(self._joins)
        todo = list(starts)
        while todo:
            place = todo.pop()
            missing[place] = missing.get(place, 1) - 1
            if place in seen or place in (without or ()) or missing[place] > 0:
                continue
            seen.add(place)
            todo.extend(self.places.get(place, ()))
        return seen


def journey(release: Release, process_id: str, closed: frozenset[tuple[str, str]] = frozenset()) -> Journey:
    """Return the ways through a process; `closed`: flows, by file and id, that are not taken."""
    scopes = [scope for scope in release.scopes if scope.process.id == process_id]
    return release.once(f"journey of {process_id} {sorted(closed)}", lambda: Journey(scopes, closed))
