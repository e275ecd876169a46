"""The command line: what the administrator of the machine does without a browser. Thin: the services do it."""

from __future__ import annotations

from base64 import b64decode
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale, gettext

from app import papers
from app.config import ROOT
from app.crypto import RingRefused
from app.domain.errors import DomainError, ReleaseRefused
from app.services.deployment import packages, replays
from app.services.installation import backups, checkpoints, dbroles, reindexing, setup
from app.services.procedure import procedures
from app.services.staff import entrycodes
from app.services.store import audit, keys, officekeys, scopes
from app.services.timekeeping import recomputing
from app.services.workflow import incidents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from flask import Flask

    from app.papers import Claim
    from app.services.store.database import Database, Session

_LANGUAGES = ("hi", "en")
_BIRTH = click.DateTime(["%d-%m-%Y", "%Y-%m-%d"])
_PDF = b"%PDF-"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
#: Parameters of a refusal that are codes, with a word for each in the catalogue.
_CODES = frozenset({"reason", "type", "left", "right"})

district_group = AppGroup("district", help="जिले / districts")
demo_group = AppGroup("demo", help="डेमो और परीक्षण / demo and trials")
admin_group = AppGroup("admin", help="प्रशासकों के खाते / accounts of administrators")
audit_group = AppGroup("audit", help="गतिविधि अभिलेख / the record")
signature_group = AppGroup("signature", help="पत्रों पर हस्ताक्षर / signatures of papers")
database_group = AppGroup("database", help="डेटाबेस / the database")
backup_group = AppGroup("backup", help="बैकअप / backups")
keys_group = AppGroup("keys", help="कुंजियाँ / keys")
clocks_group = AppGroup("clocks", help="समय-घड़ी / clocks")
inbox_group = AppGroup("inbox", help="मेरे कार्य / the inbox")


def register(app: Flask) -> None:
    """Hang the commands on `flask`."""
    app.cli.add_command(district_group)
    app.cli.add_command(admin_group)
    app.cli.add_command(audit_group)
    app.cli.add_command(demo_group)
    app.cli.add_command(_deploy)
    app.cli.add_command(_replay)
    app.cli.add_command(_verify_paper)
    app.cli.add_command(inbox_group)
    app.cli.add_command(clocks_group)
    app.cli.add_command(keys_group)
    app.cli.add_command(database_group)
    app.cli.add_command(backup_group)
    app.cli.add_command(signature_group)


@district_group.command("add")
@click.argument("lgd_code", type=int)
def _add_district(lgd_code: int) -> None:
    """Add a district from the gazetteer by its LGD code, with the shipped release; in demo mode with officers too."""
    settings = current_app.extensions["settings"]
    try:
        if settings.demo:
            is_new = setup.add_demo(_readied(), settings.instance, _now(), lgd_code)
        else:
            is_new = setup.add_district(_readied(), lgd_code, _now())
    except DomainError as refused:
        raise click.ClickException(_both(refused.key, **refused.params)) from refused
    click.echo(_both("cli.district_added" if is_new else "cli.district_known", code=lgd_code))


_district_option = click.option(
    "--district", "lgd_code", type=int, help="LGD code; may be left out where there is one district"
)


@admin_group.command("first")
@click.argument("username")
@click.option("--name-hi", required=True, help="the officer's name in Hindi")
@click.option("--name-en", required=True, help="the officer's name in English")
@_district_option
def _first_administrator(username: str, name_hi: str, name_en: str, lgd_code: int | None) -> None:
    """Make the first user administrator of a district, who then makes everybody else's account.

    Prints a code by which he comes in, once, to choose his password and add his authenticator app.
    """
    database, code = _readied(), _only_district(lgd_code)
    try:
        made = entrycodes.first_administrator(database, code, username, (name_hi, name_en), _now())
    except DomainError as refused:
        raise click.ClickException(_both(refused.key, **refused.params)) from refused
    _tell_code(username, made)


@admin_group.command("code")
@click.argument("username")
@click.option("--lost", type=click.Choice([entrycodes.PASSWORD, entrycodes.FACTOR]), required=True)
@_district_option
def _code(username: str, lost: str, lgd_code: int | None) -> None:
    """Print a code for an administrator who has lost his password or his authenticator app, and has no colleague."""
    try:
        made = entrycodes.by_command(_readied(), _only_district(lgd_code), username, lost, _now())
    except DomainError as refused:
        raise click.ClickException(_both(refused.key, **refused.params)) from refused
    _tell_code(username, made)


def _tell_code(username: str, code: str) -> None:
    settings = current_app.extensions["settings"]
    address = f"{settings.public_address}/sign-in/code"
    click.echo(_both("cli.first_code", username=username, code=code, address=address))


def _only_district(lgd_code: int | None) -> int:
    """The district that was named, or the only one there is."""
    known = _districts()
    if lgd_code in known or (lgd_code is None and len(known) == 1):
        return known[0] if lgd_code is None else lgd_code
    raise click.ClickException(_both("cli.which_district", codes=", ".join(map(str, known)) or "-"))


@click.command("verify-paper")
@click.argument("file", type=_FILE)
@click.option(
    "--key", "public", help="the district's public key, as /verify/key gives it; else this machine's own"
)
@click.option("--name", default="", help="the name as it is printed: is the paper of this person?")
@click.option("--born", type=_BIRTH, help="the date of birth as it is printed")
@with_appcontext
def _verify_paper(file: Path, public: str | None, name: str, born: datetime | None) -> None:
    """Say whether a paper is the file that was issued, and what its signed token says; exit 1 when it is not."""
    data = file.read_bytes()
    sealed = papers.read_seal(data, _paper_key(public))
    if sealed is None or sealed.claim is None:
        raise click.ClickException(_both("cli.paper.no_seal"))
    _tell_claim(sealed.claim)
    found = papers.signatures(data)
    for each in found:
        _tell_signature(each)
    state = papers.whole_by(sealed, found)
    if state != "whole":
        raise click.ClickException(_both(f"cli.paper.{state}"))
    click.echo(_both("cli.paper.whole"))
    if name and not sealed.claim.is_of(name, born.date() if born is not None else None):
        raise click.ClickException(_both("cli.paper.other_person"))


def _paper_key(public: str | None) -> Ed25519PublicKey:
    if public is None:
        return current_app.extensions["database"].keys.paper_key().public_key()  # type: ignore[no-any-return]
    try:
        return Ed25519PublicKey.from_public_bytes(b64decode(public, validate=True))
    except ValueError as wrong:
        raise click.ClickException(_both("cli.paper.key")) from wrong


def _tell_claim(claim: Claim) -> None:
    till = papers.dmy(claim.valid_till) or "-"
    click.echo(f"{claim.number}  {claim.output}  {papers.dmy(claim.issued_on)}  {till}")


def _tell_signature(found: papers.Signature) -> None:
    held = found.certificate
    params = (
        {"subject": held.subject, "issuer": held.issuer}
        if held is not None
        else {"subject": "-", "issuer": "-"}
    )
    at = found.at.isoformat() if found.at is not None else "-"
    click.echo(_both(f"cli.signature.{found.state}", at=at, **params))
    if held is not None and not found.was_in_time:
        click.echo(_both("cli.signature.late"))


@signature_group.command("keys")
def _signature_keys() -> None:
    """Say by what the papers of each office are signed; exits with 1 when a key that is set cannot be used."""
    found = [state for code in _districts() for state in _database().office_keys.states(code, _now())]
    for state in found:
        till = papers.dmy(state.valid_till.date()) if state.valid_till is not None else "-"
        click.echo(_both(f"cli.key.{state.state}", side=state.side, subject=state.subject, till=till))
        if state.problem:
            click.echo(_both(state.problem, file=state.file))
    if any(state.state == "unusable" for state in found):
        raise click.exceptions.Exit(1)


@signature_group.command("demo-key")
def _demo_key() -> None:
    """Make keys with certificates of nobody's for the demo's two offices, and name them in instance/config.py."""
    _demo_only()
    settings = current_app.extensions["settings"]
    if settings.signature_keys:
        raise click.ClickException(_both("cli.key.set", names=", ".join(settings.signature_keys)))
    officekeys.make_demo_keys(_database(), settings, _districts(), _now())
    click.echo(_both("cli.key.made"))


@demo_group.command("load")
def _load() -> None:
    """Enter the demo district's cases, or go on where an earlier loading was stopped; says which fall short."""
    _demo_only()
    for ended in setup.add_demo_cases(_database(), _now(), _count_up):
        click.echo(f"{ended.number or ended.row}: {ended.why}")


@demo_group.command("generate")
@click.argument("count", type=click.IntRange(setup.FEWEST, setup.MOST))
@click.option("--seed", type=int, default=1, show_default=True)
def _generate(count: int, seed: int) -> None:
    """Add COUNT cases for trials: rows that are listed, searched and counted, with no acts behind them."""
    _demo_only()
    setup.generate_cases(_database(), count, seed, _now(), _count_up)
    click.echo(_both("cli.generated", count=count))


def _demo_only() -> None:
    if not current_app.extensions["settings"].demo:
        raise click.ClickException(_both("cli.demo_only"))


def _count_up(done: int, total: int) -> None:
    click.echo(f"\r{done}/{total}", nl=done == total)


@click.command("deploy")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT)
@with_appcontext
def _deploy(folder: Path) -> None:
    """Deploy processes/, forms/ and paper texts of FOLDER to every district, through the gate."""
    database = _readied()
    codes = _districts()
    if not codes:
        raise click.ClickException(_both("cli.no_district"))
    for code in codes:
        try:
            setup.examine(database, folder)
            is_new = setup.deploy(database, code, _now(), folder)
        except ReleaseRefused as refused:
            for problem in refused.problems:
                click.echo(f"{problem_text(problem)}\n", err=True)
            raise click.ClickException(_both("cli.deploy_refused", count=len(refused.problems))) from refused
        except DomainError as refused:
            raise click.ClickException(_both(refused.key, **refused.params)) from refused
        click.echo(_both("cli.deployed" if is_new else "cli.deploy_same", code=code))


@click.command("replay")
@click.option(
    "--release", "wanted", default="current", show_default=True, help="current, a number, or a file"
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="cases received from this day on; else all")
@click.option("--json", "as_json", is_flag=True, help="the whole report, to be read by programs")
@_district_option
@with_appcontext
def _replay(wanted: str, since: datetime | None, as_json: bool, lgd_code: int | None) -> None:  # noqa: FBT001
    """Lead the district's past cases through a release with the answers of then; changes nothing.

    Exits with 1 when a case would get stuck or the release itself could not go on.
    """
    database, code = _readied(), _only_district(lgd_code)
    first = since.date() if since is not None else replays.first_day(0, _now())
    tell = (lambda _done, _total: None) if as_json else _count_up
    try:
        found = replays.run(database, code, _files_of(database, code, wanted), first, tell)
    except ReleaseRefused as refused:
        raise click.ClickException(_both("cli.deploy_refused", count=len(refused.problems))) from refused
    except DomainError as refused:
        raise click.ClickException(_both(refused.key, **refused.params)) from refused
    plain = found.plain()
    click.echo(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode() if as_json else _in_lines(plain))
    if found.stuck or found.halted:
        raise click.exceptions.Exit(1)


def _files_of(database: Database, code: int, wanted: str) -> dict[str, bytes]:
    """The files of a release: the one in force, one of a number, or those of a package."""
    if wanted == "current" or wanted.isdecimal():
        return database.read(
            lambda session: (
                (
                    procedures.in_force(session)
                    if wanted == "current"
                    else procedures.release(session, int(wanted))
                ).contents
            ),
            scopes.deployment(code),
        )
    path = Path(wanted)
    if not path.is_file():
        raise click.ClickException(_both("cli.no_package", name=wanted))
    return packages.unpack(database, path.read_bytes())


def _in_lines(figures: Mapping[str, Any]) -> str:
    told = ("cases", "same_path", "other_path", "stuck", "halted", "unreadable", "decided_otherwise")
    return "\n".join(_both(f"cli.replay_{name}", count=figures[name]) for name in told)


@audit_group.command("verify")
@click.option("--checkpoint", "kept", type=click.Path(exists=True, path_type=Path), multiple=True)
def _verify(kept: Iterable[Path]) -> None:
    """Prove the record: every chain, every signed checkpoint, and their copies in the instance folder.

    --checkpoint names a copy kept elsewhere, an issued paper (PDF) that carries one, or a folder of them. Exits with
    1 when anything is not as it was, and when a paper that was named carries none: nothing was compared with it.
    """
    copies, bare = _copies([current_app.extensions["settings"].checkpoints, *kept])
    faults = len(bare) + sum(_tell(code, copies.pop(code, {})) for code in _districts())
    for path in bare:
        click.echo(_both("cli.audit_no_mark", name=path), err=True)
    for foreign in copies.values():
        for name in foreign:
            faults += 1
            click.echo(_both("cli.audit_copy_unsigned", name=name), err=True)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(_both("cli.audit_whole"))


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

    found = _database().read(look, scopes.record(code))
    for fault in found:
        params = {"stream": fault.stream, "seq": fault.seq, "number": fault.checkpoint, "name": fault.name}
        click.echo(_both(f"cli.audit_{fault.what}", code=code, **params), err=True)
    return len(found)


@audit_group.command("checkpoint")
def _checkpoint() -> None:
    """Sign the record as it stands; the copy belongs on another machine, or on paper."""
    folder = current_app.extensions["settings"].checkpoints
    for code in _districts():
        click.echo(str(checkpoints.make(_database(), code, folder, _now())))


@database_group.command("grant")
@click.argument("role")
def _grant(role: str) -> None:
    """Bring the tables up, and give a role of PostgreSQL what the servers need, no more; run it as their owner."""
    try:
        dbroles.grant(_readied().engine, role)
    except DomainError as refused:
        raise click.ClickException(_both(refused.key, **refused.params)) from refused
    click.echo(_both("cli.role_granted", role=role))


@backup_group.command("make")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def _back_up(folder: Path) -> None:
    """Copy database and documents into FOLDER while the servers run, and prove the copy; it holds no key."""
    try:
        place = backups.make(_database(), folder, _now())
    except DomainError as refused:
        raise click.ClickException(_both(refused.key, **refused.params)) from refused
    click.echo(_both("cli.backup_made", path=place))


@backup_group.command("verify")
@click.argument("place", type=click.Path(exists=True, file_okay=False, path_type=Path))
def _prove_backup(place: Path) -> None:
    """Read a backup again, file by file; exits with 1 when it is not as it was written."""
    try:
        count = backups.prove(place)
    except DomainError as refused:
        raise click.ClickException(_both(refused.key, **refused.params)) from refused
    click.echo(_both("cli.backup_whole", count=count))


@keys_group.command("rotate")
def _rotate() -> None:
    """Make a new root key and wrap the key of every case under it; the servers go on. Copy the ring afterwards."""
    try:
        count = keys.rotate(_database(), _districts(), _now())
    except RingRefused as refused:
        raise click.ClickException(_both(refused.key, path=refused.path)) from refused
    click.echo(_both("cli.keys_rotated", count=count))


@inbox_group.command("recount")
def _recount() -> None:
    """Compare the counts of the inboxes with the tasks, put them right, and say what differed.

    Exits with 1 when anything did: a job that runs it every night then calls for somebody.
    """
    differed = False
    for code in _districts():
        found, drifted = _database().write(partial(incidents.recount, now=_now()), scopes.recount(code))
        for key, stored, true in found:
            numbers = {
                "stored": stored.open,
                "stored_free": stored.free,
                "true": true.open,
                "true_free": true.free,
            }
            click.echo(_both("cli.recounted", queue=" ".join(map(str, key)), **numbers), err=True)
        if drifted:
            click.echo(_both("cli.sums_recounted", count=drifted), err=True)
        differed = differed or bool(found) or bool(drifted)
    click.echo(_both("cli.counts_right"))
    if differed:
        raise click.exceptions.Exit(1)


@database_group.command("reindex")
@click.option("--again", is_flag=True, help="begin anew, though the keys are those of this version")
def _reindex(*, again: bool) -> None:
    """Write the keys by which cases and the crime register are found anew, by the rules of this version."""
    seen = 0
    for code in _districts():
        for count in reindexing.through(_database(), code, again=again):
            seen += count
            click.echo(_both("cli.reindexing", district=code, seen=seen), err=True)
    click.echo(_both("cli.reindexed", seen=seen))


@clocks_group.command("recompute")
@click.option(
    "--apply", "is_write", is_flag=True, help="write what differs; without it the difference is only shown"
)
def _recompute(*, is_write: bool) -> None:
    """Work the clocks of every case out anew from its recorded events, under the calendar and the orders in force.

    Shows each difference. Without --apply nothing is written, and it exits with 1 where anything differs.
    """
    differed = seen = 0
    for code in _districts():
        for batch in recomputing.through(_database(), code, _now(), is_write=is_write):
            seen += batch.seen
            differed += len(batch.found)
            for line in batch.found:
                click.echo(_told_difference(line))
    click.echo(_both("cli.clocks_written" if is_write else "cli.clocks_differ", seen=seen, count=differed))
    if differed and not is_write:
        raise click.exceptions.Exit(1)


def _told_difference(line: Any) -> str:
    office = f"{line.office_hi} / {line.office_en}" if line.office_hi else line.clock
    columns = sorted(line.after) or sorted(line.before)
    parts = [f"{name}: {_plain(line.before.get(name))} -> {_plain(line.after.get(name))}" for name in columns]
    return f"{line.case_number} {line.clock} ({office}) {', '.join(parts)}"


def _plain(value: Any) -> str:
    return "-" if value is None else str(value)


def problem_text(problem: Any) -> str:
    """One reason of the gate: file, shape and its name, then in each language what is wrong and what to do."""
    called = [problem.params.get(f"label_{language}") for language in _LANGUAGES]
    place = f"{problem.file}: {problem.element_id}" if problem.element_id else problem.file
    lines = [f"{place} ({' / '.join(filter(None, called))})" if any(called) else place]
    for language in _LANGUAGES:
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


def _both(key: str, **params: Any) -> str:
    """A text of the catalogues in Hindi and in English."""
    said = []
    for language in _LANGUAGES:
        with force_locale(language):
            said.append(gettext(key, **params))
    return " / ".join(said)


def _database() -> Database:
    """The database as it stands; one that no start has made ready is refused."""
    found: Database = current_app.extensions["database"]
    if not setup.is_ready(found):
        raise click.ClickException(_both("cli.not_ready"))
    return found


def _readied() -> Database:
    """The database with the tables of this version."""
    found: Database = current_app.extensions["database"]
    try:
        setup.bring_up(found, _now())
    except DomainError as refused:
        raise click.ClickException(_both(refused.key, **refused.params)) from refused
    return found


def _now() -> datetime:
    found: datetime = current_app.extensions["clock"]()
    return found


def _districts() -> list[int]:
    return setup.districts_of(_database())
