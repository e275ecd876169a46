"""docs/security.md: every figure of its lists is that of the program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import app as application
from app import crypto, lines, remaking
from app.domain import totp
from app.domain.roles import SESSION_LIMITS, Role
from app.remaking import program
from app.services.access import door, factors, passkeys, stepup
from app.services.access.door import Doorkeeper
from app.services.staff import entrycodes, ownpasskeys
from app.services.store import documents, leftovers
from app.spreadsheets import apart
from app.web.frame import parts
from app.web.request import limits
from tests import sources

if TYPE_CHECKING:
    from datetime import timedelta

PAGE = sources.text(sources.ROOT / "docs" / "security.md")
LIMITS = sources.text(sources.ROOT / "app" / "web" / "request" / "limits.py")
MEGA = 1_000_000


def minutes(value: timedelta) -> int:
    return round(value.total_seconds() / 60)


OFFICER, KEEPER = SESSION_LIMITS[Role.SHO], SESSION_LIMITS[Role.USER_ADMIN]
HASHER = Doorkeeper()._hasher
SAID = [
    f"{door.FREE_TRIES} free tries",
    f"{minutes(door.LONGEST_WAIT)} minutes at most",
    f"idle {minutes(OFFICER.idle)} minutes, whole {minutes(OFFICER.whole) // 60} hours",
    f"idle {minutes(KEEPER.idle)} minutes, whole {minutes(KEEPER.whole) // 60} hours",
    f"{minutes(stepup.HOLDS)} minutes, once",
    f"{minutes(passkeys.HOLDS)} minutes after it was asked for, once",
    f"by token | {limits.OF_PROGRAM}/minute;3000/hour",
    f"recovery codes of one officer | {factors.RECOVERY_CODES}, of {factors.CODE_BITS} bits",
    f"passkeys of one officer | {ownpasskeys.MOST} at most",
    f"{minutes(entrycodes.HOLDS) // 60} hours, once",
    (
        f"{application._LARGEST_POST // application._MEGABYTE} MB, of which text "
        f"{application._LARGEST_TEXT // application._MEGABYTE} MB; {application._MOST_FIELDS} fields"
    ),
    f"{parts.LONGEST_HEAD // 1024} KiB; {parts.ALL_HEADS // 1024} KiB",
    (
        f"{documents.MAX_BYTES // MEGA} MB, {remaking.MAX_PIXELS} pixels; "
        f"{documents.MAX_PDF_BYTES // MEGA} MB, {remaking.MAX_PAGES} pages"
    ),
    (
        f"{lines.PATIENCE_SECONDS:.0f} seconds for a request, and of a body "
        f"{lines.LEAST_BYTES_A_SECOND // 1024} KiB a second on average; {lines.PATIENCE_SECONDS:.0f} seconds without"
    ),
    f"{lines.MOST_ARRIVING}, {lines.MOST_BYTES // application._MEGABYTE} MB together",
    f"a head of more than {lines.LONGEST_HEAD // 1024} KiB",
    f"{program._CPU_SECONDS} seconds of the processor, {program._MEMORY_BYTES // MEGA} MB",
    (
        f"one workbook, in a program of its own | {apart.CPU_SECONDS} seconds of the processor, "
        f"{apart.MEMORY_BYTES // MEGA} MB"
    ),
    f"{leftovers.KEPT_FOR.days} days",
    f"argon2id, {HASHER.memory_cost} KiB, {HASHER.time_cost} rounds",
    f"HMAC-SHA-1, {totp.STEP} seconds",
    f"{crypto.KEY_BYTES * 8} bits",
]


@pytest.mark.parametrize("said", SAID)
def test_a_figure_of_the_page_is_that_of_the_program(said):
    assert said in PAGE


def test_what_is_too_long_for_a_form_is_told_by_the_program_not_by_its_lines():
    assert lines.LONGEST_BODY > application._LARGEST_POST


def test_every_rate_of_the_program_stands_on_the_page():
    rates = re.findall(r'limit\("([^"]+)"\)', LIMITS)
    assert len(rates) >= 3
    assert not [rate for rate in rates if rate not in PAGE]


def test_every_set_of_logs_keys_connections_and_updates_has_its_list():
    heads = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert heads == ["Limits", "Logs", "Keys and algorithms", "Backups", "Connections", "Updates"]
