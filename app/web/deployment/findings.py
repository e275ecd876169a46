"""What the gate found, in the page's language: which file, which shape, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from app.web.frame import language
from app.web.frame.language import say

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Parameters of a refusal that are codes, with a word for each in the catalogue.
_CODES = frozenset({"reason", "type", "left", "right"})


@dataclass(frozen=True, slots=True)
class Told:
    """One reason; `element` is the shape it is about, empty for the whole file."""

    file: str
    element: str
    label: str
    text: str
    remedy: str


def told(problems: Iterable[Any]) -> list[Told]:
    return [_told(problem) for problem in problems]


def plain(problems: Iterable[Any]) -> list[dict[str, str]]:
    """The same for a script."""
    return [asdict(each) for each in told(problems)]


def _told(problem: Any) -> Told:
    given = problem.params
    params = {name: _word(value) if name in _CODES else value for name, value in given.items()}
    if "why" in given:  # a case stopped: said in the words of an incident
        params["why"] = language.known(f"incident.code.{given['why']}") or given["why"]
    label = language.choose(str(given.get("label_hi") or ""), str(given.get("label_en") or ""))
    return Told(
        problem.file, problem.element_id, label, _filled(problem.key, params), _filled(problem.remedy, params)
    )


def _filled(key: str, params: dict[str, Any]) -> str:
    return say(key, **params) if params else say(key)


def _word(code: Any) -> Any:
    """The word for a code of the gate; what has none is said as it is."""
    return language.known(f"gate.word.{code}".replace(" ", "_")) or code
