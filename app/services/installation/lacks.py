"""What a district still lacks before its first case: offices, posts held, letterhead, series, keys, calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.domain.errors import Conflict, NotFound
from app.domain.offices import ONE_PER_DISTRICT, OfficeKind, nearest
from app.domain.posts import NEEDED
from app.domain.roles import Role
from app.models.district import setup_queries as table
from app.models.timekeeping import calendar_queries as calendar
from app.services.district import calendars, policies, series
from app.services.procedure import releases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.district.policies import Kept
    from app.services.store.officekeys import KeyState

Said = tuple[str, str]  # in Hindi, in English
LETTERHEAD = "letterhead_seen"  # the setting that tells who found it right
_LETTERHEADS = ("letterhead_dm", "letterhead_sp", "letterhead_thana")
_DESIGNATIONS = ("dm_designation_letter", "sp_designation")


class State(StrEnum):
    """`lacks` holds the first case up; `look` is to be read by somebody who knows; `ready` is done."""

    LACKS = "lacks"
    LOOK = "look"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the list; its words stand in the catalogue under `lack.<key>` and `lack.<key>.<state>`.

    `role`: whose post it is about; `kinds` of office and `offices` by name: where it lacks.
    """

    key: str
    state: State
    role: str = ""
    kinds: list[str] = field(default_factory=list)
    offices: list[Said] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    digest: str = ""  # of what may be found right as it stands
    seen: Kept | None = None  # by whom and when it was


#: Posts without which a case goes on, by another's hand: the SHO enquires himself, the SDPO endorses.
_BETTER = {
    OfficeKind.DM_OFFICE: (Role.DM_ASSISTANT,),
    OfficeKind.THANA: (Role.ENQUIRY_OFFICER,),
    OfficeKind.CIRCLE: (Role.CIRCLE_INSPECTOR,),
}
_PAIR = 2  # user administrators: orders of posting take two


def of(session: Session, keys: Iterable[KeyState], now: datetime) -> list[Point]:
    """Every point, in the order in which a district is set up. `keys`: by what its offices sign."""
    district = _District(session, now)
    return [
        _release(session),
        district.one_of_each(),
        district.any_of(OfficeKind.SDPO),
        district.any_of(OfficeKind.THANA),
        district.superiors(),
        district.areas(),
        *district.posts(),
        _letterhead(session),
        _series(session, now),
        *(_key(each) for each in keys),
        _calendar(session, now),
    ]


def is_ready(points: Iterable[Point]) -> bool:
    """Whether nothing holds the first case up."""
    return all(each.state is not State.LACKS for each in points)


class _District:
    """The offices of a day and who holds a post in them."""

    def __init__(self, session: Session, now: datetime) -> None:
        today = calendars.day(now)
        self._all = {row.id: row for row in table.offices(session)}
        self._there = [row for row in self._all.values() if _is_there(row, today)]
        self._held: dict[tuple[UUID, str], bool] = {}
        self._count: dict[str, int] = {}
        for row in table.postings(session, today):
            place = row.office_id, row.role
            self._held[place] = self._held.get(place, False) or bool(row.has_come)
            self._count[row.role] = self._count.get(row.role, 0) + 1

    def of_kind(self, kind: OfficeKind) -> list[AnyRow]:
        found = [row for row in self._there if row.kind == kind]
        return [row for row in found if row.facts.get("receives_verification", True)]

    def one_of_each(self) -> Point:
        missing = [kind.value for kind in OfficeKind if kind in ONE_PER_DISTRICT and not self.of_kind(kind)]
        return Point("offices", State.LACKS if missing else State.READY, kinds=missing)

    def any_of(self, kind: OfficeKind) -> Point:
        count = len(self.of_kind(kind))
        return Point(kind.value, State.READY if count else State.LACKS, params={"count": count})

    def superiors(self) -> Point:
        """Police stations above which no SDPO stands: nobody would review what they find."""
        lonely = [row for row in self.of_kind(OfficeKind.THANA) if self._sdpo(row) is None]
        return Point("superiors", State.LACKS if lonely else State.READY, offices=_names(lonely))

    def _sdpo(self, row: AnyRow) -> UUID | None:
        return nearest(
            row.id,
            OfficeKind.SDPO,
            lambda each: self._all[each].parent_id,
            lambda each: OfficeKind(self._all[each].kind),
        )

    def areas(self) -> Point:
        """Police stations that no address leads to: officers choose them by hand."""
        rows = self.of_kind(OfficeKind.THANA)
        without = [row for row in rows if not (row.facts.get("pin") or row.facts.get("block"))]
        return Point("areas", State.LOOK if without else State.READY, offices=_names(without))

    def posts(self) -> list[Point]:
        needed = [self._post(kind, role, State.LACKS) for kind, roles in NEEDED.items() for role in roles]
        better = [self._post(kind, role, State.LOOK) for kind, roles in _BETTER.items() for role in roles]
        return [each for each in (*needed, *better) if each is not None]

    def _post(self, kind: OfficeKind, role: Role, without: State) -> Point | None:
        """Whether the post is held in every office of the kind; None where there is no such office."""
        rows = self.of_kind(kind)
        if not rows:
            return None
        vacant = [row for row in rows if (row.id, role.value) not in self._held]
        waiting = [row for row in rows if self._held.get((row.id, role.value)) is False]
        if vacant:
            return Point("post", without, role.value, offices=_names(vacant))
        if role is Role.USER_ADMIN and self._count[role.value] < _PAIR:
            return Point("pair", State.LOOK, role.value)
        if waiting:
            return Point("post_waiting", State.LOOK, role.value, offices=_names(waiting))
        return Point("post", State.READY, role.value)


def _release(session: Session) -> Point:
    try:
        version = releases.version_of(session, releases.active(session).id)
    except NotFound:
        return Point("release", State.LACKS)
    return Point("release", State.READY, params={"version": version})


def _letterhead(session: Session) -> Point:
    """What the papers call the heads of the offices: somebody is to see what came with the product."""
    try:
        texts = releases.active(session).texts
    except NotFound:
        return Point("letterhead", State.LACKS)
    digest = texts.digest(_LETTERHEADS, _DESIGNATIONS)
    held, _ = policies.kept(session, LETTERHEAD)
    seen = held if held is not None and held.value["digest"] == digest else None
    is_settled = seen is not None or not releases.came_with_the_product(session)
    names = [(each.hi, each.en) for each in map(texts.setting, _DESIGNATIONS)]
    state = State.READY if is_settled else State.LOOK
    return Point("letterhead", state, offices=names, digest=digest, seen=seen)


def see_letterhead(session: Session, actor: Actor, digest: str, now: datetime) -> None:
    """Keep that the actor found the letterhead of this digest right. Raises NotAllowed, Conflict: it has changed."""
    if _letterhead(session).digest != digest:
        raise Conflict
    policies.saw(session, actor, LETTERHEAD, digest, now)


def _series(session: Session, now: datetime) -> Point:
    """How DM and SP write their पत्रांक: as two have set it, or as the product would."""
    heads = [each for each in series.of_this_year(session, now) if each.office_kind != OfficeKind.THANA]
    state = State.READY if heads and all(each.is_set or each.given for each in heads) else State.LOOK
    return Point("series", state, offices=[(each.next, each.next) for each in heads])


def _key(key: KeyState) -> Point:
    state = {"ink": State.LOOK, "unusable": State.LACKS}.get(key.state, State.READY)
    return Point(f"key_{key.side}", state)


def _calendar(session: Session, now: datetime) -> Point:
    """Holidays of this year: none, those of the gazetteer that nobody has looked at, or with a change of two."""
    year = calendars.day(now).year
    count = len(calendar.holidays_between(session, date(year, 1, 1), date(year, 12, 31)))
    if not count:
        return Point("calendar", State.LACKS, params={"year": year, "count": 0})
    is_seen = bool(calendar.changes(session, ["approved"], 1))
    return Point("calendar", State.READY if is_seen else State.LOOK, params={"year": year, "count": count})


def _names(rows: Sequence[AnyRow]) -> list[Said]:
    return sorted((row.name_hi, row.name_en) for row in rows)


def _is_there(row: AnyRow, today: date) -> bool:
    return bool(row.valid_from <= today and (row.valid_to is None or row.valid_to >= today))
