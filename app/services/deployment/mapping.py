"""What becomes of steps that a newer release lacks or has changed: what may be chosen, and a past so told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app import engine
from app.domain.roles import IN_PERSON, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app import formjs
    from app.services.deployment.rehearsal import Past, PastAct, Place
    from app.services.procedure.releases import Loaded

GONE = "-"  # chosen for a step that fell away: what was done in it counts no more


@dataclass(frozen=True, slots=True)
class Change:
    """A step of an older release that needs a word: the newer `lacks` it, or its `office`, `role`, `form` differs."""

    step: engine.UserTaskDefinition
    code: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a choice changes for the officer who has the step: another `role`, another `form`, answers it lacks."""

    role: str = ""
    form: str = ""
    lost: tuple[tuple[str, str], ...] = ()  # labels of fields, Hindi and English


def changes(old: Loaded, new: Loaded) -> list[Change]:
    """The steps of an older release that need a word before cases can go over, in the order of its route."""
    steps = old.engine.user_tasks.values()
    found = ((step, difference(step, new.engine.user_tasks.get(step.element_id))) for step in steps)
    return [Change(step, code) for step, code in found if code]


def difference(was: engine.UserTaskDefinition, becomes: engine.UserTaskDefinition | None) -> str:
    """In what a step is another one on the newer release; nothing where it is the same."""
    if becomes is None:
        return "lacks"
    pairs = (("office", "lane"), ("role", "role"), ("form", "form"))
    return next((code for code, name in pairs if getattr(was, name) != getattr(becomes, name)), "")


def refusal(old: Loaded, new: Loaded, element_id: str, chosen: str) -> str:
    """Why a step cannot become that one: `unknown`, `office`, `in_person`, `level`; nothing where it can, or is GONE.

    The clock of an office runs on while the case changes its release: so the step must be the same office's.
    """
    if chosen == GONE:
        return ""
    was, becomes = old.engine.user_tasks.get(element_id), new.engine.user_tasks.get(chosen)
    if was is None or becomes is None:
        return "unknown"
    if was.lane != becomes.lane:
        return "office"
    if was.role != becomes.role and IN_PERSON & {Role(was.role), Role(becomes.role)}:
        return "in_person"
    return "" if _level(old, element_id) == _level(new, chosen) else "level"


def _level(loaded: Loaded, element_id: str) -> frozenset[str]:
    """In which process, sub-processes and calls a step lies."""
    held = engine.contents(tuple(loaded.engine.diagrams.values()))
    return frozenset(key for key, nodes in held.items() if element_id in nodes)


def told(old: Loaded, new: Loaded, element_id: str, chosen: str) -> Told:
    """What is said of a choice before it is made: what is another for the officer, which answers have no place."""
    was, becomes = old.engine.user_tasks.get(element_id), new.engine.user_tasks.get(chosen)
    if was is None or becomes is None:
        return Told()
    return Told(
        role=becomes.role if was.role != becomes.role else "",
        form=becomes.form if was.form != becomes.form else "",
        lost=_lost(old.forms.get(was.form), new.forms.get(becomes.form)),
    )


def _lost(was: formjs.Form | None, becomes: formjs.Form | None) -> tuple[tuple[str, str], ...]:
    if was is None or becomes is None:
        return ()
    kept = {field.path for field in becomes.fields}
    return tuple((field.label_hi, field.label_en) for field in was.fields if field.path not in kept)


# -- a past, as if it had been told on the newer release ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read the choices for a case: `done` names what was finished (empty: no more), `still` what is open."""

    done: Mapping[str, str]
    still: Mapping[str, str]


def readings(past: Past, chosen: Mapping[str, str]) -> list[Reading]:
    """The ways to read the choices for one case, the likelier first.

    Where a step became another, what was done in it counts as done there; where the case stands at a step that fell
    away, it may go on at the one named, and what was done in it earlier counts no more.
    """
    met = {element_id for element_id, _ in past.opened} | set(past.results)
    waiting = {element_id for element_id, _ in past.waiting}
    still = {old: new for old, new in chosen.items() if old in waiting and new != GONE}
    renamed = {old: "" if new == GONE else new for old, new in chosen.items() if old in met}
    dropped = {old: new if old == new else "" for old, new in renamed.items()}
    return [Reading(renamed, still), *([Reading(dropped, still)] if dropped != renamed else [])]


def retold(past: Past, reading: Reading) -> Past:
    """The past of a case under the names of the newer release; what counts no more is left out."""
    done, still = reading.done, reading.still
    waiting: Counter[Place] = Counter()
    opened: Counter[Place] = Counter()
    for (element_id, unit), count in past.waiting.items():
        waiting[still.get(element_id, element_id), unit] += count
    for (element_id, unit), count in (past.opened - past.waiting).items():
        if name := done.get(element_id, element_id):
            opened[name, unit] += count
    return replace(
        past,
        acts=[act for act in (_act(each, done) for each in past.acts) if act is not None],
        results={name: found for key, found in past.results.items() if (name := done.get(key, key))},
        opened=opened + waiting,
        waiting=waiting,
        steps=frozenset(filter(None, (done.get(each, each) for each in past.steps)))
        | frozenset(still.values()),
    )


def _act(act: PastAct, names: Mapping[str, str]) -> PastAct | None:
    name = names.get(act.element_id, act.element_id)
    if name == act.element_id:
        return act
    if not name:
        return None
    routing = {name if key == act.element_id else key: value for key, value in act.routing.items()}
    return replace(act, element_id=name, routing=routing)


def changed(olds: Sequence[Loaded], new: Loaded) -> dict[str, tuple[Loaded, Change]]:
    """Every step of older releases (newest first) that needs a word, with the newest release that has it."""
    found: dict[str, tuple[Loaded, Change]] = {}
    for old in olds:
        for change in changes(old, new):
            found.setdefault(change.step.element_id, (old, change))
    return found
