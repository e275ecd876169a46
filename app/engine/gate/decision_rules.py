"""Rules about decision tables: they can be read, rest on what is there, and always have one answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.engine.decisions import DecisionRefused
from app.engine.gate.asked import domains_of
from app.engine.gate.coverage import overlapping, uncovered
from app.engine.gate.findings import Finding
from app.engine.gate.id_rules import reserved_reason
from app.engine.gate.reading import shape_id
from app.engine.gate.tables import decisions, has_logic, tables, told
from app.engine.xml import local_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.decisions import DecisionProblem
    from app.engine.gate.release import Release

#: A table that no one can survey on a screen; the overlap of its rows is worked out pair by pair.
MAX_ROWS = 400
_OUTPUT_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_OWN_RULE = frozenset({"dmn.cells", "dmn.no_output", "dmn.output_names", "dmn.reference", "dmn.cycle"})


def decision_element(release: Release) -> Iterator[Finding]:
    """Refuse extensions of other tools in decisions: they would be half believed."""
    for file, root in release.decision_roots.items():
        for element in root.iter():
            if local_name(element) == "extensionElements" and len(element):
                yield Finding(file, shape_id(element), {"name": local_name(element[0])})


def decision_logic(release: Release) -> Iterator[Finding]:
    """Refuse a decision without table or expression: its answer would always be null."""
    for file, decision in decisions(release):
        if not has_logic(decision):
            yield Finding(file, str(decision.get("id") or ""))


def decision_twice(release: Release) -> Iterator[Finding]:
    """Refuse one decision id in two files: which of the two is asked would be chance."""
    first: dict[str, str] = {}
    for file, decision in decisions(release):
        name = str(decision.get("id") or "")
        if first.setdefault(name, file) != file:
            yield Finding(file, name, {"id": name, "other": first[name]})


def decision_cells(release: Release) -> Iterator[Finding]:
    """Refuse a row with more or fewer cells than columns: its answer would stand in the wrong column."""
    for file, problem in _faults(release):
        if problem.rule == "dmn.cells":
            yield Finding(file, problem.element_id)


def decision_output(release: Release) -> Iterator[Finding]:
    """Refuse outputs without a name of their own: no expression could read them."""
    for file, problem in _faults(release):
        if problem.rule in {"dmn.no_output", "dmn.output_names"}:
            yield Finding(file, problem.element_id, {"name": ""})
    for table in tables(release):
        for output in table.outputs if len(table.outputs) > 1 else ():
            if output.name and (not _OUTPUT_NAME.fullmatch(output.name) or reserved_reason(output.name)):
                yield Finding(table.file, output.id, {"name": output.name[:64]})


def decision_required(release: Release) -> Iterator[Finding]:
    """Refuse a decision that rests on one that is not there, or on itself: it has no answer."""
    for file, problem in _faults(release):
        if problem.rule in {"dmn.reference", "dmn.cycle"}:
            name = str(problem.params.get("reference", problem.element_id))
            yield Finding(file, problem.element_id, {"name": name[:64]})


def decision_fault(release: Release) -> Iterator[Finding]:
    """Refuse what a decision file cannot mean: policies, languages and functions that do not exist here."""
    for file, problem in _faults(release):
        if problem.rule not in _OWN_RULE and not problem.rule.startswith("feel."):
            yield Finding(file, problem.element_id, problem.params, says=f"gate.{problem.rule}")


def decision_uncovered(release: Release) -> Iterator[Finding]:
    """Refuse a table that may have no answer: the stock engine goes on without one, in silence."""
    for table in tables(release):
        gap = uncovered(table, domains_of(release, table))
        if gap is not None:
            yield Finding(table.file, table.decision_id, {"example": told(table, gap)})


def decision_overlap(release: Release) -> Iterator[Finding]:
    """Refuse a UNIQUE table two of whose rows apply at once: the stock engine takes the first unasked."""
    for table in tables(release):
        if len(table.rows) > MAX_ROWS:
            size = {"limit": MAX_ROWS, "count": len(table.rows)}
            yield Finding(table.file, table.decision_id, size, says="gate.dmn.rows")
            continue
        rows = overlapping(table)
        if rows is not None:
            params = {"row": rows[0], "other": rows[1], "example": told(table, rows[2])}
            yield Finding(table.file, table.decision_id, params)


def _faults(release: Release) -> Iterator[tuple[str, DecisionProblem]]:
    for file, model in release.models.items():
        for problem in model.problems if isinstance(model, DecisionRefused) else ():
            yield file, problem
