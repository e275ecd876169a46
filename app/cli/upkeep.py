"""What keeps an installation sound: roles, keys and backups, its address, counts and clocks worked out anew."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app import frontdoor
from app.cli import frame
from app.crypto import RingRefused
from app.services.installation import backups, dbroles, reindexing
from app.services.store import keys, scopes
from app.services.timekeeping import recomputing
from app.services.workflow import incidents

if TYPE_CHECKING:
    from typing import Any


database = AppGroup("database", help="डेटाबेस / the database")
backup = AppGroup("backup", help="बैकअप / backups")
root_keys = AppGroup("keys", help="कुंजियाँ / keys")
clocks = AppGroup("clocks", help="समय-घड़ी / clocks")
site = AppGroup("site", help="साइट का पता / the address of the site")
inbox = AppGroup("inbox", help="मेरे कार्य / the inbox")


@database.command("grant")
@click.argument("role")
def _grant(role: str) -> None:
    """Bring the tables up, and give a role of PostgreSQL what the servers need, no more; run it as their owner."""
    with frame.refusals():
        dbroles.grant(frame.readied().engine, role)
    click.echo(frame.both("cli.role_granted", role=role))


@backup.command("make")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def _back_up(folder: Path) -> None:
    """Copy database and documents into FOLDER while the servers run, and prove the copy; it holds no key."""
    with frame.refusals():
        place = backups.make(frame.database(), folder, frame.now())
    click.echo(frame.both("cli.backup_made", path=place))


@backup.command("verify")
@click.argument("place", type=click.Path(exists=True, file_okay=False, path_type=Path))
def _prove_backup(place: Path) -> None:
    """Read a backup again, file by file; exits with 1 when it is not as it was written."""
    with frame.refusals():
        count = backups.prove(place)
    click.echo(frame.both("cli.backup_whole", count=count))


@root_keys.command("rotate")
def _rotate() -> None:
    """Make a new root key and wrap the key of every case under it; the servers go on. Copy the ring afterwards."""
    try:
        count = keys.rotate(frame.database(), frame.districts(), frame.now())
    except RingRefused as refused:
        raise click.ClickException(frame.both(refused.key, path=refused.path)) from refused
    click.echo(frame.both("cli.keys_rotated", count=count))


@site.command("check")
def _check_site() -> None:
    """Visit PUBLIC_URL as a stranger's browser would: certificate, TLS, answer; exits with 1 when anything is amiss.

    Once a day from a machine that trusts what officers' machines trust.
    """
    address = frame.settings().public_url
    if (
        frame.settings().rsa_2048
    ):  # the operator's own choice: said to whoever reads this, and no fault of the site
        click.echo("! " + frame.both("papers.key.departs"), err=True)
    if not address:
        raise click.ClickException(frame.both("site.no_address"))
    seen = frontdoor.look(address, frame.now())
    for each in seen:
        click.echo(
            ("✓ " if each.is_good else "✗ ") + frame.both(each.key, **each.params), err=not each.is_good
        )
    if not all(each.is_good for each in seen):
        raise click.exceptions.Exit(1)


@inbox.command("recount")
def _recount() -> None:
    """Compare the counts of the inboxes with the tasks, put them right, and say what differed.

    Exits with 1 when anything did: a job that runs it every night then calls for somebody.
    """
    differed = False
    for code in frame.districts():
        found, drifted = frame.database().write(
            partial(incidents.recount, now=frame.now()), scopes.recount(code)
        )
        for key, stored, true in found:
            numbers = {
                "stored": stored.open,
                "stored_free": stored.free,
                "true": true.open,
                "true_free": true.free,
            }
            click.echo(frame.both("cli.recounted", queue=" ".join(map(str, key)), **numbers), err=True)
        if drifted:
            click.echo(frame.both("cli.sums_recounted", count=drifted), err=True)
        differed = differed or bool(found) or bool(drifted)
    click.echo(frame.both("cli.counts_right"))
    if differed:
        raise click.exceptions.Exit(1)


@database.command("reindex")
@click.option("--again", is_flag=True, help="begin anew, though the keys are those of this version")
def _reindex(*, again: bool) -> None:
    """Write the keys by which cases and the crime register are found anew, by the rules of this version."""
    seen = 0
    for code in frame.districts():
        for count in reindexing.through(frame.database(), code, again=again):
            seen += count
            click.echo(frame.both("cli.reindexing", district=code, seen=seen), err=True)
    click.echo(frame.both("cli.reindexed", seen=seen))


@clocks.command("recompute")
@click.option(
    "--apply", "is_write", is_flag=True, help="write what differs; without it the difference is only shown"
)
def _recompute(*, is_write: bool) -> None:
    """Work the clocks of every case out anew from its recorded events, under the calendar and the orders in force.

    Shows each difference. Without --apply nothing is written, and it exits with 1 where anything differs.
    """
    differed = seen = 0
    for code in frame.districts():
        for batch in recomputing.through(frame.database(), code, frame.now(), is_write=is_write):
            seen += batch.seen
            differed += len(batch.found)
            for line in batch.found:
                click.echo(_told_difference(line))
    click.echo(
        frame.both("cli.clocks_written" if is_write else "cli.clocks_differ", seen=seen, count=differed)
    )
    if differed and not is_write:
        raise click.exceptions.Exit(1)


def _told_difference(line: Any) -> str:
    office = f"{line.office_hi} / {line.office_en}" if line.office_hi else line.clock
    columns = sorted(line.after) or sorted(line.before)
    parts = [f"{name}: {_plain(line.before.get(name))} -> {_plain(line.after.get(name))}" for name in columns]
    return f"{line.case_number} {line.clock} ({office}) {', '.join(parts)}"


def _plain(value: Any) -> str:
    return "-" if value is None else str(value)
