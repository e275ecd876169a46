"""Releases from files, past cases led through another release, and what the gate says, in words."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson
from flask.cli import with_appcontext
from flask_babel import force_locale, gettext

from app.cli import frame
from app.config import ROOT
from app.domain.errors import ReleaseRefused
from app.services.deployment import packages, replays
from app.services.installation import setup
from app.services.procedure import procedures
from app.services.store import scopes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from app.services.store.database import Database

#: Parameters of a refusal that are codes, with a word for each in the catalogue.
_CODES = frozenset({"reason", "type", "left", "right"})


@click.command("deploy")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT)
@with_appcontext
def deploy(folder: Path) -> None:
    """Deploy processes/, forms/ and paper texts of FOLDER to every district, through the gate."""
    database = frame.readied()
    codes = frame.districts()
    if not codes:
        raise click.ClickException(frame.both("cli.no_district"))
    for code in codes:
        with frame.refusals(), _gate():
            setup.examine(database, folder)
            is_new = setup.deploy(database, code, frame.now(), folder)
        click.echo(frame.both("cli.deployed" if is_new else "cli.deploy_same", code=code))


@click.command("replay")
@click.option(
    "--release", "wanted", default="current", show_default=True, help="current, a number, or a file"
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="cases received from this day on; else all")
@click.option("--json", "as_json", is_flag=True, help="the whole report, to be read by programs")
@frame.district_option
@with_appcontext
def replay(wanted: str, since: datetime | None, as_json: bool, lgd_code: int | None) -> None:  # noqa: FBT001
    """Lead the district's past cases through a release with the answers of then; changes nothing.

    Exits with 1 when a case would get stuck or the release itself could not go on.
    """
    database, code = frame.readied(), frame.only_district(lgd_code)
    first = since.date() if since is not None else replays.first_day(0, frame.now())
    tell = (lambda _done, _total: None) if as_json else frame.count_up
    with frame.refusals(), _gate():
        found = replays.run(database, code, _files_of(database, code, wanted), first, tell)
    plain = found.plain()
    click.echo(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode() if as_json else _in_lines(plain))
    if found.stuck or found.halted:
        raise click.exceptions.Exit(1)


def _files_of(database: Database, code: int, wanted: str) -> dict[str, bytes]:
    """The files of a release: the one in force, one of a number, or those of a package."""
    scope = scopes.deployment(code)
    if wanted == "current":
        return database.read(lambda session: procedures.in_force(session).contents, scope)
    if wanted.isdecimal():
        return database.read(lambda session: procedures.release(session, int(wanted)).contents, scope)
    path = Path(wanted)
    if not path.is_file():
        raise click.ClickException(frame.both("cli.no_package", name=wanted))
    return packages.unpack(database, path.read_bytes())


def _in_lines(figures: Mapping[str, Any]) -> str:
    told = ("cases", "same_path", "other_path", "stuck", "halted", "unreadable", "decided_otherwise")
    return "\n".join(frame.both(f"cli.replay_{name}", count=figures[name]) for name in told)


@contextmanager
def _gate() -> Iterator[None]:
    """Tell everything that the gate has against a release; the command then exits with 1."""
    try:
        yield
    except ReleaseRefused as refused:
        for problem in refused.problems:
            click.echo(f"{problem_text(problem)}\n", err=True)
        raise click.ClickException(frame.both("cli.deploy_refused", count=len(refused.problems))) from refused


def problem_text(problem: Any) -> str:
    """One reason of the gate: file, shape and its name, then in each language what is wrong and what to do."""
    called = [problem.params.get(f"label_{language}") for language in frame.LANGUAGES]
    place = f"{problem.file}: {problem.element_id}" if problem.element_id else problem.file
    lines = [f"{place} ({' / '.join(filter(None, called))})" if any(called) else place]
    for language in frame.LANGUAGES:
        with force_locale(language):
            params = {
                name: _word(value) if name in _CODES else value for name, value in problem.params.items()
            }
            lines.append(f"  {gettext(problem.key, **params)} {gettext(problem.remedy, **params)}")
    return "\n".join(lines)


def _word(code: Any) -> Any:
    """Return the word for a code of the gate (a reason, a type of FEEL); what has none is said as it is."""
    key = f"gate.word.{code}".replace(" ", "_")
    said = gettext(key)
    return code if said == key else said
