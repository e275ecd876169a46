"""The likely way of a case from where it stands: what a step list calls "still to come"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import feel
from app.engine.diagram import read
from app.engine.expressions import expression
from app.engine.trail import forward
from app.engine.values import revive

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from app.engine.diagram import Route


def ahead(diagrams: Mapping[str, bytes], here: Collection[str], known: Mapping[str, Any]) -> list[str]:
    """List the elements that a case will likely meet after those where it is, in the order of the flow.

    `diagrams`: process id -> its file; the inside of a called process stands where it is called. `here`: what is
    open, and every sub-process and call in which it lies. A choice is made by its condition where `known` (routing
    values) decides it, else the default is taken.
    """
    routes = {process: read(xml).route for process, xml in diagrams.items()}
    called = {process for route in routes.values() for process in route.calls.values()}
    found: dict[str, None] = {}
    for process in routes:
        if process not in called:
            found |= dict.fromkeys(_behind(routes, process, here, known))
    return list(found)


#: What a case passes without standing still.
_PASSED = ("Gateway", "businessRuleTask")


def usual_stops(xml: bytes, element: str) -> frozenset[str]:
    """Name where a case may stand after an element whose officer sent it nowhere in particular.

    Of a choice, the default counts, and every flow whose condition asks nothing of this element: a review that the
    findings call for is usual, a return on the officer's own word is not.
    """
    route = read(xml).route
    found: set[str] = set()
    passing, passed = [element], {element}
    while passing:
        node = passing.pop()
        for flow, (source, target) in route.flows.items():
            if source != node or element in _asked_by(route.conditions.get(flow, "")) or target in passed:
                continue
            if route.kinds[target].endswith(_PASSED):
                passed.add(target)
                passing.append(target)
            else:
                found.add(target)
    return frozenset(found)


def forecast(
    diagrams: Mapping[str, bytes],
    here: Mapping[str, float],
    known: Mapping[str, Any],
    days: Mapping[str, float],
) -> dict[str, float]:
    """Say of each element ahead (as `ahead` lists them) after how many working days from now it likely ends.

    `here`: everything that is open, with the working days that it still has. `days`: what a step is given; what is
    not named takes no time. Branches side by side run together, and what waits for them begins with the last one.
    """
    routes = {process: read(xml).route for process, xml in diagrams.items()}
    called = {process for route in routes.values() for process in route.calls.values()}
    plan = _Plan(routes, known, days)
    ends: dict[str, float] = {}
    for process in routes:
        if process not in called:
            ends |= plan.ends(process, here, 0.0)
    return {node: end for node, end in ends.items() if node not in here}


class _Plan:
    """Adds up days along the likely way."""

    def __init__(
        self, routes: Mapping[str, Route], known: Mapping[str, Any], days: Mapping[str, float]
    ) -> None:
        self._routes, self._known, self._days = routes, known, days

    def ends(self, process: str, here: Mapping[str, float], since: float) -> dict[str, float]:
        """Return when each element of a process ends, and of what it calls; it is entered after `since` days."""
        route = self._routes[process]
        met = _in_process(route, here, self._known)
        before: dict[str, set[str]] = {}
        for node in (*here, *met):
            for following in _next(route, node, here, self._known) if node in route.kinds else ():
                before.setdefault(following, set()).add(node)
        found: dict[str, float] = {}
        for node in (*(one for one in here if one in route.kinds), *met):
            begins = max((found[one] for one in before.get(node, ()) if one in found), default=since)
            found |= self._inside(route, node, here, begins)
            found[node] = self._end(route, node, here, begins, found)
        return found

    def _inside(self, route: Route, node: str, here: Mapping[str, float], begins: float) -> dict[str, float]:
        called = route.calls.get(node, "")
        if called not in self._routes:
            return {}
        if node in here:
            return self.ends(called, here, begins)
        inner = self._routes[called]
        starts = [one for one in inner.children.get(called, ()) if inner.kinds[one] == "startEvent"]
        return self.ends(called, dict.fromkeys(starts, 0.0), begins)

    def _end(
        self, route: Route, node: str, here: Mapping[str, float], begins: float, found: Mapping[str, float]
    ) -> float:
        called = route.calls.get(node, "")
        if called in self._routes:
            return max((found[one] for one in self._routes[called].kinds if one in found), default=begins)
        return begins + (here[node] if node in here else self._days.get(node, 0.0))


def _asked_by(condition: str) -> set[str]:
    return {path[0] for path in expression(condition).reads} if condition else set()


def _behind(
    routes: Mapping[str, Route], process: str, here: Collection[str], known: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what lies ahead in a process: first inside the calls that are open, then behind them."""
    route = routes[process]
    for call, called in route.calls.items():
        if call in here and called in routes:
            yield from _behind(routes, called, here, known)
    for node in _in_process(route, here, known):
        yield node
        called = route.calls.get(node, "")
        if called in routes and node in route.calls:
            inner = routes[called]
            begins = [one for one in inner.children.get(called, ()) if inner.kinds[one] == "startEvent"]
            yield from _behind(routes, called, begins, known)


def _in_process(route: Route, here: Collection[str], known: Mapping[str, Any]) -> list[str]:
    met: set[str] = set()
    waiting = [node for node in here if node in route.kinds]
    while waiting:
        following = [one for one in _next(route, waiting.pop(), here, known) if one not in met]
        met.update(following)
        waiting.extend(following)
    return [node for node in _in_order(route) if node in met and node not in here]


def _next(route: Route, node: str, here: Collection[str], known: Mapping[str, Any]) -> list[str]:
    """Return what follows a node: inside a sub-process its begin, after the end inside what follows outside."""
    inside = route.children.get(node, ())
    if inside and node in here:
        return []
    if inside:
        return [one for one in inside if route.kinds[one] == "startEvent"]
    if route.kinds[node] == "endEvent":
        parent = next((one for one, nodes in route.children.items() if node in nodes), "")
        return _likely(route, parent, known) if parent in route.kinds else []
    return _likely(route, node, known)


def _likely(route: Route, node: str, known: Mapping[str, Any]) -> list[str]:
    out = {flow: target for flow, (source, target) in route.flows.items() if source == node}
    if not route.kinds[node].endswith("Gateway") or route.kinds[node] == "parallelGateway":
        return list(out.values())
    holding = [target for flow, target in out.items() if _holds(route.conditions.get(flow, ""), known)]
    usual = [target for flow, target in out.items() if flow in route.defaults]
    return holding or usual or list(out.values())[:1]


def _holds(condition: str, known: Mapping[str, Any]) -> bool:
    if not condition:
        return False
    try:
        return feel.evaluate(expression(condition).tree, revive(dict(known)), {}) is True
    except feel.FeelError:
        return False


def _in_order(route: Route) -> list[str]:
    """Return every node behind all that lead to it; of two side by side, the one that the file names first."""
    after = forward(route)
    done: dict[str, None] = {}
    for start in reversed(list(route.kinds)):
        stack = [start]
        while stack:
            waiting = [one for one in reversed(after.get(stack[-1], [])) if one not in done]
            if stack[-1] in done or not waiting:
                done.setdefault(stack.pop())
            else:
                stack.append(waiting[0])
    return list(reversed(done))
