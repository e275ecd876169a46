"""Parts of a page, remembered by the very values they are made of: `{% filter remembered %}` in a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import TemplateAssertionError, meta, nodes, pass_environment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable

    from jinja2 import Environment

#: What reads variables that are named in another place.
_ELSEWHERE: tuple[type[nodes.Node], ...] = (
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Block,
    nodes.ContextReference,
)
_MOST = 2_000  # parts in each half, for each language; a row of the inbox has 1.1 kB
LONGEST = 300.0  # seconds that a part may lie unasked, and as long again until it is gone


class Memory:
    """Texts by their keys: the last few thousand; no page gets one that nobody asked for in ten minutes.

    Rows of lists name persons: of open cases, as the pages of the last minutes did. No erasure need call here: a
    case is destroyed at the soonest a year after it was closed (`retention.LEAST_YEARS`), and the first page after
    ten minutes empties all. Two halves, of which the older is dropped whole: no order need be kept.
    """

    def __init__(self, most: int = _MOST, seconds: float = LONGEST) -> None:
        self._most, self._seconds = most, seconds
        self._young: dict[Hashable, Markup] = {}
        self._old: dict[Hashable, Markup] = {}
        self._turned_at = 0.0

    def recall(self, key: Hashable) -> Markup | None:
        """The text that was kept under an equal key, or None."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.keep(key, found)
        return found

    def keep(self, key: Hashable, text: Markup) -> None:
        if len(self._young) >= self._most:
            self._turn()
        self._young[key] = text

    def tidy(self, now: float) -> None:
        """Drop what nobody asked for in a while; `now` are seconds of a clock that only goes forward."""
        away = now - self._turned_at
        if away > 2 * self._seconds:
            self._young, self._old = {}, {}
        elif away > self._seconds:
            self._turn()
        else:
            return
        self._turned_at = now

    def _turn(self) -> None:
        self._old, self._young = self._young, {}


class Remembering(NodeTransformer):
    """Makes of `{% filter remembered %}...{% endfilter %}` a part that is drawn once for equal values.

    Its key is worked out, not written down: every variable that the part reads. What is no variable may hang on
    nothing but its arguments and the page's language, or the template is refused. So a part cannot be stale, and
    what it shows to one officer is shown to another only if all that it was made of is the same.
    """

    def __init__(self, environment: Environment, template: str, pure: Collection[str]) -> None:
        self._environment, self._template, self._pure = environment, template, pure
        self._bare = environment.overlay()  # without globals, else they would count as declared
        self._bare.globals = {}

    def visit_FilterBlock(self, block: nodes.FilterBlock) -> nodes.Node:  # noqa: N802 - Jinja names it
        self.generic_visit(block)
        if block.filter.name != "remembered":
            return block
        line = block.lineno
        names = self._read(block)
        place = f"{self._template}:{line}"
        key = nodes.Tuple(
            [nodes.Const(place), *(nodes.Name(name, "load") for name in names)], "load", lineno=line
        )
        kept = f"_remembered_{line}"
        recall = nodes.Filter(key, "recalled", [], [], None, None, lineno=line)
        draw = nodes.AssignBlock(nodes.Name(kept, "store"), None, block.body, lineno=line)
        keep = nodes.Filter(nodes.Name(kept, "load"), "kept", [key], [], None, None, lineno=line)
        drawn: list[nodes.Node] = [draw, nodes.ExprStmt(keep, lineno=line)]
        is_new = nodes.Test(nodes.Name(kept, "load"), "none", [], [], None, None, lineno=line)
        return nodes.Scope(
            [
                nodes.Assign(nodes.Name(kept, "store"), recall, lineno=line),
                nodes.If(is_new, drawn, [], [], lineno=line),
                nodes.Output([nodes.Name(kept, "load")], lineno=line),
            ],
            lineno=line,
        )

    def _read(self, block: nodes.FilterBlock) -> list[str]:
        """The variables that a part reads, in a lasting order."""
        for whole in block.find_all(_ELSEWHERE):
            raise TemplateAssertionError("what a remembered part reads must stand in it", whole.lineno)
        known = self._environment.globals.keys()
        part = nodes.Template(block.body, lineno=block.lineno)
        part.set_environment(self._bare)
        read = meta.find_undeclared_variables(part)
        for name in sorted((read & known) - set(self._pure)):
            raise TemplateAssertionError(
                f"a remembered part may not ask {name}(): its answer hangs on the request", block.lineno
            )
        found = sorted(read - known)
        if not found:
            raise TemplateAssertionError("a remembered part reads no variable", block.lineno)
        return found


@pass_environment
def recalled(environment: Environment, key: tuple[Any, ...]) -> Markup | None:
    """What was drawn for these values; None where one of them is marked as safe: it equals a text that is not."""
    if Markup in map(type, key):
        return None
    return _memory(environment).recall(key)


@pass_environment
def kept(environment: Environment, text: Markup, key: tuple[Any, ...]) -> str:
    """Keep what was drawn for these values."""
    if Markup not in map(type, key):
        _memory(environment).keep(key, text)
    return ""


def _memory(environment: Environment) -> Memory:
    memory: Memory = environment.memory  # type: ignore[attr-defined]
    return memory


FILTERS: dict[str, Callable[..., Any]] = {"recalled": recalled, "kept": kept}
