"""Conditions on the page: which are still open, how they read in words, and what the browser gets of them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app import feel
from app.formjs.expressions import roots_read, with_facts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from app.feel import Tree
    from app.formjs.model import Node

_LOGIC = frozenset(("and", "or"))


def may_change(hide: Tree, context: Mapping[str, Any], unanswered: Collection[str]) -> bool:
    """Whether a condition that hides now may turn out otherwise, once what is unanswered is answered."""
    return feel.evaluate(_with_unknown(hide, frozenset(unanswered)), context) is not True


def _with_unknown(tree: Tree, unanswered: frozenset[str]) -> Tree:
    """The condition with each comparison that reads an unanswered field made unknown (null)."""
    if tree[0] in _LOGIC or _is_not(tree):
        return tuple(
            _with_unknown(part, unanswered) if isinstance(part, tuple) and part != ("name", "not") else part
            for part in tree
        )
    return ("lit", None) if roots_read(tree) & unanswered else tree


def _is_not(tree: Tree) -> bool:
    return bool(tree[0] == "call" and tree[1] == ("name", "not") and len(tree) == 3)  # noqa: PLR2004


def for_browser(tree: Tree | None, facts: Mapping[str, Any], own: Collection[str]) -> str:
    """A rule as JSON, with the facts it reads put in; empty for no rule."""
    if tree is None:
        return ""
    if roots_read(tree) <= frozenset(own):
        return _json(tree)
    return _json(with_facts(tree, facts, own))


@lru_cache(maxsize=4096)
def _json(tree: Tree) -> str:
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def in_words(hide: Tree | None, inputs: Mapping[str, Node], lang: str) -> tuple[tuple[str, str], ...]:
    """When a field is wanted: labels of fields with the answers that call for it; empty if it cannot be said.

    Said are conditions of the form `key = "code"` or `key in (codes)`, joined by `and`.
    """
    said: list[tuple[str, str]] = []
    for part in _wanted(hide):
        answer = _answers(part, inputs, lang)
        if answer is None:
            return ()
        if answer[0]:
            said.append(answer)
    return tuple(said)


def _wanted(hide: Tree | None) -> Iterator[Tree]:
    """The parts that must all be true for the field to be shown."""
    if hide is None:
        return
    if hide[0] == "or":
        for part in hide[1:]:
            yield from _wanted(part)
    elif _is_not(hide):
        yield from hide[2][1:] if hide[2][0] == "and" else (hide[2],)
    elif hide[0] == "!=":
        yield ("=", *hide[1:])
    else:
        yield ("call", ("name", "not"), hide)


def _answers(part: Tree, inputs: Mapping[str, Node], lang: str) -> tuple[str, str] | None:
    """The label and the choices that one comparison asks for; an empty label for one about facts alone."""
    if not roots_read(part) & inputs.keys():
        return ("", "")
    node = inputs.get(part[1][1]) if part[0] in ("=", "in", "!=") and part[1][0] == "name" else None
    codes = _codes(part)
    if node is None or not codes:
        return None
    texts = {option.value: option.text.get(lang) for option in node.options}
    if node.kind == "checkbox":
        return (node.label.get(lang), "✓") if codes == [True] else None
    named = [texts.get(str(code).lower() if isinstance(code, bool) else code) for code in codes]
    return (node.label.get(lang), " / ".join(map(str, named))) if all(named) else None


def _codes(part: Tree) -> list[Any]:
    """The literals that a comparison names; empty when it is of another form."""
    tests = [part[2]] if part[0] == "=" else [test[1] for test in part[2:] if test[0] == "is"]
    if part[0] == "!=" or any(test[0] != "lit" for test in tests):
        return []
    return [test[1] for test in tests]
