"""What a page shows of one component: words in one language, what was typed, what is wrong, rules for the browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.domain.errors import FieldProblem
    from app.formjs.model import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a field, with the id of its button."""

    id: str
    value: str
    text: str
    is_chosen: bool
    also: str = ""  # every spelling of its name, for who looks for it by typing


@dataclass(frozen=True, slots=True)
class Part:
    """One box of a date or a time: `part` is d, m, y or t; `size` is how many characters it is wide."""

    id: str
    name: str
    part: str
    value: str
    size: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: its number (from 1), what it is called, its boxes, and the button that takes it out."""

    number: int
    name: str
    boxes: list[Box]
    remove: str


@dataclass(slots=True)
class Box:
    """One component on the page; `id` is the place a link of the error summary leads to.

    A condition is true or false now, or open: it waits for an answer. `is_hidden`: it does not apply, whatever
    is answered to what is open. `is_off`: it does not apply as the answers stand; without scripts it is shown
    all the same, with `when` (labels and choices) saying when it is needed. `hide`, `wanted` (it must be answered)
    and `computed` are rules in JSON for the browser, with the facts they read put in. `is_touched`: it holds
    more than it was first offered with, or must be answered; `said` is its answer in words. `is_sought`: a choice of
    its list may be looked for by name; `sought` was typed and names `matches` of them, none or several. `today` is
    the day (`2026-11-05`) that one press puts in, where a date must be given and today is the last that may be.
    """

    kind: str
    id: str
    name: str
    lang: str
    label: str = ""
    hint: str = ""
    value: Any = ""
    problem: FieldProblem | None = None
    is_optional: bool = False
    is_hidden: bool = False
    is_off: bool = False
    is_boolean: bool = False
    hide: str = ""
    computed: str = ""
    proposed: str = ""
    when: tuple[tuple[str, str], ...] = ()
    refresh: str = ""
    choices: list[Choice] = field(default_factory=list)
    is_sought: bool = False
    sought: str = ""
    matches: int = 0
    parts: list[Part] = field(default_factory=list)
    today: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    accept: str = ""
    has_camera: bool = False
    is_multiple: bool = False
    is_folded: bool = False
    is_touched: bool = False
    primary: str = ""
    most_files: int = 1
    input_type: str = "text"
    input_mode: str = ""
    capitals: str = ""
    is_position: bool = False
    spells: str = ""  # the script that a name is proposed in, from the field beside it: hi or en
    is_hindi: bool = False
    wanted: str = ""
    said: str = ""
    longest: int = 4000
    width: str = "full"
    lines: int = 4
    add: str = ""
    body: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def described_by(self) -> str:
        """The ids of what explains the box to a screen reader."""
        ids = [f"{self.id}-hint"] if self.hint else []
        if self.problem is not None:
            ids.append(f"{self.id}-error")
        return " ".join(ids)

    @property
    def waits(self) -> bool:
        """Whether it is asked only if something else is answered so, and is not folded by itself."""
        return self.is_off and not self.is_hidden and not self.is_folded and bool(self.label)

    @property
    def is_open(self) -> bool:
        """Whether a folded box stands open: something in it is wrong, was answered, or must be."""
        inner = [*self.boxes, *(box for row in self.rows for box in row.boxes)]
        return self.is_touched or self.problem is not None or any(box.is_open for box in inner)

    def add_choice(self, value: str, text: Text, *, is_chosen: bool, names: tuple[str, ...] = ()) -> None:
        """Offer a choice; the first one has the id of the box."""
        place = f"{self.id}-{len(self.choices) + 1}" if self.choices else self.id
        also = "|".join(names).casefold() if self.is_sought else ""
        self.choices.append(Choice(place, value, text.get(self.lang), is_chosen, also))

    def add_part(self, part: str, value: str, size: int) -> None:
        """Add a box of a date; the first one has the id of the whole."""
        place = f"{self.id}-{part}" if self.parts else self.id
        self.parts.append(Part(place, f"{self.name}-{part}", part, value, size))


@dataclass(frozen=True, slots=True)
class Run:
    """Typed that stand together on the page; `waits`: all of them wait for the same answers (their `when`).

    Without scripts such a run is one fold that names its boxes: a form is as long as what is sure to be asked.
    """

    boxes: list[Box]
    waits: bool

    @property
    def is_open(self) -> bool:
        """Whether something in it is wrong or was answered."""
        return any(box.is_open for box in self.boxes)


def runs(boxes: Iterable[Box]) -> list[Run]:
    """The boxes in their order, those that wait for the same answers taken together."""
    parted = groupby(boxes, key=lambda box: box.when if box.waits else None)
    return [Run(list(each), when is not None) for when, each in parted]
