"""What is late: locks past their term, pinned components with a known hole, by a feed that lies here (`make late`).

Nothing is fetched. FEED names folders or zips of advisories in the OSV format, as osv.dev gives them for PyPI and for
npm (`all.zip`); whoever runs the product carries them here. Exit code 0: all in time; 1: something is late; 2: the
feed cannot be judged by.
"""

from __future__ import annotations

import json
import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sbom
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: By docs/security.md: for what is part of the product, for what only builds or tests it, and for all together.
PRODUCT, TOOLS, LOCKS = timedelta(days=7), timedelta(days=30), timedelta(days=90)
FRESH = timedelta(days=14)  # a feed whose newest word is older knows nothing of this fortnight
ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm"}
LOCKED = Path(__file__).with_name("locked")  # the day on which `make lock` was last run


class Unusable(Exception):
    """The feed is not there, cannot be read, is old, or says nothing of an ecosystem that is used."""


@dataclass(frozen=True)
class Hole:
    """A component as it is pinned, an advisory that is about it, and by when it is to be closed."""

    component: str
    advisory: str
    fixed: str  # the first version without it; empty: there is none yet
    due: date


def advisories(feeds: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Read every advisory of folders and zips. Raises Unusable."""
    try:
        for feed in feeds:
            if feed.is_dir():
                yield from (json.loads(each.read_bytes()) for each in sorted(feed.rglob("*.json")))
            else:
                with zipfile.ZipFile(feed) as packed:
                    names = sorted(name for name in packed.namelist() if name.endswith(".json"))
                    yield from (json.loads(packed.read(name)) for name in names)
    except (OSError, ValueError, zipfile.BadZipFile) as fault:
        raise Unusable(f"{feed}: {fault}") from fault


def holes(bill: dict[str, Any], feed: Iterable[dict[str, Any]], today: date) -> list[Hole]:
    """List the holes of the pinned components, the most urgent first.

    Raises Unusable for a feed that tells too little.
    """
    pinned = {_key(each["purl"]): each for each in bill["components"]}
    heard, newest, found = set(), date.min, []
    for entry in feed:
        newest = max(newest, _day(entry["modified"]))
        for part in entry.get("affected", []):
            package = part.get("package", {})
            heard.add(package.get("ecosystem"))
            each = pinned.get((package.get("ecosystem", ""), package.get("name", "").lower()))
            if each is not None and not entry.get("withdrawn") and is_affected(each["version"], part):
                term = PRODUCT if each["scope"] == "required" else TOOLS
                due = _day(entry.get("published") or entry["modified"]) + term
                found.append(Hole(each["purl"], entry["id"], _fixed(part), due))
    if lacking := {ecosystem for ecosystem, _ in pinned} - heard:
        raise Unusable(f"the feed says nothing of {', '.join(sorted(lacking))}")
    if newest < today - FRESH:
        raise Unusable(f"the newest word of the feed is of {newest}")
    return sorted(found, key=lambda hole: (hole.due, hole.component, hole.advisory))


def is_affected(version: str, part: dict[str, Any]) -> bool:
    """Tell whether an advisory is about this version; one that cannot be compared counts as yes."""
    if version in part.get("versions", []):
        return True
    ranges = [each for each in part.get("ranges", []) if each.get("type") in ("ECOSYSTEM", "SEMVER")]
    try:
        return any(_lies_in(Version(version), each["events"]) for each in ranges)
    except InvalidVersion:
        return True


def _lies_in(version: Version, events: Iterable[dict[str, str]]) -> bool:
    lies = False
    for event in sorted(events, key=lambda each: Version(next(iter(each.values())))):
        [(kind, text)] = event.items()
        at = Version(text)
        if kind == "introduced" and (text == "0" or version >= at):
            lies = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            lies = False
    return lies


def _fixed(part: dict[str, Any]) -> str:
    texts = [
        event["fixed"] for each in part.get("ranges", []) for event in each["events"] if "fixed" in event
    ]
    return texts[-1] if texts else ""


def _key(purl: str) -> tuple[str, str]:
    kind, _, rest = purl.removeprefix("pkg:").partition("/")
    return ECOSYSTEMS[kind], rest.rpartition("@")[0].replace("%40", "@").lower()


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def main(feeds: list[str], today: date) -> int:
    """Say what is late and what is due; -> the exit code."""
    locked = date.fromisoformat(LOCKED.read_text().strip())
    is_late = today > locked + LOCKS
    print(f"{'LATE' if is_late else 'in time'}: locks of {locked}, due anew {locked + LOCKS}")
    if not feeds:
        print("no FEED was named: known holes were not looked for")
        return 1 if is_late else 0
    try:
        found = holes(sbom.bill(), advisories(Path(each) for each in feeds), today)
    except (Unusable, KeyError) as fault:
        print(f"the feed cannot be judged by: {fault}", file=sys.stderr)
        return 2
    for hole in found:
        remedy = f"closed by {hole.fixed}" if hole.fixed else "no version without it yet"
        print(
            f"{'LATE' if hole.due < today else 'in time'}: {hole.component} {hole.advisory}, due {hole.due}, {remedy}"
        )
    print(f"{len(found)} known holes")
    return 1 if is_late or any(hole.due < today for hole in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], datetime.now(UTC).date()))  # noqa: TID251 - a command reads the machine's clock
