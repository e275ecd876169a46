"""The functions of the language, by name."""

from __future__ import annotations

from app.feel.functions.contexts import CONTEXTS
from app.feel.functions.lists import LISTS
from app.feel.functions.numbers import NUMBERS
from app.feel.functions.ranges import RANGES
from app.feel.functions.registry import Registry
from app.feel.functions.strings import STRINGS
from app.feel.functions.times import TIMES

BUILTINS = Registry({**CONTEXTS, **LISTS, **NUMBERS, **RANGES, **STRINGS, **TIMES})
NAMES = BUILTINS.names()

__all__ = ["BUILTINS", "NAMES"]
