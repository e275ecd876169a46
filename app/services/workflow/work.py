"""What the handler of a job hands back: what the engine is told, the rows that go with it, what to tidy after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from app.models.scope import Session


class Waits(Exception):
    """A handler has done what it can, and goes on when an officer has acted, or at a time; `until` says which."""

    def __init__(self, until: Callable[[Session], datetime]) -> None:
        super().__init__()
        self.until = until


def _nothing(_is_kept: bool) -> None:  # noqa: FBT001 - called by position alone
    """Most handlers leave nothing outside the database."""


@dataclass(frozen=True, slots=True)
class Work:
    """A job done but for its rows. Until they are committed it may be done again, here or by another worker.

    `result` becomes routing values of the service task; None where none waits for it. `rows` runs in the
    transaction that finishes the job.
    `tidy` is called after it, outside any transaction, with whether those rows are in the database: what lies
    outside (a file) is kept then, and otherwise taken away. It is not called while that is uncertain.
    """

    result: Mapping[str, Any] | None
    rows: Callable[[Session], None]
    tidy: Callable[[bool], None] = _nothing
