"""The routing values of a release as an administrator may see and set them: type, whose they are, what binds them.

Whoever sets a value must never come to a paper that its signatory has not decided: what a signing officer answered,
and whatever is asked where the paper can follow without another signature, stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.engine.decisions import DecisionModel
from app.engine.gate.expressions import expressions
from app.engine.gate.known import FieldReads
from app.engine.gate.names import answer_of
from app.engine.gate.reading import CHOICES, PRODUCERS, text_of
from app.engine.gate.release import Release
from app.engine.gate.signature_rules import Runs
from app.feel import names_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.engine.gate.known import Known
    from app.engine.gate.reading import Node

Path = tuple[str, ...]
#: Why a value is not to be set: whoever signs has said it; it decides who gives which paper; tables keep it.
Bound = Literal["", "signed", "decides", "kept"]
#: Keys that rows of the case or its enquiries keep beside the engine; they change by the acts that make those rows.
_KEPT = frozenset({"case", "unit", "units"})


@dataclass(frozen=True, slots=True)
class RoutingValue:
    """One value: its key, its field (empty: the key itself), its type, and whether each unit has its own."""

    key: str
    field: str
    reads: FieldReads
    is_of_unit: bool
    bound: Bound


def dictionary(
    files: Mapping[str, bytes], known: Known, read: Mapping[str, Iterable[str]]
) -> tuple[RoutingValue, ...]:
    """Return every value of a sound release that its route reads (`read`: key -> fields), in its own order.

    Facts are left out: they lie in answers and tables, and are asked anew each time.
    """
    release = Release.read(files, known)
    return tuple(_values(release, read))


def _values(release: Release, read: Mapping[str, Iterable[str]]) -> Iterator[RoutingValue]:
    producers = {node.id: (scope.process.id, node) for _, scope, node in release.nodes(*PRODUCERS)}
    deciding = _deciding(release)
    for key, fields in read.items():
        types = release.known.system.get(key)
        process_id = ""
        if key in producers:
            process_id, node = producers[key]
            types = answer_of(release, node)
        if types is None or types.type == "list":
            continue
        columns = types.columns or {}
        for name in sorted(fields) or ("",):
            reads = columns.get(name, FieldReads()) if name else types
            bound = _bound(release, key, name, producers.get(key), deciding)
            yield RoutingValue(key, name, reads, process_id in release.for_units, bound)


def _bound(
    release: Release, key: str, name: str, made: tuple[str, Node] | None, deciding: frozenset[Path]
) -> Bound:
    if key in _KEPT:
        return "kept"
    if made is not None and made[1].properties.get("candidateRole") in release.known.signing_roles:
        return "signed"
    whole = (key,) in deciding or (not name and any(path[0] == key for path in deciding))
    return "decides" if whole or (key, name) in deciding else ""


def _deciding(release: Release) -> frozenset[Path]:
    """Return what is asked where the paper may follow without another signature, and what that rests on."""
    found: set[Path] = {release.known.signatory}
    for one in expressions(release):
        process_id, node_id = one.places[0]
        if one.tree is None or one.use not in {"condition", "parameter"}:
            continue
        if _is_before_paper(release, process_id, node_id):
            found |= {tuple(path[:2]) for path in names_read(one.tree)}
    grows = True
    while grows:
        more = found | {path for key in {path[0] for path in found} for path in _rests_on(release, key)}
        grows, found = more != found, more
    return frozenset(found)


def _is_before_paper(release: Release, process_id: str, node_id: str) -> bool:
    """Say whether a node is the signed job itself, or a choice from which it may follow unsigned."""
    node = next((each for _, scope, each in release.nodes() if each.id == node_id), None)
    runs = Runs(release, release.known.signing_roles)
    if node is None or node_id in set(runs.signing(process_id)):
        return False
    if node.kind in CHOICES:
        return runs.lead_unsigned(process_id, node_id)
    operator = node.extension("serviceTaskOperator")
    return operator is not None and operator.get("id") in release.known.signed_jobs


def _rests_on(release: Release, key: str) -> Iterator[Path]:
    """Yield what a decision step reads; nothing for any other producer."""
    for _, _, node in release.nodes("businessRuleTask"):
        decision_id = text_of(node.extension("calledDecisionId"))
        model = release.models.get(release.decision_files.get(decision_id, ""))
        if node.id == key and isinstance(model, DecisionModel):
            yield from (tuple(path[:2]) for path in model.inputs(decision_id))
