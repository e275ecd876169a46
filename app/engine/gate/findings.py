"""What a rule found, and the problem that the administrator is told of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule; `element_id` is the shape to mark, empty for the whole file.

    `says`: the key of the text that says it, where that is not the rule's own.
    """

    file: str
    element_id: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    says: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason to refuse a release.

    `key` names the text that says what is wrong, `remedy` the one that says what to do: in the catalogue `gate`, of
    a form in `forms`. Both take `params`, which always hold `file` and `element`, and what the shape is called:
    `label_hi`, `label_en` (empty where it is called nothing).
    """

    file: str
    element_id: str
    rule: str
    key: str
    params: Mapping[str, Any]

    @property
    def remedy(self) -> str:
        return f"{self.key}.remedy"
