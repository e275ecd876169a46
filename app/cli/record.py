"""The record proven against its signed checkpoints, and a checkpoint made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app import papers
from app.cli import frame
from app.services.installation import checkpoints
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.services.store.database import Session


record = AppGroup("audit", help="गतिविधि अभिलेख / the record")
_PDF = b"%PDF-"


@record.command("verify")
@click.option("--checkpoint", "kept", type=click.Path(exists=True, path_type=Path), multiple=True)
def _verify(kept: Iterable[Path]) -> None:
    """Prove the record: every chain, every signed checkpoint, and their copies in the instance folder.

    --checkpoint names a copy kept elsewhere, an issued paper (PDF) that carries one, or a folder of them. Exits with
    1 when anything is not as it was, and when a paper that was named carries none: nothing was compared with it.
    """
    copies, bare = _copies([frame.settings().checkpoints, *kept])
    faults = len(bare) + sum(_tell(code, copies.pop(code, {})) for code in frame.districts())
    for path in bare:
        click.echo(frame.both("cli.audit_no_mark", name=path), err=True)
    for foreign in copies.values():
        for name in foreign:
            faults += 1
            click.echo(frame.both("cli.audit_copy_unsigned", name=name), err=True)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(frame.both("cli.audit_whole"))


def _copies(places: Iterable[Path]) -> tuple[dict[int | None, dict[str, str]], list[Path]]:
    """The copies of checkpoints at these places, by district (None: of none that can be read); papers without one."""
    found: dict[int | None, dict[str, str]] = {}
    bare = []
    for path in _files(places):
        data = path.read_bytes()
        mark = papers.read_mark(data) if data.startswith(_PDF) else None
        if mark is None and data.startswith(_PDF):
            bare.append(path)
            continue
        text = mark.note if mark is not None else data.decode("utf-8", errors="replace")
        found.setdefault(checkpoints.district_of(text), {})[str(path)] = text
    return found, bare


def _files(places: Iterable[Path]) -> Iterator[Path]:
    """The files that are named, and of a folder those that may be copies of checkpoints or issued papers."""
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.iterdir() if path.suffix in (".txt", ".pdf"))
        elif place.exists():
            yield place


def _tell(code: int, copies: dict[str, str]) -> int:
    """Say what is wrong with the record of a district; -> how many faults it has."""

    def look(session: Session) -> list[audit.Fault]:
        return [*audit.verify(session), *checkpoints.faults(session, copies)]

    found = frame.database().read(look, scopes.record(code))
    for fault in found:
        params = {"stream": fault.stream, "seq": fault.seq, "number": fault.checkpoint, "name": fault.name}
        click.echo(frame.both(f"cli.audit_{fault.what}", code=code, **params), err=True)
    return len(found)


@record.command("checkpoint")
def _checkpoint() -> None:
    """Sign the record as it stands; the copy belongs on another machine, or on paper."""
    folder = frame.settings().checkpoints
    for code in frame.districts():
        click.echo(str(checkpoints.make(frame.database(), code, folder, frame.now())))
