"""What the gate found, in the page's language: which file, which shape, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain.offices import LANES
from app.web.frame import language
from app.web.frame.language import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


def told(problems: Iterable[Any], contents: Mapping[str, bytes] | None = None) -> list[Told]:
    """The reasons in words; with the files, a field of a form is called as officers see it, not by its id."""
    return [_told(problem, contents or {}) for problem in problems]


def plain(problems: Iterable[Any], contents: Mapping[str, bytes] | None = None) -> list[dict[str, str]]:
    """The same for a script."""
    return [asdict(each) for each in told(problems, contents)]


def _told(problem: Any, contents: Mapping[str, bytes]) -> Told:
    given = problem.params
    params = {name: _words(_CODES[name], value) if name in _CODES else value for name, value in given.items()}
    if "why" in given:  # a case stopped: said in the words of an incident
        params["why"] = language.incident(given["why"])
    label = language.choose(str(given.get("label_hi") or ""), str(given.get("label_en") or ""))
    label = label or _field(contents.get(problem.file, b""), problem.element_id)
    if label and "element" in params:  # people know a step by its name
        params["element"] = label
    if label and "component" in params:
        params["component"] = f"“{label}”"
    return Told(
        problem.file, problem.element_id, label, _filled(problem.key, params), _filled(problem.remedy, params)
    )


def _field(data: bytes, component: str) -> str:
    """The label of a form's component; nothing of a file that is no form, or where it has none."""
    if not component or not formjs.is_form(data):
        return ""
    found = next((each for each in formjs.entries(data) if each.id == component), None)
    return language.choose(found.label_hi, found.label_en) if found else ""


def _filled(key: str, params: dict[str, Any]) -> str:
    return say(key, **params) if params else say(key)


def _words(place: str, codes: Any) -> str:
    """The words for codes of the gate; what has none is said as it is."""
    return ", ".join(_word(place, LANES.get(each, each)) or each for each in str(codes).split(", "))


def _word(place: str, code: str) -> str:
    return language.known(f"{place}.{code}".replace(" ", "_"))
