"""A FEEL text cut into tokens; here names win over keywords and symbols by longest match."""

from __future__ import annotations

import re

from lark import Token

from app.feel.errors import FeelError
from app.feel.names import PART, WORD, Names, canonical

_SCAN = re.compile(
    r"""(?P<SPACE>(?:\s+|//[^\n]*|/\*.*?\*/)+)
      | (?P<NUMBER>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
      | (?P<AT>@\s*"(?:[^"\\]|\\.)*")
      | (?P<STRING>"(?:[^"\\]|\\.)*")
      | (?P<SYMBOL>\*\*|\.\.|->|<=|>=|!=|[-+*/=<>()\[\]{},:.])""",
    re.DOTALL | re.VERBOSE | re.ASCII,
)
_SYMBOLS = {
    "**": "POWER", "..": "_DOTS", "->": "_ARROW", "<=": "LE", ">=": "GE", "!=": "NE", "-": "MINUS", "+": "PLUS",
    "*": "STAR", "/": "SLASH", "=": "EQ", "<": "LT", ">": "GT", "(": "_LPAR", ")": "_RPAR", "[": "_LSQB",
    "]": "_RSQB", "{": "_LBRACE", "}": "_RBRACE", ",": "_COMMA", ":": "_COLON", ".": "_DOT",
}  # fmt: skip
KEYWORDS = {
    "true": "_TRUE", "false": "_FALSE", "null": "_NULL", "if": "_IF", "then": "_THEN", "else": "_ELSE", "for": "_FOR",
    "in": "_IN", "return": "_RETURN", "some": "_SOME", "every": "_EVERY", "satisfies": "_SATISFIES", "and": "_AND",
    "or": "_OR", "between": "_BETWEEN", "function": "_FUNCTION",
}  # fmt: skip
_OPERAND_ENDS = frozenset(
    (
        "NAME",
        "NUMBER",
        "STRING",
        "AT",
        "_TRUE",
        "_FALSE",
        "_NULL",
        "_RPAR",
        "_RSQB",
        "_RBRACE",
        "_EMPTY",
        "RANGE_STOP",
    )
)
_BINDERS = frozenset(("_FOR", "_SOME", "_EVERY"))
_SYMBOLIC = rf"{WORD.pattern}(?:[\s+\-*/'.]*{PART})*"  # a name as one may be written before a colon or `in`
_KEY = re.compile(rf"(?P<name>{_SYMBOLIC})\s*:")
_BOUND = re.compile(rf"(?P<name>{_SYMBOLIC}?)\s+in(?!{PART})")
_LATER_BOUND = re.compile(rf"(?P<name>{WORD.pattern}(?:\s+{WORD.pattern})*?)\s+in(?!{PART})")
_INSTANCE = re.compile(rf"instance\s+of(?!{PART})")
# After `[1..5[` the expression must be over or go on with an operator; otherwise the bracket opens a filter.
_AFTER_RANGE = re.compile(
    rf"\s*(?:$|[),\]}}<>=!+*/.]|(?:and|or|then|else|return|satisfies|in|between|instance)(?!{PART}))"
)
_EMPTY_LIST = re.compile(r"\[\s*\]")


class Scanner:
    """One pass over one text; local names (of `for`, of functions, of contexts) are learnt on the way."""

    def __init__(self, text: str, known: Names) -> None:
        self._text, self._known = text, known
        self._local = Names(())
        self._position = 0
        self._open: list[bool] = []  # one entry an open bracket: whether `..` was seen in it
        self._tokens: list[Token] = []

    def tokens(self) -> list[Token]:
        """All tokens. Raises FeelError at a character that begins none."""
        while self._position < len(self._text):
            match = _SCAN.match(self._text, self._position)
            if match is None:
                self._name()
            elif match.lastgroup == "SYMBOL":
                self._symbol(match.group())
            elif match.lastgroup == "SPACE":
                self._position = match.end()
            else:
                self._emit(str(match.lastgroup), match.group(), match.end())
        return self._tokens

    def _previous(self, back: int = 1) -> str:
        return self._tokens[-back].type if len(self._tokens) >= back else ""

    def _emit(self, name: str, value: str, end: int) -> None:
        self._tokens.append(Token(name, value, start_pos=self._position, end_pos=end))
        self._position = end

    def _symbol(self, symbol: str) -> None:
        end = self._position + len(symbol)
        if symbol == "[":
            self._open_bracket(end)
        elif symbol == "]":
            self._close_bracket(end)
        else:
            if symbol in "({":
                self._open.append(False)
            elif symbol in ")}" and self._open:
                self._open.pop()
            elif symbol == ".." and self._open:
                self._open[-1] = True
            self._emit(_SYMBOLS[symbol], symbol, end)

    def _open_bracket(self, end: int) -> None:
        after_operand = self._previous() in _OPERAND_ENDS
        empty = _EMPTY_LIST.match(self._text, self._position)
        if after_operand and self._open and self._open[-1] and _AFTER_RANGE.match(self._text, end):
            self._open.pop()
            self._emit("RANGE_STOP", "[", end)
        elif empty and not after_operand:
            self._emit("_EMPTY", "[]", empty.end())
        else:
            self._open.append(False)
            self._emit("_LSQB", "[", end)

    def _close_bracket(self, end: int) -> None:
        if self._previous() in _OPERAND_ENDS:
            if self._open:
                self._open.pop()
            self._emit("_RSQB", "]", end)
        else:
            self._open.append(False)
            self._emit("_RANGE_START", "]", end)

    def _name(self) -> None:
        word = WORD.match(self._text, self._position)
        if word is None:
            raise FeelError("feel.character", self._position, found=self._text[self._position])
        if self._previous() == "_DOT":
            found = self._longest() or (word.group(), word.end())
            self._emit("NAME", *found)
        elif not self._binding():
            self._word(word)

    def _binding(self) -> bool:
        """A name that is being made here: key of a context, parameter, iterator."""
        pattern = self._binding_pattern()
        for candidate in pattern:
            match = candidate.match(self._text, self._position)
            if match and not (candidate is _LATER_BOUND and KEYWORDS.keys() & match["name"].split()):
                self._local.add(match["name"])
                self._emit("NAME", canonical(match["name"]), match.end("name"))
                return True
        return False

    def _binding_pattern(self) -> tuple[re.Pattern[str], ...]:
        before = self._previous()
        if before in _BINDERS:
            return (_BOUND,)
        if before == "_COMMA":
            return (_KEY, _LATER_BOUND)
        return (_KEY,) if before in ("_LBRACE", "_LPAR") else ()

    def _longest(self) -> tuple[str, int] | None:
        found = [
            match
            for names in (self._local, self._known)
            if (match := names.match(self._text, self._position))
        ]
        return max(found, key=lambda match: match[1], default=None)

    def _word(self, word: re.Match[str]) -> None:
        known = self._longest()
        instance = _INSTANCE.match(self._text, self._position)
        if known:
            self._emit("NAME", *known)
        elif instance:
            self._emit("_INSTANCE", instance.group(), instance.end())
        elif word.group() == "external" and self._previous() == "_RPAR":
            self._emit("_EXTERNAL", word.group(), word.end())
        else:
            self._emit(KEYWORDS.get(word.group(), "NAME"), word.group(), word.end())
