"""Diagrams on a page: in which order a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from app.services.instances import VERIFICATION

if TYPE_CHECKING:
    from collections.abc import Iterable


class Drawn(Protocol):
    @property
    def process(self) -> str: ...


D = TypeVar("D", bound=Drawn)


def in_reading_order(diagrams: Iterable[D]) -> list[D]:
    """The route of the case first, then what it calls."""
    return sorted(diagrams, key=lambda each: (each.process != VERIFICATION, each.process))
