"""Where the programs lie that tests drive: Chromium, PostgreSQL's server programs, Poppler's, SoftHSM's."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path


@cache
def chromium() -> Path | None:
    """The machine's own browser: Playwright downloads none here.

    The shell is the same engine without windows, tabs and menus: a page costs it a third of the processor's time.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return None


@cache
def pdfsig() -> Path | None:
    """Another reader's judgement of a signature: of poppler-utils."""
    found = shutil.which("pdfsig")
    return Path(found) if found else None


@cache
def pdftoppm() -> Path | None:
    """Pages as pictures, by a reader that is not ours: of poppler-utils, like pdfsig."""
    found = shutil.which("pdftoppm")
    return Path(found) if found else None


@cache
def softhsm() -> Path | None:
    """A token without a token: the PKCS#11 module of SoftHSM2, where Debian puts it."""
    found = Path("/usr/lib/softhsm/libsofthsm2.so")
    return found if found.exists() and shutil.which("softhsm2-util") else None


@cache
def postgres() -> Path | None:
    """The folder of initdb and postgres: Debian keeps it by version and off the PATH; the newest wins."""
    folders = sorted(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    if folders:
        return folders[0]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None
