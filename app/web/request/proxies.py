"""What stands between us and the browser: proxies that may name the client, and the names we answer to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings


def install(app: Flask, settings: Settings) -> None:
    """Believe exactly as many proxies as the settings count, and answer to this site's own names only."""
    count = settings.proxies
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    names = _own_names(settings)

    def refuse_foreign_names() -> None:
        is_watched = request.blueprint == "health"  # whoever watches the machine calls it by its number
        if names and not is_watched and _called(request.host) not in names:
            abort(400, "not a name of this site")

    app.before_request(refuse_foreign_names)


def _called(host: str) -> str | None:
    """The name in a Host header, without its port; None for nonsense."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _own_names(settings: Settings) -> frozenset[str]:
    """The names under which this site may be called; none: any, where nobody has said which.

    Under another name a foreign page could have its visitor's browser ask us as if we were that page.
    """
    public = urlsplit(settings.public_url).hostname
    if not public and not settings.demo:
        return frozenset()
    return frozenset((public or "localhost", "127.0.0.1", "localhost", "::1"))
