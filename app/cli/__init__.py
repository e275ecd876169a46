"""The command line: what the administrator of the machine does without a browser. Thin: the services do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import demo, districts, papers, record, releases, upkeep

if TYPE_CHECKING:
    from flask import Flask

_COMMANDS = (
    districts.districts,
    districts.administrators,
    releases.deploy,
    releases.replay,
    papers.verify_paper,
    papers.signatures,
    record.record,
    upkeep.database,
    upkeep.backup,
    upkeep.root_keys,
    upkeep.site,
    upkeep.clocks,
    upkeep.inbox,
    demo.demo,
)


def register(app: Flask) -> None:
    """Hang the commands on `flask`."""
    for command in _COMMANDS:
        app.cli.add_command(command)
