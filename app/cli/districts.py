"""Districts, and the first accounts of those who administer them."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.cli import frame
from app.services.installation import lacks, setup
from app.services.staff import entrycodes

districts = AppGroup("district", help="जिले / districts")
administrators = AppGroup("admin", help="प्रशासकों के खाते / accounts of administrators")


@districts.command("add")
@click.argument("lgd_code", type=int)
def _add_district(lgd_code: int) -> None:
    """Add a district from the gazetteer by its LGD code, with the shipped release; in demo mode with officers too."""
    settings = frame.settings()
    with frame.refusals():
        if settings.demo:
            is_new = setup.add_demo(frame.readied(), settings.instance, frame.now(), lgd_code)
        else:
            is_new = setup.add_district(frame.readied(), lgd_code, frame.now())
    click.echo(frame.both("cli.district_added" if is_new else "cli.district_known", code=lgd_code))
    _tell_lacks(lgd_code)


@districts.command("lacks")
@frame.district_option
def _lacks(lgd_code: int | None) -> None:
    """Tell what a district still lacks before its first case; exits with 1 as long as something does."""
    if not _tell_lacks(frame.only_district(lgd_code)):
        raise SystemExit(1)


def _tell_lacks(code: int) -> bool:
    """Print the list that the page of the administration shows; -> whether nothing holds the first case up."""
    points = setup.lacking(frame.database(), code, frame.now())
    for point in points:
        about = ("lack.post_of", "role", point.role) if point.role else (f"lack.{point.key}", "", "")
        click.echo(f"[{frame.both(f'lack.is.{point.state}')}] {_about(*about)}")
        click.echo(f"    {frame.both(f'lack.{point.key}.{point.state}', **point.params)}")
        names = [*(frame.both(f"office_kind.{kind}") for kind in point.kinds)]
        names += [" / ".join(dict.fromkeys(each)) for each in point.offices]
        for name in names:
            click.echo(f"    - {name}")
    return lacks.is_ready(points)


def _about(key: str, code: str, value: str) -> str:
    """The heading of a point: its own words, or the post that it is about."""
    return frame.both(key, **({code: frame.both(f"{code}.{value}")} if code else {}))


@administrators.command("first")
@click.argument("username")
@click.option("--name-hi", required=True, help="the officer's name in Hindi")
@click.option("--name-en", required=True, help="the officer's name in English")
@frame.district_option
def _first_administrator(username: str, name_hi: str, name_en: str, lgd_code: int | None) -> None:
    """Make the first user administrator of a district, who then makes everybody else's account.

    Prints a code by which he comes in, once, to choose his password and add his authenticator app.
    """
    database, code = frame.readied(), frame.only_district(lgd_code)
    with frame.refusals():
        made = entrycodes.first_administrator(database, code, username, (name_hi, name_en), frame.now())
    _tell_code(username, made)


@administrators.command("code")
@click.argument("username")
@click.option("--lost", type=click.Choice([entrycodes.PASSWORD, entrycodes.FACTOR]), required=True)
@frame.district_option
def _code(username: str, lost: str, lgd_code: int | None) -> None:
    """Print a code for an administrator who has lost his password or his authenticator app, and has no colleague."""
    with frame.refusals():
        made = entrycodes.by_command(
            frame.readied(), frame.only_district(lgd_code), username, lost, frame.now()
        )
    _tell_code(username, made)


def _tell_code(username: str, code: str) -> None:
    settings = frame.settings()
    address = f"{settings.public_address}/sign-in/code"
    click.echo(frame.both("cli.first_code", username=username, code=code, address=address))
