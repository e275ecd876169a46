"""Why a form does not load: one problem a fault, told in the catalogue `forms`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class FormProblem:
    """One fault of a form.

    `component` is the id of the component (or its key where it has no id), empty for the whole form.
    `key` names the text in the catalogue `forms` that says what is wrong, `remedy` the one that says what
    to do; both take `params`, which always hold `component`.
    """

    component: str
    rule: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"form.refused.{self.rule}"

    @property
    def remedy(self) -> str:
        return f"form.refused.{self.rule}.remedy"


class FormRefused(Exception):
    """The form must not be released; `problems` holds every fault that was found, not only the first."""

    def __init__(self, problems: Sequence[FormProblem]) -> None:
        super().__init__(", ".join(f"{each.component}: {each.rule}" for each in problems))
        self.problems = tuple(problems)
