"""What the worker does once a day for the installation: sign the record, destroy what is over, keep statements."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import structlog

from app.domain.errors import Conflict
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.services.access import door, passkeys, stepup, tokens
from app.services.casefile import notes
from app.services.desk import desk
from app.services.district import thanas
from app.services.installation import checkpoints, reindexing
from app.services.intake import lodgements, rosterwork
from app.services.jobs import stalls
from app.services.notices import live, webhooks
from app.services.reports import keptstatements, watch, weekly
from app.services.store import devices, leftovers, scopes
from app.services.workflow import reminders

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from app.services.store.database import Database

log = structlog.get_logger(__name__)


def run(database: Database, folder: Path, now: datetime, outside: Path | None = None) -> None:
    """Do the day's duties; `folder` takes the copies of checkpoints, `outside` theirs on another machine.

    Harmless when several workers do them.

    A duty that fails is logged and done again the next day; it keeps none of the others from being done.
    """
    for duty in (
        partial(_sign, database, folder, now),
        partial(_carry_out, folder, outside),
        partial(leftovers.destroy, database, now),
        partial(rosterwork.destroy_old, database, now),
        partial(lodgements.destroy_old, database, now),
        partial(_sweep, database, now),
        partial(desk.forget_settled, database),
        partial(devices.destroy_unused, database, now),
        partial(thanas.carry_out, database, now),
        partial(notes.let_go_on, database, now),
        partial(reminders.sweep, database, now),
        partial(stalls.watch, database, now),
        partial(keptstatements.keep_due, database, now),
        partial(weekly.queue_due, database, now),
        partial(watch.tell_due, database, now),
        partial(reindexing.go_on, database),
    ):
        try:
            duty()
        except Exception:
            log.exception("upkeep_failed", duty=duty.func.__name__)


def _sign(database: Database, folder: Path, now: datetime) -> None:
    """Sign first: what is destroyed today is destroyed under the eyes of a signed record."""
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.AUDIT)):
        with suppress(Conflict):  # another worker was quicker
            checkpoints.make_daily(database, district_id, folder, now)


def _carry_out(folder: Path, outside: Path | None) -> None:
    if outside is not None:
        checkpoints.carry_out(folder, outside)


def _sweep(database: Database, now: datetime) -> None:
    """Remove what counts no more: old tries at the door, old requests for a fresh factor and their challenges."""
    for district_id in database.read(setup_queries.districts, scopes.door()):
        for duty in (door.sweep, passkeys.sweep, stepup.sweep, tokens.sweep):
            database.write(partial(duty, now=now), scopes.door(district_id))
        events = SystemScope(SystemReason.LIVE, district_id)
        database.write(partial(live.forget, now=now), events)
        calls = SystemScope(SystemReason.MESSAGES, district_id)
        database.write(partial(webhooks.sweep, now=now), calls)
