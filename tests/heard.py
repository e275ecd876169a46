"""Which statements a program sends to PostgreSQL: noted while it works, and tried on other tables later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Engine

_OF_ROWS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_NAMED, _PLAIN = re.compile(r"%\((\w+)\)s"), re.compile(r"%s")


def listen(engine: Engine) -> set[str]:
    """Note every statement about rows that goes out on connections opened from now on; -> they gather there."""
    noted: set[str] = set()

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *args: Any, **more: Any) -> Any:
            note(query)
            return super().execute(query, *args, **more)

        def executemany(self, query: Any, *args: Any, **more: Any) -> Any:
            note(query)
            return super().executemany(query, *args, **more)

    def note(query: Any) -> None:
        if isinstance(query, str) and _OF_ROWS.match(query):
            noted.add(query)

    @event.listens_for(engine, "connect")
    def _(driver: Any, _record: Any) -> None:
        driver.cursor_factory = Noting

    return noted


def misunderstood(url: str, statements: Iterable[str]) -> dict[str, str]:
    """The statements that the tables of a database do not take, each with the server's word; none is carried out."""
    faults = {}
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        for each in statements:
            named = dict.fromkeys(_NAMED.findall(each))
            try:
                connection.execute(f"EXPLAIN {each}", named or [None] * len(_PLAIN.findall(each)))
            except psycopg.Error as error:
                faults[each] = str(error).partition("\n")[0]
    return faults
