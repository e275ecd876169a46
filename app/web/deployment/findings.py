"""What the gate found, in the page's language: which file, which shape, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from app.domain.offices import LANES
from app.web.frame import language
from app.web.frame.language import say

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Parameters of a refusal that are codes, and where the catalogue has a word for each; several are parted by commas.
_CODES = {
    **dict.fromkeys(("reason", "type", "left", "right"), "gate.word"),
    **dict.fromkeys(("role", "roles"), "role"),
    **dict.fromkeys(("lane", "lanes"), "office_kind"),
    **dict.fromkeys(("kind", "kinds"), "job"),
    "messages": "canvas.message",
}


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
    params = {name: _words(_CODES[name], value) if name in _CODES else value for name, value in given.items()}
    if "why" in given:  # a case stopped: said in the words of an incident
        params["why"] = language.known(f"incident.code.{given['why']}") or given["why"]
    label = language.choose(str(given.get("label_hi") or ""), str(given.get("label_en") or ""))
    if label and "element" in params:  # people know a step by its name
        params["element"] = label
    return Told(
        problem.file, problem.element_id, label, _filled(problem.key, params), _filled(problem.remedy, params)
    )


def _filled(key: str, params: dict[str, Any]) -> str:
    return say(key, **params) if params else say(key)


def _words(place: str, codes: Any) -> str:
    """The words for codes of the gate; what has none is said as it is."""
    return ", ".join(_word(place, LANES.get(each, each)) or each for each in str(codes).split(", "))


def _word(place: str, code: str) -> str:
    return language.known(f"{place}.{code}".replace(" ", "_"))
