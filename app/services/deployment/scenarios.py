"""Scenarios: named example cases of a release, led through it before it may come into force: its own tests.

They lie in one file of the release. An example knows no person, number or office: only values that the route reads.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from app import engine
from app.domain.errors import DomainError
from app.services.deployment import rehearsal
from app.services.deployment.rehearsal import Past, PastAct, World
from app.services.procedure import releases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.procedure.releases import Loaded

SCENARIOS = releases.SCENARIOS
MOST = 40
_MOST_ACTS = 300
_BEGAN = datetime(2026, 1, 5, 4, 30, tzinfo=UTC)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FACTS = ("requisition", "intake", "findings")
_SYSTEM = ("units", "unit", "rounds", "reviewed")


class Unreadable(DomainError):
    """The file of scenarios is not one (422)."""

    key = "error.scenarios_unreadable"


@dataclass(frozen=True, slots=True)
class Act:
    """What an officer of the example does: at which step, for which enquiry, and what the route is told.

    Without a step: the department takes its letter back. `facts`: those that hold from then on, where they change.
    """

    step: str = ""
    unit: str = ""
    routing: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One example. `steps`: how often each step is expected, `end`: the end event; `results`: of services."""

    key: str
    name_hi: str
    name_en: str
    data: Mapping[str, Any]
    facts: Mapping[str, Any]
    acts: Sequence[Act]
    results: Mapping[str, Sequence[Mapping[str, Any]]]
    steps: Mapping[str, int]
    end: str

    def plain(self) -> dict[str, Any]:
        acts = [
            {name: value for name in ("step", "unit", "routing", "facts") if (value := getattr(act, name))}
            for act in self.acts
        ]
        own = {name: getattr(self, name) for name in ("key", "name_hi", "name_en", "data", "facts")}
        return {**own, "acts": acts, "results": self.results, "steps": self.steps, "end": self.end}


@dataclass(frozen=True, slots=True)
class Judged:
    """How a scenario fares on a release: nothing, or the element, what is wrong there, and the two counts.

    `steps` and `end` tell the way that it goes, where it comes to an end.
    """

    code: str = ""  # halted | stuck | more | fewer | other_end
    element_id: str = ""
    why: str = ""
    expected: str = ""
    found: str = ""
    steps: Mapping[str, int] = field(default_factory=dict)
    end: str = ""


def read(data: bytes) -> list[Scenario]:
    """The scenarios of a file. Raises Unreadable."""
    try:
        found = [_scenario(each) for each in orjson.loads(data)["scenarios"]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable from error
    if len(found) > MOST or len({each.key for each in found}) < len(found):
        raise Unreadable
    return found


def _scenario(plain: Mapping[str, Any]) -> Scenario:
    acts = [
        Act(
            str(each.get("step", "")),
            str(each.get("unit", "")),
            _mapping(each.get("routing", {})),
            _mapping(each.get("facts", {})),
        )
        for each in plain["acts"][:_MOST_ACTS]
    ]
    if not _KEY.fullmatch(plain["key"]):
        raise ValueError(plain["key"])
    return Scenario(
        plain["key"],
        str(plain["name_hi"])[:120],
        str(plain["name_en"])[:120],
        _mapping(plain["data"]),
        _mapping(plain["facts"]),
        acts,
        {name: [_mapping(each) for each in found] for name, found in _mapping(plain["results"]).items()},
        {name: int(count) for name, count in _mapping(plain["steps"]).items()},
        str(plain["end"]),
    )


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def write(found: Sequence[Scenario]) -> bytes:
    """The file of these scenarios: the same for the same ones."""
    plain = {"scenarios": [each.plain() for each in found]}
    return orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


# -- judged ------------------------------------------------------------------------------------------------


class _Example:
    """The world of a scenario: its own facts, and a calendar in which every day is a working day."""

    def __init__(self, scenario: Scenario, changes: Mapping[datetime, Mapping[str, Any]]) -> None:
        self._facts, self._changes = {name: scenario.facts.get(name, {}) for name in _FACTS}, changes
        self._now = _BEGAN

    def at(self, now: datetime) -> _Example:
        self._now = now
        return self

    def learn(self, act: PastAct) -> None:
        self._facts = {**self._facts, **self._changes.get(act.at, {})}

    def answers(self, _act: PastAct) -> None:
        """Nothing but what the route was told is known of an example."""

    def facts(self) -> Mapping[str, Any]:
        return self._facts

    def working_days_after(self, days: Any) -> str:
        return (self._now + timedelta(days=float(days))).isoformat()


def judge(scenario: Scenario, release: engine.Release) -> Judged:
    """Lead an example through a release and compare its way with the one that is expected."""
    at = [_BEGAN + timedelta(minutes=number) for number in range(1, len(scenario.acts) + 1)]
    acts = [
        PastAct(when, act.step, act.unit, act.routing) for when, act in zip(at, scenario.acts, strict=True)
    ]
    past = Past(
        began=_BEGAN,
        data=scenario.data,
        acts=acts,
        results=scenario.results,
        opened=Counter({(step, ""): count for step, count in scenario.steps.items()}),
        waiting=Counter(),
        decided={},
        end=scenario.end,
        steps=frozenset(scenario.steps) | frozenset(scenario.results),
        days={},
    )
    changes = {when: act.facts for when, act in zip(at, scenario.acts, strict=True)}
    return _judged(scenario, rehearsal.rehearse(past, release, _Example(scenario, changes)))


def _judged(scenario: Scenario, outcome: rehearsal.Outcome) -> Judged:
    if outcome.verdict == "halted":
        return Judged("halted", outcome.element_id, outcome.code)
    if outcome.verdict == "stuck":
        return Judged("stuck", outcome.element_id)
    way = dict(outcome.opened), outcome.end or ""
    for step in [*scenario.steps, *outcome.opened]:
        wanted, found = scenario.steps.get(step, 0), outcome.opened[step]
        if wanted != found:
            return Judged("more" if found > wanted else "fewer", step, "", str(wanted), str(found), *way)
    if outcome.end != scenario.end:
        return Judged("other_end", scenario.end, "", scenario.end, outcome.end or "", *way)
    return Judged("", "", "", "", "", *way)


def unreadable(files: Mapping[str, bytes]) -> list[engine.Problem]:
    """The one fault of a file of scenarios that is none; it shows whatever the gate says of the other files."""
    try:
        if SCENARIOS in files:
            read(files[SCENARIOS])
    except Unreadable:
        nothing = {"file": SCENARIOS, "element": "", "label_hi": "", "label_en": ""}
        return [engine.Problem(SCENARIOS, "", "scenario", "scenario.unreadable", nothing)]
    return []


def problems(files: Mapping[str, bytes]) -> list[engine.Problem]:
    """What the scenarios of a release say against it, as reasons of the gate, which has let its files through."""
    if unread := unreadable(files):
        return unread
    found = read(files[SCENARIOS]) if SCENARIOS in files else []
    release = engine.load_release(releases.fingerprint(files), files)
    judged = [(each, judge(each, release)) for each in found]
    return [_problem(files, release, each, result) for each, result in judged if result.code]


def _problem(
    files: Mapping[str, bytes], release: engine.Release, scenario: Scenario, result: Judged
) -> engine.Problem:
    file = releases.file_of(files, result.element_id) or SCENARIOS
    hindi, english = release.label(result.element_id)
    found_end = release.label(result.found) if result.code == "other_end" else (result.found, result.found)
    params = {
        "file": file,
        "element": result.element_id,
        "label_hi": "" if hindi == result.element_id else hindi,
        "label_en": "" if english == result.element_id else english,
        "scenario_hi": scenario.name_hi,
        "scenario_en": scenario.name_en,
        "why": result.why,
        "expected": result.expected,
        "found_hi": found_end[0],
        "found_en": found_end[1],
    }
    return engine.Problem(file, result.element_id, "scenario", f"scenario.{result.code}", params)


# -- from a past case --------------------------------------------------------------------------------------


def from_past(session: Session, case: AnyRow, loaded: Loaded, key: str, names: tuple[str, str]) -> Scenario:
    """A closed case as an example: what its route was told, without a person, a number or an office.

    Raises rehearsal.NoRecord, and KeyDestroyed for an erased case.
    """
    past = rehearsal.recall(session, case, loaded)
    world, masks, reads = World(session, case), _Masks(), loaded.engine.routing_reads
    facts = _read_facts(world.at(past.began).facts(), reads)
    first, acts = facts, list[Act]()
    for act in past.acts:
        world.at(act.at).learn(act)
        known = _read_facts(world.facts(), reads) if act.element_id else facts
        changed = {name: known[name] for name in known if known[name] != facts[name]}
        acts.append(Act(act.element_id, masks.unit(act.unit), masks.routing(act, reads), changed))
        facts = known
    case_data = {
        **past.data["case"],
        "id": key,
        "received_on": _BEGAN.date().isoformat(),
        "sdpo_office_id": "",
    }
    steps = Counter[str]()
    for (step, _), count in past.opened.items():
        steps[step] += count
    results = {name: [dict.fromkeys(each, "1") for each in found] for name, found in past.results.items()}
    data = {**past.data, "case": case_data}
    return Scenario(key, *names, data, first, acts, results, dict(sorted(steps.items())), past.end or "")


def _read_facts(facts: Mapping[str, Any], reads: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    return {
        name: {each: (facts.get(name) or {}).get(each) for each in sorted(reads.get(name, ()))}
        for name in _FACTS
    }


class _Masks:
    """Enquiries and offices under names of the example's own, in the order in which they are met."""

    def __init__(self) -> None:
        self._units: dict[str, str] = {}
        self._offices: dict[str, str] = {}

    def unit(self, unit_id: str) -> str:
        return self._units.setdefault(unit_id, f"unit{len(self._units) + 1}") if unit_id else ""

    def routing(self, act: PastAct, reads: Mapping[str, frozenset[str]]) -> dict[str, Any]:
        own = act.routing.get(act.element_id) or {}
        kept = {name: own.get(name) for name in sorted(reads.get(act.element_id, ()))}
        system = {name: self._masked(act.routing[name]) for name in _SYSTEM if name in act.routing}
        return {**({act.element_id: kept} if kept else {}), **system}

    def _masked(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._masked(each) for each in value]
        if not isinstance(value, dict):
            return value
        office = str(value.get("office_id", ""))
        own = self._offices.setdefault(office, f"office{len(self._offices) + 1}")
        return {**value, "id": self.unit(str(value["id"])), "office_id": own}


def changed(
    found: Sequence[Scenario], key: str, names: tuple[str, str], steps: Mapping[str, int], end: str
) -> list[Scenario]:
    """These scenarios, with another name and another expected way of one."""
    kept = {step: count for step, count in sorted(steps.items()) if count > 0}
    return [
        replace(each, name_hi=names[0], name_en=names[1], steps=kept, end=end) if each.key == key else each
        for each in found
    ]


def next_key(found: Sequence[Scenario]) -> str:
    """A key that none of them has."""
    taken = {each.key for each in found}
    return next(key for number in range(1, MOST + 2) if (key := f"example_{number}") not in taken)
