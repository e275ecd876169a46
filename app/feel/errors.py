"""The two ways a FEEL text fails: it cannot be read, or it would cost too much."""

from __future__ import annotations

from typing import Any


class FeelError(ValueError):
    """A text that is not FEEL; `key` and `params` are for the catalogue, `position` counts characters from 0."""

    def __init__(self, key: str, position: int = 0, **params: Any) -> None:
        super().__init__(f"{key} at {position}")
        self.key, self.position, self.params = key, position, params


class Exhausted(Exception):
    """An evaluation passed one of the bounds in `limits`; the evaluation turns it into null and remembers it."""
