"""Text to tree: nested tuples of strings, numbers as strings and booleans, so that JSON carries a tree anywhere.

A node is `(tag, ...)`; the tags are those that `interpreter` handles. Trees are shared by a cache: never change one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError
from lark.lexer import Lexer

from app.feel.errors import FeelError
from app.feel.functions import NAMES as FUNCTION_NAMES
from app.feel.lexer import Scanner
from app.feel.limits import MAX_DEPTH, MAX_NODES, MAX_TEXT
from app.feel.literals import unescape
from app.feel.names import LANGUAGE_NAMES, known_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Tree = Any  # ("tag", ...) of nested tuples; lists after a trip through JSON

_NEGATED = re.compile(r"\s*not\s*\(")


def parse(text: str, names: Collection[str] = ()) -> Tree:
    """The tree of an expression; a leading `=` is allowed. `names` are the known names that may hold spaces.

    Raises FeelError (`feel.syntax`, `feel.character`, `feel.empty`, `feel.too_long`, `feel.too_large`).
    """
    return _parse(text, frozenset(names))


def parse_unary_tests(text: str, names: Collection[str] = ()) -> Tree:
    """The tree of a decision table's input cell: `-`, tests, or `not(tests)`. Raises FeelError like `parse`."""
    return _parse_tests(text, frozenset(names))


@lru_cache(maxsize=2048)
def _parse(text: str, names: frozenset[str]) -> Tree:
    body = text.lstrip()
    return _read(
        "expression", body.removeprefix("="), names, offset=len(text) - len(body) + body.startswith("=")
    )


@lru_cache(maxsize=2048)
def _parse_tests(text: str, names: frozenset[str]) -> Tree:
    if text.strip() == "-":
        return ("any",)
    negated = _negated_body(text)
    if negated is not None:
        return ("none", *_read("unary_tests", text[negated[0] : negated[1]], names, offset=negated[0])[1:])
    return _read("unary_tests", text, names, offset=0)


def _negated_body(text: str) -> tuple[int, int] | None:
    """Where the tests within `not(...)` stand, if the closing bracket of that `not` ends the text."""
    opening = _NEGATED.match(text)
    if opening is None or not text.rstrip().endswith(")"):
        return None
    depth, quoted, last = 1, False, len(text.rstrip()) - 1
    for position in range(opening.end(), last + 1):
        character = text[position]
        if character == '"' and text[position - 1] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if depth == 0:
                return (opening.end(), position) if position == last else None
    return None


def _read(start: str, text: str, names: frozenset[str], offset: int) -> Tree:
    if len(text) > MAX_TEXT:
        raise FeelError("feel.too_long", offset, limit=MAX_TEXT)
    if not text.strip():
        raise FeelError("feel.empty", offset)
    try:
        tokens = Scanner(unicodedata.normalize("NFC", text), known_names(names | _LANGUAGE)).tokens()
        tree = _grammar().parse(tokens, start=start)  # lark hands any object to our lexer
    except FeelError as error:
        raise FeelError(error.key, error.position + offset, **error.params) from None
    except UnexpectedInput as error:
        raise _syntax_error(error, len(text), offset) from None
    except VisitError as error:
        raise FeelError("feel.syntax", offset, found=text[:20]) from error
    _check_size(tree, offset)
    return tree


_LANGUAGE = frozenset(LANGUAGE_NAMES) | FUNCTION_NAMES


def _syntax_error(error: UnexpectedInput, length: int, offset: int) -> FeelError:
    token = getattr(error, "token", None)
    if not isinstance(token, Token) or token.type == "$END" or token.start_pos is None:
        return FeelError("feel.unfinished", offset + length)
    return FeelError("feel.syntax", offset + token.start_pos, found=str(token))


def _check_size(tree: Tree, offset: int) -> None:
    """Counts level by level, so that a deep tree cannot exhaust the stack of the count itself."""
    nodes, level = 0, [tree]
    for _ in range(MAX_DEPTH * 2):  # a node and the tuple of its parts make two levels
        nodes += len(level)
        level = [part for node in level for part in node if isinstance(part, tuple)]
        if not level or nodes > MAX_NODES:
            break
    if level:
        raise FeelError("feel.too_large", offset, limit=MAX_NODES)


class _Tokens(Lexer):
    """Hands lark the tokens that our scanner found."""

    def __init__(self, lexer_conf: Any) -> None:
        """Lark wants the argument; nothing in it concerns us."""

    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]  # lark's older lexer interface
        return iter(data)


@cache
def _grammar() -> Lark:
    return Lark(
        Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
        parser="lalr",
        lexer=_Tokens,
        start=["expression", "unary_tests"],
        transformer=_Builder(),
        maybe_placeholders=False,
        keep_all_tokens=False,
    )


def _mentions(tree: Tree, name: str) -> bool:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node == ("name", name):
            return True
        waiting.extend(part for part in node if isinstance(part, tuple))
    return False


def _kinds(parts: tuple[Tree, ...]) -> Iterator[Tree]:
    """The types among the parts: the angle brackets are tokens still."""
    return (part for part in parts if not isinstance(part, Token))


@v_args(inline=True)
class _Builder(Transformer[Token, Tree]):
    """One method a rule of the grammar; each gives a node."""

    def number(self, token: Token) -> Tree:
        return ("num", str(token))

    def string(self, token: Token) -> Tree:
        return ("lit", unescape(token))

    def temporal(self, token: Token) -> Tree:
        return ("at", unescape(token[token.index('"') :]))

    def name(self, token: Token) -> Tree:
        return ("name", str(token))

    def true(self) -> Tree:
        return ("lit", True)

    def false(self) -> Tree:
        return ("lit", False)

    def null(self) -> Tree:
        return ("lit", None)

    def empty(self) -> Tree:
        return ("list",)

    def same(self, inner: Tree) -> Tree:
        return inner

    def operator(self, token: Token) -> str:
        return str(token)

    def either(self, left: Tree, right: Tree) -> Tree:
        return (*left, right) if left[0] == "or" else ("or", left, right)

    def both(self, left: Tree, right: Tree) -> Tree:
        return (*left, right) if left[0] == "and" else ("and", left, right)

    def compare(self, left: Tree, operator: str, right: Tree) -> Tree:
        return (operator, left, right)

    def calculate(self, left: Tree, operator: Token, right: Tree) -> Tree:
        return (str(operator), left, right)

    def negative(self, _: Token, operand: Tree) -> Tree:
        if operand[0] == "num" and not operand[1].startswith("-"):
            return ("num", "-" + operand[1])
        return ("neg", operand)

    def between(self, value: Tree, low: Tree, high: Tree) -> Tree:
        return ("between", value, low, high)

    def in_operator(self, value: Tree, operator: str, operand: Tree) -> Tree:
        return ("in", value, ("test", operator, operand))

    def in_one(self, value: Tree, operand: Tree) -> Tree:
        return ("in", value, ("is", operand))

    def in_several(self, value: Tree, several: tuple[Tree, ...]) -> Tree:
        return ("in", value, *several)

    def several(self, *tests: Tree) -> tuple[Tree, ...]:
        return tests

    def operator_test(self, operator: str, operand: Tree) -> Tree:
        return ("test", operator, operand)

    def plain_test(self, operand: Tree) -> Tree:
        return ("asked", operand) if _mentions(operand, "?") else ("is", operand)

    def unary_tests(self, *tests: Tree) -> Tree:
        return ("any_of", *tests)

    def instance(self, value: Tree, kind: Tree) -> Tree:
        return ("instance", value, kind)

    def path(self, value: Tree, name: Token) -> Tree:
        return ("path", value, str(name))

    def filter(self, value: Tree, predicate: Tree) -> Tree:
        return ("filter", value, predicate)

    def call(self, callee: Tree, arguments: tuple[Tree, ...] = ()) -> Tree:
        return ("call", callee, *arguments)

    def call_named(self, callee: Tree, arguments: tuple[Tree, ...]) -> Tree:
        return ("named", callee, *arguments)

    def arguments(self, *arguments: Tree) -> tuple[Tree, ...]:
        return arguments

    def named_arguments(self, *arguments: Tree) -> tuple[Tree, ...]:
        return arguments

    def named(self, name: Token, value: Tree) -> Tree:
        return (str(name), value)

    def operator_range(self, operator: str, operand: Tree) -> Tree:
        return ("half", operator, operand)

    def open_range(self, start: Tree, end: Tree, closed: bool) -> Tree:  # noqa: FBT001
        return ("range", False, start, end, closed)

    def closed_range(self, start: Tree, end: Tree, closed: bool) -> Tree:  # noqa: FBT001
        return ("range", True, start, end, closed)

    def range_stop(self, token: Token) -> bool:
        return str(token) == "]"

    def list(self, *items: Tree) -> Tree:
        return ("list", *items)

    def context(self, *entries: Tree) -> Tree:
        return ("context", *entries)

    def entry(self, key: Token, value: Tree) -> Tree:
        return (unescape(key) if key.type == "STRING" else str(key), value)

    def condition(self, test: Tree, then: Tree, otherwise: Tree) -> Tree:
        return ("if", test, then, otherwise)

    def loop(self, iterators: Tree, body: Tree) -> Tree:
        return ("for", iterators, body, _mentions(body, "partial"))

    def some(self, iterators: Tree, body: Tree) -> Tree:
        return ("some", iterators, body)

    def every(self, iterators: Tree, body: Tree) -> Tree:
        return ("every", iterators, body)

    def iterators(self, *iterators: Tree) -> tuple[Tree, ...]:
        return iterators

    def over(self, name: Token, domain: Tree) -> Tree:
        return (str(name), domain)

    def from_to(self, name: Token, start: Tree, end: Tree) -> Tree:
        return (str(name), start, end)

    def function(self, *parts: Tree) -> Tree:
        return ("function", parts[:-1], parts[-1])

    def external(self, *parts: Tree) -> Tree:
        return ("function", parts[:-1], ("lit", None))

    def parameter(self, name: Token, kind: Tree = "Any") -> Tree:
        return (str(name), kind)

    def type_name(self, *words: Token) -> Tree:
        return ".".join(words)

    def type_of(self, name: Token, *parts: Tree) -> Tree:
        return (str(name), *_kinds(parts))

    def type_context(self, name: Token, *parts: Tree) -> Tree:
        return (str(name), *_kinds(parts))

    def type_entry(self, name: Token, kind: Tree) -> Tree:
        return (str(name), kind)

    def type_function(self, *parts: Tree) -> Tree:
        return ("function", *_kinds(parts))
