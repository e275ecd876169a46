"""What every command stands on: the database it may use, the district it means, and words in both languages."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask_babel import force_locale, get_translations

from app.domain import counting
from app.domain.errors import DomainError
from app.services.installation import setup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import Any

    from app.config import Settings
    from app.services.store.database import Database

LANGUAGES = ("hi", "en")

district_option = click.option(
    "--district", "lgd_code", type=int, help="LGD code; may be left out where there is one district"
)


@contextmanager
def refusals() -> Iterator[None]:
    """Tell what a service refuses in both languages; the command then exits with 1."""
    try:
        yield
    except DomainError as refused:
        raise click.ClickException(both(refused.key, **refused.params)) from refused


def only_district(lgd_code: int | None) -> int:
    """The district that was named, or the only one there is."""
    known = districts()
    if lgd_code in known or (lgd_code is None and len(known) == 1):
        return known[0] if lgd_code is None else lgd_code
    raise click.ClickException(both("cli.which_district", codes=", ".join(map(str, known)) or "-"))


def demo_only() -> None:
    if not settings().demo:
        raise click.ClickException(both("cli.demo_only"))


def count_up(done: int, total: int) -> None:
    click.echo(f"\r{done}/{total}", nl=done == total)


def both(key: str, **params: Any) -> str:
    """A text of the catalogues in Hindi and in English."""
    said = []
    for language in LANGUAGES:
        with force_locale(language):
            text = counting.text(get_translations(), key, params)
            said.append(text % params if params else text)
    return " / ".join(said)


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def unreadied() -> Database:
    """The database, whatever stands in it: for what needs its keys alone."""
    found: Database = current_app.extensions["database"]
    return found


def database() -> Database:
    """The database as it stands; one that no start has made ready is refused."""
    found = unreadied()
    if not setup.is_ready(found):
        raise click.ClickException(both("cli.not_ready"))
    return found


def readied() -> Database:
    """The database with the tables of this version."""
    found = unreadied()
    with refusals():
        setup.bring_up(found, now())
    return found


def now() -> datetime:
    found: datetime = current_app.extensions["clock"]()
    return found


def districts() -> list[int]:
    return setup.districts_of(database())
