"""`python -m app.serve`: look at the machine, ready the database, serve web and worker until told to stop."""

from __future__ import annotations

import errno
import gc
import gettext
import os
import socket
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":
    gc.disable()  # until all is loaded, `keep_what_is_loaded`: a fifth of a start went into looking it through

from app import config, create_app, papers
from app.cli import releases
from app.crypto import RingRefused
from app.domain.errors import DomainError, ReleaseRefused
from app.processes import Server, Supervisor, run_worker
from app.services.installation import setup
from app.web.door.assets import AssetsMissing

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings

_ALLOCATIONS = 10_000  # between two looks at what is young: a page makes some thousands of things
_CATALOGUES = Path(__file__).resolve().parent / "translations"


class CannotStart(Exception):
    """Why the server does not start, in both languages; printed, never traced."""

    def __init__(self, hi: str, en: str) -> None:
        super().__init__(f"{hi}\n{en}")


def look_at_port(host: str, port: int) -> None:
    """Try to listen there. Raises CannotStart when somebody else does, or we may not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(
                    f"पोर्ट {port} पर कोई और कार्यक्रम चल रहा है। उसे बंद करें, या दूसरा दें: make run PORT={port + 1}",
                    f"Port {port} is in use. Stop that program, or choose another: make run PORT={port + 1}",
                ) from None
            raise CannotStart(
                f"{host}:{port} पर सेवा नहीं दी जा सकती ({error.strerror})। दूसरा पोर्ट दें: make run PORT=8000",
                f"Cannot serve on {host}:{port} ({error.strerror}). Choose another port: make run PORT=8000",
            ) from None


def look_at_folder(instance: Path) -> None:
    """Make the instance folder if it is not there. Raises CannotStart when it cannot be written."""
    trial = instance / f".trial-{os.getpid()}"
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise CannotStart(
            f"फोल्डर {instance} में लिखा नहीं जा सकता ({error.strerror})। दूसरा दें: make run INSTANCE=...",
            f"Cannot write to {instance} ({error.strerror}). Choose another folder: make run INSTANCE=...",
        ) from None


def ready(settings: Settings) -> Flask:
    """Make the application, its tables, districts and release ready to serve; holds no connection afterwards.

    Raises CannotStart with the reason in both languages.
    """
    try:
        papers.self_test(papers.Assets(fonts=settings.fonts))
        app = create_app(settings)
    except (DomainError, RingRefused) as refused:
        raise CannotStart(
            *said(refused.key, **getattr(refused, "params", None) or {"path": getattr(refused, "path", "")})
        ) from refused
    except AssetsMissing as missing:
        raise CannotStart(str(missing), "") from missing
    database, now = app.extensions["database"], datetime.now(UTC)
    try:
        setup.prepare(database, now)
        if settings.demo:
            setup.add_demo(database, settings.instance, now)
            setup.add_demo_cases(database, now, _tell, settings.demo_cases)
    except ReleaseRefused as refused:
        with app.app_context():
            lines = [releases.problem_text(problem) for problem in refused.problems]
        hindi, english = said(refused.key, **refused.params)
        raise CannotStart(hindi, "\n".join([english, *lines])) from refused
    except DomainError as refused:
        raise CannotStart(*said(refused.key, **refused.params)) from refused
    finally:
        database.close()  # its threads and connections would not survive the fork
    return app


def _tell(done: int, total: int) -> None:
    """One line that counts, while the demo's cases are entered: officers find them all there when the door opens."""
    line = f"  डेमो के प्रकरण दर्ज हो रहे हैं / entering the demo's cases: {done}/{total}"
    if sys.stdout.isatty():
        print(f"\r{line}", end="\n" if done == total else "", flush=True)  # noqa: T201
    elif done in (1, total):
        print(line, flush=True)  # noqa: T201


def said(key: str, **params: Any) -> tuple[str, str]:
    """Look a refusal up in the catalogues: its text in Hindi and in English."""
    texts = []
    for language in ("hi", "en"):
        found = key
        for domain in ("errors", "papers", "screens"):
            catalogue = gettext.translation(domain, _CATALOGUES, [language], fallback=True)
            found = catalogue.gettext(key) if found == key else found
        texts.append(found % params if found != key else f"{key} {params}")
    return texts[0], texts[1]


def how_to_sign_in(settings: Settings) -> str:
    """Say where the pages are, once they are answered, and how to come in."""
    url = f"http://{settings.host}:{settings.port}"
    lines = ["", f"  ई-सत्यापन चालू है: {url}", f"  e-Satyapan is running: {url}"]
    if settings.demo:
        accounts = settings.instance / "demo-accounts.csv"
        lines += [
            "",
            f"  प्रवेश: उस पृष्ठ पर कोई पद चुनें, या {accounts} का कोई खाता लें",
            f"  To sign in, choose a post on that page, or take an account from {accounts}",
        ]
    return "\n".join([*lines, "", "  Ctrl-C: बंद करें / stop", ""])


def main() -> int:
    """Ready the machine and serve, by one process or by several; -> the exit code."""
    os.umask(0o077)  # database, documents and copies of the record are for this user's eyes
    try:
        settings = config.load()
        look_at_port(settings.host, settings.port)
        look_at_folder(settings.instance)
        app = ready(settings)
    except (CannotStart, config.SettingRefused) as refused:
        print(f"\n{refused}\n", file=sys.stderr)  # noqa: T201  # there is no log yet
        return 1
    keep_what_is_loaded()
    if settings.is_sqlite:
        Server(settings, app, partial(_greet, settings), with_worker=True).run()
        return 0
    return Supervisor(["web", *["worker"] * settings.worker_processes], partial(_play, settings)).run()


def _play(settings: Settings, role: str) -> int:
    """Be one of several processes over one database that is ready: `web` or `worker`."""
    app = create_app(settings)
    if role == "worker":
        return run_worker(app)
    Server(settings, app, partial(_greet, settings), with_worker=False).run()
    return 0


def keep_what_is_loaded() -> None:
    """Let the collector of garbage pass over the program itself from now on, and look at what requests leave.

    Otherwise it looks through a million things that stay, again and again in the middle of a page; and processes
    that share them by a fork would each get a copy.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)
    gc.enable()


def _greet(settings: Settings) -> None:
    print(how_to_sign_in(settings), flush=True)  # noqa: T201  # the one thing a person waits for


if __name__ == "__main__":
    sys.exit(main())
