"""An installation made ready: tables migrated, districts added, the shipped release deployed. Safe to repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.config import MOST_DEMO_CASES, ROOT
from app.domain.errors import DomainError, ReleaseRefused
from app.models.district import setup_queries as table
from app.models.scope import SystemReason, SystemScope
from app.services.demo import demo, demo_cases, demo_crowd
from app.services.deployment import release_proposals
from app.services.district import districts, gazetteer
from app.services.installation import lacks, migrations
from app.services.jobs import jobs
from app.services.procedure import releases
from app.services.store import keys
from app.services.timekeeping import recomputing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from app.services.demo.demo_cases import Ended
    from app.services.store.database import Database

DEMO_DISTRICT = 218  # Saran
ACCOUNTS = "demo-accounts.csv"
FEWEST, MOST = demo_crowd.FEWEST, demo_crowd.MOST  # cases that may be generated at once


class KeysAreForeign(DomainError):
    """The key ring did not lock this database: one of the two was lost or exchanged."""

    key = "start.keys_foreign"


def prepare(database: Database, now: datetime, shipped: Path = ROOT) -> None:
    """Bring tables and releases of every district to this version of the product, whose files lie in `shipped`.

    Raises migrations.DatabaseIsNewer, KeysAreForeign, and ReleaseRefused when the shipped files do not pass the gate.
    """
    bring_up(database, now)
    for code in districts_of(database):
        _ship(database, code, now, shipped)


def bring_up(database: Database, now: datetime) -> None:
    """Bring the tables, and the clocks of older cases, to this version of the product.

    Raises migrations.DatabaseIsNewer, KeysAreForeign.
    """
    moved = migrations.upgrade(database.engine)
    if not database.read(keys.are_ours, SystemScope(SystemReason.MIGRATION)):
        raise KeysAreForeign(path=database.documents.parent / "keys")
    if moved:
        for code in districts_of(database):
            recomputing.fill(database, code, now)


def is_ready(database: Database) -> bool:
    """Whether the tables are those of this version of the product."""
    return database.read(
        lambda session: migrations.is_current(session.connection), SystemScope(SystemReason.MIGRATION)
    )


def districts_of(database: Database) -> list[int]:
    """The codes of the districts of this installation."""
    return database.read(table.districts, SystemScope(SystemReason.DEPLOY))


def examine(database: Database, folder: Path) -> None:
    """Look at the files of `folder` as at a proposal: gate, scenarios, dry run. Raises ReleaseRefused."""
    if found := release_proposals.all_problems(database, releases.read_folder(folder)):
        raise ReleaseRefused(found)


def deploy(
    database: Database, district_id: int, now: datetime, folder: Path = ROOT, *, note: str = ""
) -> bool:
    """Deploy the files of `folder` to a district; -> whether a new release came of it. Raises ReleaseRefused."""
    files = releases.read_folder(folder)
    scope = SystemScope(SystemReason.DEPLOY, district_id)
    _, is_new = database.write(
        lambda session: releases.deploy(
            session, files, jobs.RESULTS, fonts=database.fonts, author=None, now=now, note=note
        ),
        scope,
    )
    return is_new


def add_district(database: Database, lgd_code: int, now: datetime, *, is_demo: bool = False) -> bool:
    """Add a district from the gazetteer, with its release; False when it was there. Raises NotFound."""
    scope = SystemScope(SystemReason.SETUP, lgd_code)
    is_new = database.write(lambda session: districts.add(session, lgd_code, demo=is_demo, now=now), scope)
    _ship(database, lgd_code, now, ROOT)
    return is_new


def lacking(database: Database, district_id: int, now: datetime) -> list[lacks.Point]:
    """What a district still lacks before its first case, for whoever sets the machine up."""
    keys_of = database.office_keys.states(district_id, now)
    return database.read(
        lambda session: lacks.of(session, keys_of, now), SystemScope(SystemReason.SETUP, district_id)
    )


def _ship(database: Database, district_id: int, now: datetime, shipped: Path) -> None:
    """Deploy the product's own files where they belong in force."""
    files = releases.read_folder(shipped)
    scope = SystemScope(SystemReason.DEPLOY, district_id)
    if database.read(lambda session: releases.are_wanted(session, files), scope):
        deploy(database, district_id, now, shipped, note=releases.SHIPPED)


def add_demo(database: Database, instance: Path, now: datetime, lgd_code: int = DEMO_DISTRICT) -> bool:
    """A demo district with an officer in every seat, and their accounts on the list in the instance folder.

    False when it was there. The officers of a second one have its name behind their own.
    """
    is_new = add_district(database, lgd_code, now, is_demo=True)
    scope = SystemScope(SystemReason.SETUP, lgd_code)
    is_first = lgd_code == DEMO_DISTRICT
    place = "" if is_first else gazetteer.names_of("districts", str(lgd_code))[1].lower()
    accounts = database.write(lambda session: demo.add_officers(session, now, place), scope)
    if accounts:
        demo.write_accounts(instance / ACCOUNTS, accounts, more=not is_first)
        return is_new
    added = database.write(demo.add_secrets, scope)
    if added and (instance / ACCOUNTS).exists():
        demo.write_secrets(instance / ACCOUNTS, added)
    return is_new


def generate_cases(
    database: Database, count: int, seed: int, now: datetime, tell: Callable[[int, int], None]
) -> None:
    """Cases for trials of size in the demo district; see app.services.demo.demo_crowd for what they lack."""
    demo_crowd.generate(database, DEMO_DISTRICT, count, seed, now, tell)


def add_demo_cases(
    database: Database, now: datetime, tell: Callable[[int, int], None], wanted: int = MOST_DEMO_CASES
) -> list[Ended]:
    """The cases of the demo district, loaded once; -> those that the route does not carry as far as their story."""
    return demo_cases.load(database, DEMO_DISTRICT, now, tell, wanted)
