"""How a decision fails: its file cannot be used, or no answer can be given to a question put to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DecisionProblem:
    """One fault of a file. `rule` is a key (`feel.syntax`, `dmn.hit_policy`, ...), `element_id` the nearest id."""

    element_id: str
    rule: str
    params: dict[str, Any] = field(default_factory=dict)


class DecisionRefused(ValueError):
    """A DMN file that cannot be used; `problems` names every fault found."""

    def __init__(self, problems: list[DecisionProblem]) -> None:
        super().__init__("; ".join(f"{problem.rule} at {problem.element_id}" for problem in problems))
        self.problems = problems


class DecisionFailed(Exception):
    """No answer: `code` is unknown_decision, several_rules, different_outputs or exhausted."""

    def __init__(self, code: str, element_id: str = "") -> None:
        super().__init__(f"{code} at {element_id}")
        self.code, self.element_id = code, element_id
