"""A form as it is compiled: components with both languages, their rules parsed, their order of evaluation found."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.domain.text import DEFAULT_LENGTH

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from app.feel import Tree

#: Kinds that take an answer. `date` and `month` are dates; `list` holds rows of columns.
INPUTS = frozenset(
    (
        *("textfield", "textarea", "number", "date", "month", "datetime", "time"),
        *("radio", "select", "checklist", "checkbox", "file", "list"),
    )
)
#: Kinds that are only shown.
SHOWN = frozenset(("text", "separator", "spacer", "group"))
PII_CLASSES = ("P0", "P1", "P2", "P3", "P4")
MAX_ROWS = 50  # of a list, unless its component says less


@dataclass(frozen=True, slots=True)
class Text:
    """One text in the two languages of the product."""

    hi: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.hi or self.en)

    def get(self, lang: str) -> str:
        return (self.en or self.hi) if lang == "en" else (self.hi or self.en)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `offered` is a rule over facts: the choice is there only when it is true."""

    value: str
    text: Text
    offered: Tree | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A rule that must be true of the answers, asked when every field it reads is answered and right."""

    tree: Tree
    reads: frozenset[str]
    error: Text


@dataclass(frozen=True, slots=True)
class Rules:
    """What an answer must be, beyond being of its kind. Lengths count characters, bounds include their ends."""

    is_required: bool = False
    required_when: Tree | None = None
    min_length: int = 0
    max_length: int = DEFAULT_LENGTH
    pattern: re.Pattern[str] | None = None
    low: Tree | None = None
    high: Tree | None = None
    decimals: int = 0
    min_rows: int = 0
    max_rows: int = MAX_ROWS
    may_hold_aadhaar: bool = False
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """How a field is drawn: what of its component concerns the page and no rule."""

    input_type: str = "text"
    input_mode: str = ""
    capitals: str = ""
    is_position: bool = False  # where the officer stands, taken from his phone by a press
    accept: str = ""
    has_camera: bool = False
    is_multiple: bool = False
    is_folded: bool = False
    is_short_cut: bool = False  # a tick in the place of answers; one that is not set tells nothing
    has_given_rows: bool = False  # of a list: none is added or taken out
    rows: int = 4
    row_name: Text = field(default_factory=Text)
    add: Text = field(default_factory=Text)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One component. `key` is empty for what takes no answer; `name` is the key, or `#id` without one."""

    id: str
    kind: str
    key: str
    path: str
    label: Text
    hint: Text
    error: Text
    pii: str = "P0"
    hide: Tree | None = None
    computed: Tree | None = None
    first: Any = None
    first_rule: Tree | None = None
    is_boolean: bool = False
    is_decision: bool = False  # a button of the page stands for each of its choices
    primary: Tree | None = None  # which of these buttons comes first, by the facts
    has_proposal: bool = False  # the first choice of the host's list is proposed
    is_upper: bool = False
    has_digits: bool = False
    options: tuple[Option, ...] = ()
    options_key: str = ""
    rules: Rules = field(default_factory=Rules)
    look: Look = field(default_factory=Look)
    body: Text = field(default_factory=Text)
    parts: tuple[Node, ...] = ()  # of a group
    level: Level | None = None  # of a list: its columns

    @property
    def name(self) -> str:
        return self.key or f"#{self.id}"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A node and the groups around it, outermost first; `name` and `around` are their names."""

    node: Node
    groups: tuple[Node, ...]
    name: str
    around: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The components of a form or of a row, and what can be said of them once for all.

    `nodes`: as they stand on the page, groups holding their own. `inputs`: what takes an answer, through
    groups, in the order of the page. `steps`: every node, in an order in which each condition comes after
    what it reads.
    """

    nodes: tuple[Node, ...]
    inputs: Mapping[str, Node] = field(default_factory=lambda: MappingProxyType({}))
    steps: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """What the rest of the product may know of one field.

    `path` is the key, or `list.key` of a column (`repeated`); `options` are the closed choices (empty: open,
    or listed outside under `options_key`); `feel_type` is FEEL's name of the type.
    """

    key: str
    path: str
    type: str
    label_hi: str
    label_en: str
    pii: str
    options: tuple[Option, ...]
    options_key: str
    feel_type: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class FieldType:
    """What an expression may count on when it reads a field: FEEL's type, the class, the closed codes."""

    type: str
    pii: str
    codes: frozenset[str] | None
    columns: Mapping[str, FieldType] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A form ready for use; loaded once, shared by all requests, never changed."""

    id: str
    level: Level
    fields: tuple[Field, ...]
    option_keys: tuple[str, ...]
    submit: Text

    def node(self, path: str) -> Node | None:
        """The field at `key` or `list.key`; None when the form has no such field."""
        key, _, column = path.partition(".")
        node = self.level.inputs.get(key)
        if not column or node is None:
            return node
        return node.level.inputs.get(column) if node.level is not None else None
