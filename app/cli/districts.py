"""Districts, and the first accounts of those who administer them."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.cli import frame
from app.services.installation import setup
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
