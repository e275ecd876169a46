"""A form with its answers as the boxes of a page, in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import feel
from app.formjs.answers import row_name
from app.formjs.box import Box, Row
from app.formjs.choices import words
from app.formjs.conditions import for_browser, in_words, may_change
from app.formjs.expressions import roots_read
from app.formjs.kind import Asked
from app.formjs.kinds import kind_of
from app.formjs.prose import paragraphs
from app.formjs.scripts import other_field
from app.formjs.view import View, first_value, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.errors import FieldProblem
    from app.formjs.model import Form, Level, Node


def draw(
    form: Form,
    values: Mapping[str, Any],
    problems: Mapping[str, FieldProblem],
    facts: Mapping[str, Any],
    options: Mapping[str, Any],
    lang: str,
) -> list[Box]:
    """Every box of the form in the order of the page, with what was typed and what is wrong."""
    return _Drawing(form, values, problems, facts, options, lang).boxes


class _Drawing:
    def __init__(
        self,
        form: Form,
        values: Mapping[str, Any],
        problems: Mapping[str, FieldProblem],
        facts: Mapping[str, Any],
        options: Mapping[str, Any],
        lang: str,
    ) -> None:
        self._problems, self._facts, self._options, self._lang = problems, facts, options, lang
        self._view = View(form, values, facts)
        self._form = form
        self._told: set[str] = set()  # names of fields that were drawn
        self._controls: set[str] = set()  # fields on which something that does not apply now depends
        self._settled: set[str] = set()  # fields of the form that do not apply, whatever is still answered
        self.boxes = self._level(form.level, values, self._view.context, "")
        for box in self.boxes:
            self._let_refresh(box)
        self._add_other_problems()

    def _level(
        self, level: Level, values: Mapping[str, Any], context: Mapping[str, Any], prefix: str
    ) -> list[Box]:
        hidden = self._hidden(level, context, prefix)
        if not prefix:
            self._settled = hidden
        asked = Asked(context, self._options, self._view.memory)
        return [self._box(node, level, values, asked, prefix, hidden) for node in level.nodes]

    def _add_other_problems(self) -> None:
        """Put what is wrong with the post itself first: it belongs to no field."""
        other = [self._problems[name] for name in self._problems if name not in self._told]
        for number, problem in enumerate(other, 1):
            place = Box("fault", f"f-fault-{number}", "", self._lang, problem=problem)
            self.boxes.insert(number - 1, place)

    def _readable(self, level: Level) -> frozenset[str]:
        own = self._own(level)
        return frozenset(own) | {f"{key}_proposed" for key, node in own.items() if node.computed is not None}

    def _own(self, level: Level) -> dict[str, Node]:
        """The fields that a rule at this level may read: the form's, and over them the row's."""
        return {**self._form.level.inputs, **level.inputs}

    def _hidden(self, level: Level, context: Mapping[str, Any], prefix: str) -> set[str]:
        """Names of what does not apply, whatever is answered to what is open.

        What a field hides, or lets wait, may come when its answer is changed: such fields are noted.
        """
        hidden: set[str] = set()
        unanswered = {
            key
            for key, node in self._own(level).items()
            if context.get(key) in (None, []) and key not in self._settled and not node.is_decision
        }
        for step in level.steps:
            node, name = step.node, step.name
            is_within = not hidden.isdisjoint(step.around)
            if self._view.applies(prefix + name):
                continue
            is_settled = node.hide is not None and not may_change(node.hide, context, unanswered)
            if is_within or is_settled:
                hidden.add(name)
                unanswered.discard(node.key)
            self._controls |= roots_read(node.hide) & self._form.level.inputs.keys()
        return hidden

    def _box(
        self,
        node: Node,
        level: Level,
        values: Mapping[str, Any],
        asked: Asked,
        prefix: str,
        hidden: set[str],
    ) -> Box:
        name, lang = prefix + node.key, self._lang
        self._told.add(name if node.key else f"#{node.id}")
        box = Box(
            kind=node.kind,
            id=f"f-{name}" if node.key else f"f-{prefix}{node.id}",
            name=name if node.key else "",
            lang=lang,
            label=node.label.get(lang),
            hint=node.hint.get(lang),
            problem=self._problems.get(name) if node.key else None,
            is_hidden=node.name in hidden,
            is_off=not self._view.applies(prefix + node.name),
            is_boolean=node.is_boolean,
            is_folded=node.look.is_folded,
            hide=for_browser(node.hide, self._facts, self._readable(level)),
        )
        if box.is_off and not box.is_hidden:
            box.when = in_words(node.hide, self._own(level), lang)
        if node.kind == "group":
            box.boxes = [self._box(part, level, values, asked, prefix, hidden) for part in node.parts]
        elif node.level is not None:
            self._draw_rows(box, node, node.level, values.get(node.key))
        elif node.key:
            self._draw_field(box, node, level, values.get(node.key), asked)
        else:
            box.body = paragraphs(node.body.get(lang))
        return box

    def _draw_field(self, box: Box, node: Node, level: Level, value: Any, asked: Asked) -> None:
        box.is_optional = (
            not node.rules.is_required and node.rules.required_when is None and node.kind != "checkbox"
        )
        kind = kind_of(node)
        kind.draw(node, value, asked, box)
        box.spells = node.key[-2:] if other_field(node, level) else ""
        if node.computed is not None:
            self._draw_proposal(box, node, level, asked)
        box.is_touched = asked.holds(node.rules.required_when)
        if not kind.is_empty(value):
            box.is_touched |= value != first_value(node, self._facts)
            box.said = kind.say(node, value, asked, self._lang) if node.look.is_folded else ""
        if node.look.is_folded:
            box.wanted = for_browser(node.rules.required_when, self._facts, self._readable(level))
        if node.primary is not None:
            box.primary = str(feel.evaluate(node.primary, self._facts) or "")

    def _draw_proposal(self, box: Box, node: Node, level: Level, asked: Asked) -> None:
        """What the form proposes; where its rule gives nothing and no answer can change that, a plain field stays."""
        proposed = kind_of(node).from_rule(node, asked.value(node.computed))
        readable = self._readable(level)
        if proposed is None and not roots_read(node.computed) & readable:
            return
        box.is_optional = False
        box.computed = for_browser(node.computed, self._facts, readable)
        box.proposed = words(node, proposed, asked, self._lang) if isinstance(proposed, str) else ""

    def _draw_rows(self, box: Box, node: Node, level: Level, value: Any) -> None:
        """The rows of a list; unless they are given, with buttons to add one and to take out what is not needed."""
        rows, lang = rows_of(value), self._lang
        contexts = self._view.rows[node.key]
        is_open = not node.look.has_given_rows
        may_remove = is_open and len(rows) > node.rules.min_rows
        box.is_optional = node.rules.min_rows == 0
        box.add = f"add:{node.key}" if is_open and len(rows) < node.rules.max_rows else ""
        box.value = node.look.add.get(lang)
        box.rows = [
            Row(
                number + 1,
                row_name(node, lang),
                self._level(level, row, contexts[number], f"{node.key}-{number}-"),
                f"del:{node.key}-{number}" if may_remove else "",
            )
            for number, row in enumerate(rows)
        ]

    def _let_refresh(self, box: Box) -> None:
        """Give a field that hides others a button for pages without scripts: its answer may be changed."""
        if box.name in self._controls and not box.is_hidden:
            box.refresh = f"refresh:{box.name}"
        for inner in box.boxes:
            self._let_refresh(inner)
