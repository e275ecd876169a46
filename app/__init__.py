"""e-Satyapan: `create_app` puts settings, database, access, screens and error pages together."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

    from app.config import Settings
    from app.services.access.door import Doorkeeper
    from app.services.notices.live import Hub
    from app.services.store.database import Database

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
#: One blueprint a screen, by room of app.web; each is `bp` of its module.
_SCREENS = {
    "door": ("signin", "newcomers", "account", "notices", "stepup", "passkeys", "sessions", "help", "health"),
    "desk": ("inbox", "many", "charges", "tasks", "drafts", "visits", "phones", "finder", "live"),
    "casework": (
        "withdrawals",
        "hearings",
        "particulars",
        "cases",
        "search",
        "emergency",
        "caselist",
        "subjects",
        "leavingout",
    ),
    "intake": (
        "requisitions",
        "lettercorrections",
        "rosters",
        "department",
        "departments",
        "lodgements",
        "memos",
        "neighbours",
        "enclosures",
        "tokens",
        "api",
    ),
    "papers": ("certificates", "corrections", "verify", "signatures", "ownsigning", "bundles"),
    "reports": ("tracking", "clocks", "reports"),
    "antecedents": ("crimes", "crimelists", "hits"),
    "district": (
        "calendar",
        "areas",
        "thanas",
        "offices",
        "officelists",
        "orders",
        "retention",
        "watch",
        "record",
        "proofs",
        "remarks",
        "admin",
        "policies",
        "series",
        "entrycodes",
        "accounts",
        "rights",
        "posts",
    ),
    "deployment": (
        "modeler",
        "proposals",
        "replays",
        "trials",
        "scenarios",
        "moving",
        "amendments",
        "canvas",
        "decisions",
        "formtable",
        "papertexts",
    ),
}
_MEGABYTE = 1024 * 1024
_LARGEST_POST = 64 * _MEGABYTE  # several photographs at once; the single file is judged by the form
_LARGEST_TEXT = 2 * _MEGABYTE  # everything typed into one form
_MOST_FIELDS = 4_000


def create_app(
    settings: Settings, database: Database | None = None, clock: Callable[[], datetime] | None = None
) -> Flask:
    """The web application. `database` and `clock` may be handed in; otherwise the settings and the machine say."""
    from app import cli, logs
    from app.web.door import assets
    from app.web.frame import addresses, forms, language, pages, templates
    from app.web.guard import access, errors
    from app.web.request import headers, limits, proxies, transaction

    logs.configure()
    database = database or _open(settings)
    app = templates.Application(
        "app", static_folder=None, template_folder=str(_TEMPLATES), root_path=str(Path(__file__).parent)
    )
    app.request_class = forms.Request
    app.config.update(_configuration(settings, database))
    app.extensions.update(
        settings=settings,
        database=database,
        clock=clock or transaction.machine_clock,
        doorkeeper=_doorkeeper(settings),
        live=_hub(database),
    )
    proxies.install(app, settings)
    language.install(app)
    transaction.install(app)
    access.install(app)
    limits.install(app)
    pages.install(app)
    addresses.install(app)
    assets.install(app)
    templates.install(app, language.LANGUAGES, language.of)
    errors.install(app)
    headers.install(app, secure=settings.secure)
    screens = [f"{room}.{name}" for room, names in _SCREENS.items() for name in names]
    for screen in (*screens, "door.demo") if settings.demo else screens:
        app.register_blueprint(import_module(f"app.web.{screen}").bp)
    cli.register(app)
    return app


def _configuration(settings: Settings, database: Database) -> dict[str, Any]:
    """The cookie of a session, and how much a request may bring."""
    return {
        "SECRET_KEY": database.keys.derive("cookies"),
        "SESSION_COOKIE_NAME": "__Host-esp" if settings.secure else "esp",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": _LARGEST_POST,
        "MAX_FORM_MEMORY_SIZE": _LARGEST_TEXT,
        "MAX_FORM_PARTS": _MOST_FIELDS,
        "RATELIMIT_ENABLED": not settings.testing,
    }


def _hub(database: Database) -> Hub:
    from app.services.notices.live import Hub

    return Hub(database)


def _doorkeeper(settings: Settings) -> Doorkeeper:
    """Passwords of the demo are long and random, so that a cheap hash is enough for them, as for the tests."""
    from app.services.access.door import Doorkeeper

    return Doorkeeper(memory_kib=1024, rounds=1) if settings.demo or settings.testing else Doorkeeper()


def _open(settings: Settings) -> Database:
    from app.crypto import KeyRing
    from app.scanning import Scanner
    from app.services.store.database import Database
    from app.services.store.officekeys import OfficeKeys

    keys = KeyRing.for_tests() if settings.testing else KeyRing.open_or_make(settings.keys)
    database = Database(
        settings.database_url,
        keys,
        settings.documents,
        public_address=settings.public_address,
        fonts=settings.fonts,
        clock_is_free=settings.demo or settings.testing,
        office_keys=OfficeKeys(
            settings.signature_keys,
            settings.signature_passphrase or keys.passphrase(),
            settings.signature_pin,
            takes_rsa_2048=settings.rsa_2048,
        ),
    )
    database.scanner = Scanner(settings.scanner)
    return database
