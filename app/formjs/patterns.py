"""Patterns of text fields: regular expressions that cannot make the server wait."""

from __future__ import annotations

import re

MAX_PATTERN = 300  # characters of a pattern
MAX_MATCHED = 500  # characters of a text that a pattern is held against
_MAX_OPEN = 2  # repetitions without an end: with n of them matching may take length ** n steps
_TOKEN = re.compile(
    r"""(?P<escape>\\.)
      | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
      | (?P<group>\((?P<kind>\?[^)]?)?)
      | (?P<close>\))
      | (?P<many>[*+]|\{\d*,\})
      | (?P<some>\{(?P<low>\d+)(?:,(?P<high>\d+))?\}|\?)
      | .""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_GROUPS = (None, "?:")
_MAX_TIMES = 50


def read_pattern(source: str) -> re.Pattern[str]:
    """The pattern for a whole text, digits meaning 0-9. Raises ValueError with a rule of `FormProblem`.

    `pattern_wrong`: no regular expression. `pattern_slow`: references, look-around, repeated repetitions or
    more than two endless repetitions, with which a few typed letters could hold the server for minutes.
    """
    if len(source) > MAX_PATTERN:
        raise ValueError("pattern_slow")
    try:
        compiled = re.compile(source, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError("pattern_wrong") from error
    if _may_be_slow(source):
        raise ValueError("pattern_slow")
    return compiled


def _may_be_slow(source: str) -> bool:
    """Whether the pattern repeats what can already match in more than one way, or looks around or back."""
    endless = 0
    varies = [False]  # per open group: whether what stands in it can match in more than one way
    closed = False  # whether the group that has just closed varies
    for token in _TOKEN.finditer(source):
        if _tries(token):
            return True
        times = _times(token)
        if closed and times > 1:
            return True
        endless += times > _MAX_TIMES
        if token["group"]:
            varies.append(False)
        elif times or token[0] == "|":
            varies[-1] = True
        closed = token["close"] is not None and len(varies) > 1 and varies.pop()
        varies[-1] = varies[-1] or closed
    return endless > _MAX_OPEN


def _tries(token: re.Match[str]) -> bool:
    """Whether a token looks around (`(?=`), names a group, or points back by its number."""
    if token["group"]:
        return token["kind"] not in _PLAIN_GROUPS
    return token["escape"] is not None and token["escape"][1].isdecimal()


def _times(token: re.Match[str]) -> int:
    """How often the thing before may come: 0 for no repetition, more than `_MAX_TIMES` counts as endless."""
    if token["many"]:
        return _MAX_TIMES + 1
    if not token["some"]:
        return 0
    if token["low"] is None:
        return 1
    return min(int(token["high"] or token["low"]), _MAX_TIMES + 1)
