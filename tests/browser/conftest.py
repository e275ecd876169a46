"""Chromium, driven by Playwright, against the real program; a page that breaks a rule fails its test."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from app.crypto import KeyRing
from app.services.store.database import Database
from tests import programs
from tests.browser.pages import Screen
from tests.journey import Journey
from tests.serving import Site
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from tests.loaded import Loaded

PICTURES = ROOT / "test-output"
#: What a browser on a closed network need not try; `--no-sandbox` because root may not have one.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
_PATIENCE = 30_000  # milliseconds: a test fails by what it finds, not by how busy its machine is
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything below tests/browser drives Chromium."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the desk know that its test has failed, while its pages are still open."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_failed] = True
    return report


@dataclass(frozen=True)
class Look:
    """How a person comes: the size of the glass, and whether scripts run."""

    name: str
    viewport: dict[str, int]
    scripts: bool
    touch: bool = False


#: The three ways in which every journey must succeed.
LOOKS = (
    Look("desktop", DESKTOP, scripts=True),
    Look("no-script", DESKTOP, scripts=False),
    Look("phone", PHONE, scripts=True, touch=True),
)
PHONE_NO_SCRIPT = Look("phone-no-script", PHONE, scripts=False, touch=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = programs.chromium()
    if executable is None:
        pytest.skip("Chromium not found")
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, loaded: Loaded) -> Iterator[Site]:
    """One demo district for all browser tests of this process; every test works on cases of its own."""
    running = Site(tmp_path_factory.mktemp("site") / "instance", loaded=loaded).start()
    yield running
    running.stop()


@contextmanager
def at_work(site: Site) -> Iterator[Journey]:
    """The officers of the running site, at work behind its back from this moment on."""
    ring = KeyRing.open_or_make(site.instance / "keys" / "ring.json")
    url = f"sqlite:///{site.instance / 'satyapan.db'}"
    database = Database(url, ring, site.instance / "documents", public_address=site.url, clock_is_free=True)
    yield Journey(database, datetime.now(UTC))  # noqa: TID251 - the program runs by the machine's clock
    database.close()


@pytest.fixture
def journey(site: Site) -> Iterator[Journey]:
    with at_work(site) as found:
        yield found


@pytest.fixture(params=LOOKS, ids=lambda look: look.name)
def look(request: pytest.FixtureRequest) -> Look:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all runners together: a file for each page, by name and look, that one of them has judged."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "judged"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def desk(
    chromium: Browser, site: Site, judged: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Screen]]:
    """`desk(look)` sits an officer at a browser of his own: cookies apart, faults of every page collected."""
    contexts: list[BrowserContext] = []
    screens: list[Screen] = []
    faults: list[str] = []

    def sit_down(look: Look = LOOKS[0], **options: Any) -> Screen:
        context = chromium.new_context(
            base_url=options.pop("base_url", site.url),
            viewport=look.viewport,  # type: ignore[arg-type]
            java_script_enabled=look.scripts,
            has_touch=look.touch,
            is_mobile=look.touch,
            locale="en-IN",
            timezone_id="Asia/Kolkata",
            **options,
        )
        context.set_default_timeout(_PATIENCE)
        context.on("console", lambda message: note_fault(message.type, message.text))
        context.on("weberror", lambda error: faults.append(str(error.error)))
        contexts.append(context)
        page, wait = context.new_page(), site.let_a_minute_pass
        screens.append(Screen(page, PICTURES, judged, look.name, scripts=look.scripts, wait=wait))
        return screens[-1]

    def note_fault(kind: str, text: str) -> None:
        # An answer of 4xx is a page like any other here, and a line is cut by a test alone; a refusal by the content
        # policy is a fault of ours.
        expected = r"Failed to load resource: (.* status of 4\d\d|net::ERR_INTERNET_DISCONNECTED)"
        if kind == "error" and not re.match(expected, text):
            faults.append(text)

    yield sit_down
    if _failed in request.node.stash:
        for number, screen in enumerate(screens):
            screen.picture(f"failed-{request.node.name}-{number}", wanted=True)
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)
