"""A program of its own: draws one paper after another, from stdin to stdout, within bounds that it sets itself.

Started by `app.papers.apart`; its argument is the bytes of memory that it may take. It reads a line of JSON and as
many bytes of HTML as that says, and answers by a line of JSON and as many bytes of PDF; or by what is wrong. It ends
with its standard input.
"""

from __future__ import annotations

import resource
import signal
import sys
from datetime import datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any

import orjson

from app.apart import set_bounds
from app.papers.errors import PaperRefused, PapersUnavailable
from app.papers.pdf import Assets, draw_here


def _answer(asked: dict[str, Any], html: bytes) -> tuple[dict[str, Any], bytes]:
    assets = Assets(Path(asked["fonts"]), Path(asked["layouts"]))
    try:
        pdf = draw_here(html.decode(), datetime.fromisoformat(asked["at"]), assets, asked["seconds"])
    except (PaperRefused, PapersUnavailable) as refused:
        return {"refused": type(refused).__name__, "key": refused.key, "params": refused.params}, b""
    except MemoryError:
        raise  # nothing can be relied on any more
    except Exception as error:  # noqa: BLE001 - whatever the library stumbles over is told where it was asked for
        place = extract_tb(error.__traceback__)[-1]
        return {"fault": f"{type(error).__name__} {Path(place.filename).name}:{place.lineno}"}, b""
    return {"size": len(pdf)}, pdf


def main() -> int:
    # Ctrl-C ends who asks, once its paper is drawn, and so this one; who asks has a clock for each paper, too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_bounds(resource.RLIM_INFINITY, int(sys.argv[1]))
    heard, told = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not write between the answers
    while head := heard.readline():
        asked = orjson.loads(head)
        html = heard.read(asked["size"])
        if len(html) < asked["size"]:
            break
        said, pdf = _answer(asked, html)
        told.write(orjson.dumps(said) + b"\n" + pdf)
        told.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
