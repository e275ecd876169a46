"""FEEL in forms: parsing rules when a form is loaded, and asking them of answers and facts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app import feel
from app.feel.functions import NAMES as FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from app.feel import Tree

#: Top-level names that the host gives to the rules of every form.
FACTS = frozenset(
    (
        *("checks", "outcome", "findings", "requisition", "intake", "route", "rounds", "outcome_proposed"),
        *("today", "now", "due_on", "created_at", "received_on", "own_district", "hearing"),
        *("duplicate_found", "letter_cases", "department_has_inbox", "requesting_email", "paper_for_ink"),
    )
)


def read_rule(source: str, names: Collection[str]) -> Tree:
    """The tree of a rule that may read `names`. Raises feel.FeelError, or KeyError for a name it may not."""
    tree = feel.Rule(feel.parse(source, frozenset(names)))
    unknown = sorted((roots_read(tree) - frozenset(names)) | (_called(tree) - FUNCTIONS))
    if unknown:
        raise KeyError(unknown[0])
    return tree


@lru_cache(maxsize=8192)
def roots_read(tree: Tree | None) -> frozenset[str]:
    """The first parts of the names that a rule reads."""
    return frozenset() if tree is None else frozenset(path[0] for path in feel.names_read(tree))


def _called(tree: Any) -> set[str]:
    """The functions that a rule calls by name."""
    if not isinstance(tree, tuple | list) or not tree:
        return set()
    own = {tree[1][1]} if tree[0] in {"call", "named"} and tree[1][0] == "name" else set()
    return own.union(*map(_called, tree[1:]))


def is_true(tree: Tree | None, context: Mapping[str, Any]) -> bool:
    """Whether a rule holds; neither a missing rule nor one without an answer does."""
    return tree is not None and feel.evaluate(tree, context) is True


def with_facts(tree: Any, facts: Mapping[str, Any], own: Collection[str]) -> Any:
    """The same rule with the facts it reads put in, so that a browser can ask it knowing the form alone.

    Names in `own` are fields of the form and stay. Only what the rule reads leaves the server.
    """
    if not isinstance(tree, tuple | list) or not tree:
        return tree
    if tree[0] in ("name", "path"):
        root = _root(tree)
        if root is not None and root not in own and root in facts:
            return _literal(feel.evaluate(tree, facts))
        if tree[0] == "name":
            return tree
    return tuple(with_facts(part, facts, own) for part in tree)


def _root(tree: Any) -> str | None:
    while tree[0] == "path":
        tree = tree[1]
    return tree[1] if tree[0] == "name" else None


def _literal(value: Any) -> Tree:
    if value is None or isinstance(value, bool | str):
        return ("lit", value)
    if isinstance(value, list | tuple):
        return ("list", *map(_literal, value))
    if hasattr(value, "isoformat"):
        return ("at", value.isoformat())
    return ("num", str(value)) if not isinstance(value, dict) else ("lit", None)
