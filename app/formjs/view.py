"""Which fields of a set of answers apply, and what rules see of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import feel
from app.formjs.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.formjs.model import Form, Level, Node


class View:
    """One look at a form with its answers and `facts`; each condition is asked once.

    `context`: the names that rules of the form see: facts, and over them every field of the form, a field
    that does not apply or has no right answer being null. `rows`: name of a list -> the same for each row,
    over the form's. `off`: names of what does not apply, `witnesses-0-statement` for a column.
    """

    def __init__(
        self,
        form: Form,
        values: Mapping[str, Any],
        facts: Mapping[str, Any],
        memory: feel.Memory | None = None,
    ) -> None:
        self.memory, self.facts = memory or feel.Memory(), facts
        self.off: set[str] = set()
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.context = self._level(form.level, values, facts, "")

    def applies(self, name: str) -> bool:
        return name not in self.off

    def _level(
        self, level: Level, values: Mapping[str, Any], around: Mapping[str, Any], prefix: str
    ) -> dict[str, Any]:
        context = {**around, **dict.fromkeys(level.inputs)}
        for step in level.steps:
            node, name = step.node, prefix + step.name
            is_within = step.around and any(prefix + group in self.off for group in step.around)
            if is_within or (node.hide is not None and self.memory.value(node.hide, context) is True):
                self.off.add(name)
                if node.computed is not None:
                    context[f"{node.key}_proposed"] = None
                if node.level is not None:  # its rows are looked at all the same, for the page to draw them
                    self._rows(node.level, values.get(node.key), context, name)
            elif node.level is not None:
                context[node.key] = self._rows(node.level, values.get(node.key), context, name)
            elif node.key:
                context[node.key] = self._answer(node, values.get(node.key), context)
        return context

    def _answer(self, node: Node, value: Any, context: dict[str, Any]) -> Any:
        """What FEEL sees of an answer; where the form proposes one, the proposal stands until it is changed."""
        kind = kind_of(node)
        if node.computed is None:
            return kind.known(node, value)
        proposed = kind.from_rule(node, self.memory.value(node.computed, context))
        context[f"{node.key}_proposed"] = kind.known(node, proposed)
        return kind.known(node, proposed if kind.is_empty(value) else value)

    def _rows(self, level: Level, value: Any, around: dict[str, Any], name: str) -> list[dict[str, Any]]:
        rows = [
            self._level(level, row, around, f"{name}-{number}-") for number, row in enumerate(rows_of(value))
        ]
        self.rows[name] = rows
        return [{key: row[key] for key in level.inputs} for row in rows]


def not_asked(form: Form, values: Mapping[str, Any], facts: Mapping[str, Any]) -> frozenset[str]:
    """Names of what does not apply with these answers: fields, `list-0-column`, `#id` of what is only shown."""
    return frozenset(View(form, values, facts).off)


def rows_of(value: Any) -> list[dict[str, Any]]:
    """The rows of a list's value; a value of another shape has none."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def blank_row(level: Level, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it is first offered: its columns with their defaults."""
    return {key: first_value(node, facts) for key, node in level.inputs.items()}


def is_blank(row: Mapping[str, Any], level: Level, facts: Mapping[str, Any]) -> bool:
    """Whether nobody wrote into a row: every column is empty or as it was first offered."""
    return all(
        kind_of(node).is_empty(row.get(key)) or row.get(key) == first_value(node, facts)
        for key, node in level.inputs.items()
    )


def first_value(node: Node, facts: Mapping[str, Any]) -> Any:
    """What a field holds before anybody answers: its default, from the form or by its rule over facts."""
    kind = kind_of(node)
    value = node.first
    if node.first_rule is not None:
        value = kind.from_rule(node, feel.evaluate(node.first_rule, facts))
    if value is not None and kind.known(node, value) is not None:
        return value
    return {"checkbox": False, "checklist": [], "file": []}.get(node.kind)
