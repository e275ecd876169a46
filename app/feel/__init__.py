"""FEEL, the DMN standard's expression language: text -> JSON tree -> value; knows nothing of the rest."""

from app.feel.errors import FeelError
from app.feel.interpreter import Evaluation, evaluate, evaluate_unary
from app.feel.parser import Tree, parse, parse_unary_tests
from app.feel.reads import names_read
from app.feel.remembering import Memory, Rule
from app.feel.values import DaysDuration, Function, MonthsDuration, Range

__all__ = [
    "DaysDuration",
    "Evaluation",
    "FeelError",
    "Function",
    "Memory",
    "MonthsDuration",
    "Range",
    "Rule",
    "Tree",
    "evaluate",
    "evaluate_unary",
    "names_read",
    "parse",
    "parse_unary_tests",
]
