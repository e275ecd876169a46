"""The bill of materials: every component of the locks with version and digest, as CycloneDX 1.6 (`make sbom`).

Read from the locks alone: the same locks give the same bytes, on any machine, without a network.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_ALGORITHMS = {"sha512": "SHA-512", "sha384": "SHA-384", "sha256": "SHA-256"}


def python_components(lock: str, *, scope: str) -> list[dict[str, Any]]:
    """Read the components of a lock of pip; each has the digests of all its files."""
    found: list[dict[str, Any]] = []
    for line in lock.splitlines():
        if pinned := _PINNED.match(line):
            name, version = pinned[1].lower(), pinned[2]
            found.append(_component(name, version, f"pkg:pypi/{name}@{version}", scope))
        if found and (digest := _HASH.search(line)):
            found[-1]["hashes"].append({"alg": "SHA-256", "content": digest[1]})
    return found


def browser_components(lock: str) -> list[dict[str, Any]]:
    """Read the components of a lock of npm; what only builds the others is marked as left out of the product."""
    found = []
    for place, entry in json.loads(lock)["packages"].items():
        if not place or entry.get("optional"):
            continue
        name = place.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{quote(name, safe='/')}@{entry['version']}"
        each = _component(name, entry["version"], purl, "excluded" if entry.get("dev") else "required")
        algorithm, _, digest = entry["integrity"].partition("-")
        each["hashes"].append({"alg": _ALGORITHMS[algorithm], "content": base64.b64decode(digest).hex()})
        if entry.get("license"):
            each["licenses"] = [{"expression": entry["license"]}]
        found.append(each)
    return found


def bill(root: Path = ROOT) -> dict[str, Any]:
    """Write the bill of the product whose locks lie in a folder."""

    def lock(name: str) -> str:
        return (root / name).read_text(encoding="utf-8")

    product = python_components(lock("requirements.txt"), scope="required")
    tools = python_components(lock("requirements-dev.txt"), scope="excluded")
    known = {each["purl"] for each in product}
    every = [*product, *(each for each in tools if each["purl"] not in known)]
    every += browser_components(lock("package-lock.json"))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "e-satyapan", "bom-ref": "e-satyapan"}},
        "components": sorted(
            {each["bom-ref"]: each for each in every}.values(), key=lambda each: str(each["bom-ref"])
        ),
    }


def _component(name: str, version: str, purl: str, scope: str) -> dict[str, Any]:
    """Describe one component. npm may keep it twice, in one version, at several places: it is listed once."""
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "scope": scope,
        "hashes": [],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bill(), ensure_ascii=False, indent=1) + "\n")
