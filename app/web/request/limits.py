"""How often the same caller may ask: signing in, searching, checking a paper, taking files away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

if TYPE_CHECKING:
    from flask import Flask


def _caller() -> str:
    """The officer, else the address: strangers behind one address share a budget, officers do not."""
    actor = g.get("actor")
    return f"officer:{actor.officer_id}" if actor is not None else f"address:{get_remote_address()}"


# Kept in the memory of each process: with several processes a budget is that many times larger.
limiter = Limiter(_caller, storage_uri="memory://", headers_enabled=True, strategy="moving-window")

sign_in = limiter.limit("30/minute;300/hour")
OF_PROGRAM = 120  # requests a minute, of one token


def _token() -> str:
    """Each token has a budget of its own, whatever machine it is used from."""
    return f"token:{g.program.token_id}"


program = limiter.limit(f"{OF_PROGRAM}/minute;3000/hour", key_func=_token)
search = limiter.limit("60/minute")
verify = limiter.limit("30/minute")
#: Files that tell of single cases or officers, and the log of events: all of them together.
export = limiter.shared_limit("5/hour", scope="export")


def install(app: Flask) -> None:
    limiter.init_app(app)
