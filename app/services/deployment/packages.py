"""A release as one file: written the same for the same content, and read from anywhere without trust."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from app.domain.errors import DomainError, ReleaseRefused
from app.services.deployment import release_proposals as proposals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.services.store.database import Database

LARGEST_PACKAGE = 4_000_000  # bytes of the file itself
LARGEST_CONTENT = 16_000_000  # bytes of all that it unfolds to, as the gate wants it
MOST_FILES = 200
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\.(bpmn|dmn|form)|(papers|scenarios)\.json")
_ENCRYPTED = 0x1
_TIME = (1980, 1, 1, 0, 0, 0)  # the least that the format can say: equal content makes equal bytes
#: Rules of the gate about files that cannot be read at all: no proposal could show what they hold.
_UNREADABLE = frozenset({"file_name", "release_too_large", "xml_doctype", "xml_unreadable", "root_element"})


class PackageRefused(DomainError):
    """The file is no release that this system reads; the key says why, `name` which entry (422)."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the files of a release as one zip."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as package:
        for name in sorted(files):
            package.writestr(ZipInfo(name, _TIME), files[name], ZIP_DEFLATED)
    return packed.getvalue()


def unpack(database: Database, data: bytes) -> dict[str, bytes]:
    """Return the files of a package.

    Raises PackageRefused for what is no package of ours, ReleaseRefused for files in it that nobody could open. What
    else is wrong with them is shown in the proposal that they become.
    """
    if len(data) > LARGEST_PACKAGE:
        raise PackageRefused("error.package_large", mb=LARGEST_PACKAGE // 1_000_000)
    try:
        with ZipFile(BytesIO(data)) as package:
            files = _read(package)
    except (BadZipFile, NotImplementedError, EOFError, zlib.error, ValueError, OSError) as error:
        raise PackageRefused("error.package_broken") from error
    if not files:
        raise PackageRefused("error.package_empty")
    unreadable = [found for found in proposals.problems(database, files) if found.rule in _UNREADABLE]
    if unreadable:
        raise ReleaseRefused(unreadable)
    return files


def _read(package: ZipFile) -> dict[str, bytes]:
    """Unfold the entries one by one, never more than the whole may have, whatever their heads claim."""
    entries = package.infolist()
    if len(entries) > MOST_FILES:
        raise PackageRefused("error.package_many", most=MOST_FILES)
    files: dict[str, bytes] = {}
    left = LARGEST_CONTENT
    for entry in entries:
        shown = entry.filename[:60]
        if not _NAME.fullmatch(entry.filename) or entry.filename in files:
            raise PackageRefused("error.package_name", name=shown)
        if entry.flag_bits & _ENCRYPTED:
            raise PackageRefused("error.package_locked", name=shown)
        with package.open(entry) as stream:
            content = stream.read(left + 1)
        left -= len(content)
        if left < 0:
            raise PackageRefused("error.package_unfolds", mb=LARGEST_CONTENT // 1_000_000)
        files[entry.filename] = content
    return files
