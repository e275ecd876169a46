"""What the demo district's cases are made of: their persons, the answers at each step, and where each stops.

Everything is invented; `app/seed/demo_answers.json` is the table of answers by form, and what differs by row.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from app.services.district import gazetteer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

Row = dict[str, str]
_PERSON = ("name_hi", "name_en", "gender", "dob", "relation", "father_hi", "father_en", "declared_case")
#: Nobody is called so: no operator gives out a number of one digit, and example.org belongs to no one.
_MOBILE, _EMAIL = "99999000{}", "case{}@example.org"


class NoAnswers(LookupError):
    """The script says nothing for a form that a case has come to."""

    def __init__(self, form: str, row: Row) -> None:
        super().__init__(
            f"demo_answers.json has no answers for the form {form!r}, which case {row['row']} needs"
        )


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((gazetteer.SEED / "demo_answers.json").read_text(encoding="utf-8"))
    return found


def rows() -> list[Row]:
    """The cases in the order of their numbers."""
    return gazetteer.rows("demo_cases")


def letter_number(row: Row, year: int) -> str:
    """The number on the department's letter, by which a loader finds the letter again."""
    return f"{letter_mark(row)}{year}"


def letter_mark(row: Row) -> str:
    return f"DEMO-{row['letter']}/"


def place_in_letter(row: Row) -> int:
    """Which of the persons of its letter this one is, from 0."""
    return [each["row"] for each in rows() if each["letter"] == row["letter"]].index(row["row"])


def letter(row: Row) -> dict[str, Any]:
    """Answers of the requisition, but for its number and its days."""
    together = sum(other["letter"] == row["letter"] for other in rows())
    own = {
        "purpose": row["purpose"],
        "requesting_dept": row["requester_hi"],
        "candidate_count": together,
    }
    return {**_table()["letter"], **own, **_special(row).get("letter", {})}


def candidate(row: Row) -> dict[str, Any]:
    """Answers of the intake of one person, or of a firm; `office:<key>` stands for an office."""
    own: dict[str, Any] = {name: row[name] for name in _PERSON if row[name]}
    own |= {
        "declaration_attached": row["declaration_attached"] == "yes",
        "mobile": _MOBILE.format(row["row"]),
        "email": _EMAIL.format(row["row"]),
        "perm_village": row["village_hi"],
        "perm_thana": f"office:{row['thana']}",
        "perm_block": row["block"],
        "perm_pin": row["pin"],
    }
    return {**_table()["candidate"], **own, **_special(row).get("candidate", {})}


def answers(row: Row, form: str, time: int) -> dict[str, Any]:
    """What is answered when a case comes to a form for so-many-th time (from 0). Raises NoAnswers."""
    special = _special(row).get(form)
    if special is None and form not in _table()["forms"]:
        raise NoAnswers(form, row)
    if isinstance(special, list):
        special = special[min(time, len(special) - 1)]
    found = {**common(form), **(special or {})}
    return {name: _told(row, name, value) for name, value in found.items()}


def _told(row: Row, name: str, value: Any) -> Any:
    """`as:<form>` stands for what this case answers in the field of the same name of another form."""
    kind, _, form = value.partition(":") if isinstance(value, str) else ("", "", "")
    return _special(row)[form][name] if kind == "as" else value


def papers(answers: Mapping[str, Any]) -> list[str]:
    """The fields of a form for which a paper is drawn: those answered `paper:`."""
    return [name for name, value in answers.items() if value == "paper:"]


def common(form: str) -> dict[str, Any]:
    """What a clean case answers, and what is answered besides where the form asks for more."""
    return {**_table()["besides"].get(form, {}), **_table()["forms"].get(form, {})}


def clean() -> Mapping[str, Mapping[str, Any]]:
    """The answers of an ordinary clean case, by form, and nothing that is not asked there."""
    found: Mapping[str, Mapping[str, Any]] = _table()["forms"]
    return found


def filled(
    answers: Mapping[str, Any],
    page: tuple[Mapping[str, Any], Mapping[str, Any]],
    offices: Mapping[str, Any],
    after: Callable[[int], date],
) -> dict[str, Any]:
    """Answers with their stand-ins put in, in lists and rows too; `page`: what a form proposes, its outside lists.

    `office:<key>` is the id of an office, `day:<number>` the day so many working days from now, `choice:<list>` the
    first of an outside list, `last:<list>` its last and `every:<list>` all of it; a list that is empty, or not on the
    form, gives an empty text. A mapping where the form proposes rows is put into each of them; a paper is no answer.
    """
    proposed, options = page
    stands: dict[str, Callable[[str], Any]] = {
        "office": lambda key: str(offices[key]),
        "day": lambda number: after(int(number)).isoformat(),
        "choice": lambda name: options[name][0]["value"] if options.get(name) else "",
        "last": lambda name: options[name][-1]["value"] if options.get(name) else "",
        "every": lambda name: [each["value"] for each in options.get(name, ())],
    }

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: put(each) for name, each in value.items()}
        if isinstance(value, list):
            return [put(each) for each in value]
        kind, _, rest = value.partition(":") if isinstance(value, str) else ("", "", "")
        return stands[kind](rest) if kind in stands else value

    drawn = papers(answers)
    found = {name: put(value) for name, value in answers.items() if name not in drawn}
    return found | {
        name: [{**row, **value} for row in proposed.get(name) or ()]
        for name, value in found.items()
        if isinstance(value, dict)
    }


def pace(row: Row, form: str) -> float:
    """Which share of the time that is left to a case passes before this form is sent."""
    return float({**_table()["pace"], **_special(row).get("pace", {})}.get(form, 0.2))


def stops(row: Row) -> frozenset[str]:
    """The steps that are left undone, where the story stands today: `step`, or `step@2` for its second time."""
    return frozenset(_of_stage(row).get("stop", ()))


def end(row: Row) -> str:
    """The status in which the case ends; empty for one that is still open."""
    return str(_of_stage(row).get("end", ""))


def withdrawal() -> str:
    """The reason that the department gives."""
    return str(_table()["withdrawal"])


def revoked(row: Row) -> tuple[str, str] | None:
    """On which ground the paper of a case is revoked in the end, and the words of the order."""
    told = _special(row).get("revoke")
    return None if told is None else (told["ground"], told["order"])


def given_on(row: Row) -> tuple[str, str] | None:
    """Which open step the head of its office gives to another officer in the end, and for which listed reason."""
    told = _special(row).get("give_on")
    return None if told is None else (told["step"], told["reason"])


def _of_stage(row: Row) -> dict[str, Any]:
    """Where the story stops: by its stage, and by what is special in it."""
    return {**_table()["stages"][row["stage"]], **_special(row)}


def _special(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = _table()["rows"].get(row["row"], {})
    return found
