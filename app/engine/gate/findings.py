"""What a rule found, and the problem that the administrator is told of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["refuse", "warn"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule; `element_id` is the shape to mark, empty for the whole file."""

    file: str
    element_id: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason to refuse a release (or to warn of it).

    `rule` names two texts of the catalogue `gate`: `gate.<rule>`, what is wrong, and
    `gate.<rule>.remedy`, what to do. Both take `params`, which always hold `file` and `element`, and what the
    shape is called: `label_hi`, `label_en` (empty where it is called nothing).
    """

    file: str
    element_id: str
    rule: str
    params: Mapping[str, Any]
    severity: Severity = "refuse"
