"""The scenarios of a proposal: how each fares, and new ones made from cases of the past that nobody names.

Who changes the procedure sees no case (the matrix says so). He names a step, and the system takes a case that came to
it: which one it was is neither told nor kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import engine
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.deployment import replays as past_cases
from app.models.scope import CaseScope
from app.services.deployment import rehearsal, release_proposals, replays, scenarios
from app.services.deployment.scenarios import SCENARIOS, Scenario
from app.services.procedure import releases
from app.services.store import audit
from app.services.store.keys import KeyDestroyed
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.deployment.scenarios import Judged
    from app.services.store.database import Database

LONGEST_NAME = 120
_LOOKED_AT = 200  # ended cases, the newest first


def of(contents: Mapping[str, bytes]) -> list[Scenario]:
    """The scenarios among the files of a proposal; none where it has no file of them. Raises scenarios.Unreadable."""
    return scenarios.read(contents[SCENARIOS]) if SCENARIOS in contents else []


def one_of(contents: Mapping[str, bytes], key: str) -> Scenario:
    """Raises NotFound, scenarios.Unreadable."""
    found = next((each for each in of(contents) if each.key == key), None)
    if found is None:
        raise NotFound
    return found


def judged(contents: Mapping[str, bytes]) -> dict[str, Judged]:
    """Key of each scenario -> how it fares. The files have passed the gate."""
    release = engine.load_release(releases.fingerprint(contents), contents)
    return {each.key: scenarios.judge(each, release) for each in of(contents)}


def as_they_go(contents: Mapping[str, bytes]) -> bytes:
    """The file of the scenarios, each expecting the way that it goes now; one that stops keeps what it expects."""
    ways = judged(contents)
    found = of(contents)
    for each in found:
        way = ways[each.key]
        if way.end:
            found = scenarios.changed(found, each.key, (each.name_hi, each.name_en), way.steps, way.end)
    return scenarios.write(found)


def draw(
    database: Database, actor: Actor, proposal_id: UUID, step: str, names: tuple[str, str], now: datetime
) -> bytes:
    """The file of a proposal's scenarios with one more, made from a past case that came to a step.

    Raises NotAllowed, NotFound, and Refused: a name is missing, there are enough, no ended case came to this step.
    """
    actor.require(Permission.PROCESS_CHANGE)
    contents = database.read(lambda rows: release_proposals.files(rows, proposal_id), actor_scope(actor))
    found = of(contents)
    if not all(names) or len(found) >= scenarios.MOST:
        raise release_proposals.Refused("error.scenario_name", most=scenarios.MOST)
    new = _from_any(database, actor, step, scenarios.next_key(found), names)
    if new is None:
        raise release_proposals.Refused("error.scenario_no_case")

    def tell(rows: Session) -> None:
        thing = f"proposal:{proposal_id}"
        audit.record(rows, "admin", "proposal:scenario", thing, actor, now, scenario=new.key, step=step)

    database.write(tell, actor_scope(actor))
    return scenarios.write([*found, new])


def _from_any(
    database: Database, actor: Actor, step: str, key: str, names: tuple[str, str]
) -> Scenario | None:
    district_id = actor.district_id
    own = replays.past_of(district_id)
    for row in database.read(lambda rows: past_cases.newest_ended(rows, _LOOKED_AT), own):
        scope = CaseScope(district_id, row.id)
        try:
            found = database.read(lambda rows: _read(rows, key, names), scope)
        except (KeyDestroyed, rehearsal.NoRecord):
            continue
        if step in found.steps:
            return found
    return None


def _read(session: Session, key: str, names: tuple[str, str]) -> Scenario:
    scope = session.scope
    assert isinstance(scope, CaseScope)  # noqa: S101 - `_from_any` gives none other
    case = cases.find(session, scope.case_id)
    if case is None:
        raise NotFound
    return scenarios.from_past(session, case, releases.load(session, case.release_id), key, names)
