"""Browser assets: hashed names from the build's manifest, served compressed and cached for a year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, Response, abort, current_app, request, send_file

from app.web.frame import templates
from app.web.guard.access import public

if TYPE_CHECKING:
    from flask import Flask

DIST = Path(__file__).resolve().parents[2] / "static" / "dist"
_YEAR = 31_536_000
_TYPES = {".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}

bp = Blueprint("assets", __name__)


class AssetsMissing(RuntimeError):
    """The browser assets were not built; without them every page would be bare."""


def install(app: Flask) -> None:
    """Tell the templates the hashed name of each asset. Raises AssetsMissing before the first build."""
    try:
        manifest: dict[str, str] = orjson.loads((DIST / "manifest.json").read_bytes())
    except FileNotFoundError:
        raise AssetsMissing(
            "app/static/dist/manifest.json is missing: run `make build` / ब्राउज़र की फाइलें नहीं बनीं: `make build` चलाएँ"
        ) from None
    addresses = {logical: f"/assets/{file}" for logical, file in manifest.items()}
    app.extensions["assets"] = frozenset(manifest.values())
    templates.add(app, asset=addresses.__getitem__)
    app.register_blueprint(bp)


@bp.get("/assets/<path:name>")
@public
def serve(name: str) -> Response:
    """A file of the build, and nothing else: the manifest is the list of what may leave."""
    path = DIST / name
    if name not in current_app.extensions["assets"] or not path.exists():  # built anew under a running server
        abort(404)
    packed = path.with_name(path.name + ".gz")
    use_packed = "gzip" in request.headers.get("Accept-Encoding", "") and packed.exists()
    response = send_file(
        packed if use_packed else path, mimetype=_TYPES.get(path.suffix), conditional=True, max_age=_YEAR
    )
    if use_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response
