"""The crime register at its size: one search over a million invented entries, opened, ranked, each with reasons."""

from __future__ import annotations

from itertools import accumulate, product
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.antecedents import Someone
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.antecedents.crimes import accused, accused_key, fir
from app.services.antecedents import crimebook, crimesearch
from app.services.store import keys
from app.services.store.scopes import actor_scope
from bench import measure, results
from bench.world import NOW
from tests.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Table

    from app.models.scope import Session
    from bench.world import World

_WHOLE, _QUICK = {"sqlite": 1_000_000, "postgresql": 200_000}, 10_000
_BUDGET = 150  # ms of wall time, at the median
_CHUNK = 200_000
_FLAT = 20  # how little the commonest name stands out: it is one in seventy
_GIVEN = [
    first + last
    for first, last in product(
        "Ra Mu Su Di Ma Na Sha Vi An Ko Ja Bi Gu Ha Lo Ta Pra Sa Um Bha".split(),  # noqa: SIM905 - reads as spoken
        "jesh kesh nil pak noj resh tish nod jay mal gan dip lan raj han dev nesh mod nath vesh".split(),  # noqa: SIM905 - reads as spoken
    )
]
_FAMILY = "Rai Mahto Sah Singh Yadav Paswan Ansari Thakur Giri Bind Ojha Tiwari Ram Sahni Nat Khan".split()  # noqa: SIM905 - reads as spoken
_VILLAGES = [
    first + last
    for first, last in product(
        "Ram Bish Kan Jal Sem Par Gar Mas Rev Ama Bhe Kha Ita Sut Dor Nag Cha Ban".split(),  # noqa: SIM905 - reads as spoken
        "pur unpura aria auli tola a bazar dih ganj ahi wa chak sar hari kund".split(),  # noqa: SIM905 - reads as spoken
    )
]


class _Draw:
    """Draws persons: common names often, rare ones seldom."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._given, self._villages = _weights(_GIVEN), _weights(_VILLAGES)

    def person(self) -> dict[str, Any]:
        one, other = self._random.choices(_GIVEN, cum_weights=self._given, k=2)
        family = self._random.choice(_FAMILY)
        village = self._random.choices(_VILLAGES, cum_weights=self._villages)[0]
        return {"name": f"{one} {family}", "father": f"{other} {family}", "village": village}

    def year(self) -> int:
        return self._random.randrange(1990, 2026)


def _weights(pool: Sequence[str]) -> list[float]:
    """Summed up once: summing them for each of a million persons took a minute."""
    return list(accumulate(1 / (place + _FLAT) for place in range(len(pool))))


def rows(ground: World, *, quick: bool) -> Iterator[results.Row]:
    """Measure searches by name, father and village of persons drawn as those of the register are."""
    count = _QUICK if quick else _WHOLE[ground.kind]
    database = ground.open(ground.copy("ground"))
    staff = Journey(database, NOW).staff
    actor, station = staff.holder(Role.DCRB), next(iter(staff.offices(Role.SHO).values()))
    draw, scope = _Draw(8), actor_scope(actor)
    for _ in range(0, count, _CHUNK):
        database.write(
            lambda session: _Sealer(session, station, actor.officer_id).write(draw, min(_CHUNK, count)), scope
        )
    people = iter([_someone(draw.person()) for _ in range(measure.needed(8))])
    found = measure.of(
        lambda: database.read(lambda session: crimesearch.matching(session, next(people)), scope), 8
    )
    told = f"a search of the crime register, {count:,} entries"
    yield results.at_most(f"{told}, median", ground.kind, found.median, "ms", _BUDGET)
    yield results.told(f"{told}, p95", ground.kind, found.p95, "ms")
    database.close()


def _someone(person: dict[str, Any]) -> Someone:
    return Someone((person["name"],), (person["father"],), (person["village"],))


#: The class of an entry whose case is open, and that nobody has taken out of the search.
_IN_FORCE = ("", None, None, None, "", "")


class _Sealer:
    """Makes rows of drawn persons, sealed and found as those that officers enter; each alone in his case."""

    def __init__(self, session: Session, station: UUID, officer_id: UUID) -> None:
        self._session, self._station, self._officer_id = session, station, officer_id
        self._key_id = keys.create(session, "crime")
        self._key = keys.unlock(session, self._key_id)
        self._digests: dict[tuple[str, str], list[bytes]] = {}

    def write(self, draw: _Draw, count: int) -> None:
        district, connection = self._session.district_id, self._session.connection
        own = _of_sqlite if connection.dialect.name == "sqlite" else _as_it_is
        key_id, station, officer_id, now = (
            own(each) for each in (self._key_id, self._station, self._officer_id, NOW)
        )
        firs, people, found = [], [], []
        for _ in range(count):
            facts, entry = draw.person(), new_id(NOW)
            place, row_id = entry.bytes[8:], own(entry)
            case = keys.seal_json(self._key, f"fir|facts|{entry}", {"fir_no": "112", "sections": "379"})
            his = keys.seal_json(self._key, f"accused|facts|{entry}", {**facts, "stage": "trial"})
            firs.append((district, row_id, key_id, station, draw.year(), place, case))
            people.append((district, row_id, row_id, place, his, None, now, officer_id, *_IN_FORCE))
            found += [(district, digest, row_id) for digest in self._found_by(facts)]
        found.sort(key=lambda each: each[1])
        for table, rows in ((fir, firs), (accused, people), (accused_key, found)):
            _copy(connection, table, rows)

    def _found_by(self, facts: dict[str, Any]) -> list[bytes]:
        known = self._digests
        for kind, text in facts.items():
            if (kind, text) not in known:
                known[kind, text] = crimebook.digests(self._session, {kind: text})
        return [digest for each in facts.items() for digest in known[each]]


def _copy(connection: Any, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """Write very many rows by the driver's own means."""
    names = ", ".join(column.name for column in table.c)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.c))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # noqa: S608
        return
    with (
        connection.connection.driver_connection.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as out,
    ):
        for row in rows:
            out.write_row(row)


def _as_it_is(value: Any) -> Any:
    return value


def _of_sqlite(value: UUID | datetime) -> Any:
    """An id or an instant as the tables of SQLite hold it."""
    if isinstance(value, UUID):
        return value.bytes
    return value.isoformat(" ", "microseconds").partition("+")[0]
