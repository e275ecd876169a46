"""A paper proven away from the servers, and the keys that offices sign with."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask.cli import AppGroup, with_appcontext

from app import pades, papers
from app.cli import frame
from app.services.store import officekeys

if TYPE_CHECKING:
    from datetime import datetime

    from app.papers import Claim


signatures = AppGroup("signature", help="पत्रों पर हस्ताक्षर / signatures of papers")
_BIRTH = click.DateTime(["%d-%m-%Y", "%Y-%m-%d"])


@click.command("verify-paper")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key", "public", help="the district's public key, as /verify/key gives it; else this machine's own"
)
@click.option("--name", default="", help="the name as it is printed: is the paper of this person?")
@click.option("--born", type=_BIRTH, help="the date of birth as it is printed")
@with_appcontext
def verify_paper(file: Path, public: str | None, name: str, born: datetime | None) -> None:
    """Say whether a paper is the file that was issued, and what its signed token says; exit 1 when it is not."""
    data = file.read_bytes()
    sealed = papers.read_seal(data, _paper_key(public))
    if sealed is None or sealed.claim is None:
        raise click.ClickException(frame.both("cli.paper.no_seal"))
    _tell_claim(sealed.claim)
    found = pades.signatures(data)
    for each in found:
        _tell_signature(each)
    state = pades.whole_by(sealed, found)
    if state != "whole":
        raise click.ClickException(frame.both(f"cli.paper.{state}"))
    click.echo(frame.both("cli.paper.whole"))
    if name and not sealed.claim.is_of(name, born.date() if born is not None else None):
        raise click.ClickException(frame.both("cli.paper.other_person"))


def _paper_key(public: str | None) -> Ed25519PublicKey:
    if public is None:
        return frame.unreadied().keys.paper_key().public_key()
    try:
        return Ed25519PublicKey.from_public_bytes(b64decode(public, validate=True))
    except ValueError as wrong:
        raise click.ClickException(frame.both("cli.paper.key")) from wrong


def _tell_claim(claim: Claim) -> None:
    till = papers.dmy(claim.valid_till) or "-"
    click.echo(f"{claim.number}  {claim.output}  {papers.dmy(claim.issued_on)}  {till}")


def _tell_signature(found: pades.Signature) -> None:
    held = found.certificate
    params = (
        {"subject": held.subject, "issuer": held.issuer}
        if held is not None
        else {"subject": "-", "issuer": "-"}
    )
    at = found.at.isoformat() if found.at is not None else "-"
    click.echo(frame.both(f"cli.signature.{found.state}", at=at, **params))
    if held is not None and not found.was_in_time:
        click.echo(frame.both("cli.signature.late"))


@signatures.command("keys")
def _signature_keys() -> None:
    """Say by what the papers of each office are signed; exits with 1 when a key that is set cannot be used."""
    found = [
        state
        for code in frame.districts()
        for state in frame.database().office_keys.states(code, frame.now())
    ]
    for state in found:
        till = papers.dmy(state.valid_till.date()) if state.valid_till is not None else "-"
        click.echo(frame.both(f"cli.key.{state.state}", side=state.side, subject=state.subject, till=till))
        if state.problem:
            click.echo(frame.both(state.problem, file=state.file))
    if frame.settings().rsa_2048:
        click.echo(frame.both("papers.key.departs"))
    if any(state.state == "unusable" for state in found):
        raise click.exceptions.Exit(1)


@signatures.command("demo-key")
def _demo_key() -> None:
    """Make keys with certificates of nobody's for the demo's two offices, and name them in instance/config.py."""
    frame.demo_only()
    settings = frame.settings()
    if settings.signature_keys:
        raise click.ClickException(frame.both("cli.key.set", names=", ".join(settings.signature_keys)))
    officekeys.make_demo_keys(frame.database().keys, settings, frame.districts(), frame.now())
    click.echo(frame.both("cli.key.made"))
