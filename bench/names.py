"""How well names are told apart: the labelled pairs, each fifth judged by the figure that is best for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import results
from tests import labelled_names

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows(*, quick: bool) -> Iterator[results.Row]:  # noqa: ARG001 - as every part is called; it takes a moment
    told = labelled_names.in_folds()
    yield results.at_least("names of one person, five folds, precision", "none", told.precision, "", 0.97)
    yield results.at_least("names of one person, five folds, recall", "none", told.recall, "", 0.95)
