"""Decisions as they are asked: where, with which names, and what each cell reads and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.engine.gate.expressions import Expression
from app.engine.gate.inference import judge, judge_tests
from app.engine.gate.known import FieldReads
from app.engine.gate.names import visible
from app.engine.gate.reading import text_of
from app.engine.gate.results import ANY
from app.engine.gate.tables import decisions, tables
from app.engine.xml import local_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.engine.gate.expressions import Place
    from app.engine.gate.inference import Judgement
    from app.engine.gate.release import Release
    from app.engine.gate.tables import Column, Table

_NOTHING, _ANY = ("lit", None), ("any",)
_TYPES = frozenset({"string", "number", "boolean", "date", "time", "list", "context"})


def judged_cells(release: Release) -> tuple[tuple[Expression, Judgement], ...]:
    """Return every cell that can be read of the tables that a route asks, with what it reads and gives."""
    return release.once(
        "cells", lambda: tuple(found for table in tables(release) for found in _cells(release, table))
    )


def domains_of(release: Release, table: Table) -> list[tuple[Any, ...] | None]:
    """Return the closed list of values of each input: declared by the table, or known of what it reads."""
    names = _names(release, table)
    return [_domain(column, names) for column in table.columns]


def _domain(column: Column, names: Mapping[str, FieldReads]) -> tuple[Any, ...] | None:
    if column.allowed is not None or column.tree is None:
        return column.allowed
    gives = judge(column.tree, names).gives
    if gives.codes is not None:
        return tuple(sorted(gives.codes))
    return (True, False) if "boolean" in {gives.type, column.type} else None


def _cells(release: Release, table: Table) -> Iterator[tuple[Expression, Judgement]]:
    places = asked_at(release).get(table.decision_id, ())
    if not places:
        return
    names, functions = _names(release, table), release.known.functions
    tested: list[tuple[FieldReads, str]] = []
    for column in table.columns:
        judgement = judge(column.tree or _NOTHING, names, functions)
        tested.append((_declared(column, judgement), ".".join(_path(column.tree))))
        yield _cell(table, column.id, places), _expecting(judgement, column.type)
    for row in table.rows:
        for test, (kind, called) in zip(row.tests, tested, strict=False):
            yield _cell(table, row.id, places), judge_tests(test or _ANY, kind, called, names, functions)
        for entry, output in zip(row.entries, table.outputs, strict=False):
            judgement = judge(entry or _NOTHING, names, functions)
            yield _cell(table, row.id, places), _expecting(judgement, output.type)


def _cell(table: Table, element_id: str, places: tuple[Place, ...]) -> Expression:
    return Expression(table.file, element_id or table.decision_id, places, "decision", "")


def _declared(column: Column, judgement: Judgement) -> FieldReads:
    """Return the type of an input: what it reads tells more than what the column declares."""
    if judgement.gives.type == "Any" and column.type in _TYPES:
        return FieldReads(column.type)
    return judgement.gives


def _expecting(judgement: Judgement, declared: str) -> Judgement:
    """Note a value of another type than its column declares: it would be taken for null."""
    if declared in _TYPES and judgement.gives.type not in {declared, "Any", "null"}:
        judgement.mismatched.append((declared, judgement.gives.type))
    return judgement


def _names(release: Release, table: Table) -> dict[str, FieldReads]:
    """Return what a decision may read where it is asked; answers of other decisions of its file too."""
    found: dict[str, FieldReads] = {}
    for process_id, _ in asked_at(release).get(table.decision_id, ()):
        found |= visible(release, process_id)
    return found | dict.fromkeys(table.provided - found.keys(), ANY)


def asked_at(release: Release) -> dict[str, tuple[Place, ...]]:
    """Return, for each decision, where the route asks it or a decision that rests on it."""
    return release.once("asked at", lambda: _asked_at(release))


def _asked_at(release: Release) -> dict[str, tuple[Place, ...]]:
    found: dict[str, set[Place]] = {}
    for _, scope, node in release.nodes("businessRuleTask"):
        name = text_of(node.extension("calledDecisionId"))
        found.setdefault(name, set()).add((scope.process.id, node.id))
    rests_on = {str(one.get("id")): _required(one) for _, one in decisions(release)}
    for _ in rests_on:
        for name, required in rests_on.items():
            for other in required:
                found.setdefault(other, set()).update(found.get(name, ()))
    return {name: tuple(sorted(places)) for name, places in found.items()}


def _required(decision: Any) -> set[str]:
    references = (one for one in decision.iter() if local_name(one) == "requiredDecision")
    return {str(one.get("href") or "").removeprefix("#") for one in references}


def _path(tree: Any) -> tuple[str, ...]:
    """Return the dotted name that an input expression is; empty for any other."""
    if tree is None:
        return ()
    if tree[0] == "name":
        return (tree[1],)
    before = _path(tree[1]) if tree[0] == "path" else ()
    return (*before, tree[2]) if before else ()
